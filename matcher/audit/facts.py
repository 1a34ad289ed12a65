"""The nouns of a round as the auditor holds them: who is who, who works where, and what was decided."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import NamedTuple

from matcher.audit.feeds import Feed
from matcher.audit.law import LawBook
from matcher.audit.papers import Documents
from matcher.audit.terms import Terms
from matcher.audit.times import Range, Span, Window

Place = tuple[float, float]


@dataclass(frozen=True)
class School:
    """A school; `hours` are its joined windows by weekday."""

    school_id: str
    state: str
    region: str
    place: Place | None
    hours: dict[int, list[Span]]
    leave_after: int | None
    return_by: int | None


@dataclass(frozen=True)
class Student:
    """A student; facts that are not known are None, and `available` is None when the school's windows count."""

    student_id: str
    school_id: str
    status: str
    grade: int | None
    birth: dt.date | None
    home: Place | None
    modes: tuple[str, ...]
    max_travel_minutes: float | None
    available: dict[int, list[Span]] | None
    starts_from: str
    returns_to: str
    needs: frozenset[str]
    documents: Documents
    programmes: frozenset[str]


@dataclass(frozen=True)
class Site:
    """A work site."""

    site_id: str
    state: str
    place: Place | None
    features: frozenset[str]
    observable: bool
    documents: Documents
    closures: tuple[Range, ...]
    max_students: int | None
    schools: frozenset[str]


@dataclass(frozen=True)
class Mentor:
    """A mentor of a site."""

    mentor_id: str
    site_id: str
    documents: Documents
    leave: tuple[Range, ...]
    max_students: int


@dataclass(frozen=True)
class Opportunity:
    """What a site offers; `patterns` are its alternative weekly windows."""

    opportunity_id: str
    site_id: str
    mentor_ids: tuple[str, ...]
    tasks: frozenset[str]
    paid: bool
    programme: str
    patterns: tuple[tuple[Window, ...], ...]
    seats: int | None
    min_age: int | None
    min_grade: int | None
    requires: tuple[str, ...]
    appetite: str
    starts: dt.date | None
    ends: dt.date | None


class Decision(NamedTuple):
    """A decision in force."""

    kind: str
    a: str
    b: str


class Asked(NamedTuple):
    """A row of `requests`."""

    student_id: str
    opportunity_id: str
    state: str
    expires: dt.date | None


class Answers(NamedTuple):
    """A row of `history`: how many asked at a site (with a mentor, or "" for whichever), and how many of them landed."""

    site_id: str
    mentor_id: str
    asked: int
    landed: int


class Ride(NamedTuple):
    """A row of `travel`; minutes that the row leaves blank are None."""

    minutes: float | None
    transfers: int


@dataclass(frozen=True)
class Van:
    """A school's van."""

    van_id: str
    school_id: str
    seats: int | None
    weekdays: frozenset[int]
    site_ids: frozenset[str]
    departs: int | None
    returns: int | None


class Previous(NamedTuple):
    """Where a student is today."""

    student_id: str
    opportunity_id: str
    windows: tuple[Window, ...]


@dataclass(frozen=True)
class World:
    """All facts of one round."""

    terms: Terms
    book: LawBook
    schools: dict[str, School]
    students: dict[str, Student]
    sites: dict[str, Site]
    mentors: dict[str, Mentor]
    opportunities: dict[str, Opportunity]
    declined: frozenset[tuple[str, str]]
    decisions: tuple[Decision, ...]
    partners: dict[tuple[str, str], frozenset[str]]
    closed_days: dict[str, dict[dt.date, set[str]]]
    rides: dict[tuple[str, str, str], Ride]
    vans: tuple[Van, ...]
    previous: tuple[Previous, ...]
    requests: tuple[Asked, ...] = ()
    history: tuple[Answers, ...] = ()
    feeds: tuple[Feed, ...] | None = None

    def told(self, kind: str, one: str) -> frozenset[str]:
        """Give whom (or what) a decision of this kind in force names beside `one`."""
        return self.partners.get((kind, one), frozenset())
