"""Objectives in order, each proven and each on the exact optimal face of the one before.

For one objective: a linear relaxation gives prices; the prices are rounded to exact fractions and turned, in whole-number
arithmetic over all pairs, into an upper bound (weak duality). Where bound and value meet, complementary slackness tells
exactly which pairs and slacks no optimal plan uses, and the next objective is solved on what is left. Where a vertex stays
fractional, branching splits the face into parts. Mathematics: docs/model.md.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from matcher.domain import SolveStatus
from matcher.solver.branching import Goal, Part, settle, settle_by
from matcher.solver.certificate import Certificate, Trail
from matcher.solver.conflict import smallest_conflict
from matcher.solver.face import Face
from matcher.solver.presolve import close_impossible
from matcher.solver.problem import Problem, Solution, StageResult
from matcher.solver.seats import settle_head
from matcher.solver.stages import objectives, stages_of

__all__ = ["objectives", "solve", "stages_of"]

Progress = Callable[[str, int, int], None]


def solve(problem: Problem, workers: int = 1, progress: Progress | None = None) -> Solution:
    """The plan that is best by the objectives in order, proven.

    An objective whose relaxation ends in a whole bound at a fractional vertex is *assumed* to reach that bound, and the next
    objective narrows the face further; the first whole plan found on the face confirms all of them. If none exists, the last
    assumed objective is settled by branching instead, and so on back to the first.

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
    faces = [Face(problem.student, problem.limits.shape[0], problem.rows, low, high, np.ones(len(problem), dtype=bool))]
    shut = close_impossible(faces[0])
    head = settle_head(problem, stages)
    results: list[StageResult] = []
    closed: list[list[Trail]] = []
    parts: list[Part] = []
    assumed: list[tuple[int, list[Face]]] = []
    branch_at = -1
    while len(results) < len(stages):
        k = len(results)
        name, weights = stages[k]
        before = [face.copy() for face in faces]
        keep = np.unique(np.concatenate([part.support for part in parts] or [np.zeros(0, np.int64)]))
        goal = Goal(weights, problem.points, k, k not in {branch_at, len(stages) - 1}, workers, keep.astype(np.int64))
        by_paths = settle_by(faces[0], goal, head.plan, head.prices[k]) if head is not None and k < len(head.prices) else None
        settled = by_paths or settle(faces, goal)
        parts = settled.parts
        if not parts and not assumed:
            return Solution(
                SolveStatus.INFEASIBLE, np.zeros(0, np.int32), (), smallest_conflict(problem, workers), "no plan meets all demands"
            )
        if not parts:
            branch_at, faces = assumed.pop()
            del results[branch_at:], closed[branch_at:]
            continue
        proven = all(part.plan is not None for part in parts)
        assumed = [] if proven else [*assumed, (k, before)]
        faces = [part.face for part in parts]
        results.append(_result(name, parts, settled.road))
        closed.append(settled.closed)
        if progress:
            progress(name, parts[0].value, results[-1].bound)
    plan = parts[0].plan
    if plan is None or problem.violated(plan).size:
        raise RuntimeError("the search ended without a plan that holds; this is an error in the solver")
    certificate = Certificate((*(face.trail for face in faces), *(trail for trails in closed for trail in trails)), shut)
    return Solution(SolveStatus.OPTIMAL, np.sort(plan), tuple(results), (), "proven optimal", certificate)


def _result(name: str, parts: list[Part], road: str) -> StageResult:
    part = parts[0]
    return StageResult(name, part.value, part.value, part.proof.prices, part.proof.scale, road)
