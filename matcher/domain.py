"""The nouns: one frozen model per table, and the round that holds them all."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from matcher import cells
from matcher.cells import DateRange, Document, Window
from matcher.settings import Settings


def _cell(parse: Callable[[str], Any]) -> BeforeValidator:
    """Parse text cells; values that are already typed (tests, the API) pass through."""
    return BeforeValidator(lambda value: parse(value) if isinstance(value, str) else value)


def _choice(*names: str) -> BeforeValidator:
    def parse(text: str) -> str:
        value = text.strip().lower()
        if value not in names:
            raise cells.CellError("is not one of " + ", ".join(names), f"Maybe {names[0]}.")
        return value

    return _cell(parse)


def _choices(*names: str) -> BeforeValidator:
    def parse(text: str) -> tuple[str, ...]:
        values = tuple(v.lower() for v in cells.parse_list(text))
        for value in values:
            if value not in names:
                raise cells.CellError(f"has {value!r}, which is not one of " + ", ".join(names), "Maybe a typing error.")
        return tuple(dict.fromkeys(values))

    return _cell(parse)


Whole = Annotated[int, _cell(cells.parse_whole)]
Date = Annotated[dt.date, _cell(cells.parse_date)]
Time = Annotated[int, _cell(cells.parse_time)]
YesNo = Annotated[bool, _cell(cells.parse_yes_no)]
Latitude = Annotated[float, _cell(cells.parse_degrees), Field(ge=-90, le=90)]
Longitude = Annotated[float, _cell(cells.parse_degrees), Field(ge=-180, le=180)]
Names = Annotated[tuple[str, ...], _cell(cells.parse_list)]
Windows = Annotated[tuple[Window, ...], _cell(cells.parse_windows)]
Patterns = Annotated[tuple[tuple[Window, ...], ...], _cell(cells.parse_patterns)]
Ranges = Annotated[tuple[DateRange, ...], _cell(cells.parse_ranges)]
Documents = Annotated[tuple[Document, ...], _cell(cells.parse_documents)]

MODES = ("walk", "bike", "transit", "drive", "dropoff", "van")


class Row(BaseModel):
    """A row of a table: frozen, no column it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)


class School(Row):
    """A school: where it is and when its students may be at a site."""

    school_id: str
    name: str = ""
    state: str
    region: str = ""
    lat: Latitude
    lon: Longitude
    windows: Windows
    leave_after: Time | None = None
    return_by: Time | None = None


class Student(Row):
    """A student. Facts a rule needs may be missing: the rule then fails closed."""

    student_id: str
    school_id: str
    name: str = ""
    advisory: str = ""
    grade: Whole | None = None
    birth_date: Date | None = None
    status: Annotated[str, _choice("seeking", "placed", "not_ready")] = "seeking"
    interests: str = ""
    avoid: str = ""
    goals: str = ""
    languages: Names = ()
    lat: Latitude | None = None
    lon: Longitude | None = None
    travel_modes: Annotated[tuple[str, ...], _choices(*MODES)] = ()
    max_travel_minutes: Annotated[Whole, Field(ge=0)] | None = None
    available: Windows = ()
    starts_from: Annotated[str, _choice("home", "school")] = "school"
    returns_to: Annotated[str, _choice("home", "school")] = "school"
    needs: Names = ()
    documents: Documents = ()
    programs: Names = ()
    priority: Whole = 0


class Site(Row):
    """A work site."""

    site_id: str
    name: str = ""
    state: str
    lat: Latitude
    lon: Longitude
    cluster: str = ""
    description: str = ""
    features: Names = ()
    observable: YesNo | None = None
    documents: Documents = ()
    closures: Ranges = ()
    max_students: Annotated[Whole, Field(ge=0)] | None = None
    schools: Names = ()


class Mentor(Row):
    """An adult at a site."""

    mentor_id: str
    site_id: str
    name: str = ""
    about: str = ""
    languages: Names = ()
    documents: Documents = ()
    leave: Ranges = ()
    max_students: Annotated[Whole, Field(ge=0)] = 1


class Opportunity(Row):
    """One offer: a site, its mentors (lead first), alternative session patterns, seats."""

    opportunity_id: str
    site_id: str
    mentors: Names
    title: str
    description: str = ""
    cluster: str = ""
    tasks: Names = ()
    placement_kind: Annotated[str, _choice("unpaid_learning", "paid_employment")]
    program: str = ""
    sessions: Patterns
    seats: Annotated[Whole, Field(ge=1)]
    min_age: Whole | None = None
    min_grade: Whole | None = None
    requires: Names = ()
    appetite: Annotated[str, _choice("open", "interested", "not_open")] = "open"
    starts: Date | None = None
    ends: Date | None = None


class Request(Row):
    """A student's wish to pursue an opportunity."""

    student_id: str
    opportunity_id: str
    rank: Annotated[Whole, Field(ge=1)] | None = None
    state: Annotated[str, _choice("wish", "pursuing", "landed", "declined")] = "wish"
    expires: Date | None = None


class Decision(Row):
    """A coordinator's order: a pin or ban of a pair, or two persons apart or together."""

    kind: Annotated[str, _choice("pin", "ban", "no_contact", "keep_apart", "keep_together")]
    a: str
    b: str
    until: Date | None = None
    note: str = ""


class CalendarDay(Row):
    """A day without school or without LTI, for one school or all (``*``)."""

    school_id: str
    date: Date
    kind: Annotated[str, _choice("no_school", "no_lti")]


class Trip(Row):
    """A known travel time from a student or school to a site; wins over computed times."""

    from_id: str
    site_id: str
    mode: Annotated[str, _choice(*MODES)]
    minutes: Annotated[Whole, Field(ge=0, le=1440)]
    transfers: Annotated[Whole, Field(ge=0, le=20)] = 0


class Van(Row):
    """A school's van: its seats for riders, its days, its sites (blank = all), its hours."""

    van_id: str
    school_id: str
    seats: Annotated[Whole, Field(ge=1)]
    weekdays: Annotated[tuple[str, ...], _choices(*(d.lower() for d in cells.WEEKDAYS))]
    sites: Names = ()
    departs: Time
    returns: Time


class Earlier(Row):
    """Where a student is today (table `previous`)."""

    student_id: str
    opportunity_id: str
    sessions: Windows = ()


class Asks(Row):
    """How often students of earlier terms asked at a site (blank mentor: whichever), and how many of them landed it (table `history`)."""

    site_id: str
    mentor_id: str = ""
    asked: Annotated[Whole, Field(ge=0, le=100_000)]
    landed: Annotated[Whole, Field(ge=0, le=100_000)]


TABLES: dict[str, type[Row]] = {
    "schools": School, "students": Student, "sites": Site, "mentors": Mentor, "opportunities": Opportunity, "requests": Request,
    "decisions": Decision, "calendar": CalendarDay, "travel": Trip, "vans": Van, "previous": Earlier, "history": Asks,
}  # fmt: skip
NO_PLACE, NO_RECORD = -1, 1 << 20
"""Stand for last term's points of who sought a place and got none, and of whom last term says nothing (then nothing is owed)."""
REQUIRED_TABLES = ("schools", "students", "sites", "mentors", "opportunities")


class SolveStatus(StrEnum):
    """How a solve ended."""

    OPTIMAL = "optimal"
    FEASIBLE = "feasible"
    INFEASIBLE = "infeasible"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Round:
    """One act of placing for a term: settings and tables, each sorted by its ids so that row order never matters."""

    settings: Settings
    schools: tuple[School, ...] = ()
    students: tuple[Student, ...] = ()
    sites: tuple[Site, ...] = ()
    mentors: tuple[Mentor, ...] = ()
    opportunities: tuple[Opportunity, ...] = ()
    requests: tuple[Request, ...] = ()
    decisions: tuple[Decision, ...] = ()
    calendar: tuple[CalendarDay, ...] = ()
    travel: tuple[Trip, ...] = ()
    vans: tuple[Van, ...] = ()
    previous: tuple[Earlier, ...] = ()
    history: tuple[Asks, ...] = ()
    last_term: tuple[tuple[str, int], ...] = ()

    @cached_property
    def school(self) -> dict[str, School]:
        """Schools by id."""
        return {s.school_id: s for s in self.schools}

    @cached_property
    def student(self) -> dict[str, Student]:
        """Students by id."""
        return {s.student_id: s for s in self.students}

    @cached_property
    def site(self) -> dict[str, Site]:
        """Sites by id."""
        return {s.site_id: s for s in self.sites}

    @cached_property
    def mentor(self) -> dict[str, Mentor]:
        """Mentors by id."""
        return {m.mentor_id: m for m in self.mentors}

    @cached_property
    def opportunity(self) -> dict[str, Opportunity]:
        """Opportunities by id."""
        return {o.opportunity_id: o for o in self.opportunities}

    def decisions_in_force(self, *kinds: str) -> tuple[Decision, ...]:
        """Decisions of these kinds whose `until` is not before the round's first day."""
        return tuple(d for d in self.decisions if d.kind in kinds and (d.until is None or d.until >= self.settings.round.start))

    def live_requests(self) -> tuple[Request, ...]:
        """Requests that have not expired before students begin to ask (``[waves] begins``, else the round's first day)."""
        return tuple(r for r in self.requests if r.expires is None or r.expires >= self.settings.today)


def age_on(birth_date: dt.date, day: dt.date) -> int:
    """Whole years on that day; someone born on 29 February turns on 1 March in common years."""
    return day.year - birth_date.year - ((day.month, day.day) < (birth_date.month, birth_date.day))
