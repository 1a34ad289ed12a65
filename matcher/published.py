"""Reads what an earlier run published: placements, and the same as the `previous` of a new round."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

from matcher.domain import Earlier, Round
from matcher.errors import InputError


def read_table(out: Path, name: str) -> list[dict[str, str]]:
    """The rows of a published CSV.

    Raises
    ------
    InputError
        When the folder was not written by `matcher run`.
    """
    try:
        with (out / name).open(encoding="utf-8", newline="") as file:
            return [{key: _plain(value) for key, value in row.items()} for row in csv.DictReader(file)]
    except (OSError, UnicodeDecodeError, csv.Error):
        raise InputError(f"{out / name} cannot be read. Maybe {out} was not written by matcher run.") from None


def _plain(cell: str | None) -> str:
    """A cell without the apostrophe that keeps spreadsheets from running it."""
    text = cell or ""
    return text[1:] if text[:1] == "'" and text[1:2] in {"=", "+", "-", "@", "\t", "\r", "\0"} else text


def read_json(out: Path, name: str) -> Any:
    """A published JSON file."""
    try:
        return json.loads((out / name).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        raise InputError(f"{out / name} cannot be read. Maybe {out} was not written by matcher run.") from None


def with_previous(round_: Round, out: Path) -> Round:
    """The round with the placements of an earlier output as where students are today; they win over the table `previous`.

    Placements of students or opportunities that are no longer in the round are left out.
    """
    rows = {row.student_id: row for row in round_.previous}
    for row in read_table(out, "placements.csv"):
        student, opportunity = round_.student.get(row.get("student_id", "")), row.get("opportunity_id", "")
        if student is not None and student.status == "seeking" and opportunity in round_.opportunity:
            earlier = Earlier.model_validate({"student_id": student.student_id, "opportunity_id": opportunity, "sessions": row["sessions"]})
            rows[student.student_id] = earlier
    return replace(round_, previous=tuple(rows[key] for key in sorted(rows)))
