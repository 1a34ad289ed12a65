"""Score: the site gives occasion for the learning goals that the student works on."""

from __future__ import annotations

import tomllib
from pathlib import Path

import numpy as np

from matcher.domain import Student
from matcher.rules.trip import TripBlock
from matcher.scoring.base import Component, Way, in_spanish, listed
from matcher.scoring.text.documents import Offers, offers
from matcher.scoring.text.negation import Reading
from matcher.world import Variant, World

NEUTRAL = 0.5
OCCASIONS: dict[str, str] = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
"""What each of the six learning goals looks like at a work site, in the words sites use."""
GOALS_ES = {
    "empirical reasoning": "razonamiento empírico",
    "quantitative reasoning": "razonamiento cuantitativo",
    "communication": "comunicación",
    "social reasoning": "razonamiento social",
    "personal qualities": "cualidades personales",
    "knowing how to learn": "saber aprender",
}


def _reading(goals: str) -> Reading:
    """The student's own words and the occasions of every goal they name."""
    named = [words for goal, words in OCCASIONS.items() if goal in goals.lower()]
    return Reading(". ".join([goals.replace(";", ". "), *named]), ())


def _block(world: World, found: Offers, block: slice, _: TripBlock) -> np.ndarray:
    students = world.students[block]
    value = found.fits([_reading(student.goals) if student.goals else Reading("", ()) for student in students])
    value[[not student.goals for student in students]] = NEUTRAL
    return value


def _say(world: World, found: Offers, student: Student, variant: Variant, _: Way) -> str:
    for goal, occasions in OCCASIONS.items():
        if goal in student.goals.lower():
            words = found.index.standing(occasions, int(found.place[world.variant_place[variant.key]]))[:2]
            if words and in_spanish(student):
                return f"Tu meta de {GOALS_ES[goal]} tiene ocasión aquí: {listed(words, True)}."
            if words:
                return f"Your goal {goal.title()} has occasions here: {listed(words, False)}."
    return ""


COMPONENT = Component("goals", "The site gives occasion for the student's learning goals.", 0.08, offers, _block, _say)
