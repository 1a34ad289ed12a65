"""Objectives in order, each proven and each on the exact optimal face of the one before.

For one objective: a linear relaxation gives prices; the prices are rounded to exact fractions and turned, in whole-number
arithmetic over all pairs, into an upper bound (weak duality). Where bound and value meet, complementary slackness tells
exactly which pairs and slacks no optimal plan uses, and the next objective is solved on what is left. Where a vertex stays
fractional, branching splits the face into parts. Mathematics: docs/model.md.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import takewhile

import numpy as np

from matcher.domain import SolveStatus
from matcher.errors import InputError
from matcher.registry import members
from matcher.solver.branching import Goal, Part, settle
from matcher.solver.conflict import smallest_conflict
from matcher.solver.join import Joined, join
from matcher.solver.objectives.base import Objective, Stage
from matcher.solver.presolve import close_impossible
from matcher.solver.problem import Problem, Solution, StageResult

Progress = Callable[[str, int, int], None]


def objectives() -> dict[str, Objective]:
    """Every objective by name."""
    return {o.name: o for o in members("matcher.solver.objectives", "OBJECTIVE") if isinstance(o, Objective)}


def stages_of(problem: Problem) -> list[Stage]:
    """The stages of the problem's objectives, in order; at least one.

    Raises
    ------
    InputError
        When an objective is unknown.
    """
    known = objectives()
    if unknown := [name for name in problem.objectives if name not in known]:
        raise InputError(f"unknown objective {unknown[0]!r}; known: {', '.join(known)}")
    return [stage for name in problem.objectives for stage in known[name].stages(problem)] or known["most_placed"].stages(problem)


def solve(problem: Problem, workers: int = 1, progress: Progress | None = None) -> Solution:
    """The plan that is best by the objectives in order, proven.

    Raises
    ------
    InputError
        When an objective is unknown.
    """
    stages = stages_of(problem)
    low, high = problem.bounds()
    if (crossed := np.flatnonzero(low > high)).size:
        why = "a limit asks for more than it allows"
        return Solution(SolveStatus.INFEASIBLE, np.zeros(0, np.int32), (), (int(crossed[0]),), why)
    joined = first_face(problem)
    faces, parts = [joined.face], list[Part]()
    guide = joined.weights(_guide(problem, stages))
    results: list[StageResult] = []
    for name, weights in stages:
        plans = tuple(part.plan for part in parts if part.plan is not None)
        parts, road = settle(faces, Goal(joined.weights(weights), guide, workers, plans))
        if not parts:
            conflict = smallest_conflict(problem, workers)
            return Solution(SolveStatus.INFEASIBLE, np.zeros(0, np.int32), (), conflict, "no plan meets all demands")
        faces = [part.face for part in parts]
        results.append(_result(name, parts, road))
        if progress:
            progress(name, parts[0].value, results[-1].bound)
    plan = None if parts[0].plan is None else joined.chosen(parts[0].plan)
    if plan is None or problem.violated(plan).size:
        raise RuntimeError("the search ended without a plan that holds; this is an error in the solver")
    return Solution(SolveStatus.OPTIMAL, plan, tuple(results), (), "proven optimal")


def first_face(problem: Problem) -> Joined:
    """All plans of a problem, as its objectives begin with them: linked students joined, impossible choices shut."""
    joined = join(problem)
    close_impossible(joined.face)
    return joined


def _guide(problem: Problem, stages: list[Stage]) -> np.ndarray:
    """int64 [n]: points, and more for each counting objective before the first that does not count."""
    guide = problem.points.astype(np.int64)
    step = 5 * int(np.abs(guide).max(initial=1))
    for _, weights in takewhile(lambda stage: stage[1].max(initial=0) <= 1, stages):
        guide = guide + step * weights
    return guide


def _result(name: str, parts: list[Part], road: str) -> StageResult:
    part = parts[0]
    prices = part.proof.prices
    cuts = part.face.cuts[: len(prices) - part.face.rows.shape[0]]
    return StageResult(name, part.value, part.value, prices, part.proof.scale, road, cuts)
