"""A second opinion: the same problem solved again by another engine, which shares nothing with the first but the problem itself.

HiGHS takes all pairs and all limits as one whole-number program, one objective after another, each held by one more row. There
are no prices, no faces, no cuts and no parts of ours. Its plans are rounded and counted in whole numbers.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np
from ortools.math_opt.python import mathopt

from matcher.errors import MatcherError
from matcher.solver.control import Control
from matcher.solver.problem import Problem
from matcher.solver.stages import stages_of

ENGINE = "HiGHS"
_ANSWERS = {
    mathopt.TerminationReason.OPTIMAL,
    mathopt.TerminationReason.INFEASIBLE,
    mathopt.TerminationReason.INFEASIBLE_OR_UNBOUNDED,
}


@dataclass(frozen=True)
class Difference:
    """An objective on which the engines disagree; None is no plan at all. `holds`: whether the second engine's plan keeps every limit."""

    objective: str
    first: int | None
    second: int | None
    holds: bool

    def __str__(self) -> str:
        words = [f"no plan for {self.objective}" if v is None else f"{self.objective} {v:,}" for v in (self.first, self.second)]
        claim = "" if self.holds else ", with a plan that breaks a limit"
        return f"the engines disagree: this plan has {words[0]}, {ENGINE} finds {words[1]}{claim}"


class StoppedShortError(MatcherError):
    """The other engine ended without an answer."""

    def __init__(self, objective: str, why: str) -> None:
        super().__init__(f"{ENGINE} stopped at {objective} without an answer ({why}), so there is no second opinion. Maybe ask again.")


def second_opinion(problem: Problem, values: list[int], control: Control | None = None) -> Difference | None:
    """The first objective, in order, for which another engine finds another best value; None when it agrees on all of them.

    `values` are those of the first engine, in order. One objective after another is compared, so all before it are the same.

    Raises
    ------
    StoppedShortError
        When the other engine ends without having answered; that says nothing about the plan.
    """
    control = control or Control()
    model, x = _model(problem)
    params = mathopt.SolveParameters(relative_gap_tolerance=0.0, absolute_gap_tolerance=0.5)
    start = mathopt.ModelSolveParameters()
    for (name, weights), value in zip(stages_of(problem), values, strict=True):
        control.say(f"second solver, {name}", value, None)
        goal = mathopt.fast_sum(int(weights[j]) * x[j] for j in np.flatnonzero(weights))
        model.maximize(goal)
        result = control.run(partial(mathopt.solve, model, mathopt.SolverType.HIGHS, params=params, model_params=start))
        reason = result.termination.reason
        if reason not in _ANSWERS:
            raise StoppedShortError(name, f"{reason.name.lower()} {result.termination.detail}".strip())
        if reason != mathopt.TerminationReason.OPTIMAL:
            return Difference(name, value, None, True)
        taken = np.array(result.variable_values(x)) > 0.5
        found, holds = int(weights[taken].sum()), not problem.violated(np.flatnonzero(taken)).size
        if found != value or not holds:
            return Difference(name, value, found, holds)
        hint = mathopt.SolutionHint(variable_values=dict(zip(x, taken.astype(float).tolist(), strict=True)))
        start = mathopt.ModelSolveParameters(solution_hints=[hint])
        model.add_linear_constraint(goal >= value)
    return None


def _model(problem: Problem) -> tuple[mathopt.Model, list[mathopt.Variable]]:
    """Every pair a variable, every limit and every student a row."""
    model = mathopt.Model()
    x = [model.add_binary_variable() for _ in range(len(problem))]
    for row in range(problem.limits.shape[0]):
        span = slice(problem.limits.indptr[row], problem.limits.indptr[row + 1])
        pairs, counts = problem.limits.indices[span].tolist(), problem.limits.data[span].tolist()
        total = mathopt.fast_sum(count * x[pair] for pair, count in zip(pairs, counts, strict=True))
        model.add_linear_constraint(lb=float(problem.at_least[row]), expr=total, ub=float(problem.at_most[row]))
    order = np.argsort(problem.student, kind="stable")
    for pairs in np.split(order, np.flatnonzero(np.diff(problem.student[order])) + 1):
        if len(pairs) > 1:
            model.add_linear_constraint(mathopt.fast_sum(x[int(j)] for j in pairs) <= 1)
    return model, x
