"""What a variant says of itself: opportunity, site and mentor as one text; each distinct text once."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache

import numpy as np

from matcher.domain import Student
from matcher.scoring.text.engine import engine, extra_folders
from matcher.scoring.text.index import Because, TextIndex
from matcher.scoring.text.negation import Reading, read
from matcher.world import Variant, World

REMEMBERED = 2048
"""Readings whose fits to every text are kept at a time."""
FEW = 3
"""From so many times fewer texts on, only these are measured: picking them out costs as much as measuring three times as many."""


class Offers:
    """An index of the distinct texts of a round's variants.

    Attributes
    ----------
    place : int64 [variants]: the document of each variant.
    """

    def __init__(self, place: np.ndarray, index: TextIndex) -> None:
        self.place, self.index = place, index
        self._kept: dict[tuple[bool, Reading], np.ndarray] = {}

    @classmethod
    def of(cls, world: World) -> Offers:
        """Every text of a round, read."""
        texts: dict[str, int] = {}
        place = np.array([texts.setdefault(text_of(v), len(texts)) for v in world.variants], dtype=np.int64)
        return cls(place, TextIndex(engine(world.settings.text.level, extra_folders(world.folder)), list(texts)))

    def following(self, world: World, known: np.ndarray) -> Offers:
        """The same of a round that has changed; only texts that are new are read.

        Parameters
        ----------
        known : int64 [variants]: where each variant of the new round stood in the old one, -1 for new ones.
        """
        old = known >= 0
        said = {int(i): text_of(world.variants[i]) for i in np.flatnonzero(~old)}
        before = {text: i for i, text in enumerate(self.index.documents)}
        kept = np.zeros(len(before), dtype=bool)
        kept[self.place[known[old]]] = True
        kept[[before[text] for text in said.values() if text in before]] = True
        added = list(dict.fromkeys(text for text in said.values() if text not in before))
        new = np.where(kept, np.cumsum(kept) - 1, -1)
        place = np.zeros(len(known), dtype=np.int64)
        place[old] = new[self.place[known[old]]]
        behind = {text: int(kept.sum()) + i for i, text in enumerate(added)}
        for i, text in said.items():
            place[i] = behind[text] if text in behind else new[before[text]]
        return Offers(place, self.index.with_documents(added, np.flatnonzero(~kept).tolist()))

    def few(self, variants: np.ndarray) -> Offers:
        """The same for somebody who may take only these variants: what is not known yet is measured there only, and is 0 elsewhere."""
        documents = np.unique(self.place[variants])
        return self if len(documents) * FEW > len(self.index.documents) else _Few(self, documents)

    def fits(self, readings: Sequence[Reading]) -> np.ndarray:
        """float64 [readings, variants], 0 to 1: how well each variant's text fits."""
        return self._spread(readings, False)

    def refusals(self, readings: Sequence[Reading]) -> np.ndarray:
        """float64 [readings, variants], 0 to 1: how surely each variant is something the reading refuses."""
        return self._spread(readings, True)

    def fit(self, reading: Reading, variant_place: int) -> float:
        """How well the text of one variant fits."""
        return self._one(reading, variant_place, False)

    def refusal(self, reading: Reading, variant_place: int) -> float:
        """How surely one variant is something the reading refuses."""
        return self._one(reading, variant_place, True)

    def _one(self, reading: Reading, variant_place: int, refusing: bool) -> float:
        document, known = int(self.place[variant_place]), self._kept.get((refusing, reading))
        if known is not None:
            return float(known[document])
        alone = self.index.at(np.array([document]))
        return float((alone.refusals if refusing else alone.fits)([reading])[0, 0])

    def _spread(self, readings: Sequence[Reading], refusing: bool) -> np.ndarray:
        distinct = {reading: i for i, reading in enumerate(dict.fromkeys(readings))}
        found = self._known(list(distinct), refusing)
        fits = np.array([found[refusing, reading] for reading in distinct]).reshape(len(distinct), len(self.index.documents))
        return np.take(np.take(fits, self.place, axis=1), [distinct[reading] for reading in readings], axis=0)

    def _known(self, readings: list[Reading], refusing: bool) -> Mapping[tuple[bool, Reading], np.ndarray]:
        """At least these readings measured against every document; the mapping is the caller's to read, whatever other threads ask."""
        kept = self._kept
        new = [reading for reading in readings if (refusing, reading) not in kept]
        if len(kept) + len(new) > REMEMBERED:
            kept, new = {}, readings
        kept.update(zip(((refusing, reading) for reading in new), self._measured(new, refusing), strict=True))
        self._kept = kept
        return kept

    def _measured(self, readings: list[Reading], refusing: bool) -> np.ndarray:
        """float64 [readings, documents]."""
        return (self.index.refusals if refusing else self.index.fits)(readings)

    def because(self, reading: Reading, variant_place: int) -> Because:
        """What the fit of one variant rests on."""
        return self.index.because(reading, int(self.place[variant_place]))


class _Few(Offers):
    """Offers measured at some documents only, beyond what the whole knows already."""

    def __init__(self, whole: Offers, documents: np.ndarray) -> None:
        super().__init__(whole.place, whole.index)
        self._whole, self._documents = whole._kept, documents
        self._part: TextIndex | None = None

    def _measured(self, readings: list[Reading], refusing: bool) -> np.ndarray:
        measured = np.zeros((len(readings), len(self.index.documents)))
        for i, reading in enumerate(readings):
            if (refusing, reading) in self._whole:
                measured[i] = self._whole[refusing, reading]
            else:
                self._part = self._part or self.index.at(self._documents)
                measured[i, self._documents] = (self._part.refusals if refusing else self._part.fits)([reading])[0]
        return measured


def offers(world: World) -> Offers:
    """The index of a round, built once and shared by the components that read texts."""
    if "offers" not in world.memory:
        world.memory["offers"] = Offers.of(world)
    found: Offers = world.memory["offers"]
    return found


def text_version(world: World) -> dict[str, str]:
    """The level and version with which a round's texts are read, for manifest.json; looked up, not built anew."""
    return engine(world.settings.text.level, extra_folders(world.folder)).version


def reading_of(student: Student) -> Reading:
    """What the student wants and refuses, in `interests` and `avoid`; the student's own name is not read."""
    return _reading(student.interests, student.name, student.avoid)


@lru_cache(maxsize=1024)
def _reading(text: str, name_: str, avoid: str) -> Reading:
    for part in name_.split():
        name = re.escape(part)
        text = re.sub(rf"(?i)\b(i'?m|i am|name is|call me|this is|me llamo|soy)\s+{name}\b|\b{name}\s+here\b", " ", text)
        text = re.sub(rf"\b{name}\b", " ", text)
    return read(text, avoid)


def text_of(variant: Variant) -> str:
    """The words of the opportunity, its site and its mentor; the title counts twice."""
    o, site = variant.opportunity, variant.site
    tasks = " ".join(task.replace("_", " ") for task in o.tasks if not task.upper().startswith("HO-"))
    parts = (o.title, o.title, o.description, o.cluster, tasks, site.name, site.cluster, site.description, variant.mentor.about)
    return ". ".join(part for part in parts if part)
