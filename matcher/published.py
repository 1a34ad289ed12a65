"""Reads what an earlier run published: placements, and the same as the `previous` of a new round."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from pathlib import Path
from typing import Any

from matcher.cells import show_windows
from matcher.domain import Earlier, Round
from matcher.errors import InputError

NEEDED = {
    "placements.csv": ("student_id", "opportunity_id", "mentor_id", "sessions", "reason"),
    "unplaced.csv": ("student_id", "reason"),
    "changes.csv": ("student_id", "from_opportunity", "from_sessions", "code", "reason"),
    "slates.csv": ("student_id", "rank", "opportunity_id", "points", "odds", "reason"),
    "waves.csv": ("student_id", "opportunity_id", "wave", "hold_until"),
}
"""Columns that the commands read again."""


def read_table(out: Path, name: str) -> list[dict[str, str]]:
    """The rows of a published CSV.

    Raises
    ------
    InputError
        When the folder was not written by `matcher run`.
    """
    try:
        with (out / name).open(encoding="utf-8", newline="") as file:
            reader = csv.DictReader(file, restkey="")
            rows = [{key: _plain(value) for key, value in row.items() if key} for row in reader]
    except (OSError, UnicodeDecodeError, csv.Error):
        raise InputError(f"{out / name} cannot be read. Maybe {out} was not written by matcher run.") from None
    if missing := [column for column in NEEDED[name] if column not in (reader.fieldnames or ())]:
        raise InputError(f"{out / name} has no column {missing[0]}. Maybe {out} was not written by matcher run.")
    return rows


def read_slates(out: Path) -> list[dict[str, str]]:
    """The rows of slates.csv, each with its `wave` and `hold_until` of waves.csv.

    Raises
    ------
    InputError
        When the folder was not written by `matcher run`.
    """
    dates = {(row["student_id"], row["opportunity_id"]): row for row in read_table(out, "waves.csv")}
    return [dates.get((row["student_id"], row["opportunity_id"]), {}) | row for row in read_table(out, "slates.csv")]


def _plain(cell: str | None) -> str:
    """A cell without the apostrophe that keeps spreadsheets from running it."""
    text = cell or ""
    return text[1:] if text[:1] == "'" and text[1:2] in {"=", "+", "-", "@", "\t", "\r", "\0"} else text


def changes_in(out: Path) -> dict[str, dict[str, str]]:
    """The rows of changes.csv by student; none for a plan that was written before there was such a table."""
    return {row["student_id"]: row for row in read_table(out, "changes.csv")} if (out / "changes.csv").exists() else {}


def read_json(out: Path, name: str) -> Any:
    """A published JSON file; NaN and Infinity, which no run writes and which no comparison refuses, cannot be read."""
    try:
        return json.loads((out / name).read_text(encoding="utf-8"), parse_constant=_refuse)
    except (OSError, ValueError):
        raise InputError(f"{out / name} cannot be read. Maybe {out} was not written by matcher run.") from None


def _refuse(name: str) -> float:
    raise ValueError(name)


def with_previous(round_: Round, out: Path) -> Round:
    """The round with the placements of an earlier output as where students are today; they win over the table `previous`.

    Placements of students who are no longer in the round are left out; whoever the earlier output leaves unplaced has no place
    today. The order of objectives is that of a re-run (`Settings.order`).
    """
    placed = read_table(out, "placements.csv")
    left = {row["student_id"] for row in read_table(out, "unplaced.csv")} if (out / "unplaced.csv").exists() else set()
    moved = with_rows(round_, [(row["student_id"], row["opportunity_id"], row["sessions"]) for row in placed], left)
    return with_order(moved, moved.settings.order(rerun=True))


def with_order(round_: Round, order: Iterable[str]) -> Round:
    """The round with its objectives in this order."""
    objectives = round_.settings.objectives.model_copy(update={"order": tuple(order)})
    return replace(round_, settings=round_.settings.model_copy(update={"objectives": objectives}))


def as_solved(round_: Round, out: Path) -> Round:
    """The round as the published plan had it: where its students were, how it read texts and in which order it took its objectives.

    Raises
    ------
    InputError
        When the folder was not written by `matcher run`.
    """
    manifest = read_json(out, "manifest.json")
    try:
        order = [str(name) for name in manifest["settings"]["objectives"]["order"]]
        text = round_.settings.text.model_copy(update={"level": str(manifest["text"]["level"])})
    except (KeyError, TypeError):
        raise InputError(f"{out / 'manifest.json'} does not say how texts and objectives were taken. Maybe run the round again.") from None
    leveled = replace(round_, settings=round_.settings.model_copy(update={"text": text}))
    seeking = {s.student_id for s in round_.students if s.status == "seeking"}
    return with_order(with_rows(leveled, earlier_rows(out), seeking), order)


def with_rows(round_: Round, placed: Iterable[Sequence[str]], stale: AbstractSet[str] = frozenset()) -> Round:
    """The round with these (student, opportunity, sessions) as where its seeking students are today.

    A row stays when its opportunity is gone: the student was placed, and has lost the place.

    Parameters
    ----------
    stale : students of whom the table `previous` says nothing that counts; rows of students with status `placed` always count.
    """
    firm = {s.student_id for s in round_.students if s.status == "placed"}
    rows = {row.student_id: row for row in round_.previous if row.student_id in firm or row.student_id not in stale}
    for student_id, opportunity_id, sessions in placed:
        student = round_.student.get(student_id)
        if student is not None and student.status == "seeking":
            cells = {"student_id": student_id, "opportunity_id": opportunity_id, "sessions": sessions}
            try:
                rows[student_id] = Earlier.model_validate(cells)
            except ValueError:
                raise InputError(f"where {student_id} was before cannot be read: {sessions!r}") from None
    return replace(round_, previous=tuple(rows[key] for key in sorted(rows)))


def rows_of(round_: Round) -> list[list[str]]:
    """Where the seeking students of a round are today, for manifest.json; `earlier_rows` reads it again."""
    seeking = {s.student_id for s in round_.students if s.status == "seeking"}
    rows = sorted(round_.previous, key=lambda row: row.student_id)
    return [[r.student_id, r.opportunity_id, show_windows(r.sessions)] for r in rows if r.student_id in seeking]


def earlier_rows(out: Path) -> list[tuple[str, str, str]]:
    """What a published plan took as where its students were, from the table `previous` or from ``--previous``."""
    try:
        return [(str(s), str(o), str(w)) for s, o, w in read_json(out, "manifest.json").get("previous", [])]
    except (AttributeError, TypeError, ValueError):
        raise InputError(f"{out / 'manifest.json'} cannot be read. Maybe {out} was not written by matcher run.") from None
