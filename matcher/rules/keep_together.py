"""Rule: people to be kept together are placed together or not at all."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from matcher.cells import show_windows
from matcher.domain import Student
from matcher.instants import beside
from matcher.rules.base import Limit, LimitRule, PairRule
from matcher.world import Variant, World

if TYPE_CHECKING:
    from matcher.candidates import Candidates


def _wanted(world: World, student: Student) -> frozenset[str]:
    return world.persons_with("keep_together", student.student_id) & frozenset(world.round.mentor)


def _mentor(world: World, variant: Variant) -> str:
    named = world.memory.setdefault(
        "keep together", frozenset(p for d in world.round.decisions_in_force("keep_together") for p in (d.a, d.b))
    )
    return variant.mentor.mentor_id if variant.mentor.mentor_id in named else ""


def _refuse(_: World, wanted: frozenset[str], mentor_id: str) -> str | None:
    return "a decision of the school keeps the student with another mentor" if wanted - {mentor_id} else None


def _limits(world: World, candidates: Candidates) -> Iterator[Limit]:
    for decision in world.round.decisions_in_force("keep_together"):
        if not {decision.a, decision.b} <= set(world.round.student):
            continue
        stays = list(beside(world, candidates, decision.a, decision.b))
        for others, there in stays:
            wanted = (there.variant.site.site_id, show_windows(there.windows))
            elsewhere = np.array([p for p in others if _place(world, candidates, p) != wanted], dtype=np.int64)
            if len(elsewhere):
                yield Limit("keep_together", f"site {wanted[0]}, {wanted[1]}", elsewhere, 0)
        if stays:
            continue
        pairs = candidates.of_students(decision.a, decision.b)
        one = candidates.is_student(pairs, decision.a)
        places = sorted({_place(world, candidates, p) for p in pairs})
        for place in places:
            here = np.array([_place(world, candidates, p) == place for p in pairs])
            weights = np.where(one[here], 1, -1)
            yield Limit("keep_together", f"site {place[0]}, {place[1]}", pairs[here], 0, 0, weights)


def _place(world: World, candidates: Candidates, pair: int) -> tuple[str, str]:
    variant = world.variants[candidates.variant[pair]]
    return variant.site.site_id, show_windows(variant.windows)


RULE = PairRule("keep_together", "A student is kept with a mentor.", _wanted, _mentor, _refuse, rank=50, remedy="the mentor of that decision")
LIMITS = LimitRule("keep_together", "Two students to be kept together get the same site and windows, or neither is placed.", _limits)
