"""The smallest set of demands and limits that cannot hold together, found by leaving out one at a time."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from matcher.solver.control import Control
from matcher.solver.linear import Program, solve_whole
from matcher.solver.problem import Problem


def smallest_conflict(problem: Problem, control: Control, workers: int = 1) -> tuple[int, ...]:
    """Rows (limits, then students) of which every one is needed for the contradiction.

    Only rows that the empty plan breaks (demands) can make a problem infeasible; these are reduced first, then the limits
    they run into.
    """
    demand = _demands(problem)
    demands, caps = [int(i) for i in np.flatnonzero(demand)], [int(i) for i in np.flatnonzero(~demand)]
    demands = _reduced(problem, demands, lambda kept: [*kept, *caps], control, workers)
    pairs = np.union1d(problem.rows[demands].indices, _linked(problem))  # couplings carry a demand on to other pairs
    touched = set(problem.rows[:, pairs].nonzero()[0].tolist()) if len(pairs) else set()
    caps = [i for i in caps if i in touched]
    caps = _reduced(problem, caps, lambda kept: [*demands, *kept], control, workers)
    return tuple(sorted(demands) + sorted(caps))


def _demands(problem: Problem) -> np.ndarray:
    """Bool [m + students]: rows that choosing nothing breaks."""
    low, high = problem.bounds()
    return np.asarray((low > 0) | (high < 0))


def _linked(problem: Problem) -> np.ndarray:
    """Pairs that only make room for others: those in limits with negative coefficients."""
    negative = np.unique(problem.limits.nonzero()[0][problem.limits.data < 0])
    return np.unique(problem.limits[negative].indices)


def _reduced(problem: Problem, rows: list[int], with_rest: Callable[[list[int]], list[int]], control: Control, workers: int) -> list[int]:
    kept = list(rows)
    size = max(1, len(kept) // 4)
    while size:
        start = 0
        while start < len(kept):
            trial = kept[:start] + kept[start + size :]
            if _feasible(problem, with_rest(trial), control, workers):
                start += size
            else:
                kept = trial
        size //= 2
    return kept


def _feasible(problem: Problem, rows: list[int], control: Control, workers: int) -> bool:
    low, high = problem.bounds()
    if (low[rows] > high[rows]).any():
        return False
    demand = _demands(problem)
    demanded = [i for i in rows if demand[i]]
    if not demanded:
        return True
    pairs = np.union1d(problem.rows[demanded].indices, _linked(problem))
    linked = problem.rows[rows][:, pairs]
    program = Program(linked.tocsr(), low[rows], high[rows], np.zeros(len(pairs), np.int64))
    return solve_whole(program, control, workers).feasible
