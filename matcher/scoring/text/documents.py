"""What a variant says of itself: opportunity, site and mentor as one text; each distinct text once."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from matcher.domain import Student
from matcher.scoring.text.engine import engine, extra_folders
from matcher.scoring.text.index import Because, TextIndex
from matcher.scoring.text.negation import Reading, read
from matcher.world import Variant, World

REMEMBERED = 2048
"""Readings whose fits to every text are kept at a time."""


class Offers:
    """An index of the distinct texts of a round's variants.

    Attributes
    ----------
    place : int64 [variants]: the document of each variant.
    """

    def __init__(self, world: World) -> None:
        texts: dict[str, int] = {}
        self.place = np.array([texts.setdefault(text_of(v), len(texts)) for v in world.variants], dtype=np.int64)
        self.index = TextIndex(engine(world.settings.text.level, extra_folders(world.folder)), list(texts))
        self._kept: dict[tuple[bool, Reading], np.ndarray] = {}

    def fits(self, readings: Sequence[Reading]) -> np.ndarray:
        """float64 [readings, variants], 0 to 1: how well each variant's text fits."""
        return self._spread(readings, False)

    def refusals(self, readings: Sequence[Reading]) -> np.ndarray:
        """float64 [readings, variants], 0 to 1: how surely each variant is something the reading refuses."""
        return self._spread(readings, True)

    def _spread(self, readings: Sequence[Reading], refusing: bool) -> np.ndarray:
        distinct = {reading: i for i, reading in enumerate(dict.fromkeys(readings))}
        new = [reading for reading in distinct if (refusing, reading) not in self._kept]
        if len(self._kept) + len(new) > REMEMBERED:
            self._kept, new = {}, list(distinct)
        measured = (self.index.refusals if refusing else self.index.fits)(new)
        self._kept.update(zip(((refusing, reading) for reading in new), measured, strict=True))
        fits = np.array([self._kept[refusing, reading] for reading in distinct]).reshape(len(distinct), len(self.index.documents))
        return np.take(np.take(fits, self.place, axis=1), [distinct[reading] for reading in readings], axis=0)

    def because(self, reading: Reading, variant_place: int) -> Because:
        """What the fit of one variant rests on."""
        return self.index.because(reading, int(self.place[variant_place]))


def offers(world: World) -> Offers:
    """The index of a round, built once and shared by the components that read texts."""
    if "offers" not in world.memory:
        world.memory["offers"] = Offers(world)
    found: Offers = world.memory["offers"]
    return found


def text_version(world: World) -> dict[str, str]:
    """The level and version with which a round's texts are read, for manifest.json; looked up, not built anew."""
    return engine(world.settings.text.level, extra_folders(world.folder)).version


def reading_of(student: Student) -> Reading:
    """What the student wants and refuses, in `interests` and `avoid`; the student's own name is not read."""
    text = student.interests
    for part in student.name.split():
        name = re.escape(part)
        text = re.sub(rf"(?i)\b(i'?m|i am|name is|call me|this is|me llamo|soy)\s+{name}\b|\b{name}\s+here\b", " ", text)
        text = re.sub(rf"\b{name}\b", " ", text)
    return read(text, student.avoid)


def text_of(variant: Variant) -> str:
    """The words of the opportunity, its site and its mentor; the title counts twice."""
    o, site = variant.opportunity, variant.site
    tasks = " ".join(task.replace("_", " ") for task in o.tasks if not task.upper().startswith("HO-"))
    parts = (o.title, o.title, o.description, o.cluster, tasks, site.name, site.cluster, site.description, variant.mentor.about)
    return ". ".join(part for part in parts if part)
