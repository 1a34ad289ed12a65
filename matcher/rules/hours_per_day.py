"""Rule: paid hours of minors per day, and rest between days."""

from __future__ import annotations

import datetime as dt

from matcher.calendar import DAY, Session
from matcher.cells import WEEKDAYS
from matcher.law_values import HoursPerDay
from matcher.rules.base import FirstOffence, Offence, Paid, PairRule, binding, paid_terms, states_of, worker
from matcher.world import World


def _judge(world: World, school_id: str, terms: Paid, used: frozenset[str], age: int) -> list[Offence]:
    states = states_of(world, school_id, terms.state)
    days: dict[dt.date, list[Session]] = {}
    for session in world.sessions(school_id, terms.schedule):
        days.setdefault(session.date, []).append(session)
    offences: list[Offence] = []
    for day, sessions in days.items():
        hours = sum(s.end - s.start for s in sessions) / 60
        for law, values in binding(world, "hours_per_day", states, age, day, used):
            cap = _cap(world, school_id, day, values)
            if cap is not None and hours > cap:
                offences.append((day, f"{hours:g} paid hours on {day}; at {law.told_ages} at most {cap:g} ({law.id})"))
            if values.rest_hours is not None and (rest := _rest(days, day)) is not None and rest < values.rest_hours:
                offences.append((day, f"{rest:g} hours of rest before {day}; at least {values.rest_hours:g} ({law.id})"))
    return offences


def _cap(world: World, school_id: str, day: dt.date, values: HoursPerDay) -> float | None:
    calendar = world.calendar
    if values.by_week:
        if not calendar.is_school_week(school_id, day):
            return values.other_day
        return values.day_of_week.get(WEEKDAYS[day.weekday()], values.school_day)
    strict = calendar.is_school_day(school_id, day)
    if values.day_before_school:
        strict = strict and calendar.is_school_day(school_id, day + DAY)
    if values.day_of_week and calendar.is_school_week(school_id, day) and WEEKDAYS[day.weekday()] in values.day_of_week:
        return values.day_of_week[WEEKDAYS[day.weekday()]]
    return values.school_day if strict else values.other_day


def _rest(days: dict[dt.date, list[Session]], day: dt.date) -> float | None:
    before = days.get(day - DAY)
    return None if not before else (24 * 60 - max(s.end for s in before) + min(s.start for s in days[day])) / 60


RULE = PairRule(
    "hours_per_day",
    "Paid hours of minors per day stay within the strictest law.",
    worker,
    paid_terms,
    FirstOffence(_judge),
    rank=30,
    remedy="shorter sessions, or an unpaid placement",
    laws=("hours_per_day",),
)
