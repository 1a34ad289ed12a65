"""Rule: paid hours and days of minors per Sunday-to-Saturday week."""

from __future__ import annotations

import datetime as dt

from matcher.calendar import Session, week_of
from matcher.rules.base import FirstOffence, Offence, Paid, PairRule, binding, paid_terms, states_of, worker
from matcher.world import World


def _judge(world: World, school_id: str, terms: Paid, used: frozenset[str], age: int) -> list[Offence]:
    states = states_of(world, school_id, terms.state)
    weeks: dict[dt.date, list[Session]] = {}
    for session in world.sessions(school_id, terms.schedule):
        weeks.setdefault(week_of(session.date), []).append(session)
    offences: list[Offence] = []
    for sunday, sessions in weeks.items():
        first, days = sessions[0].date, sorted({s.date for s in sessions})
        hours = sum(s.end - s.start for s in sessions) / 60
        for law, values in (found for day in days for found in binding(world, "hours_per_week", states, age, day, used)):
            cap = values.school_week if world.calendar.is_school_week(school_id, sunday) else values.other_week
            if cap is not None and hours > cap:
                offences.append((first, f"{hours:g} paid hours in the week of {sunday}; at {law.told_ages} at most {cap:g} ({law.id})"))
            if values.max_days is not None and len(days) > values.max_days:
                offences.append(
                    (first, f"{len(days)} paid days in the week of {sunday}; at {law.told_ages} at most {values.max_days} ({law.id})")
                )
    return offences


RULE = PairRule(
    "hours_per_week",
    "Paid hours of minors per week stay within the strictest law.",
    worker,
    paid_terms,
    FirstOffence(_judge),
    rank=30,
    remedy="fewer hours a week, or an unpaid placement",
    laws=("hours_per_week",),
)
