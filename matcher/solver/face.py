"""The face of plans that are still as good as any, and what whole-number prices prove about it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from matcher.solver.certificate import Half, Split, Trail

SCALES = (1, 2, 3, 4, 6, 12, 60, 2520)
"""Denominators tried when prices are rounded to exact fractions."""
FREE = np.iinfo(np.int64).max // 4
"""A bound that never binds."""


@dataclass
class Face:
    """What is still free: pairs that may be chosen, and bounds of rows; later objectives only ever narrow it.

    Attributes
    ----------
    student : int32 [n], the student of each pair.
    limits : number of limit rows; the students' rows follow them.
    rows : int64 CSR [rows, n]: limits, students, and one row per objective that had to be held by a cut.
    low, high : int64 [rows].
    open : bool [n], pairs that may be chosen.
    trail : the steps that led here from all plans.
    """

    student: np.ndarray
    limits: int
    rows: sparse.csr_matrix
    low: np.ndarray
    high: np.ndarray
    open: np.ndarray
    trail: Trail = ()
    _columns: sparse.csc_matrix | None = None
    _free: tuple[np.ndarray, sparse.csr_matrix] | None = None

    @property
    def columns(self) -> sparse.csc_matrix:
        """The rows by column, for picking pairs out."""
        if self._columns is None or self._columns.shape != self.rows.shape:
            self._columns = self.rows.tocsc()
        return self._columns

    @property
    def free(self) -> tuple[np.ndarray, sparse.csr_matrix]:
        """The open pairs, and int64 CSR [open pairs, rows] of them; a face only ever narrows, so their number tells whether it did."""
        count = int(np.count_nonzero(self.open))
        if self._free is None or self._free[1].shape != (count, self.rows.shape[0]):
            pairs = np.flatnonzero(self.open)
            self._free = pairs, self.columns[:, pairs].T.tocsr()
        return self._free

    def of(self, pairs: np.ndarray) -> sparse.csr_matrix:
        """int64 CSR [rows, k]: the rows of these pairs alone."""
        return self.columns[:, pairs].tocsr()

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

    @property
    def weighted(self) -> bool:
        """Whether pairs weigh differently in a limit: relaxations are weak then and branching on them is slow."""
        return int(np.abs(self.rows.data[: self.rows.indptr[self.limits]]).max(initial=0)) > 1

    def copy(self) -> Face:
        """The same face, to come back to."""
        return Face(
            self.student, self.limits, self.rows, self.low.copy(), self.high.copy(), self.open.copy(), self.trail, self._columns, self._free
        )

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
    """Whole-number prices over a common denominator, what they prove, and the reduced cost (<= 0) of each open pair in that scale."""

    prices: np.ndarray
    scale: int
    bound: int
    reduced: np.ndarray


def prove(face: Face, weights: np.ndarray, prices: np.ndarray, value: int | None) -> Proof:
    """The best bound that these prices, rounded to some common denominator, prove over all open pairs; enough when it meets `value`."""
    best: Proof | None = None
    for scale in SCALES:
        rounded = np.rint(prices * scale).astype(np.int64)
        rounded[(face.high > face.low) & (rounded > 0) & (face.high >= FREE // 2)] = 0
        proof = bound_of(face, weights, rounded, scale)
        if best is None or proof.bound * best.scale < best.bound * scale:
            best = proof
        if value is not None and proof.bound == scale * value:
            return proof
    if best is None:
        raise RuntimeError("no scale was tried")
    return best


def bound_of(face: Face, weights: np.ndarray, prices: np.ndarray, scale: int) -> Proof:
    """Weak duality in whole numbers: the students' own prices are the best their open pairs leave them."""
    own = face.own
    prices = prices.copy()
    prices[own] = 0
    pairs, rows = face.free
    margin = weights[pairs] * scale - rows @ prices
    best = np.where(face.low[own] > 0, np.iinfo(np.int64).min, 0)
    np.maximum.at(best, face.student[pairs], margin)
    best = np.where(best == np.iinfo(np.int64).min, 0, best)
    prices[own] = best
    bound = int(np.where(prices > 0, prices * face.high, prices * face.low)[prices != 0].sum())
    return Proof(prices, scale, bound, margin - best[face.student[pairs]])


def whole_plan(face: Face, master: np.ndarray, x: np.ndarray, weights: np.ndarray) -> tuple[np.ndarray, int | None]:
    """The plan of a whole vertex and its exact value; None when the vertex is fractional or breaks a row."""
    rounded = np.rint(x)
    chosen = master[rounded > 0].astype(np.int32)
    if np.abs(x - rounded).max(initial=0) > 1e-6 or rounded.max(initial=0) > 1:
        return chosen, None
    use = np.asarray(face.columns[:, chosen].sum(axis=1)).ravel()
    if ((use < face.low) | (use > face.high)).any():
        return chosen, None
    return chosen, int(weights[chosen].sum())


def narrow(face: Face, weights: np.ndarray, proof: Proof, value: int) -> None:
    """Keep exactly the plans with this value.

    Every plan's value is bound minus what it gives away: each chosen pair its reduced cost, each row its price times its
    slack. Plans of this value give away `spare` in all, so whatever costs more is shut; if anything is left to give away,
    a cut holds the value itself.
    """
    spare = proof.bound - proof.scale * value
    face.open[face.free[0][proof.reduced < -spare]] = False
    at_high, at_low = proof.prices > spare, proof.prices < -spare
    face.low = np.where(at_high, face.high, face.low)
    face.high = np.where(at_low, face.low, face.high)
    if spare > 0:
        face.rows = sparse.vstack([face.rows, sparse.csr_matrix(weights)], format="csr")
        face.low = np.append(face.low, value)
        face.high = np.append(face.high, FREE)


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
