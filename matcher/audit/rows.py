"""One row of an input table, whose cells are read as dates, numbers, lists or windows, with every unreadable cell noted."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable
from typing import TypeVar

from matcher.audit.finding import Finding, about_file
from matcher.audit.papers import Documents, read_documents
from matcher.audit.times import Range, Window, read_clock, read_date, read_patterns, read_range, read_windows

Value = TypeVar("Value")

KEYS = {
    "schools": "school_id",
    "students": "student_id",
    "sites": "site_id",
    "mentors": "mentor_id",
    "opportunities": "opportunity_id",
    "vans": "van_id",
    "previous": "student_id",
    "requests": "student_id",
    "travel": "from_id",
    "history": "site_id",
}


class Row:
    """Typed access to the cells of one row.

    Parameters
    ----------
    table : name of the table.
    cells : text by column.
    findings : where unreadable cells are noted; the cell's text is never repeated there.
    """

    def __init__(self, table: str, cells: dict[str, str], findings: list[Finding]) -> None:
        self.table = table
        self.cells = cells
        self.findings = findings
        self.name = cells.get(KEYS.get(table, ""), "(a row)")

    def text(self, column: str) -> str:
        """Give the cell as it stands, "" when blank or when the table has no such column."""
        return self.cells.get(column, "")

    def words(self, column: str) -> tuple[str, ...]:
        """Give a list split by ``;``."""
        return tuple(dict.fromkeys(word.strip() for word in self.text(column).split(";") if word.strip()))

    def tags(self, column: str) -> frozenset[str]:
        """Give a list of tags, in which case does not count."""
        return frozenset(word.casefold() for word in self.words(column))

    def is_yes(self, column: str) -> bool:
        """Say whether the cell says yes."""
        return self.text(column).casefold() in {"yes", "y", "true", "1"}

    def number(self, column: str) -> float | None:
        """Give a number, None when blank."""
        return self._read(column, _finite)

    def whole(self, column: str) -> int | None:
        """Give a whole number, None when blank."""
        return self._read(column, _whole)

    def date(self, column: str) -> dt.date | None:
        """Give a date, None when blank."""
        return self._read(column, read_date)

    def clock(self, column: str) -> int | None:
        """Give a time of day in minutes after midnight, None when blank."""
        return self._read(column, read_clock)

    def windows(self, column: str) -> tuple[Window, ...]:
        """Give weekly windows, none when blank."""
        return self._read(column, read_windows) or ()

    def patterns(self, column: str) -> tuple[tuple[Window, ...], ...]:
        """Give alternatives of weekly windows."""
        return self._read(column, read_patterns) or ()

    def ranges(self, column: str) -> tuple[Range, ...]:
        """Give ranges of dates, split by ``;``."""
        return self._read(column, lambda text: tuple(read_range(part) for part in text.split(";") if part.strip())) or ()

    def documents(self) -> Documents:
        """Give the documents on file."""
        return self._read("documents", read_documents) or {}

    def place(self) -> tuple[float, float] | None:
        """Give latitude and longitude, None unless both are there."""
        latitude, longitude = self.number("lat"), self.number("lon")
        return None if latitude is None or longitude is None else (latitude, longitude)

    def _read(self, column: str, reader: Callable[[str], Value]) -> Value | None:
        text = self.text(column)
        if not text:
            return None
        try:
            return reader(text)
        except ValueError:
            self.findings.append(about_file("file_shape", f"{self.table} {self.name}: the cell in column {column} is not readable"))
            return None


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError("not a number")
    return number


def _whole(text: str) -> int:
    number = _finite(text)
    if not number.is_integer():
        raise ValueError("not a whole number")
    return int(number)
