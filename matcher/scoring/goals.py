"""Score: the site gives occasion for the learning goals that the student works on."""

from __future__ import annotations

import numpy as np

from matcher.domain import Student
from matcher.rules.trip import TripBlock
from matcher.scoring.base import Component, Way
from matcher.scoring.text.documents import Offers, offers
from matcher.world import Variant, World

NEUTRAL = 0.5
HALF = 0.06
OCCASIONS = {
    "empirical reasoning": "test experiment measure observe data sample lab diagnose inspect examine investigate evidence record results",
    "quantitative reasoning": "count measure numbers budget price inventory cash accounting spreadsheet calculate estimate statistics",
    "communication": "write speak present customers phone interview translate post design story news clients greet explain teach",
    "social reasoning": "community neighbours history law government culture families rights fairness court council public service",
    "personal qualities": "team responsibility care patient patience children elders safety organize lead coach volunteer trust",
    "knowing how to learn": "plan project research practice feedback portfolio tools skills training workshop build improve",
}
"""What each of the six learning goals looks like at a work site, in the words sites use."""


def _expanded(goals: str) -> str:
    """The student's own words and the occasions of every goal they name."""
    named = [words for goal, words in OCCASIONS.items() if goal in goals.lower()]
    return " ".join([goals, *named])


def _block(world: World, offers_: Offers, block: slice, _: TripBlock) -> np.ndarray:
    students = world.students[block]
    alike = offers_.similarity([_expanded(s.goals) if s.goals else "" for s in students])
    value = alike / (alike + HALF)
    value[[not s.goals for s in students]] = NEUTRAL
    return np.asarray(value)


def _say(world: World, offers_: Offers, student: Student, variant: Variant, _: Way) -> str:
    document = int(offers_.place[world.variant_place[variant.key]])
    for goal, occasions in OCCASIONS.items():
        if goal in student.goals.lower() and (shared := offers_.index.shared(occasions, document, 2)):
            return f"Your goal {goal.title()} has occasions here: {' and '.join(shared)}."
    return ""


COMPONENT = Component("goals", "The site gives occasion for the student's learning goals.", 0.08, offers, _block, _say)
