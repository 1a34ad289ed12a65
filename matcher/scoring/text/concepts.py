"""Texts as vectors over fields of work: explicit semantic analysis (Gabrilovich and Markovitch 2007) in whole numbers.

A term's weight in a field is (1 + log(phrases of the field with it)) * log((fields + 1) / (fields with it + 1/2)), each field scaled
to length 1. A text's vector is the sum of its terms' rows, weighted alike, then raised to the power 1.5: what a text is mostly about
counts more than what it touches. A text that shares no word with a field may still lie near it as a whole, by its second vector
(`near`); both are added up, so that "take stuff apart" and a repair shop meet in the fields between them. Weights are rounded to
whole numbers, so sums do not depend on their order and every machine agrees.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise

import numpy as np
from scipy import sparse

from matcher.scoring.text.knowledge import Knowledge
from matcher.scoring.text.reader import Reader, Word

UNIT = 1 << 11
"""Length 1 in whole numbers: the product of two vectors stays below 2^24, so float32 adds it exactly in any order."""
_TERM = 64
"""A term's weight in whole numbers, per unit of inverse document frequency."""


def terms(found: Sequence[Word]) -> Iterable[str]:
    """The stems of words, and pairs of neighbouring stems."""
    for word in found:
        yield from word.stems
    for left, right in pairwise(found):
        yield f"{left.stem} {right.stem}"


class Concepts:
    """The index of terms by field.

    Attributes
    ----------
    place : each term's row.
    idf : float64 [terms].
    matrix : int64 CSR [terms, fields].
    """

    def __init__(self, place: Mapping[str, int], idf: np.ndarray, matrix: sparse.csr_matrix) -> None:
        self.place, self.idf, self.matrix = place, idf, matrix

    @classmethod
    def build(cls, knowledge: Knowledge, reader: Reader) -> Concepts:
        """Read every phrase of every field."""
        counts = [_count([*field.english, *field.spanish], reader) for field in knowledge.fields]
        df = Counter(term for count in counts for term in count)
        place = {term: i for i, term in enumerate(sorted(df))}
        idf = np.array([math.log((len(counts) + 1) / (df[term] + 0.5)) for term in place])
        cells = [(place[term], j, 1 + math.log(n)) for j, count in enumerate(counts) for term, n in count.items()]
        at, field, weight = (np.array(column) for column in zip(*cells, strict=True))
        matrix = sparse.csr_matrix((weight * idf[at], (at, field)), shape=(len(place), len(counts)))
        length = np.sqrt(np.bincount(field, (weight * idf[at]) ** 2, len(counts)))
        matrix.data = np.rint(matrix.data * (4096 / length)[matrix.indices])
        return cls(place, idf, matrix.astype(np.int64))

    def weights(self, found: Sequence[Word]) -> dict[int, int]:
        """The rows of a text's terms and their whole-number weights."""
        count = Counter(term for term in terms(found) if term in self.place)
        return {self.place[t]: round(_TERM * (1 + math.log(n)) * float(self.idf[self.place[t]])) for t, n in count.items()}

    def product(self, vector: np.ndarray, row: int) -> int:
        """The product of one term's row with a text's vector, int64 [fields]."""
        part = slice(*self.matrix.indptr[row : row + 2])
        return int(self.matrix.data[part] @ vector[self.matrix.indices[part]])

    def vectors(self, texts: Sequence[Sequence[Word]]) -> np.ndarray:
        """float32 [texts, fields] of whole numbers: length UNIT, or all 0 where no term is known."""
        given = [self.weights(found) for found in texts]
        indptr = np.cumsum([0, *(len(g) for g in given)])
        indices = np.array([row for g in given for row in g], dtype=np.int64)
        data = np.array([weight for g in given for weight in g.values()], dtype=np.int64)
        summed = (sparse.csr_matrix((data, indices, indptr), shape=(len(given), len(self.place))) @ self.matrix).toarray()
        return unit(summed * np.sqrt(summed))


def near(second: np.ndarray, anchors: np.ndarray, least: float) -> np.ndarray:
    """float32 [n, fields] of whole numbers, length UNIT or 0: the fields that texts are unusually near to as wholes.

    What counts is how many standard deviations above its mean over all fields a likeness lies, beyond `least`, to the power 1.5.

    Parameters
    ----------
    second, anchors : the texts and the fields as vectors of words or sentences, whole numbers of length UNIT or 0.
    """
    like = (second @ anchors.T).astype(np.int64)
    mean = like.sum(axis=1, keepdims=True) / like.shape[1]
    spread = np.sqrt((like * like).sum(axis=1, keepdims=True) / like.shape[1] - mean * mean)
    beyond = np.maximum((like - mean) / np.maximum(spread, 1e-9) - least, 0)
    beyond[~second.any(axis=1)] = 0
    return unit(beyond * np.sqrt(beyond))


def unit(vectors: np.ndarray) -> np.ndarray:
    """float32 [n, d] of whole numbers: each row scaled to length UNIT; rows of 0 stay.

    The rows are whole numbers or already of whole-number origin; squares of whole numbers below 2^26 add up exactly.
    """
    scaled = np.rint(vectors / np.maximum(np.abs(vectors).max(axis=1, keepdims=True), 1e-30) * (1 << 20))
    length = np.sqrt((scaled.astype(np.int64) ** 2).sum(axis=1, keepdims=True).astype(np.float64))
    return np.asarray(np.rint(scaled * (UNIT / np.maximum(length, 1))), dtype=np.float32)


def _count(phrases: Sequence[str], reader: Reader) -> Counter[str]:
    count: Counter[str] = Counter()
    for phrase in phrases:
        count.update(set(terms(reader.read(phrase))))
    return count
