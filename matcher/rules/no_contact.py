"""Rule: people under a no-contact order are never at one site nor in one van."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from matcher.cells import WEEKDAYS
from matcher.domain import Student
from matcher.instants import beside
from matcher.rules.base import Limit, LimitRule, PairRule, grouped, named_in
from matcher.world import Variant, World

if TYPE_CHECKING:
    from matcher.candidates import Candidates


def _others(world: World, student: Student) -> frozenset[str]:
    return world.persons_with("no_contact", student.student_id)


def _adults(world: World, variant: Variant) -> frozenset[str]:
    return world.mentors_at.get(variant.site.site_id, frozenset()) & named_in(world, "no_contact")


def _refuse(_: World, others: frozenset[str], adults: frozenset[str]) -> str | None:
    return "a decision of the school keeps the student from this site" if others & adults else None


def _limits(world: World, candidates: Candidates) -> Iterator[Limit]:
    for decision in world.round.decisions_in_force("no_contact"):
        pairs = candidates.of_students(decision.a, decision.b)
        for site, places in grouped(candidates.site[pairs]):
            here = pairs[places]
            yield Limit("no_contact", f"site {world.round.sites[site].site_id}", here, 1)
        by_van = pairs[candidates.van[pairs] >= 0]
        for van, weekday in sorted({ride for pair in by_van for ride in candidates.rides(pair)}):
            riders = np.array([p for p in by_van if (van, weekday) in candidates.rides(p)])
            yield Limit("no_contact", f"van {van} on {WEEKDAYS[weekday]}", riders, 1)
        for others, stays in beside(world, candidates, decision.a, decision.b):
            here = others[candidates.site[others] == world.site_index[stays.variant.site.site_id]]
            if len(here):
                yield Limit("no_contact", f"site {stays.variant.site.site_id}", here, 0)


RULE = PairRule(
    "no_contact",
    "People under a no-contact order are never at one site.",
    _others,
    _adults,
    _refuse,
    rank=50,
    remedy="another site",
    by_decision=True,
)
LIMITS = LimitRule("no_contact", "Two students under a no-contact order are never at one site nor in one van.", _limits)
