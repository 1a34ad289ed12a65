"""What the check of a certificate carries along: the problem, its plan and prices, and the part of all plans it looks at."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
from scipy import sparse

from matcher.choices import Columns
from matcher.solver.problem import Problem

AT_ONCE = 1 << 20
"""Columns looked at together."""
SAFE = 2**62
"""Sums stay below this, or the certificate is refused."""
Stages = list[tuple[str, np.ndarray]]


@dataclass(frozen=True)
class Row:
    """One more row: a cut, or an objective to be kept; columns (rising) and their counts, the least, and the most where known."""

    columns: np.ndarray
    counts: np.ndarray
    low: int
    high: int | None

    @classmethod
    def of(cls, counts: np.ndarray, low: int, high: int | None) -> Row:
        """From the counts of all columns."""
        columns = np.flatnonzero(counts)
        return cls(columns, counts[columns], low, high)

    def within(self, block: slice) -> tuple[np.ndarray, np.ndarray]:
        """Places in the block, and counts there."""
        span = slice(*np.searchsorted(self.columns, [block.start, block.stop]))
        return self.columns[span] - block.start, self.counts[span]


@dataclass(frozen=True)
class Part:
    """Some of the plans: columns that may be chosen, bounds of limits, students who must choose, and rows that came up on the way."""

    open: np.ndarray
    low: np.ndarray
    high: np.ndarray
    must: np.ndarray
    rows: tuple[Row, ...] = ()


@dataclass
class Verdict:
    """A problem, its plan and the arrays of the certificate; findings as they come up.

    `left` has the stage that a budget left open, and what no plan of the parts left open can beat there.
    """

    problem: Problem
    plan: np.ndarray
    stages: Stages
    arrays: dict[str, np.ndarray]
    columns: Columns
    findings: list[str] = field(default_factory=list)
    used: dict[str, int] = field(default_factory=dict)
    open_ends: Counter[int] = field(default_factory=Counter)
    left: dict[int, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.by_column = self.columns.limits.T.tocsr()
        self.values = [int(weights[self.plan].sum()) for _, weights in self.stages]
        self.students = self.problem.students
        self.first = self.problem.limits.shape[0] + self.students
        limits = self.columns.limits
        row = np.repeat(np.arange(limits.shape[0]), np.diff(limits.indptr))
        counted = np.bincount(row, limits.data != 0, limits.shape[0]) > 0
        self.idle = ~counted & (self.columns.low <= 0) & (self.columns.high >= 0)
        self._weights: tuple[int, np.ndarray] = (-1, np.zeros(0, np.int64))

    def weights(self, stage: int) -> np.ndarray:
        """int64 [columns]: what each column adds to a stage; only the last asked for is kept."""
        if self._weights[0] != stage:
            self._weights = (stage, self.columns.weights(self.stages[stage][1]))
        return self._weights[1]

    def blocks(self) -> Iterator[slice]:
        """All columns, some at a time."""
        for start in range(0, len(self.columns), AT_ONCE):
            yield slice(start, min(start + AT_ONCE, len(self.columns)))

    def margins(self, stage: int | None, prices: np.ndarray, scale: int, part: Part, block: slice) -> np.ndarray:
        """int64: what columns of a block add beyond the prices of limits and of the part's own rows."""
        margin = -(self.by_column[block] @ prices[: self.problem.limits.shape[0]])
        if stage is not None:
            margin += scale * self.weights(stage)[block]
        for price, row in zip(prices[self.first :], part.rows, strict=True):
            if price:
                places, counts = row.within(block)
                margin[places] -= price * counts
        return np.asarray(margin)

    def reach(self, stage: int | None, prices: np.ndarray, scale: int, part: Part) -> float:
        """No sum over these prices gets farther from zero than this."""
        m, most, size = self.problem.limits.shape[0], np.zeros(self.students), np.abs(prices.astype(float))
        for block in self.blocks():
            cut = self.by_column[block]
            far = sparse.csr_matrix((np.abs(cut.data), cut.indices, cut.indptr), cut.shape) @ size[:m]
            if stage is not None:
                far += float(scale) * np.abs(self.weights(stage)[block])
            for price, row in zip(size[self.first :], part.rows, strict=True):
                places, counts = row.within(block)
                far[places] += price * np.abs(counts)
            np.maximum.at(most, self.columns.student[block], far)
        bound = np.where(prices[:m] > 0, part.high, np.where(prices[:m] < 0, part.low, 0))
        own = [abs(p * float(row.high or 0 if p > 0 else row.low)) for p, row in zip(prices[self.first :].tolist(), part.rows, strict=True)]
        return float((size[:m] * np.abs(bound.astype(float))).sum() + size[m : self.first].sum() + 2 * most.sum() + sum(own))
