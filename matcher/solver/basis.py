"""A basis that is optimal for all objectives in order at once, and a dual simplex method that keeps it so when bounds change."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from matcher.solver.factor import TINY, Factor, LostError

MOST_STEPS = 2000


@dataclass(frozen=True)
class Bounds:
    """What may be asked to differ: float [m] least and most of each row, bool [n] pairs that may not be taken."""

    low: np.ndarray
    high: np.ndarray
    shut: np.ndarray


@dataclass
class Basis:
    """Variables are n pairs and m row activities (slacks, numbered from n); every row reads A x - slack = 0.

    Prices are vectors, one number per objective, compared by the first that differs: an ordered vector space, in which the
    simplex method works as it does with numbers (Isermann 1982). Where the total is largest, a pair that is not taken has a
    reduced cost <= 0, a row at its most a price >= 0, a row at its least a price <= 0. Floats here only find plans and prices;
    `whatif` checks them in whole numbers.

    Attributes
    ----------
    columns : float CSR [n, m], the rows of each pair.
    weights : float [stages, n].
    head : int [m], the basic variable at each place; `at` is its inverse, -1 outside the basis.
    prices : float [stages, m].
    full : bool [m], whether a row outside the basis stands at its most (or else at its least).
    taken : bool [n], pairs outside the basis that stand at 1: only pairs that were added and are welcome.
    """

    columns: sparse.csr_matrix
    weights: np.ndarray
    bounds: Bounds
    head: np.ndarray
    prices: np.ndarray
    full: np.ndarray
    taken: np.ndarray
    factor: Factor

    def __post_init__(self) -> None:
        self.n, self.m = self.columns.shape
        self.rows = self.columns.T.tocsr()
        self.size = np.abs(self.weights).max(axis=1, initial=1.0)
        self.at = np.full(self.n + self.m, -1)
        self.at[self.head] = np.arange(self.m)
        self.ray = self.values = np.zeros(self.m)
        self._costs: np.ndarray | None = None
        self.low = np.concatenate([np.zeros(self.n), self.bounds.low])
        self.high = np.concatenate([np.where(self.bounds.shut, 0.0, np.inf), self.bounds.high])

    @classmethod
    def of_plan(cls, columns: sparse.csr_matrix, weights: np.ndarray, bounds: Bounds, own: np.ndarray, proof: np.ndarray) -> Basis:
        """Cross over from an optimal plan and the prices [stages, m] that prove it (Megiddo 1991, dual pushes).

        The first basis has each chosen pair in its student's row (`own`: pair and row) and the slack of every other row. A row
        whose slack is basic although it has a price is pushed: the price moves towards zero until a pair or slack comes in.
        """
        n, m = columns.shape
        head = n + np.arange(m)
        head[own[1]] = own[0]
        use = np.asarray(columns[own[0]].sum(axis=0)).ravel()
        full, taken = np.zeros(m, dtype=bool), np.zeros(n, dtype=bool)
        basis = cls(columns, weights, bounds, head, proof.astype(float), full, taken, Factor(columns, head))
        priced = basis.nonzero(basis.prices)
        basis.full = np.where(priced, basis.positive(basis.prices), use == bounds.high)
        for row in np.flatnonzero(priced):
            if basis.at[n + row] >= 0:
                basis._push(int(row))
        basis.factor = Factor(columns, basis.head)
        return basis

    def over(self, pairs: np.ndarray, bounds: Bounds) -> Basis:
        """The same basis over fewer pairs (all basic ones among them) and other bounds; nothing is shared that changes."""
        head = self.head.copy()
        basic = head < self.n
        head[basic] = np.searchsorted(pairs, head[basic])
        head[~basic] += len(pairs) - self.n
        full = np.where(self.nonzero(self.prices), self.positive(self.prices), self.full) & np.isfinite(bounds.high)
        taken = np.zeros(len(pairs), dtype=bool)
        columns = self.columns[pairs]
        return Basis(columns, self.weights[:, pairs], bounds, head, self.prices.copy(), full, taken, self.factor.copy())

    def take_welcome(self, pairs: np.ndarray) -> None:
        """Let pairs that were added and have a positive reduced cost stand at 1, where such a cost is right."""
        self.taken[pairs] = self.positive(self._reduced(pairs))

    def reoptimise(self) -> bool:
        """From right prices to right values too; False when nothing fits the bounds, and `ray` then has prices that show it.

        Raises
        ------
        LostError
            After too many steps.
        """
        self._read_values()
        for _ in range(MOST_STEPS):
            low, high = self.low[self.head], self.high[self.head]
            under, over = low - self.values, self.values - high
            place = int(np.argmax(np.maximum(under, over)))
            if max(under[place], over[place]) <= 1e-6:
                return True
            up = bool(under[place] > over[place])
            if not self._step(place, up, float(low[place] if up else high[place])):
                self.ray = self.factor.row(place)
                return False
        raise LostError

    def fraction(self) -> int | None:
        """The pair that is most of all taken in part, if any."""
        basic = np.flatnonzero(self.head < self.n)
        part = np.abs(self.values[basic] - np.rint(self.values[basic]))
        return int(self.head[basic[np.argmax(part)]]) if part.max(initial=0) > 1e-6 else None

    def plan(self) -> np.ndarray:
        """int64 [k]: the pairs taken, rising."""
        basic = self.head < self.n
        chosen = np.concatenate([self.head[basic & (self.values > 0.5)], np.flatnonzero(self.taken)])
        return np.sort(chosen).astype(np.int64)

    def prices_of_taken(self, own: np.ndarray) -> np.ndarray:
        """The prices, with what added pairs gain beyond them given to their students' rows (`own`: int [n], row of each pair)."""
        prices = self.prices.copy()
        taken = np.flatnonzero(self.taken)
        prices[:, own[taken]] += self._reduced(taken)
        return prices

    def _step(self, place: int, up: bool, bound: float) -> bool:
        """The basic variable at this place leaves for its bound; the one that costs least for it comes in."""
        rho = self.factor.row(place)
        sums = self._times(rho)
        coming = self._cheapest(rho, sums, up)
        if coming is None:
            return False
        entering, alpha, ratio = coming
        leaving = int(self.head[place])
        column = self.factor.solve(self._column(entering))
        if abs(column[place] - alpha) > 1e-5 * max(1.0, abs(alpha)):
            raise LostError
        self._move_prices(rho, sums, ratio if up else -ratio)
        came_from = float(self._standing(np.array([entering]))[0])
        step = (self.values[place] - bound) / column[place]
        self.values = self.values - step * column
        self._exchange(place, entering, column)
        self.values[place] = came_from + step
        if leaving >= self.n:
            self.full[leaving - self.n] = not up
        return True

    def _push(self, row: int) -> None:
        """Move the price of a row whose slack is basic towards zero; whatever stops it on the way takes the slack's place."""
        place = int(self.at[self.n + row])
        price = self.prices[:, row].copy()
        positive = bool(self.positive(price[:, None])[0])
        sign = 1.0 if positive else -1.0
        rho = self.factor.row(place)
        sums = self._times(rho)
        coming = self._cheapest(rho, sums, positive)
        if coming is not None and self.positive((sign * price - coming[2])[:, None])[0]:
            entering, _, ratio = coming
            self._exchange(place, entering, self.factor.solve(self._column(entering)))
            self._move_prices(rho, sums, sign * ratio)
            self.full[row] = positive
            return
        self._move_prices(rho, sums, price)
        self.prices[:, row] = 0

    def _cheapest(self, rho: np.ndarray, sums: np.ndarray, up: bool) -> tuple[int, float, np.ndarray] | None:
        """The variable that comes in when the one of this row of the tableau goes up (or down): it, its entry, cost per unit."""
        found, alpha = self._alphas(rho, sums)
        high = self._stands_high(found)
        helps = np.where(high == up, alpha > TINY, alpha < -TINY)
        found, alpha, high = found[helps], alpha[helps], high[helps]
        if not len(found):
            return None
        share = np.where(high, 1.0, -1.0) / np.abs(alpha)
        left = np.arange(len(found))
        for stage, size in enumerate(self.size):
            ratio = share[left] * self._reduced(found[left], stage)
            left = left[ratio <= ratio.min() + TINY * size]
            if len(left) == 1:
                break
        best = int(left[np.lexsort((found[left], -np.abs(alpha[left])))[0]])
        return int(found[best]), float(alpha[best]), np.asarray(share[best] * self._reduced(found[[best]])[:, 0])

    def _move_prices(self, rho: np.ndarray, sums: np.ndarray, by: np.ndarray) -> None:
        touched = np.flatnonzero(rho)
        self.prices[:, touched] += by[:, None] * rho[touched]
        if self._costs is not None:
            for stage in np.flatnonzero(by):
                self._costs[stage] -= by[stage] * sums

    def _exchange(self, place: int, entering: int, column: np.ndarray) -> None:
        self.at[self.head[place]] = -1
        self.head[place] = entering
        self.at[entering] = place
        if entering < self.n:
            self.taken[entering] = False
        if self.factor.exchange(place, column, self.columns, self.head):
            self._costs = None

    def _times(self, rho: np.ndarray) -> np.ndarray:
        """Float [n]: the row of the tableau over the pairs."""
        touched = np.flatnonzero(rho)
        begin, many = self.rows.indptr[touched], self.rows.indptr[touched + 1] - self.rows.indptr[touched]
        at = np.arange(many.sum()) + np.repeat(begin - np.cumsum(many) + many, many)
        return np.bincount(self.rows.indices[at], self.rows.data[at] * np.repeat(rho[touched], many), self.n)

    def _alphas(self, rho: np.ndarray, sums: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Variables outside the basis that are not fixed, with their entries in the row of the tableau."""
        touched = np.flatnonzero(rho)
        pairs = np.flatnonzero((np.abs(sums) > TINY) & (self.at[: self.n] < 0) & ~self.bounds.shut)
        slacks = touched[(self.at[self.n + touched] < 0) & (self.bounds.low[touched] < self.bounds.high[touched])]
        return np.concatenate([pairs, self.n + slacks]), np.concatenate([sums[pairs], -rho[slacks]])

    def _reduced(self, found: np.ndarray, stage: int | slice = slice(None)) -> np.ndarray:
        """Float [stages, k] or [k]: reduced costs in all objectives or in one."""
        pairs, slacks = found[found < self.n], found[found >= self.n] - self.n
        if self._costs is None:  # kept up to date by every move of prices, and worked out anew with the factor
            self._costs = self.weights - (self.columns @ self.prices.T).T
        return np.concatenate([self._costs[stage, pairs], self.prices[stage, slacks]], axis=-1)

    def _stands_high(self, found: np.ndarray) -> np.ndarray:
        return np.concatenate([self.taken[found[found < self.n]], self.full[found[found >= self.n] - self.n]])

    def _standing(self, found: np.ndarray) -> np.ndarray:
        """Float [k]: values of variables outside the basis, pairs first."""
        pairs, rows = found[found < self.n], found[found >= self.n] - self.n
        return np.concatenate([self.taken[pairs].astype(float), np.where(self.full[rows], self.bounds.high[rows], self.bounds.low[rows])])

    def _read_values(self) -> None:
        """Values of the basic variables from those of the others."""
        rows = np.flatnonzero(self.at[self.n :] < 0)
        right = np.zeros(self.m)
        right[rows] = self._standing(self.n + rows)
        welcome = np.flatnonzero(self.taken)
        right -= np.asarray(self.columns[welcome].sum(axis=0)).ravel()
        self.values = self.factor.solve(right)

    def _column(self, variable: int) -> np.ndarray:
        column = np.zeros(self.m)
        if variable >= self.n:
            column[variable - self.n] = -1
        else:
            span = slice(self.columns.indptr[variable], self.columns.indptr[variable + 1])
            column[self.columns.indices[span]] = self.columns.data[span]
        return column

    def nonzero(self, vectors: np.ndarray) -> np.ndarray:
        """Bool [k]: which vectors [stages, k] are not nothing."""
        return np.asarray((np.abs(vectors) > TINY * self.size[:, None]).any(axis=0))

    def positive(self, vectors: np.ndarray) -> np.ndarray:
        """Bool [k]: whether the first number of each vector [stages, k] that is not nothing is above it."""
        signs = np.where(np.abs(vectors) > TINY * self.size[:, None], np.sign(vectors), 0)
        return np.asarray(signs[np.argmax(signs != 0, axis=0), np.arange(vectors.shape[1])] > 0)
