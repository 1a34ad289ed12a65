"""What students write, as vectors on their own scale: encoded once, whatever it is then compared with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from matcher.scoring.text.concepts import UNIT
from matcher.scoring.text.engine import Engine, Vectors
from matcher.scoring.text.negation import Reading
from matcher.scoring.text.reader import Word

SQUARE = float(UNIT * UNIT)
LEAST_SPAN = 0.15
"""A text that is like nothing in particular is not stretched beyond this span of likeness."""
STRETCH = 2048
"""Texts measured against the reference at a time."""


@dataclass(frozen=True)
class Scaled:
    """Texts as vectors, and what of their likeness counts as 0 (`mean`) and how far 1 is from it (`span`): float64 [texts, 1]."""

    vectors: Vectors
    mean: np.ndarray
    span: np.ndarray

    def __getitem__(self, rows: Any) -> Scaled:
        return Scaled(self.vectors[rows], self.mean[rows], self.span[rows])

    @classmethod
    def of(cls, engine: Engine, texts: Sequence[str], refusing: bool = False) -> Scaled:
        """Encode the texts, each distinct one once."""
        place = {text: i for i, text in enumerate(dict.fromkeys(texts))}
        vectors, known = engine.of_queries(list(place), refusing), engine.scales
        new = [text for text in place if (refusing, text) not in known]
        for part in (new[i : i + STRETCH] for i in range(0, len(new), STRETCH)):
            scales = _scale(engine, vectors[[place[text] for text in part]], refusing)
            known.update(zip(((refusing, text) for text in part), scales, strict=True))
        mean, span = np.array([known[refusing, text] for text in place]).reshape(-1, 2).T[:, :, None]
        found = cls(vectors, mean, span)
        return found[[place[text] for text in texts]] if len(place) < len(texts) else found


def _scale(engine: Engine, vectors: Vectors, refusing: bool) -> list[tuple[float, float]]:
    """Mean likeness to the shipped fields of work, and the way from there to the third highest."""
    reference = engine.likeness(vectors, engine.reference, refusing)
    mean = reference.sum(axis=1) / reference.shape[1]
    span = np.maximum(np.partition(reference, -3, axis=1)[:, -3] - mean, LEAST_SPAN * SQUARE)
    return list(zip(mean.tolist(), span.tolist(), strict=True))


@dataclass(frozen=True)
class Asked:
    """Readings ready to be compared with any documents.

    Attributes
    ----------
    wanted : what each reading wants.
    told : bool [readings]: whether it wants anything at all.
    refused : each distinct phrase that some reading refuses and that tells something.
    phrases : the row in `refused`, and the words, of each such phrase.
    """

    readings: tuple[Reading, ...]
    wanted: Scaled
    told: np.ndarray
    refused: Scaled
    phrases: Mapping[str, tuple[int, Sequence[Word]]]

    def __len__(self) -> int:
        return len(self.readings)

    def __getitem__(self, rows: Sequence[int] | np.ndarray) -> Asked:
        places = np.asarray(rows, dtype=np.int64)
        return Asked(tuple(self.readings[i] for i in places), self.wanted[places], self.told[places], self.refused, self.phrases)

    @classmethod
    def of(cls, engine: Engine, readings: Sequence[Reading]) -> Asked:
        """Encode the readings."""
        told = np.array([bool(engine.reader.read(reading.wanted)) for reading in readings], dtype=bool)
        found = {phrase: engine.reader.read(phrase) for reading in readings for phrase in reading.refused}
        telling = [phrase for phrase, words in found.items() if words]
        phrases = {phrase: (i, found[phrase]) for i, phrase in enumerate(telling)}
        wanted = Scaled.of(engine, [reading.wanted for reading in readings])
        return cls(tuple(readings), wanted, told, Scaled.of(engine, telling, refusing=True), phrases)

    def refusing(self, row: int) -> tuple[str, ...]:
        """The telling phrases that a reading refuses, each once."""
        return tuple(phrase for phrase in dict.fromkeys(self.readings[row].refused) if phrase in self.phrases)
