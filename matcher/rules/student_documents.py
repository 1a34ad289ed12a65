"""Rule: the student's papers that the packs ask for cover every session."""

from __future__ import annotations

from typing import NamedTuple

from matcher.calendar import Schedule
from matcher.domain import Student
from matcher.facts import Age, Coverage
from matcher.rules.base import PairRule, first_gap, in_force, states_of
from matcher.world import Variant, World

ANY_AGE = (0, 200)


class Papers(NamedTuple):
    """School, the days on which each paper is good, and the age where some law asks for it (None: not known, or not asked)."""

    school_id: str
    papers: tuple[tuple[str, Coverage], ...]
    age: Age | None


def _papers(world: World, student: Student) -> Papers:
    laws = world.laws.of_kind("student_documents")
    names = sorted({name for law in laws for name in law.values.documents})
    age = world.law_age(student) if any(law.ages != ANY_AGE for law in laws) else None
    return Papers(student.school_id, tuple((name, world.coverage(student.documents, name)) for name in names), age)


def _terms(_: World, variant: Variant) -> tuple[str, Schedule]:
    return variant.site.state, variant.schedule


def _refuse(world: World, who: Papers, terms: tuple[str, Schedule]) -> str | None:
    state, schedule = terms
    on_file = dict(who.papers)
    dated = world.sessions(who.school_id, schedule)
    for law in world.laws.of("student_documents", *states_of(world, who.school_id, state)):
        sessions = in_force(law, dated)
        if law.ages != ANY_AGE and who.age is not None:
            sessions = [s for s in sessions if law.ages[0] <= who.age.on(s.date) <= law.ages[1]]
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
    remedy="the student's papers (parent consent, emergency contacts) in date",
    laws=("student_documents",),
)
