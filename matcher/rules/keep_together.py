"""Rule: people to be kept together are placed together or not at all."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from matcher.cells import show_windows
from matcher.domain import Student
from matcher.instants import beside
from matcher.rules.base import Limit, LimitRule, PairRule, grouped, named_in
from matcher.world import Variant, World

if TYPE_CHECKING:
    from matcher.candidates import Candidates

Place = tuple[str, str]
"""A site and its weekly windows."""


def _wanted(world: World, student: Student) -> frozenset[str]:
    return frozenset(p for p in world.persons_with("keep_together", student.student_id) if p in world.round.mentor)


def _mentor(world: World, variant: Variant) -> str:
    return variant.mentor.mentor_id if variant.mentor.mentor_id in named_in(world, "keep_together") else ""


def _refuse(_: World, wanted: frozenset[str], mentor_id: str) -> str | None:
    return "a decision of the school keeps the student with another mentor" if wanted - {mentor_id} else None


def _limits(world: World, candidates: Candidates) -> Iterator[Limit]:
    places, of_variant = _places(world)
    for decision in world.round.decisions_in_force("keep_together"):
        if not {decision.a, decision.b} <= world.round.student.keys():
            continue
        stays = list(beside(world, candidates, decision.a, decision.b))
        for others, there in stays:
            wanted = (there.variant.site.site_id, show_windows(there.windows))
            elsewhere = others[of_variant[candidates.variant[others]] != (places.index(wanted) if wanted in places else -1)]
            if len(elsewhere):
                yield Limit("keep_together", f"site {wanted[0]}, {wanted[1]}", elsewhere, 0)
        if stays:
            continue
        pairs = candidates.of_students(decision.a, decision.b)
        place = of_variant[candidates.variant[pairs]]
        weights = np.where(candidates.is_student(pairs, decision.a), 1, -1)
        for index, here in grouped(place):
            site_id, windows = places[index]
            yield Limit("keep_together", f"site {site_id}, {windows}", pairs[here], 0, 0, weights[here])


def _places(world: World) -> tuple[list[Place], np.ndarray]:
    """Every site with windows, in order, and int64 [variants]: which of them each variant is."""
    of_variant = [(v.site.site_id, show_windows(v.windows)) for v in world.variants]
    places = sorted(set(of_variant))
    index = {place: i for i, place in enumerate(places)}
    return places, np.array([index[place] for place in of_variant], dtype=np.int64)


RULE = PairRule(
    "keep_together",
    "A student is kept with a mentor.",
    _wanted,
    _mentor,
    _refuse,
    rank=50,
    remedy="the mentor of that decision",
    by_decision=True,
)
LIMITS = LimitRule("keep_together", "Two students to be kept together get the same site and windows, or neither is placed.", _limits)
