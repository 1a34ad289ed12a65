"""Score: what the student wants to avoid, or says no to, does not turn up at the site."""

from __future__ import annotations

import numpy as np

from matcher.domain import Student
from matcher.rules.trip import TripBlock
from matcher.scoring.base import Component, Way, in_spanish, listed
from matcher.scoring.text.documents import Offers, offers, reading_of
from matcher.world import Variant, World

WORTH_SAYING = 0.5


def _block(world: World, found: Offers, block: slice, _: TripBlock) -> np.ndarray:
    return np.asarray(1 - found.refusals([reading_of(student) for student in world.students[block]]))


def _say(world: World, found: Offers, student: Student, variant: Variant, _: Way) -> str:
    reading, place = reading_of(student), world.variant_place[variant.key]
    if not reading.refused or found.refusal(reading, place) < WORTH_SAYING:
        return ""
    words = found.because(reading, place).refused or tuple(dict.fromkeys(reading.refused))[:1]
    if in_spanish(student):
        return f"Ojo: dijiste que no a {listed(words, True)}, y este lugar tiene que ver con eso."
    return f"Careful: you said no to {listed(words, False)}, and this place has to do with it."


COMPONENT = Component("avoid", "What the student wants to avoid does not turn up at the site.", 0.15, offers, _block, _say)
