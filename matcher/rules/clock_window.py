"""Rule: the time of day in which minors may work for pay."""

from __future__ import annotations

import datetime as dt

from matcher.calendar import DAY, labor_day
from matcher.cells import clock
from matcher.law_values import ClockWindow
from matcher.rules.base import FirstOffence, Offence, Paid, PairRule, binding, paid_terms, states_of, worker
from matcher.world import World


def _judge(world: World, school_id: str, terms: Paid, used: frozenset[str], age: int) -> list[Offence]:
    states = states_of(world, school_id, terms.state)
    offences: list[Offence] = []
    for session in world.sessions(school_id, terms.schedule):
        for law, values in binding(world, "clock_window", states, age, session.date, used):
            end = _end(world, school_id, session.date, values)
            if session.start < values.start or session.end > end:
                offences.append(
                    (
                        session.date,
                        f"on {session.date} {clock(session.start)}-{clock(session.end)}; at {law.told_ages} paid work only "
                        f"{clock(values.start)}-{clock(end)} ({law.id})",
                    )
                )
    return offences


def _end(world: World, school_id: str, day: dt.date, values: ClockWindow) -> int:
    """The end of the day; where both exceptions apply, the earlier of the two."""
    later = []
    if values.summer_end is not None and _summer(day, values):
        later.append(values.summer_end)
    if values.end_before_other_day is not None and not world.calendar.is_school_day(school_id, day + DAY):
        later.append(values.end_before_other_day)
    return min(later, default=values.end)


def _summer(day: dt.date, values: ClockWindow) -> bool:
    last = labor_day(day.year) if values.summer_to == "labor_day" else _month_day(day.year, values.summer_to)
    return _month_day(day.year, values.summer_from) <= day <= last


def _month_day(year: int, text: str | None) -> dt.date:
    month, day = map(int, (text or "").split("-"))
    return dt.date(year, month, day)


RULE = PairRule(
    "clock_window",
    "Paid work of minors stays within the lawful hours of the day.",
    worker,
    paid_terms,
    FirstOffence(_judge),
    rank=30,
    remedy="other times of day",
    laws=("clock_window",),
)
