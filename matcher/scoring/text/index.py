"""TF-IDF on words and on character n-grams, compared in whole-number arithmetic."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path

import numpy as np
from scipy import sparse
from sklearn.feature_extraction.text import TfidfVectorizer

UNIT = 1 << 12
"""Vectors of length 1 are kept as whole numbers of this size: sums then do not depend on their order."""
_WORD = re.compile(r"[^\W\d_]{2,}")
STOP = frozenset((Path(__file__).parent / "stop_words.txt").read_text(encoding="utf-8").split())
"""Words of English and Spanish that tell nothing about what somebody likes, and what everybody writes in such a profile."""


class TextIndex:
    """Documents ready to be compared with queries.

    Words and inverse document frequencies are learned from the documents alone, so adding a student changes nobody's score.
    """

    def __init__(self, documents: Sequence[str]) -> None:
        shared = {"sublinear_tf": True, "strip_accents": "unicode", "lowercase": True}
        self._words = TfidfVectorizer(tokenizer=words, token_pattern=None, **shared)
        self._grams = TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 5), **shared)
        texts = [text or " " for text in documents]
        self.size = len(texts)
        self._learned = any(words(text) for text in texts)
        if self._learned:
            self._documents = sparse.hstack([_whole(self._words.fit_transform(texts)), _whole(self._grams.fit_transform(texts))]).tocsr()

    @cached_property
    def _by_term(self) -> sparse.csr_matrix:
        return self._documents.T.tocsr()

    def vectors(self, queries: Sequence[str]) -> sparse.csr_matrix:
        """int64 CSR [queries, terms]; words that mean nothing alone are left out of the n-grams too."""
        told = [" ".join(words(text)) for text in queries]
        return sparse.hstack([_whole(self._words.transform(told)), _whole(self._grams.transform(told))]).tocsr()

    def similarity(self, queries: Sequence[str]) -> np.ndarray:
        """float64 [queries, documents]: half the cosine of words plus half the cosine of n-grams, 0 to 1; empty texts are 0."""
        if not self._learned or not len(queries):
            return np.zeros((len(queries), self.size))
        dots = (self.vectors(queries) @ self._by_term).toarray()
        return np.asarray(np.minimum(dots / (2.0 * UNIT * UNIT), 1.0))

    def shared(self, query: str, document: int, most: int = 3) -> list[str]:
        """The words of the query that also stand in the document, weightiest first."""
        if not self._learned:
            return []
        own = set(words(query))
        row = self._words.transform([query])
        names = self._words.get_feature_names_out()
        weight = {names[j]: float(w) * float(self._documents[document, j]) for j, w in zip(row.indices, row.data, strict=True)}
        return sorted((w for w in weight if weight[w] > 0 and w in own), key=lambda w: (-weight[w], w))[:most]


def words(text: str) -> list[str]:
    """The telling words of a text: lower case, without accents, plural endings and words that tell nothing."""
    plain = _unaccented(text.lower())
    return [_stem(word) for word in _WORD.findall(plain) if word not in STOP]


def _stem(word: str) -> str:
    for ending, least in (("ies", 5), ("ing", 6), ("es", 5), ("s", 4)):
        if word.endswith(ending) and len(word) >= least and not word.endswith("ss"):
            return word[: -len(ending)] + ("y" if ending == "ies" else "")
    return word


def _unaccented(text: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))


def _whole(matrix: sparse.spmatrix) -> sparse.csr_matrix:
    csr = sparse.csr_matrix(matrix)
    return sparse.csr_matrix((np.rint(csr.data * UNIT).astype(np.int64), csr.indices, csr.indptr), shape=csr.shape)
