"""A small table of English word vectors, for texts without a sentence encoder."""

from __future__ import annotations

import hashlib
import io
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from matcher.scoring.text.reader import Word

SHIPPED = Path(__file__).parent / "vectors.npz"


@dataclass(frozen=True)
class Table:
    """Word vectors distilled from MiniLM by `distil.py`.

    Attributes
    ----------
    words : the vocabulary, the most usual first.
    vectors : int8 [words, d].
    weight : int16 [words], 64 * how telling a word is (its inverse document frequency over the fields of work).
    reference : float32 [fields, 384], whole numbers: the sentence vector of each shipped field of work.
    digest : of the file, in hexadecimal.
    knowledge : digest of the fields of work it was made from.
    """

    words: tuple[str, ...]
    vectors: np.ndarray
    weight: np.ndarray
    reference: np.ndarray
    digest: str
    knowledge: str

    @cached_property
    def place(self) -> dict[str, int]:
        """Each word's row."""
        return {word: i for i, word in enumerate(self.words)}

    def summed(self, texts: Sequence[Sequence[Word]]) -> np.ndarray:
        """int64 [texts, d]: the weighted sum of the words' vectors."""
        out = np.zeros((len(texts), self.vectors.shape[1]), np.int64)
        for i, found in enumerate(texts):
            count = Counter(self.place[w] for word in found for w in (*word.english[:1], word.written)[:1] if w in self.place)
            if count:
                rows = np.array(list(count), np.int64)
                times = np.array([min(n, 4) for n in count.values()], np.int64)
                out[i] = (self.vectors[rows].astype(np.int64) * (self.weight[rows].astype(np.int64) * times)[:, None]).sum(axis=0)
        return out


def read_table(path: Path = SHIPPED) -> Table:
    """The shipped table."""
    data = path.read_bytes()
    with np.load(io.BytesIO(data), allow_pickle=False) as file:
        words = tuple(file["words"].tobytes().decode().split("\n"))
        return Table(
            words,
            file["vectors"],
            file["weight"],
            file["reference"].astype(np.float32),
            hashlib.sha256(data).hexdigest(),
            file["digest"].tobytes().decode(),
        )
