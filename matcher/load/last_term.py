"""What last term's output says about each student: points, or that there was no place."""

from __future__ import annotations

import csv
import hashlib
import io
from pathlib import Path

from matcher.domain import NO_PLACE
from matcher.errors import Issue

COLUMNS = {"placements.csv": ("student_id", "points"), "unplaced.csv": ("student_id", "code")}
"""What is read of an earlier output, file by file; `not_ready` students of the second one did not seek."""
MAX_BYTES = 64 * 1024 * 1024


def read_last_term(folder: Path, name: str | None) -> tuple[tuple[tuple[str, int], ...], list[Issue]]:
    """Points of last term's placement by student id, `NO_PLACE` for those who sought and got none, sorted; and what is wrong.

    Parameters
    ----------
    name : the folder of the earlier output, a path from the round folder; nothing is read when it is None.
    """
    if name is None:
        return (), []
    place = earlier_path(folder, name)
    if place is None:
        return (), [_issue(name, "is not inside the round folder", "Maybe copy last term's output into it.")]
    points: dict[str, int] = {}
    issues: list[Issue] = []
    for file in COLUMNS:
        try:
            rows = _rows(place / file)
        except (OSError, UnicodeDecodeError, csv.Error) as error:
            issues.append(_issue(name, f"has no {file} that can be read ({type(error).__name__})", "Maybe it is no output of matcher run."))
            continue
        for number, row in enumerate(rows, start=2):
            student, cell = _plain(row.get("student_id") or ""), row.get("points") or ""
            if file == "unplaced.csv" and row.get("code") == "not_ready":
                continue
            if not student or student in points or (file == "placements.csv" and not _lawful(cell)):
                message = f"has a row {number} in {file} without one student and points from 0 to 1000"
                issues.append(_issue(name, message, "Maybe the file was changed after matcher run wrote it."))
                break
            points[student] = int(cell) if file == "placements.csv" else NO_PLACE
    return tuple(sorted(points.items())), issues


def earlier_path(folder: Path, name: str) -> Path | None:
    """Where the earlier output lies; None when that is outside the round folder."""
    try:
        path = (folder / name).resolve()
    except (OSError, ValueError):  # too long, or with a NUL
        return None
    return path if path.is_relative_to(folder.resolve()) and path != folder.resolve() else None


def last_term_hashes(folder: Path, name: str | None) -> dict[str, str]:
    """SHA-256 of what is read of the earlier output, by the path of each file from the round folder."""
    return {file: hashlib.sha256(data).hexdigest() for file, data in last_term_files(folder, name).items()}


def last_term_files(folder: Path, name: str | None) -> dict[str, bytes]:
    """The columns that are read of the earlier output, each file as CSV by its path; the whole file where it is no CSV.

    A round that has only these columns reads the same and has the same hashes.
    """
    place = None if name is None else earlier_path(folder, name)
    if place is None:
        return {}
    return {f"{name}/{file}": _read_columns(place / file) for file in COLUMNS if (place / file).is_file()}


def _read_columns(path: Path) -> bytes:
    try:
        rows = _rows(path)
    except (OSError, UnicodeDecodeError, csv.Error):
        return path.read_bytes()
    text, columns = io.StringIO(), COLUMNS[path.name]
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([row.get(column) or "" for column in columns] for row in rows)
    return text.getvalue().encode()


def _rows(path: Path) -> list[dict[str, str]]:
    if path.stat().st_size > MAX_BYTES:
        raise OSError("too big")
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, strict=True))


def _plain(cell: str) -> str:
    """A cell without the apostrophe that keeps spreadsheets from running it."""
    return cell[1:] if cell[:1] == "'" and cell[1:2] in {"=", "+", "-", "@", "\t", "\r", "\0"} else cell


def _lawful(cell: str) -> bool:
    return cell.isascii() and cell.isdigit() and len(cell) <= 4 and int(cell) <= 1000


def _issue(value: str, message: str, hint: str) -> Issue:
    return Issue("round.toml", None, "objectives.last_term", "bad_last_term", "error", value, message, hint)
