"""Score: a short trip with few transfers."""

from __future__ import annotations

import numpy as np

from matcher.domain import Student
from matcher.rules.trip import TripBlock, caps
from matcher.scoring.base import Component, Way, in_spanish
from matcher.world import Variant, World

PER_TRANSFER = 0.2
"""What each transfer takes off: transfers predict lateness, total minutes do not."""
_HOW = {"walk": "walk", "bike": "bike ride", "transit": "bus trip", "drive": "drive", "dropoff": "drop-off", "van": "van ride"}
_HOW_ES = {
    "walk": "a pie",
    "bike": "en bicicleta",
    "transit": "en autobús",
    "drive": "en coche",
    "dropoff": "si te llevan",
    "van": "en la camioneta de la escuela",
}
_LASTS_ES = {0: "Es menos de un minuto", 1: "Es un minuto"}


def _block(world: World, _: None, block: slice, trips: TripBlock) -> np.ndarray:
    """1 - minutes / cap - 0.2 * transfers, not below 0."""
    most = np.maximum(caps(world, list(world.students[block])), 1)[:, None]
    return np.asarray(np.maximum(0.0, 1 - np.minimum(trips.minutes, most) / most - PER_TRANSFER * trips.transfers))


def _prepare(_: World) -> None:
    return None


def _say(_: World, __: None, student: Student, ___: Variant, way: Way) -> str:
    if in_spanish(student):
        con = "" if not way.transfers else f" con {way.transfers} transbordo{'s' if way.transfers > 1 else ''}"
        return f"{_LASTS_ES.get(way.minutes, f'Son {way.minutes} minutos')} {_HOW_ES[way.mode]}{con}."
    changes = "" if not way.transfers else f" with {way.transfers} transfer{'s' if way.transfers > 1 else ''}"
    if way.minutes == 0:
        return f"It is a {_HOW[way.mode]} of less than a minute{changes}."
    return f"It is {'an' if _begins_with_a_vowel(way.minutes) else 'a'} {way.minutes}-minute {_HOW[way.mode]}{changes}."


def _begins_with_a_vowel(minutes: int) -> bool:
    """Whether one says "an": eight, eleven, eighteen, eighty-one."""
    return minutes in {8, 11, 18} or 80 <= minutes <= 89


COMPONENT = Component("travel", "The trip is short and has few transfers.", 0.07, _prepare, _block, _say)
