"""Exact margins: what each pair gives away against whole-number prices, objective by objective, and what that proves."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy import sparse

from matcher.solver.face import SCALES


def whole_prices(prices: np.ndarray) -> Iterator[tuple[np.ndarray, int]]:
    """Prices [stages, rows] as whole numbers over each common denominator that they come close to."""
    for scale in SCALES:
        rounded = np.rint(prices * scale)
        if np.abs(rounded - prices * scale).max(initial=0) < 1e-3:
            yield rounded.astype(np.int64), scale


def first_sign(vectors: np.ndarray) -> np.ndarray:
    """int64 [k]: the sign of the first number of each whole vector [stages, k] that is not 0."""
    signs = np.sign(vectors)
    return np.asarray(signs[np.argmax(signs != 0, axis=0), np.arange(vectors.shape[1])])


@dataclass(frozen=True)
class Margins:
    """What pairs give away: the first objective in which it is not nothing (their number when there is none), and how much then.

    Attributes
    ----------
    columns : int64 CSR [n, rows]; weights : int64 [n] for each objective.
    prices : int64 [stages, rows] over the common denominator `scale`.
    stage : int [n]; give : int64 [n], positive where the prices are right about the pair.
    """

    columns: sparse.csr_matrix
    weights: list[np.ndarray]
    prices: np.ndarray
    scale: int
    stage: np.ndarray
    give: np.ndarray

    @classmethod
    def of(cls, columns: sparse.csr_matrix, weights: list[np.ndarray], prices: np.ndarray, scale: int) -> Margins:
        """The margins of these pairs and weights."""
        n = columns.shape[0]
        stage, give = np.full(n, len(weights)), np.zeros(n, np.int64)
        for k, weight in enumerate(weights):
            amount = columns @ prices[k] - scale * weight
            found = (stage == len(weights)) & (amount != 0)
            stage[found], give[found] = k, amount[found]
        return cls(columns, weights, prices, scale, stage, give)

    def proves(self, plan: np.ndarray, usable: np.ndarray) -> bool:
        """Whether no usable pair would gain and no chosen one gives anything away."""
        return bool((self.give[usable] >= 0).all() and (self.stage[plan] == len(self.prices)).all())

    def bound(self, low: np.ndarray, high: np.ndarray) -> np.ndarray:
        """int64 [stages]: what no plan within these bounds can beat, in the scale of the prices, where no pair would gain."""
        return np.asarray(np.where(first_sign(self.prices) > 0, self.prices * high, self.prices * low).sum(axis=1))

    def fits(self, use: np.ndarray, low: np.ndarray, high: np.ndarray) -> bool:
        """Whether rows are within their bounds, and at the bound that their price speaks of."""
        sign = first_sign(self.prices)
        kept = (low <= use) & (use <= high) & ((sign <= 0) | (use == high)) & ((sign >= 0) | (use == low))
        return bool(kept.all())

    def order(self, usable: np.ndarray) -> np.ndarray:
        """int64: the usable pairs, those that give away least first, compared objective by objective."""
        pairs = np.flatnonzero(usable)
        columns = self.columns[pairs]
        amounts = [columns @ self.prices[k] - self.scale * weight[pairs] for k, weight in enumerate(self.weights)]
        return np.asarray(pairs[np.lexsort(amounts[::-1])])

    def within(self, order: np.ndarray, most: np.ndarray) -> int:
        """How many pairs of the order give away no more than this vector [stages]."""
        return bisect_right(order, tuple(most.tolist()), key=lambda pair: tuple((-self.gain(int(pair))).tolist()))

    def gain(self, pair: int) -> np.ndarray:
        """int64 [stages]: what one pair would gain beyond the prices, in their scale."""
        span = slice(self.columns.indptr[pair], self.columns.indptr[pair + 1])
        paid = self.prices[:, self.columns.indices[span]] @ self.columns.data[span]
        return np.asarray(self.scale * np.array([w[pair] for w in self.weights]) - paid)


def shows_empty(columns: sparse.csr_matrix, usable: np.ndarray, low: np.ndarray, high: np.ndarray, ray: np.ndarray) -> bool:
    """Whether prices near this ray prove in whole numbers that no usable pairs keep all rows (a row of the tableau without entry)."""
    largest = np.abs(ray).max(initial=0)
    if largest == 0:
        return False
    for scale in SCALES:
        prices = np.rint(ray / largest * scale).astype(np.int64)
        for sign in (1, -1):
            margins = Margins.of(columns, [np.zeros(columns.shape[0], np.int64)], sign * prices[None, :], 1)
            if (margins.give[usable] >= 0).all() and margins.bound(low, high)[0] < 0:
                return True
    return False
