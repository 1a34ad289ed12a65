"""What is told of the wishes of a student without a place: each wish, and what stands in its way."""

from __future__ import annotations

from matcher.domain import Opportunity
from matcher.sentences import ROOM, Sentence
from matcher.world import World

ANSWERED = 3
"""Wishes of a student that are answered, the first ones."""
_LAST = 1_000_000_000
"""The rank of a wish without one."""
_LAWFUL = "Lawful; "


def first_wishes(world: World) -> dict[str, list[str]]:
    """The opportunities that each student asks for, the first wish first."""
    wished: dict[str, list[tuple[int, str]]] = {}
    for request in world.round.live_requests():
        if request.state != "declined" and request.opportunity_id in world.variants_at:
            wished.setdefault(request.student_id, []).append((request.rank or _LAST, request.opportunity_id))
    return {student: [opportunity for _, opportunity in sorted(each)[:ANSWERED]] for student, each in wished.items()}


def answered(opportunity: Opportunity, why: Sentence) -> Sentence:
    """A wish with what `matcher explain` says of its opportunity."""
    if why.about == (ROOM,):
        state = "allowed, and there would be room: the plan is better without it."
    elif why.text.startswith(_LAWFUL):
        state = f"allowed, but {why.text.removeprefix(_LAWFUL)}"
    else:
        state = f"not allowed: {why.text[:1].lower()}{why.text[1:]}"
    return Sentence(f"Asked for {opportunity.title} ({opportunity.opportunity_id}): {state}", why.about)
