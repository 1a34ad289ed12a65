"""What lifting the worst-off costs in this round, as rows of a table with a bar each."""

from __future__ import annotations

from dataclasses import dataclass

from matcher.domain import SolveStatus
from matcher.frontier import Plan, frontier
from matcher.pipeline import Run

LADDER = (100, 200, 300, 400, 500)
MOST_PAIRS = 10_000
"""Rounds with more lawful pairs are left to `benchmarks/bench_fairness.py`: each row is a solve of its own."""


@dataclass(frozen=True)
class Step:
    """One plan: up to where the worst-off are lifted, what it costs in points, and how wide its bar is in percent of the widest."""

    label: str
    cost: int
    width: float
    plan: Plan


def steps(run: Run) -> list[Step]:
    """The plans from nobody lifted to everybody lifted as far as possible; none where a round is too large or its plan is not proven."""
    if run.solution.status != SolveStatus.OPTIMAL or not len(run.solution.chosen) or len(run.model.problem) > MOST_PAIRS:
        return []
    plans = [plan for plan in frontier(run.model.problem, LADDER, run.control.aside()) if plan.proven]
    most = max(abs(plans[0].points - plan.points) for plan in plans) if plans else 0
    return [_step(plan, plans[0].points - plan.points, most) for plan in plans]


def _step(plan: Plan, cost: int, most: int) -> Step:
    label = f"Lifted up to {plan.lifted[-1]} points" if plan.lifted else "Nobody lifted"
    return Step(label, cost, round(100 * abs(cost) / most, 1) if most else 0.0, plan)
