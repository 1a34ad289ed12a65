"""The frontier between most points and lifting the worst-off: by hand, and each plan as a solve of its own."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from matcher.frontier import Plan, frontier, order_of, plan_of
from matcher.solver.exact import solve
from matcher.solver.problem import from_arrays

ORDER = np.array(["most_placed", "worst_off", "total_points", "public_draw"])


def test_by_hand():
    """Two places, a seat each. A 900 + B 50 = 950 is most; B 250 + A 500 = 750 lifts both above 100 and 200, and nothing above 300."""
    problem = from_arrays(
        {
            "student": np.array([0, 0, 1, 1]),
            "points": np.array([900, 250, 500, 50]),
            "limit_indptr": np.array([0, 2, 4]),
            "limit_indices": np.array([0, 2, 1, 3]),
            "at_most": np.array([1, 1]),
            "draw": np.array([4, 3, 2, 1]),
            "objectives": ORDER,
        }
    )
    most, lifted = (2, (1, 1, 1), 950, 50, 50, 50), (2, (0, 0, 1), 750, 250, 250, 250)
    plans = list(frontier(problem, (100, 200, 300)))
    assert plans == [
        Plan((), True, *most),
        Plan((100,), True, *lifted),
        Plan((100, 200), True, *lifted),
        Plan((100, 200, 300), True, *lifted),
    ]


def crowded(seed: int, size: int = 8) -> dict[str, np.ndarray]:
    """As many students as places with one seat each; a good place is good for some more than for others."""
    dice = np.random.default_rng(seed)
    good, glad = dice.integers(100, 1001, (2, size))
    pairs = np.arange(size * size)
    return {
        "student": pairs // size,
        "points": np.outer(glad, good).ravel() // 1000,
        "limit_indptr": np.arange(0, size * size + 1, size),
        "limit_indices": np.argsort(pairs % size, kind="stable"),
        "at_most": np.ones(size, int),
        "draw": dice.integers(0, 2**41, size * size),
        "objectives": ORDER,
    }


@pytest.mark.parametrize("seed", range(4))
def test_each_plan_is_the_one_of_a_solve_of_its_own(seed):
    problem = from_arrays(crowded(seed))
    plans = list(frontier(problem))
    for plan in plans:
        alone = replace(problem, bands=plan.lifted)
        assert plan == plan_of(alone, solve(alone), plan.lifted)
    assert [plan.points for plan in plans] == sorted((plan.points for plan in plans), reverse=True)
    assert len({plan.points for plan in plans}) > 1


def test_the_order_of_a_frontier():
    assert order_of(("most_placed", "carry_over", "worst_off", "total_points")) == ("most_placed", "worst_off", "total_points")
    assert order_of(("most_placed", "total_points", "public_draw")) == ("most_placed", "worst_off", "total_points", "public_draw")
