"""The linear relaxation over all open pairs: it holds few of them, prices the rest, and goes on from where it last stood."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from matcher.solver.control import Control
from matcher.solver.face import Face, empty_by
from matcher.solver.linear import AT_ZERO, BASIC, Answer, Basis, Program, solve_relaxation

MASTER = 20_000
"""Pairs up to which the linear program holds all of them; above, it starts with the best of each student."""
BEST_PER_STUDENT = 4
JOIN_PER_STUDENT = 10
"""Pairs of one student that may join in one round."""
NEAR = 20
"""When pairs join the linear program, those this close to joining join too: fewer rounds."""


@dataclass(frozen=True)
class Start:
    """Pairs of a linear program (rising) and the basis it ended with; `basis.rows` has all rows of the face."""

    pairs: np.ndarray
    basis: Basis


@dataclass
class Relaxation:
    """Maximise cost over a face, pairs taken in part.

    Attributes
    ----------
    pairs : int64 [k], rising: those in the linear program.
    start : the basis to go on from, over these pairs.
    """

    face: Face
    cost: np.ndarray
    control: Control
    pairs: np.ndarray
    start: Basis | None = None

    @classmethod
    def of(cls, face: Face, cost: np.ndarray, control: Control) -> Relaxation:
        """With the pairs where `face.start` left off, or all open ones, or in a large problem the best of each student."""
        free = np.flatnonzero(face.open)
        if face.start is not None:
            kept = face.open[face.start.pairs] | (face.start.basis.columns == BASIC)
            basis = Basis(face.start.basis.columns[kept], face.start.basis.rows)
            relaxation = cls(face, cost, control, face.start.pairs[kept], basis)
            if len(free) <= MASTER:
                relaxation.join(free)
            return relaxation
        if len(free) <= MASTER:
            return cls(face, cost, control, free)
        wanted = np.unique(face.rows[np.flatnonzero(face.low[: face.limits] > 0)].indices)
        best = _best(face.student[free], cost[free], BEST_PER_STUDENT)
        return cls(face, cost, control, np.union1d(free[best], wanted[face.open[wanted]]))

    def solve(self) -> Answer:
        """A vertex over `pairs` whose prices no open pair beats; or that there is none, with the ray that says so."""
        primal = self.start is None and bool((self.face.low <= 0).all() and (self.face.high >= 0).all())
        while True:
            answer = self._once(primal)
            missing = self._worth_adding(answer.prices) if answer.feasible else self._could_help(answer.prices)
            if not len(missing):
                return answer
            primal = answer.feasible
            self.join(missing)

    def join(self, more: np.ndarray) -> None:
        """More pairs for the linear program."""
        pairs = np.union1d(self.pairs, more)
        if self.start is not None:
            status = np.full(len(pairs), AT_ZERO, np.int8)
            status[np.searchsorted(pairs, self.pairs)] = self.start.columns
            self.start = Basis(status, self.start.rows)
        self.pairs = pairs

    def _once(self, primal: bool) -> Answer:
        """Solve over `pairs`; rows that these pairs do not touch are left out."""
        face, rows = self.face, self.face.of(self.pairs)
        status = np.full(len(face.low), BASIC, np.int8)
        if self.start is not None:
            status[: len(self.start.rows)] = self.start.rows
        kept = np.flatnonzero((np.diff(rows.indptr) > 0) | (face.low > 0) | (face.high < 0) | (status != BASIC))
        start = None if self.start is None else Basis(self.start.columns, status[kept])
        program = Program(rows[kept], face.low[kept], face.high[kept], self.cost[self.pairs], ~face.open[self.pairs])
        answer = solve_relaxation(program, self.control, start, primal)
        prices, basis = np.zeros(len(face.low)), None
        prices[kept] = answer.prices
        if answer.basis is not None:
            status = np.full(len(face.low), BASIC, np.int8)
            status[kept] = answer.basis.rows
            basis = Basis(answer.basis.columns, status)
            face.start = Start(self.pairs, basis)
        self.start = basis
        return Answer(answer.feasible, answer.x, prices, basis)

    def _worth_adding(self, prices: np.ndarray) -> np.ndarray:
        """Open pairs outside the linear program, if its prices show that any could improve it."""
        pairs, margin = self._outside(prices, self.cost)
        if margin.max(initial=-np.inf) <= 1e-6 + 1e-9 * np.abs(self.cost).max(initial=0):
            return pairs[:0]
        likely = margin > -NEAR
        pairs, margin = pairs[likely], margin[likely]
        return np.asarray(pairs[_best(self.face.student[pairs], margin, JOIN_PER_STUDENT)])

    def _could_help(self, ray: np.ndarray) -> np.ndarray:
        """Open pairs outside a linear program without a solution that its ray does not exclude; none when the face has no plan."""
        left = np.setdiff1d(np.flatnonzero(self.face.open), self.pairs)
        if not len(left) or empty_by(self.face, ray) is not None:
            return left[:0]
        for prices in (ray, -ray):
            pairs, paid = self.face.paid(prices)
            if (paid[np.isin(pairs, self.pairs)] > -1e-6).all():
                pairs, margin = self._outside(prices, np.zeros(len(self.cost)))
                pairs, margin = pairs[margin > 1e-6], margin[margin > 1e-6]
                return pairs[_best(self.face.student[pairs], margin, JOIN_PER_STUDENT)] if len(pairs) else left
        return left

    def _outside(self, prices: np.ndarray, cost: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Open pairs outside the linear program, and what each would bring at these prices."""
        pairs, paid = self.face.paid(prices)
        outside = self.face.open[pairs]
        outside[np.isin(pairs, self.pairs, assume_unique=True)] = False
        return pairs[outside], cost[pairs[outside]] - paid[outside]


def _best(student: np.ndarray, worth: np.ndarray, most: int) -> np.ndarray:
    """Places of the best few of each student."""
    order = np.lexsort((-worth, student))
    owner = student[order]
    rank = np.arange(len(order)) - np.searchsorted(owner, owner)
    return np.asarray(order[rank < most])
