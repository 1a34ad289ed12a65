"""Rule: no more students at a site at one instant than it takes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from matcher.instants import Sessions, capacity_limits
from matcher.rules.base import Limit, LimitRule
from matcher.world import Variant, World

if TYPE_CHECKING:
    from matcher.candidates import Candidates


def _uses(_: World, variant: Variant, __: str, sessions: Sessions) -> list[tuple[str, Sessions]]:
    return [(variant.site.site_id, sessions)]


def _limits(world: World, candidates: Candidates) -> Iterator[Limit]:
    capacity = {s.site_id: s.max_students for s in world.round.sites}
    return capacity_limits(world, candidates, "site_capacity", _uses, capacity)


LIMITS = LimitRule("site_capacity", "At every instant no more students at a site than it takes.", _limits)
