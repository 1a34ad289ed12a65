"""Turns the input tables into the facts of a round."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable
from typing import TypeVar

from matcher.audit.facts import Answers, Asked, Decision, Mentor, Opportunity, Previous, Ride, School, Site, Student, Van, World
from matcher.audit.finding import Finding, about_file
from matcher.audit.law import LawBook, programme_name, state_name
from matcher.audit.reader import Table
from matcher.audit.rows import Row
from matcher.audit.terms import Terms
from matcher.audit.times import by_weekday, read_weekday

Thing = TypeVar("Thing")


def build_world(tables: dict[str, Table], terms: Terms, book: LawBook) -> tuple[World, list[Finding]]:
    """Turn tables into facts; also give every cell that could not be read."""
    findings: list[Finding] = []

    def rows(table: str) -> list[Row]:
        return [Row(table, record, findings) for record in tables[table].records()] if table in tables else []

    def keyed(table: str, column: str, read: Callable[[Row], Thing]) -> dict[str, Thing]:
        found: dict[str, Thing] = {}
        for row in rows(table):
            if row.text(column) in found:
                findings.append(about_file("file_shape", f"{table}: {row.text(column)} stands twice"))
            found[row.text(column)] = read(row)
        return found

    decisions = [_decision(row) for row in rows("decisions") if _still_counts(row, terms.start)]
    partners: dict[tuple[str, str], set[str]] = {}
    for kind, a, b in decisions:
        partners.setdefault((kind, a), set()).add(b)
        partners.setdefault((kind, b), set()).add(a)
    closed: dict[str, dict[dt.date, set[str]]] = {}
    for row in rows("calendar"):
        day = row.date("date")
        if day:
            closed.setdefault(row.text("school_id"), {}).setdefault(day, set()).add(row.text("kind").casefold())
    world = World(
        terms=terms,
        book=book,
        schools=keyed("schools", "school_id", _school),
        students=keyed("students", "student_id", _student),
        sites=keyed("sites", "site_id", _site),
        mentors=keyed("mentors", "mentor_id", _mentor),
        opportunities=keyed("opportunities", "opportunity_id", _opportunity),
        declined=frozenset(
            (row.text("student_id"), row.text("opportunity_id")) for row in rows("requests") if row.text("state").casefold() == "declined"
        ),
        decisions=tuple(decisions),
        partners={key: frozenset(names) for key, names in partners.items()},
        closed_days=closed,
        rides=_rides(rows("travel")),
        vans=tuple(_van(row) for row in rows("vans")),
        previous=tuple(_previous(row) for row in rows("previous")),
        requests=tuple(_asked(row) for row in rows("requests")),
        history=tuple(_answers(row) for row in rows("history")),
    )
    return world, findings


def _school(row: Row) -> School:
    state = state_name(row.text("state"))
    return School(
        school_id=row.text("school_id"),
        state=state,
        region=row.text("region") or row.text("state"),
        place=row.place(),
        hours=by_weekday(row.windows("windows")),
        leave_after=row.clock("leave_after"),
        return_by=row.clock("return_by"),
    )


def _student(row: Row) -> Student:
    return Student(
        student_id=row.text("student_id"),
        school_id=row.text("school_id"),
        status=row.text("status").casefold() or "seeking",
        grade=row.whole("grade"),
        birth=row.date("birth_date"),
        home=row.place(),
        modes=tuple(mode.casefold() for mode in row.words("travel_modes")),
        max_travel_minutes=row.number("max_travel_minutes"),
        available=by_weekday(row.windows("available")) if row.text("available") else None,
        starts_from=row.text("starts_from").casefold() or "school",
        returns_to=row.text("returns_to").casefold() or "school",
        needs=row.tags("needs"),
        documents=row.documents(),
        programmes=frozenset(programme_name(word) for word in row.words("programs")),
    )


def _site(row: Row) -> Site:
    return Site(
        site_id=row.text("site_id"),
        state=state_name(row.text("state")),
        place=row.place(),
        features=row.tags("features"),
        observable=row.is_yes("observable"),
        documents=row.documents(),
        closures=row.ranges("closures"),
        max_students=_capacity(row, "max_students", None),
        schools=frozenset(row.words("schools")),
    )


def _mentor(row: Row) -> Mentor:
    return Mentor(
        mentor_id=row.text("mentor_id"),
        site_id=row.text("site_id"),
        documents=row.documents(),
        leave=row.ranges("leave"),
        max_students=_capacity(row, "max_students", 1) or 0,
    )


def _opportunity(row: Row) -> Opportunity:
    return Opportunity(
        opportunity_id=row.text("opportunity_id"),
        site_id=row.text("site_id"),
        mentor_ids=row.words("mentors"),
        tasks=row.tags("tasks"),
        paid=row.text("placement_kind").casefold() != "unpaid_learning",
        programme=programme_name(row.text("program")),
        patterns=row.patterns("sessions"),
        seats=row.whole("seats"),
        min_age=row.whole("min_age"),
        min_grade=row.whole("min_grade"),
        requires=row.words("requires"),
        appetite=row.text("appetite").casefold(),
        starts=row.date("starts"),
        ends=row.date("ends"),
    )


def _capacity(row: Row, column: str, blank: int | None) -> int | None:
    """Read a capacity; a cell that is not readable leaves no room at all."""
    if not row.text(column):
        return blank
    return row.whole(column) or 0


def _still_counts(row: Row, first_day: dt.date) -> bool:
    until = row.date("until")
    return until is None or until >= first_day


def _decision(row: Row) -> Decision:
    return Decision(row.text("kind").casefold(), row.text("a"), row.text("b"))


def _rides(rows: list[Row]) -> dict[tuple[str, str, str], Ride]:
    """Read `travel`; of two rows for one trip the slower counts, and one without minutes is the slowest."""
    rides: dict[tuple[str, str, str], Ride] = {}
    for row in rows:
        key = (row.text("from_id"), row.text("site_id"), row.text("mode").casefold())
        ride = Ride(row.number("minutes"), row.whole("transfers") or 0)
        rides[key] = max(rides.get(key, ride), ride, key=lambda known: math.inf if known.minutes is None else known.minutes)
    return rides


def _van(row: Row) -> Van:
    weekdays = set()
    for word in row.words("weekdays"):
        try:
            weekdays.add(read_weekday(word))
        except ValueError:
            row.findings.append(about_file("file_shape", f"vans {row.name}: the cell in column weekdays is not readable"))
    return Van(
        van_id=row.text("van_id"),
        school_id=row.text("school_id"),
        seats=row.whole("seats"),
        weekdays=frozenset(weekdays),
        site_ids=frozenset(row.words("sites")),
        departs=row.clock("departs"),
        returns=row.clock("returns"),
    )


def _asked(row: Row) -> Asked:
    state = row.text("state").casefold() or "wish"
    return Asked(row.text("student_id"), row.text("opportunity_id"), state, row.date("expires"))


def _answers(row: Row) -> Answers:
    return Answers(row.text("site_id"), row.text("mentor_id"), row.whole("asked") or 0, row.whole("landed") or 0)


def _previous(row: Row) -> Previous:
    patterns = row.patterns("sessions")
    return Previous(row.text("student_id"), row.text("opportunity_id"), patterns[0] if patterns else ())
