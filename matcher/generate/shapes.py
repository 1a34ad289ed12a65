"""What the generator knows about the things it makes, beside their rows: just enough to keep orders and trips lawful."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

from matcher.cells import Window
from matcher.domain import TABLES
from matcher.generate.dice import Dice

START = dt.date(2026, 9, 8)
END = dt.date(2026, 12, 18)
YEAR_END = dt.date(2027, 6, 30)

Row = dict[str, str]


@dataclass
class Tables:
    """Rows per table, and the next free number per kind of id; a made round is a first term, without `history`."""

    rows: dict[str, list[Row]] = field(default_factory=lambda: {name: [] for name in TABLES if name != "history"})
    _next: dict[str, int] = field(default_factory=dict)

    def new_id(self, letter: str) -> str:
        """``S00001``, ``S00002`` and so on."""
        self._next[letter] = self._next.get(letter, 0) + 1
        return f"{letter}{self._next[letter]:05d}"

    def add(self, table: str, **cells: object) -> None:
        """Append a row; None and empty lists become blank cells."""
        self.rows[table].append({name: _cell(value) for name, value in cells.items()})


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, (list, tuple)):
        return ";".join(map(str, value))
    return f"{value:.5f}" if isinstance(value, float) else str(value)


@dataclass
class SchoolFacts:
    """A school; `days` are the weekdays of its windows, in minutes from `opens` to `closes`."""

    school_id: str
    state: str
    lat: float
    lon: float
    size: int
    days: tuple[int, ...]
    opens: int
    closes: int
    leave_after: int
    return_by: int
    has_van: bool


@dataclass
class SiteFacts:
    """A site; `sound`: papers in date for the term, observable, no closures; `kind` and `used`: texts that suit it, texts it has."""

    site_id: str
    field_id: str
    kind: int
    lat: float
    lon: float
    sound: bool
    features: tuple[str, ...]
    schools: tuple[str, ...]
    max_students: int | None
    mentors: list[MentorFacts] = field(default_factory=list)
    used: dict[str, set[int]] = field(default_factory=dict)


@dataclass
class MentorFacts:
    """A mentor; `sound` means cleared for the whole term and never on leave."""

    mentor_id: str
    sound: bool
    max_students: int


@dataclass
class OfferFacts:
    """An opportunity; `plain` means unpaid, without programme or hazardous tasks, open, and everybody and everything about it sound."""

    opportunity_id: str
    site: SiteFacts
    patterns: tuple[tuple[Window, ...], ...]
    seats: int
    plain: bool
    min_age: int
    min_grade: int
    requires: tuple[str, ...]
    mentors: tuple[MentorFacts, ...]


@dataclass
class StudentFacts:
    """A student; `sound` means consent and contacts in date for the term; `topics` is what the interests are about."""

    student_id: str
    school: SchoolFacts
    status: str
    age: int
    grade: int
    lat: float
    lon: float
    starts_home: bool
    returns_home: bool
    modes: tuple[str, ...]
    max_minutes: int
    available: tuple[Window, ...]
    needs: tuple[str, ...]
    sound: bool
    papers: frozenset[str]
    topics: tuple[str, ...]


@dataclass
class Region:
    """A region and what is made in it; `trips` are bus trips by (student or school, site): minutes and transfers, (0, 0) for none."""

    name: str
    state: str
    lat: float
    lon: float
    seed: str
    schools: list[SchoolFacts] = field(default_factory=list)
    sites: list[SiteFacts] = field(default_factory=list)
    offers: list[OfferFacts] = field(default_factory=list)
    students: list[StudentFacts] = field(default_factory=list)
    trips: dict[tuple[str, str], tuple[int, int]] = field(default_factory=dict)

    def dice(self, purpose: str) -> Dice:
        """A stream of chance of this region for one purpose."""
        return Dice(self.seed, self.name, purpose)
