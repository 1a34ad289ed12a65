"""/v1/runs: solves of a round, from the queue to their results."""

from __future__ import annotations

import itertools
import json
import time
from collections.abc import Iterable, Iterator, Sequence
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Response
from fastapi import Path as PathParameter
from fastapi.responses import StreamingResponse
from sqlmodel import Session, col, select

from api import audit_log, views
from api.auth import Caller
from api.deps import Anybody, Confidant, Db, Paged, Singly, Writer
from api.problems import Problem, not_found
from api.routes.rounds import RoundId
from api.schemas import Listed, NewRun, Pagination, Row, RunOut
from api.store import folders, publications, rounds, runs
from api.store.nouns import cursor_of, read_page, school_of_students
from api.tables import ResultRow, RoundRow, RunRow
from matcher.sentences import Sentence

router = APIRouter(tags=["runs"])
RunId = Annotated[str, PathParameter(max_length=64, description="A run.", examples=["run_0123456789abcdef0123"])]
Table = Literal["placements", "unplaced", "slates", "seats", "recruit"]
FILES = {
    "placements.csv": "text/csv",
    "unplaced.csv": "text/csv",
    "slates.csv": "text/csv",
    "waves.csv": "text/csv",
    "seats.csv": "text/csv",
    "recruit.csv": "text/csv",
    "changes.csv": "text/csv",
    "sentences.csv": "text/csv",
    "summary.json": "application/json",
    "manifest.json": "application/json",
    "certificate.json": "application/json",
    "certificate.npz": "application/octet-stream",
    "report.html": "text/html",
}
_EVERY = 0.3
_MOST_TO_WATCH = 3600


def shown(run: RunRow, row: RoundRow, who: Caller) -> RunOut:
    """A run of a round as its reader sees it."""
    told = run.model_dump(include=set(RunOut.model_fields))
    error = views.ended(run.error, who.role, whole=rounds.sees_whole(row, who))
    told |= {"started_at": run.started_at or None, "finished_at": run.finished_at or None, "error": error}
    summary = run.summary
    told |= {"stage": views.stage(run.stage, who.role), "objectives": views.objectives(summary.get("objectives", []), who.role)}
    told |= {"gap": summary.get("gap"), "counts": summary.get("counts", {})}
    return RunOut.model_validate(told | {"seconds": summary.get("seconds", {})})


@router.post("/v1/rounds/{round_id}/runs", status_code=202, response_model=RunOut, operation_id="create_run", summary="Start a run")
def create_run(round_id: RoundId, body: NewRun, who: Writer, once: Singly) -> Response:
    """Put a run of the round as it is now into the queue; poll the address in `Location`."""

    def make(session: Session) -> tuple[int, dict[str, Any], str]:
        row = rounds.find_round(session, round_id, who, whole=True, lock=True)
        if body.previous_run_id is not None:
            earlier, _ = rounds.find_run(session, body.previous_run_id, who)
            if earlier.round_id != round_id:
                raise not_found("run")
            if earlier.status != "finished":
                raise Problem(409, "not_finished", "The previous run has no plan.")
        run = runs.add_run(session, row, folders.snapshot(session, round_id), body.previous_run_id, who.key_id)
        audit_log.note(session, who.key_id, "run.started", run.run_id, after={"round_id": round_id, "snapshot": run.snapshot})
        return 202, shown(run, row, who).model_dump(), f"/v1/runs/{run.run_id}"

    return once(body.model_dump(), make)


@router.get("/v1/rounds/{round_id}/runs", operation_id="list_runs", summary="List the runs of a round")
def list_runs(round_id: RoundId, who: Anybody, db: Db, page: Paged) -> Listed[RunOut]:
    """Runs of a round, the oldest first."""
    with db.reading(who.seen) as session:
        row = rounds.find_round(session, round_id, who)
        question = select(RunRow).where(RunRow.round_id == round_id)
        rows, cursor = read_page(session, question, [col(RunRow.created_at), col(RunRow.run_id)], page)
    return Listed(items=[shown(run, row, who) for run in rows], pagination=Pagination(limit=page.limit, next_cursor=cursor))


@router.get("/v1/runs/{run_id}", operation_id="get_run", summary="Read a run")
def get_run(run_id: RunId, who: Anybody, db: Db) -> RunOut:
    """Status, stage, progress and, in the end, the objectives."""
    with db.reading(who.seen) as session:
        return shown(*rounds.find_run(session, run_id, who), who)


@router.get(
    "/v1/runs/{run_id}/events",
    operation_id="watch_run",
    summary="Watch a run",
    response_class=StreamingResponse,
    responses={200: {"content": {"text/event-stream": {"schema": {"type": "string"}}}}},
)
def watch_run(run_id: RunId, who: Anybody, db: Db) -> StreamingResponse:
    """Server-sent events: the run whenever it changes, until it has ended."""
    with db.reading(who.seen) as session:
        rounds.find_run(session, run_id, who)

    def events() -> Iterator[str]:
        last, until = "", time.monotonic() + _MOST_TO_WATCH
        while time.monotonic() < until:
            with db.reading(who.seen) as session:
                told = shown(*rounds.find_run(session, run_id, who), who)
            text = json.dumps(told.model_dump())
            if text != last:
                yield f"event: {told.status}\ndata: {text}\n\n"
            last = text
            if told.status in runs.ENDED:
                return
            time.sleep(_EVERY)

    return StreamingResponse(events(), media_type="text/event-stream", headers={"Cache-Control": "no-store"})


@router.delete("/v1/runs/{run_id}", status_code=202, operation_id="stop_run", summary="Stop a run")
def stop_run(run_id: RunId, who: Writer, db: Db) -> RunOut:
    """Stop a run that waits or is being solved; one that has ended stays as it is."""
    with db.writing(who.seen) as session:
        run, _ = rounds.find_run(session, run_id, who)
        row = rounds.find_round(session, run.round_id, who, whole=True)
        runs.ask_to_stop(session, run)
        audit_log.note(session, who.key_id, "run.stopped", run_id)
        return shown(run, row, who)


def finished(session: Session, run_id: str, who: Anybody) -> RunRow:
    """A run with results, or 404, or 409 while there are none."""
    run, _ = rounds.find_run(session, run_id, who)
    if run.status != "finished":
        raise Problem(409, "not_finished", f"This run has no results: it is {run.status}.")
    return run


def sentences_for(session: Session, run_id: str, students: Iterable[str], who: Caller) -> dict[str, list[Sentence]]:
    """The sentences about each student, for a reader who is not told all of them; who is needs none beside the reason."""
    return {} if views.known(who.role) is None else runs.sentences(session, run_id, students)


def rows_out(session: Session, run: RunRow, kind: str, rows: Sequence[ResultRow], who: Caller) -> list[Row]:
    """Rows of a result table as their reader sees them; of whom new seats would place, only students of the reader's schools."""
    said = sentences_for(session, run.run_id, (row.student_id for row in rows if row.student_id), who)
    cells = [views.result(kind, row.cells, who.role, said.get(row.student_id, ())) for row in rows]
    if kind == "recruit" and who.schools is not None:
        named = [row.get("who", "").split(";") for row in cells]
        school_of = school_of_students(session, run.round_id, itertools.chain.from_iterable(named))
        own = [";".join(s for s in ids if s in school_of and who.sees(school_of[s])) for ids in named]
        cells = [{**row, "who": ids} for row, ids in zip(cells, own, strict=True)]
    return [Row.model_validate(row) for row in cells]


def _table(kind: Table) -> None:
    said = {
        "placements": "Who goes where, how, and why.",
        "unplaced": "Who has no place, why, and the smallest change that would help.",
        "slates": "The live options that each student is told to pursue, best first, each with its wave (0: asked already) and date.",
        "seats": "How many seats of each offer the plan uses, and what one more would add.",
        "recruit": "Which new seats to recruit next, and how many students each would place.",
    }

    @router.get(
        f"/v1/runs/{{run_id}}/{kind}",
        operation_id=f"list_{kind}",
        summary=f"Read {kind}",
        name=f"list_{kind}",
        description=said[kind],
    )
    def read(run_id: RunId, who: Anybody, db: Db, page: Paged) -> Listed[Row]:
        with db.reading(who.seen) as session:
            run = finished(session, run_id, who)
            rows, position = publications.results(session, run_id, kind, who.schools, page)
            items = rows_out(session, run, kind, rows, who)
        return Listed(items=items, pagination=Pagination(limit=page.limit, next_cursor=cursor_of(position) if position else None))


for _kind in ("placements", "unplaced", "slates", "seats", "recruit"):
    _table(_kind)


@router.get("/v1/runs/{run_id}/files/{name}", operation_id="get_run_file", summary="Download a file of a run", response_class=Response)
def get_run_file(
    run_id: RunId, name: Annotated[str, PathParameter(max_length=64, examples=["report.html"])], who: Anybody, db: Db
) -> Response:
    """A file as `matcher run` wrote it, for keys that see the whole round and what is confidential in it."""
    with db.reading(who.seen) as session:
        run = finished(session, run_id, who)
        row = rounds.find_round(session, run.round_id, who)
        if who.role not in Confidant or not rounds.sees_whole(row, who):
            raise Problem(403, "role", "The files tell of every student of the round; a coordinator of all its schools can have them.")
        data = runs.result_file(session, run_id, name) if name in FILES else None
    if data is None:
        raise not_found("file")
    headers = {"Content-Security-Policy": "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:"}
    return Response(data, media_type=FILES[name], headers=headers)
