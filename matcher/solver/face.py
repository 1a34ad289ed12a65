"""The face of plans that are still as good as any, and what whole-number prices prove about it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse

from matcher.solver.certificate import Half, Split, Trail

if TYPE_CHECKING:
    from matcher.solver.relaxation import Start

SCALES = (1, 2, 3, 4, 6, 12, 60, 2520)
"""Denominators tried when prices are rounded to exact fractions."""
FREE = np.iinfo(np.int64).max // 4
"""A bound that never binds."""
SAFE = 2.0**61
"""What a bound may add up to, far from 64 bits."""
SHRINK = 0.7
"""Open pairs are gathered anew when this share of those gathered is left."""


@dataclass
class Face:
    """What is still free: pairs that may be chosen, and bounds of rows; later objectives only ever narrow it.

    Attributes
    ----------
    student : int32 [n], the student of each pair.
    limits : number of limit rows; the students' rows follow them.
    rows : int64 CSR [limits + students, n], never copied.
    low, high : int64 [rows + added].
    open : bool [n], pairs that may be chosen.
    trail : the steps that led here from all plans.
    added : int64 CSR [k, n], rows after those: cuts that every whole plan keeps, and objectives held at their value.
    cuts : for each of `added` the rows whose divided sum it is (`cuts.py`); an objective that is held has none.
    start : where the simplex method last stood; a hint.
    packed : students' prices where knapsacks bound this face and not a relaxation; None elsewhere.
    """

    student: np.ndarray
    limits: int
    rows: sparse.csr_matrix
    low: np.ndarray
    high: np.ndarray
    open: np.ndarray
    trail: Trail = ()
    added: sparse.csr_matrix | None = None
    cuts: tuple[tuple[int, ...], ...] = ()
    start: Start | None = field(default=None, repr=False)
    packed: np.ndarray | None = field(default=None, repr=False)
    _columns: sparse.csc_matrix | None = field(default=None, repr=False)
    _active: tuple[np.ndarray, sparse.spmatrix] | None = field(default=None, repr=False)

    @property
    def columns(self) -> sparse.csc_matrix:
        """The rows by column, for picking pairs out; without the added ones."""
        if self._columns is None:
            self._columns = self.rows.tocsc()
        return self._columns

    def of(self, pairs: np.ndarray) -> sparse.csr_matrix:
        """int64 CSR [rows + added, k]: the rows of these pairs alone."""
        own = self.columns[:, pairs].tocsr()
        return own if self.added is None else sparse.vstack([own, self.added[:, pairs]], format="csr")

    def active(self) -> tuple[np.ndarray, sparse.spmatrix]:
        """Int64 [k] and sparse [k, rows]: the open pairs (perhaps some shut ones too) and their rows, made anew when many were shut."""
        if self._active is None or self.open.sum() < SHRINK * len(self._active[0]):
            kept, rows = np.flatnonzero(self.open), self.rows if self._columns is None else self._columns
            self._active = (kept, (rows if len(kept) == len(self.open) else rows[:, kept]).T)
        return self._active

    def paid(self, prices: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The active pairs, and what each pays at these prices of all rows."""
        pairs, by_pair = self.active()
        paid = by_pair @ prices[: self.rows.shape[0]]
        if self.added is not None:
            paid = paid + (self.added.T @ prices[self.rows.shape[0] :])[pairs]
        return pairs, paid

    def add(self, row: sparse.csr_matrix, low: int, high: int, cut: tuple[int, ...] = ()) -> None:
        """One more row."""
        self.added = row if self.added is None else sparse.vstack([self.added, row], format="csr")
        self.low, self.high = np.append(self.low, low), np.append(self.high, high)
        self.cuts = (*self.cuts, cut)

    @property
    def own(self) -> slice:
        """The students' rows."""
        return slice(self.limits, self.limits + (int(self.student.max()) + 1 if len(self.student) else 0))

    @property
    def coupling(self) -> np.ndarray:
        """int64 [k]: limit rows with a negative coefficient."""
        negative = self.rows.data < 0
        found = np.unique(np.searchsorted(self.rows.indptr, np.flatnonzero(negative), side="right") - 1)
        return found[found < self.limits]

    def copy(self) -> Face:
        """The same face, to come back to."""
        return replace(self, low=self.low.copy(), high=self.high.copy(), open=self.open.copy())

    def split(self, group: np.ndarray) -> tuple[Face, Face]:
        """The plans without these pairs of one student, and those in which the student takes one of them."""
        without, chosen = self.copy(), self.copy()
        student = self.student[group[0]]
        inside = np.zeros(len(self.open), dtype=bool)
        inside[group] = True
        without.open &= ~inside
        chosen.open &= inside | (self.student != student)
        chosen.low[self.limits + student] = 1
        here = Split(tuple(int(pair) for pair in group))
        without.trail, chosen.trail = (*self.trail, Half(here, False)), (*self.trail, Half(here, True))
        return without, chosen


@dataclass(frozen=True)
class Proof:
    """Whole-number prices over a common denominator, what they prove, and each pair's reduced cost (<= 0) in that scale.

    `packed`: the prices are those of students alone, and each limit's knapsack is filled.
    """

    prices: np.ndarray
    scale: int
    bound: int
    reduced: np.ndarray
    packed: bool = False


def prove(face: Face, weights: np.ndarray, prices: np.ndarray, value: int | None, least: float = -np.inf) -> Proof:
    """The best bound that these prices, rounded to some common denominator, prove over all open pairs.

    Enough when it meets `value`, or `least`: no prices prove less than what the relaxation reaches.
    """
    best: Proof | None = None
    reach = 0.0
    for scale in SCALES:
        if reach * scale > SAFE:
            break
        rounded = np.rint(prices * scale).astype(np.int64)
        rounded[(face.high > face.low) & (rounded > 0) & (face.high >= FREE // 2)] = 0
        proof = bound_of(face, weights, rounded, scale)
        if best is None or proof.bound * best.scale < best.bound * scale:
            best = proof
        if scale == 1:
            reach = float(np.abs(proof.prices.astype(float) * np.where(proof.prices > 0, face.high, face.low)).sum())
        if value is not None and proof.bound == scale * value:
            return proof
        if proof.bound <= scale * least:
            return best
    if best is None:
        raise RuntimeError("no scale was tried")
    return best


def bound_of(face: Face, weights: np.ndarray, prices: np.ndarray, scale: int) -> Proof:
    """Weak duality in whole numbers: the students' own prices are the best their open pairs leave them."""
    own = face.own
    prices = prices.copy()
    prices[own] = 0
    pairs, paid = face.paid(prices)
    here = slice(None) if len(pairs) == len(face.open) else pairs  # a view where all pairs are meant: large rounds feel the copies
    usable, owner = face.open[here], face.student[here]
    margin = weights[here] * scale - paid
    best = np.where(face.low[own] > 0, np.iinfo(np.int64).min, 0)
    if usable.all():
        np.maximum.at(best, owner, margin)
    else:
        np.maximum.at(best, owner[usable], margin[usable])
    best = np.where(best == np.iinfo(np.int64).min, 0, best)
    prices[own] = best
    bound = int(np.where(prices > 0, prices * face.high, prices * face.low)[prices != 0].sum())
    margin -= best[owner]
    if len(pairs) == len(face.open):
        return Proof(prices, scale, bound, margin)
    reduced = np.full(len(face.open), -FREE)
    reduced[pairs] = margin
    return Proof(prices, scale, bound, reduced)


def whole_plan(face: Face, master: np.ndarray, x: np.ndarray, weights: np.ndarray) -> tuple[np.ndarray, int | None]:
    """The plan of a whole vertex and its exact value; None when the vertex is fractional or breaks a row."""
    rounded = np.rint(x)
    chosen = master[rounded > 0].astype(np.int32)
    if np.abs(x - rounded).max(initial=0) > 1e-6 or rounded.max(initial=0) > 1 or not keeps(face, chosen):
        return chosen, None
    return chosen, int(weights[chosen].sum())


def keeps(face: Face, chosen: np.ndarray) -> bool:
    """Whether a choice of pairs is a plan of this face."""
    use = np.asarray(face.of(chosen).sum(axis=1)).ravel()
    return bool(face.open[chosen].all() and ((face.low <= use) & (use <= face.high)).all())


def narrow(face: Face, weights: np.ndarray, proof: Proof, value: int) -> None:
    """Keep exactly the plans with this value.

    Every plan's value is bound minus what it gives away: each chosen pair its reduced cost, each row its price times its
    slack. Plans of this value give away `spare` in all, so whatever costs more is shut; if anything is left to give away,
    a cut holds the value itself. So it does where knapsacks prove the value: a limit gives away what its pairs do not reach.
    """
    spare = proof.bound - proof.scale * value
    face.open &= proof.reduced >= -spare
    at_high, at_low = proof.prices > spare, proof.prices < -spare
    face.low = np.where(at_high, face.high, face.low)
    face.high = np.where(at_low, face.low, face.high)
    if spare > 0 or proof.packed:
        face.add(sparse.csr_matrix(weights * face.open), value, FREE)


def empty_by(face: Face, ray: np.ndarray) -> np.ndarray | None:
    """Whole-number prices near a ray of the relaxation's dual that prove that the face holds no plan at all; None if they do not."""
    largest = np.abs(ray).max(initial=0)
    if largest == 0:
        return None
    nothing = np.zeros(len(face.open), np.int64)
    for sign in (1, -1):
        proof = bound_of(face, nothing, sign * np.rint(ray / largest * 2520).astype(np.int64), 1)
        if proof.bound < 0:
            return proof.prices
    return None
