"""Rule: meetings are observable, or one-to-one work is approved and the parent told."""

from __future__ import annotations

from typing import NamedTuple

from matcher.calendar import Schedule
from matcher.domain import Student
from matcher.facts import Coverage
from matcher.rules.base import PairRule, first_gap, in_force, states_of
from matcher.world import Variant, World


class Papers(NamedTuple):
    """School and the days on which the parent notices are good."""

    school_id: str
    notices: tuple[tuple[str, Coverage], ...]


class Terms(NamedTuple):
    """Whether the site is observable (None: not known), its approvals, its state and the schedule."""

    observable: bool | None
    approvals: tuple[tuple[str, Coverage], ...]
    state: str
    schedule: Schedule


def _student(world: World, student: Student) -> Papers:
    names = sorted({law.values.student_document for law in world.laws.of_kind("observable")})
    return Papers(student.school_id, tuple((n, world.coverage(student.documents, n)) for n in names))


def _terms(world: World, variant: Variant) -> Terms | None:
    if variant.site.observable:
        return None
    names = sorted({law.values.site_document for law in world.laws.of_kind("observable")})
    approvals = tuple((n, world.coverage(variant.site.documents, n)) for n in names)
    return Terms(variant.site.observable, approvals, variant.site.state, variant.schedule)


def _refuse(world: World, who: Papers, terms: Terms | None) -> str | None:
    if terms is None:
        return None
    approvals, notices = dict(terms.approvals), dict(who.notices)
    for law in world.laws.of("observable", *states_of(world, who.school_id, terms.state)):
        sessions = in_force(law, world.sessions(who.school_id, terms.schedule))
        site, student = law.values.site_document, law.values.student_document
        why = first_gap(((site, approvals[site]), (student, notices[student])), sessions)
        if why:
            state = "is not known to be observable" if terms.observable is None else "is not observable"
            return f"the site {state}, and {why}"
    return None


RULE = PairRule(
    "observable",
    "Meetings are observable, or one-to-one work is approved and the parent told.",
    _student,
    _terms,
    _refuse,
    rank=40,
    remedy="an observable place, or an approval and a parent notice",
    laws=("observable",),
)
