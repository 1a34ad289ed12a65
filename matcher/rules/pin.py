"""Rule: a pinned student is placed where the coordinator said, and nowhere else."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from matcher.domain import Student
from matcher.rules.base import Limit, LimitRule, PairRule, once
from matcher.world import Variant, World

if TYPE_CHECKING:
    from matcher.candidates import Candidates


def _ids(world: World, student: Student) -> frozenset[str]:
    return world.pinned.get(student.student_id, frozenset())


def _id(world: World, variant: Variant) -> str:
    named = once(world, "all pinned", lambda: frozenset().union(*world.pinned.values()))
    return variant.opportunity.opportunity_id if variant.opportunity.opportunity_id in named else ""


def _refuse(_: World, ids: frozenset[str], opportunity_id: str) -> str | None:
    return "a coordinator has pinned the student to another opportunity" if ids - {opportunity_id} else None


def _limits(world: World, candidates: Candidates) -> Iterator[Limit]:
    seeking = {s.student_id for s in world.students}
    for student_id in sorted(seeking & world.pinned.keys()):
        pairs = candidates.of_students(student_id)
        for opportunity_id in sorted(world.pinned[student_id]):
            there = np.array(
                [world.variants[candidates.variant[p]].opportunity.opportunity_id == opportunity_id for p in pairs], dtype=bool
            )
            yield Limit("pin", f"student {student_id} at {opportunity_id}", pairs[there], 1, 1)


RULE = PairRule("pin", "A pinned student goes nowhere else.", _ids, _id, _refuse, rank=10, remedy="the pin lifted", by_decision=True)
LIMITS = LimitRule("pin", "A pinned student is placed where the coordinator said.", _limits)
