"""Rule: the site meets every need of the student."""

from __future__ import annotations

from matcher.domain import Student
from matcher.rules.base import PairRule, once
from matcher.world import Variant, World


def _needs(_: World, student: Student) -> frozenset[str]:
    return frozenset(student.needs)


def _features(world: World, variant: Variant) -> frozenset[str]:
    asked = once(world, "all needs", lambda: frozenset(n for s in world.students for n in s.needs))
    return frozenset(variant.site.features) & asked


def _refuse(_: World, needs: frozenset[str], features: frozenset[str]) -> str | None:
    missing = sorted(needs - features)
    return f"the site is not known to offer {missing[0]}" if missing else None


RULE = PairRule(
    "needs",
    "The site meets every need of the student.",
    _needs,
    _features,
    _refuse,
    rank=50,
    remedy="a site that meets the needs",
)
