"""Writes a made round as a folder, whole or not at all."""

from __future__ import annotations

import csv
import os
import shutil
from pathlib import Path

from matcher.domain import TABLES
from matcher.errors import InputError
from matcher.generate.shapes import Row


def check_call(students: int, schools: int, folder: Path) -> None:
    """Refuse calls that make no sense.

    Raises
    ------
    InputError
        When a number is too small, there are more schools than students, or the folder has something in it.
    """
    if students < 1:
        raise InputError(f"A round needs at least 1 student, not {students}.")
    if schools < 1:
        raise InputError(f"A round needs at least 1 school, not {schools}.")
    if schools > students:
        raise InputError(f"There are more schools ({schools}) than students ({students}). Maybe the two numbers are swapped.")
    if folder.exists() and not folder.is_dir():
        raise InputError(f"{folder} is a file, not a folder. Maybe give another name.")
    if folder.is_dir() and any(folder.iterdir()):
        raise InputError(f"The folder {folder} is not empty and nothing in it was touched. Maybe give a new name.")


def write_folder(folder: Path, settings: str, rows: dict[str, list[Row]]) -> None:
    """Write beside the folder first, then move the finished files in, round.toml last."""
    folder = folder.resolve()
    draft = folder.with_name(f".{folder.name}.draft-{os.getpid()}")
    try:
        draft.mkdir(parents=True)
        for table, table_rows in rows.items():
            write_table(draft / f"{table}.csv", tuple(TABLES[table].model_fields), table_rows)
        (draft / "round.toml").write_text(settings, encoding="utf-8", newline="\n")
        folder.mkdir(exist_ok=True)
        for path in sorted(draft.iterdir()):
            path.replace(folder / path.name)
    except OSError as error:
        raise InputError(f"Cannot write to {folder}: {error.strerror or error}.") from error
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def write_table(path: Path, columns: tuple[str, ...], rows: list[Row]) -> None:
    """One CSV table with a header row; a column a row does not have is blank."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns, restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
