"""Rule: the minimum age of the site, and of the law for paid work, on the first session."""

from __future__ import annotations

from typing import NamedTuple

from matcher.calendar import Schedule
from matcher.domain import Student
from matcher.facts import Age
from matcher.rules.base import PairRule, states_of
from matcher.world import Variant, World


class Terms(NamedTuple):
    """What a variant asks of an age."""

    min_age: int | None
    paid_in: str | None
    schedule: Schedule


def _age(world: World, student: Student) -> tuple[str, Age | None]:
    return student.school_id, world.age(student)


def _terms(_: World, variant: Variant) -> Terms | None:
    if variant.opportunity.min_age is None and not variant.paid:
        return None
    return Terms(variant.opportunity.min_age, variant.site.state if variant.paid else None, variant.schedule)


def _refuse(world: World, who: tuple[str, Age | None], terms: Terms | None) -> str | None:
    school_id, age = who
    if terms is None:
        return None
    sessions = world.sessions(school_id, terms.schedule)
    if not sessions:
        return None
    if age is None:
        return "the birth date is not known, and there is a minimum age"
    first = sessions[0].date
    if terms.min_age is not None and age.on(first) < terms.min_age:
        return f"the site asks for age {terms.min_age}; the student is {age.on(first)} on {first}"
    if terms.paid_in is None:
        return None
    for law in world.laws.of("minimum_age", *states_of(world, school_id, terms.paid_in)):
        if law.in_force(first) and age.on(first) < law.values.min_age:
            return f"paid work is lawful from {law.values.min_age}; the student is {age.on(first)} on {first} ({law.id})"
    return None


RULE = PairRule(
    "minimum_age",
    "Old enough for the site, and for paid work, on the first session.",
    _age,
    _terms,
    _refuse,
    rank=30,
    remedy="a lower minimum age",
    laws=("minimum_age",),
)
