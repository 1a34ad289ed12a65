"""Rule: a request that was declined is not offered again."""

from __future__ import annotations

from matcher.domain import Student
from matcher.rules.base import PairRule, once
from matcher.world import Variant, World


def _ids(world: World, student: Student) -> frozenset[str]:
    return world.declined.get(student.student_id, frozenset())


def _id(world: World, variant: Variant) -> str:
    named = once(world, "all declined", lambda: frozenset().union(*world.declined.values()))
    return variant.opportunity.opportunity_id if variant.opportunity.opportunity_id in named else ""


def _refuse(_: World, ids: frozenset[str], opportunity_id: str) -> str | None:
    return "this request was declined" if opportunity_id in ids else None


RULE = PairRule(
    "declined",
    "A pair whose request was declined is not offered again.",
    _ids,
    _id,
    _refuse,
    rank=10,
    remedy="another answer of the site",
)
