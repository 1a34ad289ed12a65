"""Runs as a queue: who takes one, who is still alive, and results that are written once whatever happens."""

from __future__ import annotations

import csv
import io
import secrets
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from api.store.nouns import chunks
from api.tables import ResultFileRow, ResultRow, RoundRow, RulePackRow, RunRow, StudentRow, new_id, now
from matcher.sentences import Sentence

WAITING, RUNNING = "queued", "running"
ENDED = ("finished", "failed", "infeasible", "cancelled")
KINDS = ("placements", "unplaced", "sentences", "slates", "seats", "recruit")
STAGES = ("load", "prepare", "rules and scores", "limits", "solve", "explain and write", "audit")


def add_run(session: Session, row: RoundRow, snapshot: str, previous_run_id: str | None, who: str) -> RunRow:
    """A run in the queue."""
    run = RunRow(
        run_id=new_id("run"),
        round_id=row.round_id,
        snapshot=snapshot,
        revision=row.revision,
        previous_run_id=previous_run_id,
        created_by=who,
    )
    session.add(run)
    session.flush()
    return run


def claim_run(session: Session, worker: str, lease: float, most_attempts: int) -> RunRow | None:
    """The next run that waits, or whose worker is silent; runs that brought down too many workers are given up."""
    dead = sa.and_(col(RunRow.status) == RUNNING, col(RunRow.heartbeat) < time.time() - lease)
    question = select(RunRow).where(sa.or_(col(RunRow.status) == WAITING, dead)).order_by(col(RunRow.created_at))
    while True:
        run = session.exec(question.limit(1).with_for_update(skip_locked=True)).first()
        if run is None:
            return None
        if run.cancel:
            _end(run, "cancelled", {"code": "cancelled", "detail": "It was stopped."})
        elif run.attempts >= most_attempts:
            detail = f"It was given up after {run.attempts} attempts: each time the process that solved it ended without an answer."
            _end(run, "failed", {"code": "poison", "detail": detail, "attempts": run.attempts})
        else:
            run.status, run.worker, run.claim = RUNNING, worker, secrets.token_hex(8)
            run.heartbeat, run.attempts, run.stage, run.progress = time.time(), run.attempts + 1, "start", 0
            run.started_at = run.started_at or now()
            session.add(run)
            session.flush()
            return run
        session.add(run)
        session.flush()


def _end(run: RunRow, status: str, error: dict[str, Any]) -> None:
    run.status, run.error, run.finished_at, run.claim = status, error, now(), ""


def beat(session: Session, run_id: str, claim: str, stage: str) -> str:
    """Tell that a worker is alive and where it is; answers ``go``, ``cancel``, or ``lost`` when another one has taken over."""
    done = (STAGES.index(name) / len(STAGES)) if (name := stage.partition(":")[0]) in STAGES else 0.0
    mine = sa.update(RunRow).where(col(RunRow.run_id) == run_id, col(RunRow.claim) == claim, col(RunRow.status) == RUNNING)
    if session.execute(mine.values(heartbeat=time.time(), stage=stage, progress=round(done, 3))).rowcount != 1:  # type: ignore[attr-defined]
        return "lost"
    return "cancel" if session.exec(select(RunRow.cancel).where(RunRow.run_id == run_id)).one() else "go"


def give_back(session: Session, run_id: str, claim: str) -> None:
    """A worker that shuts down returns its run to the queue; that is no attempt."""
    mine = sa.update(RunRow).where(col(RunRow.run_id) == run_id, col(RunRow.claim) == claim, col(RunRow.status) == RUNNING)
    session.execute(mine.values(status=WAITING, claim="", worker="", attempts=RunRow.attempts - 1, stage="", progress=0))


def end_run(session: Session, run_id: str, claim: str, status: str, error: dict[str, Any]) -> bool:
    """End a run without results; False when it is no longer this worker's."""
    run = _mine(session, run_id, claim)
    if run is None:
        return False
    _end(run, status, error)
    session.add(run)
    return True


def finish_run(session: Session, run_id: str, claim: str, out: Path, summary: dict[str, Any], packs: dict[str, tuple[str, str]]) -> bool:
    """Keep every file and row of a solved run, once; False when it is no longer this worker's."""
    run = _mine(session, run_id, claim)
    if run is None:
        return False
    for table in (ResultFileRow, ResultRow):
        session.execute(sa.delete(table).where(col(table.run_id) == run_id))
    files = [{"run_id": run_id, "name": path.name, "data": path.read_bytes()} for path in sorted(out.iterdir())]
    session.execute(sa.insert(ResultFileRow), files)
    school_of = dict(session.exec(select(StudentRow.student_id, StudentRow.school_id).where(StudentRow.round_id == run.round_id)).all())
    for kind in KINDS:
        for chunk in chunks(_rows(run_id, kind, out, school_of, summary)):
            session.execute(sa.insert(ResultRow), chunk)
    for sha256, (name, text) in packs.items():
        if session.get(RulePackRow, sha256) is None:
            session.add(RulePackRow(sha256=sha256, name=name, text=text))
    run.status, run.stage, run.progress, run.summary, run.error = "finished", "done", 1, summary, {}
    run.finished_at, run.claim = now(), ""
    session.add(run)
    return True


def _mine(session: Session, run_id: str, claim: str) -> RunRow | None:
    question = select(RunRow).where(RunRow.run_id == run_id, RunRow.claim == claim, RunRow.status == RUNNING)
    return session.exec(question.with_for_update()).first()


def _rows(run_id: str, kind: str, out: Path, school_of: dict[str, str], summary: dict[str, Any]) -> Any:
    """The rows of a table; those of slates with their dates of waves.csv, those to recruit with their sentence of summary.json."""
    reader: Iterable[dict[str, str]] = _read(out / f"{kind}.csv")
    if kind == "slates":
        reader = ({**dates, **row} for row, dates in zip(reader, _read(out / "waves.csv"), strict=True))
    if kind == "recruit":
        reader = ({**row, "look_for": told} for row, told in zip(reader, summary["recruit"], strict=True))
    for position, row in enumerate(reader):
        student = row.get("student_id", "")
        ids = {name: row.get(name, "") for name in ("opportunity_id", "mentor_id")}
        yield (
            {"run_id": run_id, "kind": kind, "position": position, "student_id": student, "school_id": school_of.get(student, "")}
            | ids
            | {"cells": {key: plain(value) for key, value in row.items()}}
        )


def _read(path: Path) -> csv.DictReader[str]:
    return csv.DictReader(io.StringIO(path.read_text(encoding="utf-8"), newline=""))


def plain(cell: str) -> str:
    """A cell without the apostrophe that keeps spreadsheets from running it."""
    return cell[1:] if cell[:1] == "'" and cell[1:2] in {"=", "+", "-", "@", "\t", "\r", "\0"} else cell


def ask_to_stop(session: Session, run: RunRow) -> None:
    """Stop a run: at once when it waits, within a second when somebody solves it."""
    if run.status == WAITING:
        _end(run, "cancelled", {"code": "cancelled", "detail": "It was stopped before it began."})
    elif run.status == RUNNING:
        run.cancel = True
    session.add(run)
    session.flush()


def write_results(session: Session, run_id: str, folder: Path, names: tuple[str, ...] = ()) -> None:
    """Lay the files of a run out in a folder, byte for byte."""
    question = select(ResultFileRow.name, ResultFileRow.data).where(ResultFileRow.run_id == run_id)
    folder.mkdir(parents=True, exist_ok=True)
    for name, data in session.exec(question.where(col(ResultFileRow.name).in_(names)) if names else question):
        (folder / name).write_bytes(data)


def result_file(session: Session, run_id: str, name: str) -> bytes | None:
    """One file of a run."""
    return session.exec(select(ResultFileRow.data).where(ResultFileRow.run_id == run_id, ResultFileRow.name == name)).first()


def result_table(session: Session, run_id: str, name: str) -> list[dict[str, str]]:
    """The rows of a result file that is a table; none where the run wrote no such file."""
    data = result_file(session, run_id, name)
    reader = csv.DictReader(io.StringIO((data or b"").decode("utf-8"), newline=""))
    return [{key: plain(value) for key, value in row.items()} for row in reader]


def rows_about(session: Session, run_id: str, kind: str, student_id: str) -> list[dict[str, str]]:
    """The rows of a result table about one student, in the file's order."""
    mine = (ResultRow.run_id == run_id, ResultRow.kind == kind, ResultRow.student_id == student_id)
    return [dict(cells) for cells in session.exec(select(ResultRow.cells).where(*mine).order_by(col(ResultRow.position))).all()]


def sentences(session: Session, run_id: str, students: Iterable[str]) -> dict[str, list[Sentence]]:
    """What a run says of each of these students, sentence by sentence; nothing for a run that was made before they were kept."""
    found: dict[str, list[Sentence]] = {}
    for chunk in chunks(sorted(set(students))):
        mine = (ResultRow.run_id == run_id, ResultRow.kind == "sentences", col(ResultRow.student_id).in_(chunk))
        for row in session.exec(select(ResultRow).where(*mine).order_by(col(ResultRow.position))):
            if row.cells.get("about"):
                said = Sentence(row.cells.get("sentence", ""), tuple(row.cells["about"].split(";")))
                found.setdefault(row.student_id, []).append(said)
    return found


def waiting(session: Session) -> dict[str, int]:
    """How many runs there are in each status."""
    return dict(session.exec(select(RunRow.status, sa.func.count()).group_by(RunRow.status)).all())


def try_again(session: Session, run_id: str, claim: str) -> bool:
    """Back to the queue after a process that ended without an answer; the attempt counts."""
    mine = sa.update(RunRow).where(col(RunRow.run_id) == run_id, col(RunRow.claim) == claim, col(RunRow.status) == RUNNING)
    return bool(session.execute(mine.values(status=WAITING, claim="", worker="", stage="", progress=0)).rowcount)  # type: ignore[attr-defined]
