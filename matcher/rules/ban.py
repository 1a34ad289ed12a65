"""Rule: a ban in force keeps a student from an opportunity."""

from __future__ import annotations

from matcher.domain import Student
from matcher.rules.base import PairRule, once
from matcher.world import Variant, World


def _ids(world: World, student: Student) -> frozenset[str]:
    return world.banned.get(student.student_id, frozenset())


def _id(world: World, variant: Variant) -> str:
    named = once(world, "all banned", lambda: frozenset().union(*world.banned.values()))
    return variant.opportunity.opportunity_id if variant.opportunity.opportunity_id in named else ""


def _refuse(_: World, ids: frozenset[str], opportunity_id: str) -> str | None:
    return "a coordinator has ruled this pair out" if opportunity_id in ids else None


RULE = PairRule("ban", "A coordinator has ruled this pair out.", _ids, _id, _refuse, rank=10, remedy="the ban lifted", by_decision=True)
