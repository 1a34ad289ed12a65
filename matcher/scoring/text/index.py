"""How well texts of sites fit what students write: 0 to 1, comparable between students, with what is refused pushed down.

A likeness is the weighted sum of two cosines (`engine.py`). It is read on the student's own scale: 0 is the mean likeness of their text to
the shipped fields of work, 1 the third highest. These references never change with a round, so adding a site moves nobody, and a short
text, a long one and a Spanish one mean the same by it. fit = u^4 / (1 + u^4) with u = (scaled + SHIFT) / (HALF + SHIFT): HALF,
where the median of clearly fitting sites lies, is a fit of one half.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from matcher.scoring.text.concepts import UNIT
from matcher.scoring.text.engine import REFUSING, Engine, Vectors
from matcher.scoring.text.negation import Reading
from matcher.scoring.text.reader import Word
from matcher.scoring.text.words import as_written

SQUARE = float(UNIT * UNIT)
LEAST_SPAN = 0.15
"""A text that is like nothing in particular is not stretched beyond this span of likeness."""
SHIFT, HALF = 0.2, 0.78
"""What is so far below the mean of all fields of work fits not at all."""
NEARLY_SAME = 0.95
"""Share of the highest possible likeness from which two documents say nearly the same."""
NEUTRAL = 0.3
"""The fit everywhere for a text that tells nothing."""
REFUSED, RELATIVE, LITERAL, SHARP = 0.45, 0.15, 0.3, 12.0
"""A refusal bites where scaled likeness to it + LITERAL * (share of its words that stand there) exceeds REFUSED + RELATIVE * (scaled
likeness to what is wanted); SHARP is the slope. Fitted on the development half of fixtures/statements."""


@dataclass(frozen=True)
class Because:
    """What a fit rests on: the weightiest words on both sides, the field of work they meet in, and refused words that stand there."""

    own: tuple[str, ...]
    theirs: tuple[str, ...]
    field: str
    field_es: str
    refused: tuple[str, ...]


class TextIndex:
    """Documents ready to be compared with what students write."""

    def __init__(self, engine: Engine, documents: Sequence[str]) -> None:
        self.engine = engine
        self.documents = list(documents)
        self.vectors = engine.of_documents(self.documents)
        self._stems = [frozenset(s for word in engine.reader.read(text) for s in word.stems) for text in self.documents]

    def fits(self, readings: Sequence[Reading]) -> np.ndarray:
        """float64 [readings, documents], 0 to 1; NEUTRAL throughout for a reading that wants and refuses nothing."""
        scaled = self._scaled([reading.wanted for reading in readings], self.engine.weight)
        told = [bool(self.engine.reader.read(reading.wanted)) for reading in readings]
        fit = _fit(scaled)
        fit[[not t for t in told]] = NEUTRAL
        return np.asarray(fit * (1 - self._refusal(readings, np.where(np.array(told)[:, None], np.minimum(scaled, 1.2), 0.0))))

    def refusals(self, readings: Sequence[Reading]) -> np.ndarray:
        """float64 [readings, documents], 0 to 1: how surely a document is something the reading refuses."""
        return self._refusal(readings, np.zeros((len(readings), len(self.documents))))

    def _scaled(self, texts: Sequence[str], weight: float) -> np.ndarray:
        distinct = list(dict.fromkeys(texts))
        vectors = self.engine.of_queries(distinct)
        place = {text: i for i, text in enumerate(distinct)}
        return self._on_own_scale(vectors, weight)[[place[text] for text in texts]] if texts else np.zeros((0, len(self.documents)))

    def _on_own_scale(self, queries: Vectors, weight: float) -> np.ndarray:
        reference = self.engine.likeness(queries, self.engine.reference, weight)
        mean = reference.sum(axis=1, keepdims=True) / reference.shape[1]
        high = np.partition(reference, -3, axis=1)[:, -3:-2]
        span = np.maximum(high - mean, LEAST_SPAN * SQUARE)
        return np.asarray((self.engine.likeness(queries, self.vectors, weight) - mean) / span)

    def _refusal(self, readings: Sequence[Reading], wanted: np.ndarray) -> np.ndarray:
        phrases = list(dict.fromkeys(phrase for reading in readings for phrase in reading.refused))
        found = {phrase: self.engine.reader.read(phrase) for phrase in phrases}
        telling = [phrase for phrase in phrases if found[phrase]]
        sure = np.zeros(wanted.shape)
        if not telling:
            return sure
        like = dict(zip(telling, self._scaled(telling, REFUSING), strict=True))
        for i, reading in enumerate(readings):
            for phrase in dict.fromkeys(reading.refused):
                if phrase in like:
                    excess = like[phrase] + LITERAL * self._literal(found[phrase]) - REFUSED - RELATIVE * wanted[i]
                    sure[i] = np.maximum(sure[i], 1 / (1 + np.exp(-SHARP * excess)))
        return sure

    def _literal(self, found: Sequence[Word]) -> np.ndarray:
        """float64 [documents]: the share of the words, weighted by how telling they are, that stand in each document."""
        weight = {s: self._telling(s) for word in found for s in word.stems}
        total = sum(weight.values())
        return np.array([sum(w for s, w in weight.items() if s in stems) / total for stems in self._stems])

    def _telling(self, stem: str) -> float:
        row = self.engine.concepts.place.get(stem)
        return float(self.engine.concepts.idf[row]) if row is not None else 6.0

    def nearly_same(self, one: int, other: int) -> bool:
        """Whether two documents say nearly the same."""
        alike = self.engine.likeness(self.vectors[[one]], self.vectors[[other]], self.engine.weight)
        return one == other or bool(alike[0, 0] >= NEARLY_SAME * (1 + self.engine.weight) * SQUARE)

    def because(self, reading: Reading, document: int, most: int = 3) -> Because:
        """What the fit of one document rests on, from the same products that made it."""
        own, theirs = self.engine.reader.read(reading.wanted), self.engine.reader.read(self.documents[document])
        vectors = self.engine.of_queries([reading.wanted]).fields[0].astype(np.int64), self.vectors.fields[document].astype(np.int64)
        both = vectors[0] * vectors[1]
        shared = self._weightiest(own, vectors[1], most)
        answered = self._weightiest(theirs, vectors[0], most) if shared else ()
        best = int(np.argmax(both)) if shared and both.max(initial=0) > 0 else None
        field = self.engine.fields[best] if best is not None else None
        refused = [word for phrase in reading.refused for word in self.engine.reader.read(phrase)]
        standing = tuple(dict.fromkeys(w.written for w in refused if any(s in self._stems[document] for s in w.stems)))[:most]
        answered = as_written(answered, self.documents[document])
        return Because(shared, answered, field.name if field else "", (field.name_es or field.name) if field else "", standing)

    def standing(self, text: str, document: int) -> tuple[str, ...]:
        """The words of a document that a text names too, as they stand there, in its order."""
        named = {s for word in self.engine.reader.read(text) for s in word.stems}
        found = [word.written for word in self.engine.reader.read(self.documents[document]) if named.intersection(word.stems)]
        return as_written(dict.fromkeys(found), self.documents[document])

    def _weightiest(self, found: Sequence[Word], other: np.ndarray, most: int) -> tuple[str, ...]:
        """The words that add most to the product with the other text's fields; none that adds less than a sixth of the first."""
        gain: dict[str, int] = {}
        as_written: dict[str, str] = {}
        for word in found:
            rows = [self.engine.concepts.place[s] for s in word.stems if s in self.engine.concepts.place]
            as_written.setdefault(word.stem, word.written)
            if word.stem not in gain:
                gain[word.stem] = sum(
                    round(64 * float(self.engine.concepts.idf[row])) * int((self.engine.concepts.matrix[row] @ other).item())
                    for row in rows
                )
        ranked = sorted((s for s in gain if gain[s] > 0), key=lambda s: (-gain[s], s))
        return tuple(as_written[s] for s in ranked[:most] if 6 * gain[s] >= gain[ranked[0]])


def _fit(scaled: np.ndarray) -> np.ndarray:
    u = np.maximum(scaled + SHIFT, 0) / (HALF + SHIFT)
    u *= u
    u *= u
    return np.asarray(u / (1 + u))
