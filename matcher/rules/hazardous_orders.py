"""Rule: tasks under the hazardous orders are barred below 18, paid or unpaid."""

from __future__ import annotations

from typing import NamedTuple

from matcher.calendar import Schedule
from matcher.domain import Student
from matcher.facts import Age
from matcher.rules.base import PairRule, states_of, touches
from matcher.world import Variant, World


class Terms(NamedTuple):
    """The hazardous tags of a variant, and where and when."""

    tags: tuple[str, ...]
    state: str
    schedule: Schedule


def _age(world: World, student: Student) -> tuple[str, Age | None]:
    return student.school_id, world.law_age(student)


def _terms(_: World, variant: Variant) -> Terms | None:
    tags = tuple(sorted(t.upper() for t in variant.opportunity.tasks if t.upper().startswith("HO-")))
    return Terms(tags, variant.site.state, variant.schedule) if tags else None


def _refuse(world: World, who: tuple[str, Age | None], terms: Terms | None) -> str | None:
    school_id, age = who
    if terms is None:
        return None
    binding = [
        (law, [tag for tag in terms.tags if tag in {f"HO-{n}" for n in law.values.orders}])
        for law in world.laws.of("hazardous_orders", *states_of(world, school_id, terms.state))
        if age is None or touches(law, age)
    ]
    for session in world.sessions(school_id, terms.schedule) if binding else ():
        for law, barred in binding:
            if not barred or not law.in_force(session.date):
                continue
            if age is None:
                return f"the birth date is not known, and the tasks fall under hazardous order {barred[0]} ({law.id})"
            if law.ages[0] <= age.on(session.date) <= law.ages[1]:
                return f"tasks under hazardous order {barred[0]} are barred below 18, as on {session.date} ({law.id})"
    return None


RULE = PairRule(
    "hazardous_orders",
    "No task under a hazardous order below 18.",
    _age,
    _terms,
    _refuse,
    rank=30,
    remedy="tasks without the hazardous order",
    laws=("hazardous_orders",),
)
