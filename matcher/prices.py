"""What one more place would add, from the prices that prove the plan."""

from __future__ import annotations

import numpy as np

from matcher.domain import SolveStatus
from matcher.pipeline import Run
from matcher.solver.problem import KNAPSACKS, Solution, StageResult

PLACED = 1000
"""What one more student placed counts in a price, in points."""


def has_prices(solution: Solution) -> bool:
    """Whether each objective has prices of limits that prove it.

    Where a plan is not proven best, prices bound what all places together may still add, not one. Where knapsacks prove it, or parts
    whose prices cannot be told together, limits have none.
    """
    known = (len(stage.prices) and KNAPSACKS not in stage.road for stage in solution.stages)
    return solution.status == SolveStatus.OPTIMAL and all(known)


def pair_prices(run: Run) -> np.ndarray:
    """float64 [pairs]: an upper bound of what one more place for this pair would add.

    The sum of the prices of the limits that hold the pair, in the objectives `most_placed` (a student placed counts 1000) and
    `total_points`; by linear programming duality no single extra place can add more.
    """
    problem = run.model.problem
    prices = np.zeros(len(problem))
    for stage in run.solution.stages:
        factor = {"most_placed": PLACED, "total_points": 1}.get(stage.name, 0)
        if factor:
            prices += factor * (problem.limits.T @ _limit_prices(stage, problem.limits.shape[0]))
    return prices


def _limit_prices(stage: StageResult, limits: int) -> np.ndarray:
    return np.asarray(stage.prices[:limits] / stage.scale)


def place_prices(run: Run) -> dict[tuple[str, int], int]:
    """Per opportunity and pattern: what one more place (a seat, and the mentor for it) would add to the round, in points.

    Negative only by rounding of the order of objectives; shown as 0 then. Nothing where `has_prices` says that there are none.
    """
    if not has_prices(run.solution):
        return {}
    candidates, prices = run.lawful.candidates, pair_prices(run)
    best = np.full(len(run.world.variants), -np.inf)
    np.maximum.at(best, candidates.variant, prices)
    found: dict[tuple[str, int], int] = {}
    for variant, price in zip(run.world.variants, best, strict=True):
        key = (variant.opportunity.opportunity_id, variant.pattern)
        found[key] = max(found.get(key, 0), round(float(price)) if np.isfinite(price) else 0)
    return found
