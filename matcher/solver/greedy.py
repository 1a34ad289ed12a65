"""Plans without a solver: pairs taken one by one in a given order while every limit holds; what the optimum is measured against."""

from __future__ import annotations

import numpy as np

from matcher.solver.problem import Problem

DEPTH = 6
"""Most pairs taken together because limits couple them, such as students kept together."""


def orders(problem: Problem, seed: int = 1) -> dict[str, np.ndarray]:
    """The orders (int64 [n], a permutation of the pairs) that baselines take pairs in.

    `greedy`: most points first. `first_come`: students in their order, each their best pair that is left. `random_order`: the same
    with the students shuffled by `seed`. Equal points: the pair that stands first.
    """
    pairs, worst_last = np.arange(len(problem)), -problem.points.astype(np.int64)
    shuffled = np.random.default_rng(seed).permutation(problem.students)
    return {
        "greedy": np.lexsort((pairs, worst_last)),
        "first_come": np.lexsort((pairs, worst_last, problem.student)),
        "random_order": np.lexsort((pairs, worst_last, shuffled[problem.student])),
    }


def take_in_order(problem: Problem, order: np.ndarray) -> np.ndarray:
    """Places (int32 [k], rising) of the pairs taken: demands such as pins first, then every pair that still fits.

    A demand that cannot be met in this order stays unmet; `problem.violated` names it. Every other limit holds.
    """
    taking = _Taking(problem, order)
    taking.meet_demands()
    for pair in order:
        if not taking.shut[pair]:
            taking.take(int(pair))
    return np.sort(np.array(taking.chosen, dtype=np.int32))


class _Taking:
    """What is taken so far, and how far each limit is used."""

    def __init__(self, problem: Problem, order: np.ndarray) -> None:
        self.rows, (self.low, self.high) = problem.rows, problem.bounds()
        self.columns = self.rows.tocsc()
        self.use = np.zeros(len(self.low), np.int64)
        self.shut = np.zeros(len(problem), dtype=bool)
        self.chosen: list[int] = []
        self._place = np.empty(len(problem), np.int64)
        self._place[order] = np.arange(len(problem))
        coupled = np.unique(np.repeat(np.arange(len(self.low)), np.diff(self.rows.indptr))[self.rows.data < 0])
        self._coupled = np.zeros(len(self.low), dtype=bool)
        self._coupled[coupled] = True

    def meet_demands(self) -> None:
        """Take pairs until no limit asks for more, as far as that goes."""
        for row in np.flatnonzero((self.low > 0) | (self.high < 0)).tolist():
            while self._amiss(row) and any(self.take(pair) for pair in self._menders(row)):
                pass

    def take(self, pair: int) -> bool:
        """Take a pair, and those that limits couple to it; or leave everything as it was."""
        before = len(self.chosen)
        if not self._add(pair, DEPTH):
            return False
        for added in self.chosen[before:]:
            self._shut_what_is_full(added)
        return True

    def _add(self, pair: int, depth: int) -> bool:
        touched, amounts = self._column(pair)
        before, known = self._excess(touched), len(self.chosen)
        self.use[touched] += amounts
        self.chosen.append(pair)
        for row in touched[self._excess(touched) > before].tolist():
            while self._amiss(row):
                if depth == 0 or not any(self._add(other, depth - 1) for other in self._menders(row)):
                    self._undo(known)
                    return False
        return True

    def _undo(self, known: int) -> None:
        for pair in self.chosen[known:]:
            touched, amounts = self._column(pair)
            self.use[touched] -= amounts
        del self.chosen[known:]

    def _excess(self, rows: np.ndarray) -> np.ndarray:
        """How far these limits are from holding; a demand that waits is as far as it was."""
        return np.asarray(np.maximum(self.use[rows] - self.high[rows], np.maximum(self.low[rows] - self.use[rows], 0)))

    def _amiss(self, row: int) -> bool:
        return bool(not self.low[row] <= self.use[row] <= self.high[row])

    def _menders(self, row: int) -> list[int]:
        """Pairs that move a limit the right way, in the order of taking."""
        span = slice(self.rows.indptr[row], self.rows.indptr[row + 1])
        pairs, amounts = self.rows.indices[span], self.rows.data[span]
        useful = pairs[(amounts < 0 if self.use[row] > self.high[row] else amounts > 0) & ~self.shut[pairs]]
        return [int(pair) for pair in useful[np.argsort(self._place[useful])] if pair not in self.chosen]

    def _shut_what_is_full(self, pair: int) -> None:
        """Shut the pairs that no longer fit into a limit of this pair; limits with minus signs may get room again."""
        touched, _ = self._column(pair)
        for row in touched[~self._coupled[touched]]:
            span = slice(self.rows.indptr[row], self.rows.indptr[row + 1])
            self.shut[self.rows.indices[span][self.rows.data[span] > self.high[row] - self.use[row]]] = True

    def _column(self, pair: int) -> tuple[np.ndarray, np.ndarray]:
        """The limits that a pair counts in, and how much."""
        span = slice(self.columns.indptr[pair], self.columns.indptr[pair + 1])
        return self.columns.indices[span], self.columns.data[span]
