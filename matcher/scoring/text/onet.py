"""Turns a downloaded O*NET database (text files) into fields of work that join the shipped ones; nothing of it is part of this project."""

from __future__ import annotations

import csv
from collections import defaultdict
from pathlib import Path

from matcher.errors import InputError

FILE = "onet.toml"
ATTRIBUTION = (
    "This file includes information from the O*NET Database by the U.S. Department of Labor, "
    "Employment and Training Administration (USDOL/ETA), used under the CC BY 4.0 licence, and modified: arranged as phrases by "
    "occupation. USDOL/ETA has not approved, endorsed or tested it."
)
SOURCES = (
    ("Alternate Titles.txt", "Alternate Title"),
    ("Sample of Reported Titles.txt", "Reported Job Title"),
    ("Task Statements.txt", "Task"),
)
CODE, TITLE, ABOUT = "O*NET-SOC Code", "Title", "Description"


def add_onet(path: Path, target: Path) -> int:
    """Write the fields of work of an O*NET database to `target`, and say how many.

    Parameters
    ----------
    path : the folder with ``Occupation Data.txt``, and any of the tables of titles and tasks.
    target : the folder that fields of one's own are read from.

    Raises
    ------
    InputError
        Naming the file and column that is missing.
    """
    phrases: dict[str, dict[str, None]] = defaultdict(dict)
    occupations = _rows(path / "Occupation Data.txt", (CODE, TITLE, ABOUT))
    for name, column in SOURCES:
        if (path / name).is_file():
            for row in _rows(path / name, (CODE, column)):
                phrases[row[CODE]][row[column]] = None
    target.mkdir(parents=True, exist_ok=True)
    draft = target / f".{FILE}.draft"
    with draft.open("w", encoding="utf-8", newline="\n") as file:
        file.write(f'cluster = "O*NET"\nattribution = {_quoted(ATTRIBUTION)}\n')
        for row in occupations:
            told = "; ".join(text.replace(";", ",") for text in (row[ABOUT], *phrases[row[CODE]]))
            file.write(f"\n[[field]]\nid = {_quoted('onet_' + row[CODE])}\nname = {_quoted(row[TITLE])}\nwork = {_quoted(told)}\n")
    draft.replace(target / FILE)
    return len(occupations)


def _rows(path: Path, columns: tuple[str, ...]) -> list[dict[str, str]]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE, restval="")
            if missing := [column for column in columns if column not in (reader.fieldnames or ())]:
                raise InputError(f"{path} has no column {missing[0]!r}. Maybe it is another table of O*NET, or another form of it.")
            return [{column: (row[column] or "").strip() for column in columns} for row in reader if row[CODE]]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise InputError(f"{path} cannot be read: {error}. Maybe name the folder of O*NET's text files.") from None


def _quoted(text: str) -> str:
    """A TOML basic string."""
    plain = "".join(c if c >= " " else " " for c in text)
    return '"' + plain.replace("\\", "\\\\").replace('"', '\\"') + '"'
