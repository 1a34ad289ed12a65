"""Round folders on disk for tests of the import. Everybody here is invented."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import openpyxl

HOURS = "Mon 08:00-16:00;Tue 08:00-16:00;Wed 08:00-16:00;Thu 08:00-16:00;Fri 08:00-16:00"
PAPERS = "parent_consent:2026-07-01..2027-06-30;emergency_contacts:2026-07-01..2027-06-30"
SITE_PAPERS = "agreement:2026-07-01..2027-06-30;insurance:2026-07-01..2027-06-30;site_visit:2026-07-01..2027-06-30"

TERM = "[round]\nstart = 2026-09-08\nend = 2026-12-18\n"

Table = list[list[str]]


def sound_tables() -> dict[str, Table]:
    """Two students, one school, site, mentor and opportunity: nothing to complain about."""
    student = ["K1", "11", "2010-01-15", 'animals, and "plants"', "walk;bike", PAPERS]
    return {
        "schools": [["school_id", "state", "lat", "lon", "windows"], ["K1", "US-RI", "41.824", "-71.4128", HOURS]],
        "students": [
            ["student_id", "school_id", "grade", "birth_date", "interests", "travel_modes", "documents"],
            ["S2", *student],
            ["S1", *student],
        ],
        "sites": [
            ["site_id", "name", "state", "lat", "lon", "documents"],
            ["W1", "Café Müller", "US-RI", "41.825", "-71.413", SITE_PAPERS],
        ],
        "mentors": [["mentor_id", "site_id", "documents"], ["M1", "W1", "clearance:2026-07-01..2027-06-30"]],
        "opportunities": [
            ["opportunity_id", "site_id", "mentors", "title", "description", "placement_kind", "sessions", "seats"],
            ["O1", "W1", "M1", "Helper", "Feed and clean.", "unpaid_learning", "Tue 09:00-15:00;Thu 09:00-15:00", "1"],
        ],
    }


def csv_text(table: Sequence[Sequence[str]], separator: str = ",", end: str = "\n") -> str:
    """The table as CSV."""
    buffer = io.StringIO(newline="")
    csv.writer(buffer, delimiter=separator, lineterminator=end).writerows(table)
    return buffer.getvalue()


def write_csvs(folder: Path, tables: Mapping[str, Sequence[Sequence[str]]], settings: str = TERM) -> Path:
    """A round folder of CSV files."""
    folder.mkdir(exist_ok=True)
    (folder / "round.toml").write_text(settings, encoding="utf-8")
    for name, table in tables.items():
        (folder / f"{name}.csv").write_bytes(csv_text(table).encode())
    return folder


def write_workbook(folder: Path, tables: Mapping[str, Sequence[Sequence[Any]]], name: str = "round.xlsx") -> Path:
    """A round folder with one workbook."""
    folder.mkdir(exist_ok=True)
    (folder / "round.toml").write_text(TERM, encoding="utf-8")
    book = openpyxl.Workbook()
    book.remove(book.active)
    for title, table in tables.items():
        sheet = book.create_sheet(title)
        for row in table:
            sheet.append(row)
    book.save(folder / name)
    return folder
