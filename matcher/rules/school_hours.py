"""Rule: at 14 and 15 no paid work in school hours."""

from __future__ import annotations

from matcher.rules.base import FirstOffence, Offence, Paid, PairRule, binding, paid_terms, states_of, worker
from matcher.world import World


def _judge(world: World, school_id: str, terms: Paid, used: frozenset[str], age: int) -> list[Offence]:
    states = states_of(world, school_id, terms.state)
    offences: list[Offence] = []
    for session in world.sessions(school_id, terms.schedule):
        if not world.calendar.is_school_day(school_id, session.date):
            continue
        for law, values in binding(world, "school_hours", states, age, session.date, used):
            if session.start < values.end and values.start < session.end:
                offences.append((session.date, f"paid work in school hours on {session.date} at {law.told_ages} ({law.id})"))
    return offences


RULE = PairRule(
    "school_hours",
    "No paid work in school hours at the ages that the law names.",
    worker,
    paid_terms,
    FirstOffence(_judge),
    rank=30,
    remedy="sessions after school, or an unpaid placement",
    laws=("school_hours",),
)
