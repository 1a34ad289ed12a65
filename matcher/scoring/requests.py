"""Score: what the student asked for, by rank and state."""

from __future__ import annotations

import numpy as np

from matcher.domain import Request, Student
from matcher.rules.trip import TripBlock
from matcher.scoring.base import Component, Way, in_spanish
from matcher.world import Variant, World

NOT_ASKED = 0.3
STATE = {"landed": 1.0, "pursuing": 0.9}
RANK = {1: 0.8, 2: 0.7, 3: 0.6}
LATER = 0.5
Asked = dict[str, dict[str, Request]]


def _prepare(world: World) -> Asked:
    """Live requests by student and opportunity."""
    asked: Asked = {}
    for request in world.round.live_requests():
        asked.setdefault(request.student_id, {})[request.opportunity_id] = request
    return asked


def value_of(request: Request) -> float:
    """Landed 1.0, pursuing 0.9, wishes 0.8, 0.7, 0.6 and then 0.5; a declined one is as if not asked."""
    if request.state == "declined":
        return NOT_ASKED
    return STATE.get(request.state) or RANK.get(request.rank or 0, LATER)


def _block(world: World, asked: Asked, block: slice, trips: TripBlock) -> np.ndarray:
    value = np.full(trips.mode.shape, NOT_ASKED)
    for i, student in enumerate(world.students[block]):
        for opportunity_id, request in asked.get(student.student_id, {}).items():
            value[i, world.variants_at.get(opportunity_id, slice(0, 0))] = value_of(request)
    return value


def _say(_: World, asked: Asked, student: Student, variant: Variant, __: Way) -> str:
    request = asked.get(student.student_id, {}).get(variant.opportunity.opportunity_id)
    if request is None or request.state == "declined":
        return ""
    if in_spanish(student):
        wish = f"Es tu deseo número {request.rank}." if request.rank else "Es uno de tus deseos."
        return {"wish": wish, "pursuing": "Ya lo estás buscando."}.get(request.state, "Ya lo tienes acordado.")
    if request.state == "wish":
        return f"It is your wish number {request.rank}." if request.rank else "It is one of your wishes."
    return "You are pursuing it." if request.state == "pursuing" else "You have landed it."


COMPONENT = Component("requests", "The student has asked for it, pursued it or landed it.", 0.15, _prepare, _block, _say)
