"""Rule: no more students in an opportunity at one instant than it has seats."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from matcher.instants import Sessions, capacity_limits
from matcher.rules.base import Limit, LimitRule
from matcher.world import Variant, World

if TYPE_CHECKING:
    from matcher.candidates import Candidates


def _uses(_: World, variant: Variant, __: str, sessions: Sessions) -> list[tuple[str, Sessions]]:
    return [(variant.opportunity.opportunity_id, sessions)]


def _limits(world: World, candidates: Candidates) -> Iterator[Limit]:
    seats: dict[str, int | None] = {o.opportunity_id: o.seats for o in world.round.opportunities}
    return capacity_limits(world, candidates, "seats", _uses, seats)


LIMITS = LimitRule("seats", "At every instant no more students than seats.", _limits)
