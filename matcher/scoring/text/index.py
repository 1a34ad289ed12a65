"""How well texts of sites fit what students write: 0 to 1, comparable between students, with what is refused pushed down.

A likeness is the weighted sum of two cosines (`engine.py`). It is read on the student's own scale: 0 is the mean likeness of their text to
the shipped fields of work, 1 the third highest. These references never change with a round, so adding a site moves nobody, and a short
text, a long one and a Spanish one mean the same by it. fit = u^4 / (1 + u^4) with u = (scaled + SHIFT) / (HALF + SHIFT): HALF,
where the median of clearly fitting sites lies, is a fit of one half.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from functools import cached_property, partial

import numpy as np

from matcher.scoring.text.asked import SQUARE, Asked
from matcher.scoring.text.engine import Engine, Vectors
from matcher.scoring.text.nearest import BLOCK, Allowed, Best, best
from matcher.scoring.text.negation import Reading
from matcher.scoring.text.reader import Word
from matcher.scoring.text.words import as_written

SHIFT, HALF = 0.2, 0.78
"""What is so far below the mean of all fields of work fits not at all."""
NEARLY_SAME = 0.95
"""Share of the highest possible likeness from which two documents say nearly the same."""
NEUTRAL = 0.3
"""The fit everywhere for a text that tells nothing."""
MANY = 1500
"""From so many documents on a table of stems is worth its making."""
REFUSED, RELATIVE, LITERAL, SHARP = 0.42, 0.15, 0.4, 12.0
"""A refusal bites where scaled likeness to it + LITERAL * (share of its words that stand there) exceeds REFUSED + RELATIVE * (scaled
likeness to what is wanted); SHARP is the slope. Fitted on the development half of fixtures/statements."""


@dataclass(frozen=True)
class Because:
    """What a fit rests on: the weightiest words on both sides, the field of work they meet in, and refused words that stand there.

    Without words of the student's own (`own`) it is the text as a whole that lies near the field; without a field, near the offer.
    """

    own: tuple[str, ...]
    theirs: tuple[str, ...]
    field: str
    field_es: str
    refused: tuple[str, ...]


class TextIndex:
    """Documents ready to be compared with what students write."""

    def __init__(self, engine: Engine, documents: Sequence[str], known: tuple[Vectors, list[frozenset[str]]] | None = None) -> None:
        self.engine = engine
        self.documents = list(documents)
        if known is None:
            known = _read(engine, self.documents)
        self.vectors, self._stems = known

    def with_documents(self, added: Sequence[str] = (), removed: Collection[int] = ()) -> TextIndex:
        """An index without the documents at the places `removed`, and with `added` behind the rest; only these are read."""
        gone = set(removed)
        kept = [i for i in range(len(self.documents)) if i not in gone]
        (new, stems), rows = _read(self.engine, added), kept if gone else slice(None)
        old = self.vectors[rows]
        vectors = Vectors(*(np.concatenate([getattr(v, part) for v in (old, new)]) for part in ("words", "second", "fields")))
        known = vectors, [self._stems[i] for i in kept] + stems
        return TextIndex(self.engine, [*(self.documents[i] for i in kept), *added], known)

    def at(self, places: np.ndarray) -> TextIndex:
        """An index of the documents at these places only."""
        known = self.vectors[places], [self._stems[i] for i in places]
        return TextIndex(self.engine, [self.documents[i] for i in places], known)

    def asked(self, readings: Sequence[Reading] | Asked) -> Asked:
        """The readings encoded; worth keeping by whoever compares them with more than one index."""
        return readings if isinstance(readings, Asked) else Asked.of(self.engine, readings)

    def fits(self, readings: Sequence[Reading] | Asked) -> np.ndarray:
        """float64 [readings, documents], 0 to 1; NEUTRAL throughout for a reading that wants and refuses nothing."""
        asked = self.asked(readings)
        return self.fitted(self.engine.likeness(asked.wanted.vectors, self.vectors), asked)

    def best(
        self,
        readings: Sequence[Reading] | Asked,
        k: int,
        allowed: Allowed | None = None,
        *,
        block: int = BLOCK,
        workers: int | None = None,
    ) -> Best:
        """The k best documents of each reading as `fits` would rank them, without ever holding all fits.

        Parameters
        ----------
        allowed : which documents count for which reading; all when None.
        block : readings at a time for one worker; the memory is some 12 bytes * block * documents for each.
        workers : threads; one for each processor when None. Neither changes the result.
        """
        return best(self, self.asked(readings), k, allowed, block, workers)

    def fitted(self, alike: np.ndarray, asked: Asked) -> np.ndarray:
        """Fits from likenesses, float64 [readings, documents]."""
        scaled = (alike - asked.wanted.mean) / asked.wanted.span
        fit = _fit(scaled)
        fit[~asked.told] = NEUTRAL
        return np.asarray(fit * (1 - self._refusal(asked, np.where(asked.told[:, None], np.minimum(scaled, 1.2), 0.0))))

    def fitted_pairs(self, alike: np.ndarray, mean: np.ndarray, span: np.ndarray) -> np.ndarray:
        """Fits of single pairs of readings and documents where nothing is refused, from their likenesses and the readings' scales."""
        return _fit((alike - mean) / span)

    def refusals(self, readings: Sequence[Reading] | Asked) -> np.ndarray:
        """float64 [readings, documents], 0 to 1: how surely a document is something the reading refuses."""
        asked = self.asked(readings)
        return self._refusal(asked, np.zeros((len(asked), len(self.documents))))

    def _refusal(self, asked: Asked, wanted: np.ndarray) -> np.ndarray:
        refusing = [asked.refusing(i) for i in range(len(asked))]
        place = {phrase: i for i, phrase in enumerate(dict.fromkeys(phrase for phrases in refusing for phrase in phrases))}
        sure = np.zeros(wanted.shape)
        if not place:
            return sure
        scale = asked.refused[[asked.phrases[phrase][0] for phrase in place]]
        like = (self.engine.likeness(scale.vectors, self.vectors, refusing=True) - scale.mean) / scale.span
        for phrase, i in place.items():
            like[i] += LITERAL * self._literal(asked.phrases[phrase][1])
        for i, phrases in enumerate(refusing):
            for phrase in phrases:
                excess = like[place[phrase]] - REFUSED - RELATIVE * wanted[i]
                sure[i] = np.maximum(sure[i], 1 / (1 + np.exp(-SHARP * excess)))
        return sure

    def _where(self, stem: str) -> np.ndarray | list[int]:
        """The documents in which a stem stands."""
        if len(self.documents) <= MANY:
            return [i for i, stems in enumerate(self._stems) if stem in stems]
        return self._places.get(stem, [])

    @cached_property
    def _places(self) -> dict[str, np.ndarray]:
        """The documents in which each stem stands."""
        places: dict[str, list[int]] = defaultdict(list)
        for i, stems in enumerate(self._stems):
            for stem in stems:
                places[stem].append(i)
        return {stem: np.array(found) for stem, found in places.items()}

    def _literal(self, found: Sequence[Word]) -> np.ndarray:
        """float64 [documents]: the share of the words, weighted by how telling they are, that stand in each document."""
        weight = {s: self._telling(s) for word in found for s in word.stems}
        standing = np.zeros(len(self.documents))
        for stem, telling in weight.items():
            standing[self._where(stem)] += telling
        return standing / sum(weight.values())

    def _telling(self, stem: str) -> float:
        row = self.engine.concepts.place.get(stem)
        return float(self.engine.concepts.idf[row]) if row is not None else 6.0

    def nearly_same(self, one: int, other: int) -> bool:
        """Whether two documents say nearly the same."""
        alike = self.engine.likeness(self.vectors[[one]], self.vectors[[other]])
        return one == other or bool(alike[0, 0] >= NEARLY_SAME * (1 + self.engine.weight) * SQUARE)

    def because(self, reading: Reading, document: int, most: int = 3) -> Because:
        """What the fit of one document rests on, from the same products that made it."""
        own, theirs = self.engine.read(reading.wanted), self.engine.read(self.documents[document])
        vectors = self.engine.fields_of(reading.wanted), self.vectors.fields[document].astype(np.int64)
        both = vectors[0] * vectors[1]
        shared = self._weightiest(own, partial(self.engine.concepts.product, vectors[1]), most)
        best = int(np.argmax(both)) if both.max(initial=0) > 0 else None
        answered = self._weightiest(theirs, self.engine.products_of(reading.wanted).__getitem__, most) if best is not None else ()
        field = self.engine.fields[best] if best is not None else None
        refused = [word for phrase in reading.refused for word in self.engine.read(phrase)]
        standing = tuple(dict.fromkeys(w.written for w in refused if any(s in self._stems[document] for s in w.stems)))[:most]
        answered = as_written(answered, self.documents[document])
        return Because(shared, answered, field.name if field else "", (field.name_es or field.name) if field else "", standing)

    def standing(self, text: str, document: int) -> tuple[str, ...]:
        """The words of a document that a text names too, as they stand there, in its order."""
        named = {s for word in self.engine.read(text) for s in word.stems}
        found = [word.written for word in self.engine.read(self.documents[document]) if named.intersection(word.stems)]
        return as_written(dict.fromkeys(found), self.documents[document])

    def _weightiest(self, found: Sequence[Word], product: Callable[[int], int], most: int) -> tuple[str, ...]:
        """The words that add most to the product with the other text's fields; none that adds less than a sixth of the first."""
        terms = self.engine.concepts
        gain: dict[str, int] = {}
        as_written: dict[str, str] = {}
        for word in found:
            as_written.setdefault(word.stem, word.written)
            if word.stem not in gain:
                rows = [terms.place[s] for s in word.stems if s in terms.place]
                gain[word.stem] = sum(round(64 * float(terms.idf[row])) * int(product(row)) for row in rows)
        ranked = sorted((s for s in gain if gain[s] > 0), key=lambda s: (-gain[s], s))
        return tuple(as_written[s] for s in ranked[:most] if 6 * gain[s] >= gain[ranked[0]])


def _fit(scaled: np.ndarray) -> np.ndarray:
    u = np.maximum(scaled + SHIFT, 0) / (HALF + SHIFT)
    u *= u
    u *= u
    return np.asarray(u / (1 + u))


def _read(engine: Engine, texts: Sequence[str]) -> tuple[Vectors, list[frozenset[str]]]:
    """Vectors and stems of documents."""
    found = [engine.reader.read(text) for text in texts]
    return engine.of_documents(texts, found), [frozenset(s for word in words for s in word.stems) for words in found]
