"""Rule: the site's papers that the packs ask for cover every session."""

from __future__ import annotations

from typing import NamedTuple

from matcher.calendar import Schedule
from matcher.domain import Student
from matcher.facts import Coverage
from matcher.rules.base import PairRule, first_gap, in_force, states_of
from matcher.world import Variant, World


class Terms(NamedTuple):
    """The site's papers, its state and the schedule."""

    state: str
    papers: tuple[tuple[str, Coverage], ...]
    schedule: Schedule


def _school(_: World, student: Student) -> str:
    return student.school_id


def _terms(world: World, variant: Variant) -> Terms:
    names = sorted({name for law in world.laws.of_kind("site_documents") for name in law.values.documents})
    papers = tuple((name, world.coverage(variant.site.documents, name)) for name in names)
    return Terms(variant.site.state, papers, variant.schedule)


def _refuse(world: World, school_id: str, terms: Terms) -> str | None:
    on_file = dict(terms.papers)
    for law in world.laws.of("site_documents", *states_of(world, school_id, terms.state)):
        sessions = in_force(law, world.sessions(school_id, terms.schedule))
        if why := first_gap(((name, on_file[name]) for name in law.values.documents), sessions):
            return f"the site's {why}"
    return None


RULE = PairRule(
    "site_documents",
    "Agreement, insurance and site visit cover every session.",
    _school,
    _terms,
    _refuse,
    rank=40,
    remedy="the site's papers (agreement, insurance, site visit) in date",
    laws=("site_documents",),
)
