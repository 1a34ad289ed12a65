"""How one spreadsheet cell becomes a value: windows, lists, documents, dates, yes/no."""

from __future__ import annotations

import datetime as dt
import re
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_LONG = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_TIME = re.compile(r"(\d{1,2}):(\d{2})")
_WINDOW = re.compile(r"([A-Za-z]+)\.?\s+(\d{1,2}:\d{2})\s*[-\u2013]\s*(\d{1,2}:\d{2})")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_MEMORY = 1 << 16


class CellError(ValueError):
    """A cell that cannot be read; `hint` begins with "Maybe", `code` is the short name of the kind of issue."""

    def __init__(self, message: str, hint: str = "", code: str = "bad_value") -> None:
        super().__init__(message)
        self.hint = hint
        self.code = code


class Window(NamedTuple):
    """A stretch of one weekday that recurs every week, half-open, in minutes from midnight."""

    weekday: int
    start: int
    end: int

    def __str__(self) -> str:
        return f"{WEEKDAYS[self.weekday]} {clock(self.start)}-{clock(self.end)}"


class DateRange(NamedTuple):
    """A run of days, both ends included."""

    first: dt.date
    last: dt.date

    def __contains__(self, day: object) -> bool:
        return isinstance(day, dt.date) and self.first <= day <= self.last


class Document(NamedTuple):
    """A paper on file. Without any date it covers nothing; without `valid_from`, every day up to `valid_until`."""

    name: str
    valid_from: dt.date | None
    valid_until: dt.date | None

    def covers(self, day: dt.date) -> bool:
        """Whether the paper is good on that day."""
        if self.valid_until is None:
            return False
        return (self.valid_from is None or self.valid_from <= day) and day <= self.valid_until


def clock(minutes: int) -> str:
    """Minutes from midnight as HH:MM (up to 24:00 and beyond for ends past midnight)."""
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


@lru_cache(maxsize=_MEMORY)
def parse_time(text: str) -> int:
    """``HH:MM`` (00:00 to 24:00) as minutes from midnight."""
    match = _TIME.fullmatch(text.strip())
    if not match or int(match[2]) > 59 or int(match[1]) * 60 + int(match[2]) > 24 * 60:
        raise CellError("is not a time of day", "Maybe write it like 08:30.", "bad_time")
    return int(match[1]) * 60 + int(match[2])


@lru_cache(maxsize=_MEMORY)
def parse_date(text: str) -> dt.date:
    """``YYYY-MM-DD`` as a date; workbook dates arrive as text in this form."""
    text = text.strip()
    if not _DATE.fullmatch(text):
        raise CellError("is not a date", "Maybe write it as year-month-day, like 2026-09-15.", "bad_date")
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise CellError("is a day that does not exist", "Maybe check the month and the day.", "bad_date") from None


def parse_window(text: str) -> Window:
    """``Tue 09:00-15:00`` as a window."""
    match = _WINDOW.fullmatch(text.strip())
    if not match:
        raise CellError("is not a weekly window", "Maybe write it like Tue 09:00-15:00.", "bad_window")
    name = match[1].lower()
    if name not in _LONG and name not in (d.lower() for d in WEEKDAYS):
        raise CellError("names no weekday", "Maybe use Mon, Tue, Wed, Thu, Fri, Sat or Sun.", "bad_window")
    start, end = parse_time(match[2]), parse_time(match[3])
    if end <= start:
        raise CellError("ends before it starts", "Maybe the afternoon hour needs 24-hour time, like 15:00.", "bad_window")
    return Window([d.lower() for d in WEEKDAYS].index(name[:3]), start, end)


@lru_cache(maxsize=_MEMORY)
def parse_list(text: str) -> tuple[str, ...]:
    """Parts split by ``;``, trimmed, blanks dropped, order kept, repeats dropped."""
    return tuple(dict.fromkeys(part.strip() for part in text.split(";") if part.strip()))


@lru_cache(maxsize=_MEMORY)
def parse_windows(text: str) -> tuple[Window, ...]:
    """Windows split by ``;``, sorted by weekday and start; overlapping ones are an error."""
    windows = sorted(parse_window(part) for part in parse_list(text))
    for one, two in pairwise(windows):
        if one.weekday == two.weekday and two.start < one.end:
            raise CellError("has windows that overlap", "Maybe one of them is a typing error.", "overlapping_windows")
    return tuple(windows)


@lru_cache(maxsize=_MEMORY)
def parse_patterns(text: str) -> tuple[tuple[Window, ...], ...]:
    """Alternatives split by ``|``, each a list of windows."""
    patterns = [parse_windows(part) for part in text.split("|")]
    if not all(patterns):
        raise CellError("has an alternative with no window", "Maybe there is a | too many.", "bad_window")
    if len(set(patterns)) < len(patterns):
        raise CellError("has the same alternative twice", "Maybe delete one of the two.", "bad_window")
    return tuple(patterns)


def parse_range(text: str) -> DateRange:
    """``2026-10-12..2026-10-16`` (or one date) as a range."""
    first, dots, last = text.partition("..")
    one = DateRange(parse_date(first), parse_date(last if dots else first))
    if one.last < one.first:
        raise CellError("is a range that ends before it starts", "Maybe swap the two dates.", "bad_range")
    return one


@lru_cache(maxsize=_MEMORY)
def parse_ranges(text: str) -> tuple[DateRange, ...]:
    """Ranges split by ``;``, sorted."""
    return tuple(sorted(parse_range(part) for part in parse_list(text)))


AS_ON_THE_PAPER = "Maybe write name:FIRST..LAST with the dates that stand on the paper, each day as YYYY-MM-DD."
"""No date that anybody could copy: whoever has a made-up one counts as cleared."""


def _validity(dates: str) -> tuple[dt.date | None, dt.date]:
    if ".." not in dates:
        return None, parse_date(dates)
    valid = parse_range(dates)
    return valid.first, valid.last


@lru_cache(maxsize=_MEMORY)
def parse_documents(text: str) -> tuple[Document, ...]:
    """``name:from..until`` or ``name:until`` or a bare ``name`` (which covers nothing), split by ``;``, sorted."""
    found = []
    for part in parse_list(text):
        name, colon, dates = (piece.strip() for piece in part.partition(":"))
        if not name or (colon and not dates):
            raise CellError("has a document without a name or date", AS_ON_THE_PAPER, "bad_document")
        try:
            first, last = _validity(dates) if colon else (None, None)
        except CellError as error:
            raise CellError(str(error), AS_ON_THE_PAPER, error.code) from None
        found.append(Document(name, first, last))
    return tuple(sorted(found, key=lambda d: (d.name, d.valid_from or dt.date.min, d.valid_until or dt.date.min)))


def parse_yes_no(text: str) -> bool:
    """``yes`` or ``no``."""
    if text.strip().lower() not in {"yes", "no"}:
        raise CellError("is neither yes nor no", "Maybe write yes or no.", "bad_yes_no")
    return text.strip().lower() == "yes"


@lru_cache(maxsize=_MEMORY)
def parse_whole(text: str) -> int:
    """A whole number; spreadsheets' ``12.0`` counts as 12."""
    cleaned = re.sub(r"\.0+$", "", text.strip())
    if not re.fullmatch(r"[+-]?\d{1,9}", cleaned):
        raise CellError("is not a whole number", "Maybe there is a letter or a decimal sign in it.", "bad_number")
    return int(cleaned)


def parse_degrees(text: str) -> float:
    """Degrees with a decimal point."""
    if not re.fullmatch(r"[+-]?\d{1,3}(\.\d+)?", text.strip()):
        hint = "Maybe the decimal comma should be a point." if "," in text else "Maybe write it like 41.8240."
        raise CellError("is not a coordinate in degrees", hint, "bad_coordinate")
    return float(text)


def show_windows(windows: tuple[Window, ...]) -> str:
    """Windows in the form of the input files."""
    return ";".join(map(str, windows))
