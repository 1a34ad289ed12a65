"""Rule: no more students with a mentor at one instant than the mentor takes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from matcher.calendar import Session
from matcher.clearance import supervisor
from matcher.instants import Sessions, capacity_limits
from matcher.rules.base import Limit, LimitRule, states_of
from matcher.world import Variant, World

if TYPE_CHECKING:
    from matcher.candidates import Candidates


def _uses(world: World, variant: Variant, school_id: str, sessions: Sessions) -> list[tuple[str, Sessions]]:
    """The mentor in charge, or on leave whoever stands in."""
    if not variant.mentor.leave:
        return [(variant.mentor.mentor_id, sessions)]
    states = states_of(world, school_id, variant.site.state)
    shares: dict[str, list[Session]] = {}
    for session in sessions:
        shares.setdefault(supervisor(world, variant, states, session.date).mentor_id, []).append(session)
    return [(mentor_id, tuple(share)) for mentor_id, share in shares.items()]


def _limits(world: World, candidates: Candidates) -> Iterator[Limit]:
    capacity: dict[str, int | None] = {m.mentor_id: m.max_students for m in world.round.mentors}
    return capacity_limits(world, candidates, "mentor_capacity", _uses, capacity)


LIMITS = LimitRule("mentor_capacity", "At every instant no more students with a mentor than the mentor takes.", _limits)
