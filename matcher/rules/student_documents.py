"""Rule: the student's papers that the packs ask for cover every session."""

from __future__ import annotations

from matcher.calendar import Schedule
from matcher.domain import Student
from matcher.facts import Coverage
from matcher.rules.base import PairRule, first_gap, states_of
from matcher.world import Variant, World

Papers = tuple[tuple[str, Coverage], ...]


def _papers(world: World, student: Student) -> tuple[str, Papers]:
    names = sorted({name for law in world.laws.of_kind("student_documents") for name in law.values.documents})
    return student.school_id, tuple((name, world.coverage(student.documents, name)) for name in names)


def _terms(_: World, variant: Variant) -> tuple[str, Schedule]:
    return variant.site.state, variant.schedule


def _refuse(world: World, who: tuple[str, Papers], terms: tuple[str, Schedule]) -> str | None:
    school_id, papers = who
    state, schedule = terms
    on_file = dict(papers)
    for law in world.laws.of("student_documents", *states_of(world, school_id, state)):
        sessions = [s for s in world.sessions(school_id, schedule) if law.in_force(s.date)]
        if why := first_gap(((name, on_file[name]) for name in law.values.documents), sessions):
            return f"the student's {why}"
    return None


RULE = PairRule(
    "student_documents",
    "Parent consent and emergency contacts cover every session.",
    _papers,
    _terms,
    _refuse,
    rank=40,
    laws=("student_documents",),
)
