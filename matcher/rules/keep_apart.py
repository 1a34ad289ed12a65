"""Rule: people to be kept apart do not meet at one site at one time."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from matcher.domain import Student
from matcher.instants import Sessions, beside, crowds
from matcher.rules.base import Limit, LimitRule, PairRule, grouped, named_in
from matcher.world import Variant, World

if TYPE_CHECKING:
    from matcher.candidates import Candidates


def _others(world: World, student: Student) -> frozenset[str]:
    return world.persons_with("keep_apart", student.student_id)


def _adults(world: World, variant: Variant) -> frozenset[str]:
    return frozenset(variant.opportunity.mentors) & named_in(world, "keep_apart")


def _refuse(_: World, others: frozenset[str], adults: frozenset[str]) -> str | None:
    return "a decision of the school keeps the student from a mentor here" if others & adults else None


def _limits(world: World, candidates: Candidates) -> Iterator[Limit]:
    for decision in world.round.decisions_in_force("keep_apart"):
        pairs = candidates.of_students(decision.a, decision.b)
        for site, places in grouped(candidates.site[pairs]):
            here = pairs[places]
            for together in meetings(candidates, here):
                yield Limit("keep_apart", f"site {world.round.sites[site].site_id}", here[together], 1)
        for others, stays in beside(world, candidates, decision.a, decision.b):
            there = others[candidates.site[others] == world.site_index[stays.variant.site.site_id]]
            met = np.array([p for p in there if _overlap(candidates.sessions(int(p)), stays.sessions)], dtype=np.int64)
            if len(met):
                yield Limit("keep_apart", f"site {stays.variant.site.site_id}", met, 0)


def _overlap(one: Sessions, two: Sessions) -> bool:
    return any(a.date == b.date and a.start < b.end and b.start < a.end for a in one for b in two)


def meetings(candidates: Candidates, pairs: np.ndarray) -> list[list[int]]:
    """The largest groups of these pairs that are in session at one instant, as places in `pairs`."""
    found = crowds(candidates.world, [candidates.sessions(int(p)) for p in pairs], [])
    return sorted(list(members) for members, _, _ in found)


RULE = PairRule(
    "keep_apart", "A student is kept from a mentor.", _others, _adults, _refuse, rank=50, remedy="another mentor", by_decision=True
)
LIMITS = LimitRule("keep_apart", "Two students to be kept apart have no overlapping sessions at one site.", _limits)
