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
from matcher.solver.branching import Goal, Part, settle, settle_by
from matcher.solver.certificate import Certificate, Trail
from matcher.solver.conflict import smallest_conflict
from matcher.solver.join import Joined, join
from matcher.solver.objectives.base import Stage
from matcher.solver.presolve import close_impossible
from matcher.solver.problem import Problem, Solution, StageResult
from matcher.solver.seats import settle_head
from matcher.solver.stages import objectives, stages_of

__all__ = ["first_face", "objectives", "solve", "stages_of"]

Progress = Callable[[str, int, int], None]


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
    joined, shut = first_face(problem)
    faces, parts, closed = [joined.face], list[Part](), list[Trail]()
    guide, weighted, head = joined.weights(_guide(problem, stages)), _weighted(problem), settle_head(problem, stages)
    results: list[StageResult] = []
    for k, (name, weights) in enumerate(stages):
        plans = tuple(part.plan for part in parts if part.plan is not None)
        goal = Goal(joined.weights(weights), guide, k, workers, plans, weighted)
        by_paths = settle_by(faces[0], goal, head.plan, head.prices[k]) if head is not None and k < len(head.prices) else None
        settled = by_paths or settle(faces, goal)
        parts = settled.parts
        closed += settled.closed
        if not parts:
            conflict = smallest_conflict(problem, workers)
            return Solution(SolveStatus.INFEASIBLE, np.zeros(0, np.int32), (), conflict, "no plan meets all demands")
        faces = [part.face for part in parts]
        results.append(_result(name, parts, settled.road))
        if progress:
            progress(name, parts[0].value, results[-1].bound)
    plan = None if parts[0].plan is None else joined.chosen(parts[0].plan)
    if plan is None or problem.violated(plan).size:
        raise RuntimeError("the search ended without a plan that holds; this is an error in the solver")
    columns = joined.pairs if joined.groups else None
    certificate = Certificate((*(face.trail for face in faces), *closed), shut, joined.groups, columns)
    return Solution(SolveStatus.OPTIMAL, plan, tuple(results), (), "proven optimal", certificate)


def first_face(problem: Problem) -> tuple[Joined, np.ndarray]:
    """All plans of a problem, as its objectives begin with them: linked students joined, impossible choices shut.

    Also int64 [k, 2], the pairs that were shut, each with the limit that shuts it; joined students are in no such limit.
    """
    joined = join(problem)
    shut = close_impossible(joined.face)
    shut[:, 0] = joined.pairs.indices[joined.pairs.indptr[shut[:, 0]]]
    return joined, shut


def _weighted(problem: Problem) -> bool:
    """Whether pairs weigh differently in a limit: relaxations are weak then and branching on them is slow."""
    return int(np.abs(problem.limits.data).max(initial=0)) > 1


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
