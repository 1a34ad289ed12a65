"""Rule: the age or grade from which a programme gives credit."""

from __future__ import annotations

from typing import NamedTuple

from matcher.calendar import Schedule
from matcher.domain import Student
from matcher.facts import Age
from matcher.law import same_programme
from matcher.rules.base import PairRule, states_of
from matcher.world import Variant, World


class Terms(NamedTuple):
    """The programme that is credited, and where and when."""

    state: str
    program: str
    schedule: Schedule


def _student(world: World, student: Student) -> tuple[str, Age | None, int | None, frozenset[str]]:
    return student.school_id, world.age(student), student.grade, world.legal_programmes(student)


def _terms(_: World, variant: Variant) -> Terms | None:
    program = same_programme(variant.opportunity.program)
    return Terms(variant.site.state, program, variant.schedule) if program else None


def _refuse(world: World, who: tuple[str, Age | None, int | None, frozenset[str]], terms: Terms | None) -> str | None:
    school_id, age, grade, programmes = who
    if terms is None or terms.program not in programmes:
        return None
    sessions = world.sessions(school_id, terms.schedule)
    for law in world.laws.of("programme_age", *states_of(world, school_id, terms.state)):
        if not sessions or same_programme(law.values.program) != terms.program or not law.in_force(sessions[0].date):
            continue
        if grade is not None and grade >= law.values.or_grade:
            continue
        if age is None:
            return f"the birth date is not known, and {terms.program} gives credit from {law.values.min_age} ({law.id})"
        if age.on(sessions[0].date) < law.values.min_age:
            unknown = "the grade is not known, and " if grade is None else ""
            return f"{unknown}{terms.program} gives credit from age {law.values.min_age} or grade {law.values.or_grade} ({law.id})"
    return None


RULE = PairRule(
    "programme",
    "Old enough, or in the grade, for credit in the programme.",
    _student,
    _terms,
    _refuse,
    rank=30,
    remedy="the age or grade for the programme",
    laws=("programme_age",),
)
