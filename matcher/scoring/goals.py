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


def readings(goals: str) -> list[Reading]:
    """One reading for each goal: the occasions of the six that have a name, or else the student's own words."""
    parts = [part.strip().lower() for part in goals.split(";") if part.strip()]
    return [Reading(OCCASIONS.get(part, part), ()) for part in dict.fromkeys(parts)]


def _block(world: World, found: Offers, block: slice, trips: TripBlock) -> np.ndarray:
    """The mean over the student's goals."""
    value = np.full(trips.mode.shape, NEUTRAL)
    asked = [readings(student.goals) for student in world.students[block]]
    distinct = list(dict.fromkeys(reading for own in asked for reading in own))
    fits = dict(zip(distinct, found.fits(distinct), strict=True)) if distinct else {}
    for i, own in enumerate(asked):
        if own:
            value[i] = sum(fits[reading] for reading in own) / len(own)
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
