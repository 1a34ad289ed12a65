"""Score: what the student wants to avoid does not turn up at the site."""

from __future__ import annotations

import numpy as np

from matcher.domain import Student
from matcher.rules.trip import TripBlock
from matcher.scoring.base import Component, Way
from matcher.scoring.text.documents import Offers, offers
from matcher.scoring.text.index import words
from matcher.world import Variant, World

HALF = 0.06
"""The similarity at which the value has fallen to one half: value = 1 / (1 + (similarity / HALF)^2)."""


def _block(world: World, offers_: Offers, block: slice, _: TripBlock) -> np.ndarray:
    alike = offers_.similarity([s.avoid if words(s.avoid) else "" for s in world.students[block]])
    return np.asarray(1 / (1 + (alike / HALF) ** 2))


def _say(world: World, offers_: Offers, student: Student, variant: Variant, _: Way) -> str:
    shared = offers_.index.shared(student.avoid, int(offers_.place[world.variant_place[variant.key]]))
    return f"Careful: you wanted to avoid {' and '.join(shared)}, and they mention it." if shared else ""


COMPONENT = Component("avoid", "What the student wants to avoid does not turn up at the site.", 0.15, offers, _block, _say)
