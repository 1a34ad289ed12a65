"""Rule: the student has the papers that the opportunity asks for, for every session."""

from __future__ import annotations

from matcher.calendar import Schedule
from matcher.domain import Student
from matcher.facts import Coverage
from matcher.rules.base import PairRule, first_gap, once
from matcher.world import Variant, World

Papers = tuple[tuple[str, Coverage], ...]


def _papers(world: World, student: Student) -> tuple[str, Papers]:
    asked = once(world, "required documents", lambda: frozenset(n for o in world.round.opportunities for n in o.requires))
    names = sorted({d.name for d in student.documents} & asked)
    return student.school_id, tuple((name, world.coverage(student.documents, name)) for name in names)


def _terms(_: World, variant: Variant) -> tuple[tuple[str, ...], Schedule] | None:
    return (tuple(sorted(variant.opportunity.requires)), variant.schedule) if variant.opportunity.requires else None


def _refuse(world: World, who: tuple[str, Papers], terms: tuple[tuple[str, ...], Schedule] | None) -> str | None:
    if terms is None:
        return None
    school_id, papers = who
    names, schedule = terms
    on_file = dict(papers)
    missing = Coverage((), "it is not on file")
    why = first_gap(((name, on_file.get(name, missing)) for name in names), world.sessions(school_id, schedule))
    return f"the site asks for {why}" if why else None


RULE = PairRule(
    "required_documents",
    "The papers that the site asks for cover every session.",
    _papers,
    _terms,
    _refuse,
    rank=40,
    remedy="the papers that the site asks for",
)
