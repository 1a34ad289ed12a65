"""What if: the exact new best plan after a small change, from a solved problem and without solving it again.

A solved problem whose prices prove it has a basis that is optimal for all objectives in order. A change of bounds leaves the
prices right, so a few steps of the dual simplex method lead to the new plan, and its prices prove it in whole numbers again.
Pairs that would cost more than the change can bring are left out from the start. Mathematics: docs/model.md.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from scipy import sparse

from matcher.domain import SolveStatus
from matcher.solver.control import Control
from matcher.solver.exact import solve
from matcher.solver.factor import LostError
from matcher.solver.problem import FACTS, Problem, Solution
from matcher.solver.warm import Warm


@dataclass(frozen=True)
class Change:
    """What is different: how much more (or less) limits allow, pairs that come or go, and pairs one of which must be chosen.

    Attributes
    ----------
    more : rows of limits, and what is added to their `at_most`.
    demanded : pairs of one student.
    likely : pairs that the best plan plus nothing else might gain: a hint that saves work and never changes the answer.
    """

    more: tuple[tuple[int, int], ...] = ()
    added: tuple[int, ...] = ()
    removed: tuple[int, ...] = ()
    demanded: tuple[int, ...] = ()
    likely: tuple[int, ...] = field(default=(), compare=False)


@dataclass(frozen=True)
class Outcome:
    """The best plan after a change; no values when no plan is left. `warm` says that no full solve was needed."""

    chosen: np.ndarray
    values: dict[str, int]
    warm: bool

    @property
    def feasible(self) -> bool:
        """Whether there is a plan."""
        return bool(self.values)


def changed_problem(problem: Problem, change: Change, absent: np.ndarray) -> tuple[Problem, np.ndarray]:
    """The problem after a change, and where its pairs stand in the one before."""
    here = ~absent
    here[list(change.added)], here[list(change.removed)] = True, False
    kept = np.flatnonzero(here)
    at_most, at_least, limits = problem.at_most.copy(), problem.at_least, problem.limits[:, kept]
    for row, more in change.more:
        at_most[row] += more
    if change.demanded:
        demand = sparse.csr_matrix(np.isin(kept, change.demanded).astype(np.int64)[None, :])
        limits = sparse.vstack([limits, demand], format="csr")
        at_most, at_least = np.append(at_most, 1), np.append(at_least, 1)
    student, points = problem.student[kept], problem.points[kept]
    whole = Problem(student, points, limits, at_most, at_least, problem.objectives, bands=problem.bands)
    facts = {name: getattr(problem, name) for name in FACTS}
    given: dict[str, Any] = {name: None if fact is None else fact[kept] for name, fact in facts.items()}
    return replace(whole, **given), kept


class WhatIf:
    """A solved problem, ready for questions; `absent` pairs are not part of it until a change adds them.

    A stop of the control ends a question; its budget does not count, for an answer is the best plan.
    """

    def __init__(
        self,
        problem: Problem,
        solution: Solution,
        absent: np.ndarray | None = None,
        workers: int = 1,
        control: Control | None = None,
    ) -> None:
        self._control = (control or Control()).for_an_answer()
        self.problem, self.solution, self.workers = problem, solution, workers
        self.absent = np.zeros(len(problem), dtype=bool) if absent is None else absent
        self.fresh_solves = 0
        self._known: dict[Change, Outcome | None] = {}
        try:
            self._warm: Warm | None = Warm(problem, solution, self.absent)
        except LostError:
            self._warm = None

    @property
    def warm(self) -> bool:
        """Whether questions are answered from a basis (or else by solving again)."""
        return self._warm is not None

    def answer(self, change: Change, may_solve: bool = True) -> Outcome | None:
        """The best plan after a change, the same as a fresh solve gives where the public draw decides all ties.

        None when only a fresh solve could tell and `may_solve` is False.
        """
        if change not in self._known or (may_solve and self._known[change] is None):
            self._known[change] = self._found(change) or (self._fresh(change) if may_solve else None)
        return self._known[change]

    def _found(self, change: Change) -> Outcome | None:
        warm = self._warm
        if warm is None:
            return None
        asked = (dict(change.more), change.added, change.removed, change.demanded, change.likely)
        found = self._control.run_whole(lambda: warm.best_after(*asked))
        return None if found is None else Outcome(*found, True)

    def _fresh(self, change: Change) -> Outcome:
        self.fresh_solves += 1
        problem, kept = changed_problem(self.problem, change, self.absent)
        solution = solve(problem, self.workers, self._control)
        if solution.status == SolveStatus.INFEASIBLE:
            return Outcome(np.zeros(0, np.int64), {}, False)
        return Outcome(kept[solution.chosen], {stage.name: stage.value for stage in solution.stages}, False)


def moved(solution: Solution, pairs: np.ndarray, limits: np.ndarray, problem: Problem) -> Solution:
    """The solution of a problem that is part of a larger one, told in the larger one's pairs and rows.

    Parameters
    ----------
    pairs, limits : where the smaller problem's pairs and limits stand in the larger one (-1 for a limit without a place); other
        limits have no price.
    """
    old, new = len(limits), problem.limits.shape[0]
    stages = []
    for stage in solution.stages:
        own = len(stage.prices) - len(stage.cuts) - old
        place = np.concatenate([limits, new + np.arange(own), new + problem.students + np.arange(len(stage.cuts))])
        cuts = tuple(tuple(int(place[row]) for row in cut) for cut in stage.cuts)
        if not 0 <= own <= problem.students or any(min(cut, default=-1) < 0 for cut in cuts):  # proven by other rows: nothing to tell
            stages.append(replace(stage, prices=np.zeros(0, np.int64), cuts=()))
            continue
        prices = np.zeros(new + problem.students + len(cuts), np.int64)
        prices[place[place >= 0]] = stage.prices[place >= 0]
        stages.append(replace(stage, prices=prices, cuts=cuts))
    return replace(solution, chosen=pairs[solution.chosen], stages=tuple(stages))
