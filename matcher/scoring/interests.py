"""Score: what the student writes about interests, against what opportunity, site and mentor write."""

from __future__ import annotations

import numpy as np

from matcher.domain import Student
from matcher.rules.trip import TripBlock
from matcher.scoring.base import Component, Way
from matcher.scoring.text.documents import Offers, offers
from matcher.scoring.text.index import words
from matcher.world import Variant, World

NEUTRAL = 0.3
"""The value everywhere for a student who wrote nothing that tells anything."""
HALF = 0.12
"""The similarity that counts as one half: value = similarity / (similarity + HALF)."""


def _block(world: World, offers_: Offers, block: slice, _: TripBlock) -> np.ndarray:
    students = world.students[block]
    alike = offers_.similarity([s.interests for s in students])
    value = alike / (alike + HALF)
    value[[not words(s.interests) for s in students]] = NEUTRAL
    return np.asarray(value)


def _say(world: World, offers_: Offers, student: Student, variant: Variant, _: Way) -> str:
    if not words(student.interests):
        return "Your profile does not say yet what interests you; talk with your advisor about it."
    shared = offers_.index.shared(student.interests, int(offers_.place[world.variant_place[variant.key]]))
    return f"You wrote about {' and '.join(shared)}, and so do they." if shared else ""


COMPONENT = Component("interests", "What the student writes fits what the site and mentor write.", 0.50, offers, _block, _say)
