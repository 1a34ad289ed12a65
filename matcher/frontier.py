"""What lifting the worst-off costs: one proven plan for each number of bands that are lifted, from none to the highest."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from matcher.domain import SolveStatus
from matcher.solver.control import Control
from matcher.solver.exact import solve
from matcher.solver.problem import Problem, Solution

LADDER = tuple(range(100, 1000, 100))
"""Bands of points that are lifted one after another, lowest first."""


@dataclass(frozen=True)
class Plan:
    """One plan of the frontier.

    Attributes
    ----------
    lifted : the bands that count, lowest first, before the points; () where no band does.
    below : for each band of the ladder, how many placed students are below it.
    points : the points of all placed students together.
    least, tenth, median : points of the student at the bottom, and of those whom a tenth and a half of the placed do not exceed.
    """

    lifted: tuple[int, ...]
    proven: bool
    placed: int
    below: tuple[int, ...]
    points: int
    least: int
    tenth: int
    median: int


def frontier(problem: Problem, ladder: tuple[int, ...] = LADDER, control: Control | None = None) -> Iterator[Plan]:
    """The plans in which 0, 1, 2, ... bands of the ladder are lifted, each best in the problem's order of objectives.

    Each step keeps what the steps before reached, so the points never rise again. A band that nobody is below is lifted already:
    then the plan is the one before, without solving again. Without `worst_off` in the order, it is asked just before the points;
    `carry_over`, which counts by bands too, is left out. A budget of the control is for each plan.
    """
    problem = replace(problem, objectives=order_of(problem.objectives))
    solution = None
    for lifted in (ladder[:n] for n in range(len(ladder) + 1)):
        if solution is None or len(lifted) == 1 or (problem.points[solution.chosen] < lifted[-1]).any():
            solution = solve(replace(problem, bands=lifted), control=control)
        if solution.status not in {SolveStatus.OPTIMAL, SolveStatus.FEASIBLE}:
            return
        yield plan_of(problem, solution, lifted, ladder)


def plan_of(problem: Problem, solution: Solution, lifted: tuple[int, ...], ladder: tuple[int, ...] = LADDER) -> Plan:
    """The figures of one solved plan."""
    points = np.sort(problem.points[solution.chosen].astype(np.int64))
    below = tuple(np.searchsorted(points, ladder).tolist())
    least, tenth, median = (int(points[(len(points) * q + 99) // 100 - 1 if q else 0]) if len(points) else 0 for q in (0, 10, 50))
    proven = solution.status == SolveStatus.OPTIMAL
    return Plan(lifted, proven, len(points), below, int(points.sum()), least, tenth, median)


def order_of(names: tuple[str, ...]) -> tuple[str, ...]:
    """The order of objectives of a frontier."""
    names = tuple(name for name in names if name != "carry_over")
    if "worst_off" in names:
        return names
    place = names.index("total_points") if "total_points" in names else len(names)
    return (*names[:place], "worst_off", *names[place:])
