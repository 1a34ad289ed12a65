"""Rule: a cleared adult is present at every session, and the mentor in charge is cleared."""

from __future__ import annotations

import datetime as dt
from functools import partial
from typing import NamedTuple

from matcher.calendar import Schedule
from matcher.cells import DateRange
from matcher.clearance import cleared_spans
from matcher.domain import Mentor, Student
from matcher.facts import Coverage, Span
from matcher.rules.base import PairRule, once
from matcher.world import Variant, World


class Adult(NamedTuple):
    """One mentor of a variant: leave, and under the law of each school state the cleared days and the missing fact."""

    leave: tuple[DateRange, ...]
    cleared: tuple[tuple[str, tuple[Span, ...]], ...]
    missing: tuple[tuple[str, str], ...]


class Terms(NamedTuple):
    """The mentors of a variant, the place of the one in charge, and the schedule."""

    adults: tuple[Adult, ...]
    own: int
    schedule: Schedule


def _school(world: World, student: Student) -> tuple[str, str]:
    return student.school_id, world.school_of(student).state


def _adult(world: World, mentor: Mentor, site_state: str) -> Adult:
    states = sorted({s.state for s in world.round.schools})
    cleared = tuple((state, cleared_spans(world, mentor, (site_state, state))) for state in states)
    missing = tuple((state, _missing(world, mentor, (site_state, state))) for state in states)
    return Adult(tuple(r for r in mentor.leave if r.last >= world.first and r.first <= world.last), cleared, missing)


def _missing(world: World, mentor: Mentor, states: tuple[str, str]) -> str:
    entries = [d for d in mentor.documents if d.name == "clearance"]
    if not entries:
        return "is not on file"
    if all(d.valid_until is None for d in entries):
        return "has no date"
    clocks = [law for law in world.laws.of("clearance", *states) if law.values.valid_days or law.values.valid_months]
    undated = all(d.valid_from is None for d in entries if d.valid_until is not None)
    return "has no first day, and the law counts from it" if clocks and undated else ""


def _terms(world: World, variant: Variant) -> Terms:
    state = variant.site.state
    adults = tuple(once(world, ("adult", m.mentor_id, state), partial(_adult, world, m, state)) for m in variant.mentors)
    return Terms(adults, variant.mentors.index(variant.mentor), variant.schedule)


def _present(adult: Adult, day: dt.date) -> bool:
    return not any(day in leave for leave in adult.leave)


def _refuse(world: World, school: tuple[str, str], terms: Terms) -> str | None:
    school_id, state = school
    own, sessions = terms.adults[terms.own], world.sessions(school_id, terms.schedule)
    if not own.leave and Coverage(dict(own.cleared)[state]).gap(sessions) is None:
        return None
    spans = [dict(adult.cleared)[state] for adult in terms.adults]
    for session in sessions:
        cleared = [
            any(a <= session.date <= b for a, b in s) and _present(adult, session.date)
            for adult, s in zip(terms.adults, spans, strict=True)
        ]
        if not any(cleared) or (_present(own, session.date) and not cleared[terms.own]):
            return f"the mentor's clearance {dict(own.missing)[state] or f'does not count on {session.date}'}"
    return None


RULE = PairRule(
    "cleared_adult",
    "A cleared adult is present at every session, and the mentor in charge is cleared.",
    _school,
    _terms,
    _refuse,
    rank=40,
    remedy="a mentor's clearance in date",
    laws=("clearance",),
)
