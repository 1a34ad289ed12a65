"""Dates, wall-clock minutes and weekly windows, read and compared as docs/rules.md section 1 says."""

from __future__ import annotations

import calendar
import datetime as dt
import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
MIDNIGHT = 24 * 60
ONE_DAY = dt.timedelta(days=1)

Span = tuple[int, int]
Range = tuple[dt.date, dt.date]


class Window(NamedTuple):
    """A weekly stretch of time: `weekday` 0 is Monday, `start` and `end` are minutes after midnight, half-open."""

    weekday: int
    start: int
    end: int


def read_date(text: str) -> dt.date:
    """Read ``2026-09-15`` (a time of midnight behind it is what spreadsheets add)."""
    found = re.fullmatch(r"(\d{4}-\d{2}-\d{2})([ T]00:00(:00(\.0+)?)?)?", text.strip())
    if not found:
        raise ValueError("not a date")
    return dt.date.fromisoformat(found[1])


def read_range(text: str) -> Range:
    """Read ``2026-10-12..2026-10-16``, or one date for a range of one day."""
    first, dots, last = text.partition("..")
    start = read_date(first)
    return start, read_date(last) if dots else start


def read_clock(text: str, latest: int = MIDNIGHT) -> int:
    """Read ``09:00`` as minutes after midnight."""
    found = re.fullmatch(r"(\d{1,2}):(\d{2})(:00)?", text.strip())
    if not found or int(found[2]) > 59:
        raise ValueError("not a time of day")
    minutes = int(found[1]) * 60 + int(found[2])
    if minutes > latest:
        raise ValueError("later than the day is long")
    return minutes


def read_weekday(text: str) -> int:
    """Read ``Tue`` (or ``tuesday``) as 1."""
    short = text.strip()[:3].capitalize()
    if short not in WEEKDAYS:
        raise ValueError("not a weekday")
    return WEEKDAYS.index(short)


def read_window(text: str) -> Window:
    """Read ``Tue 09:00-15:00``."""
    found = re.fullmatch(r"([A-Za-z]+)\s+(\d{1,2}:\d{2})\s*-\s*(\d{1,2}:\d{2})", text.strip())
    if not found:
        raise ValueError("not a weekly window")
    window = Window(read_weekday(found[1]), read_clock(found[2]), read_clock(found[3]))
    if window.start >= window.end:
        raise ValueError("a window that ends before it starts")
    return window


def read_windows(text: str) -> tuple[Window, ...]:
    """Read ``Tue 09:00-15:00;Thu 09:00-15:00`` in weekly order."""
    return tuple(sorted({read_window(part) for part in text.split(";") if part.strip()}))


def read_patterns(text: str) -> tuple[tuple[Window, ...], ...]:
    """Read the alternatives of an opportunity, split by ``|``."""
    return tuple(read_windows(part) for part in text.split("|") if part.strip())


def merged(spans: Iterable[Span]) -> list[Span]:
    """Join spans of one day that touch or overlap."""
    joined: list[Span] = []
    for start, end in sorted(spans):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined


def by_weekday(windows: Iterable[Window]) -> dict[int, list[Span]]:
    """Give the joined spans of every weekday that has one."""
    days: dict[int, list[Span]] = {}
    for window in windows:
        days.setdefault(window.weekday, []).append((window.start, window.end))
    return {weekday: merged(spans) for weekday, spans in days.items()}


def inside(window: Window, hours: dict[int, list[Span]]) -> bool:
    """Say whether a window lies wholly inside one of the joined spans of its weekday."""
    return any(start <= window.start and window.end <= end for start, end in hours.get(window.weekday, ()))


def overlap(some: Sequence[Span], others: Sequence[Span]) -> bool:
    """Say whether two sets of spans of one day share an instant."""
    return any(a < d and c < b for a, b in some for c, d in others)


def within(day: dt.date, ranges: Iterable[Range]) -> bool:
    """Say whether a date lies in one of the ranges, both ends included."""
    return any(start <= day <= end for start, end in ranges)


def age_on(birth: dt.date, day: dt.date) -> int:
    """Count whole years; someone born on 29 February turns on 1 March in common years."""
    return day.year - birth.year - ((day.month, day.day) < (birth.month, birth.day))


def sunday_before(day: dt.date) -> dt.date:
    """Give the Sunday that begins the week of a date."""
    return day - dt.timedelta(days=day.isoweekday() % 7)


def labor_day(year: int) -> dt.date:
    """Give the first Monday of September."""
    first = dt.date(year, 9, 1)
    return first + dt.timedelta(days=-first.weekday() % 7)


def months_later(day: dt.date, months: int) -> dt.date:
    """Add calendar months, ending on the last day of a month that is too short."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return dt.date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def show(minutes: int) -> str:
    """Write minutes after midnight as ``09:00``."""
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def show_windows(windows: Iterable[Window]) -> str:
    """Write windows as ``Tue 09:00-15:00;Thu 09:00-15:00``."""
    return ";".join(f"{WEEKDAYS[w.weekday]} {show(w.start)}-{show(w.end)}" for w in windows)
