"""Canary models: small programs whose best value is known, asked of every solver before an official run.

HiGHS 1.14.0 called 15 the optimum of the first model, where 9 is right. Each model has the shape of what the engine asks of that
solver, and a best value worked out by hand.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version

import numpy as np
from ortools.math_opt.python import mathopt
from scipy import sparse

from matcher.errors import MatcherError
from matcher.solver import linear
from matcher.solver.control import Control


class CanaryError(MatcherError):
    """A solver gave a wrong answer to a model whose answer is known; no plan of it can be trusted."""


@dataclass(frozen=True)
class Canary:
    """One model: the solver that is asked, what is right, and how it is asked; None means that nothing is feasible."""

    name: str
    solver: str
    right: float | None
    answer: Callable[[], float | None]


@cache
def check_canaries() -> None:
    """Ask every solver; once per process.

    Raises
    ------
    CanaryError
        Naming the solver, its version, the model, the answer and what is right.
    """
    for canary in canaries():
        try:
            given = canary.answer()
        except RuntimeError as error:
            raise CanaryError(f"{_named(canary)} did not answer: {error}") from None
        if (given is None) != (canary.right is None) or abs((given or 0) - (canary.right or 0)) > 1e-6:
            raise CanaryError(
                f"{_named(canary)} with {_told(given)}, where {_told(canary.right)} is right. Its plans cannot be trusted, and nothing "
                "was solved. Maybe install the versions of requirements.lock."
            )


def _named(canary: Canary) -> str:
    return f"{canary.solver} in OR-Tools {version('ortools')} answered the canary model {canary.name!r}"


def _told(value: float | None) -> str:
    return "no solution" if value is None else f"{value:g}"


def canaries() -> list[Canary]:
    """All of them."""
    control = Control()

    def relaxed(program: linear.Program) -> float | None:
        answer = linear.solve_relaxation(program, control)
        return float(program.cost @ answer.x) if answer.feasible else None

    def guessed(program: linear.Program) -> float | None:
        answer = linear.guess_whole(program, control)
        return float(program.cost @ answer.x) if answer.feasible else None

    def searched(program: linear.Program) -> float | None:
        answer = linear.solve_whole(program, control)
        return float(program.cost @ answer.x) if answer.feasible else None

    return [
        Canary("a column that may be stuffed", "HiGHS", 9, lambda: control.run(stuffed_column)),
        Canary("a triangle of seats, in part", "GLOP", 3, lambda: relaxed(triangle())),
        Canary("a triangle of seats", "HiGHS", 2, lambda: guessed(triangle())),
        Canary("a triangle of seats", "CP-SAT", 2, lambda: searched(triangle())),
        Canary("seats of different weight", "HiGHS", 12, lambda: guessed(knapsack())),
        Canary("seats of different weight", "CP-SAT", 12, lambda: searched(knapsack())),
        Canary("kept together", "GLOP", 9, lambda: relaxed(together())),
        Canary("kept together", "HiGHS", 9, lambda: guessed(together())),
        Canary("kept together", "CP-SAT", 9, lambda: searched(together())),
        Canary("two pins for one seat", "GLOP", None, lambda: relaxed(pinned())),
        Canary("two pins for one seat", "CP-SAT", None, lambda: searched(pinned())),
    ]


def stuffed_column() -> float | None:
    """Least 2 x + 3 z with x + z >= 4.5, x and z at most 10, z whole: z = 0 and x = 4.5, so 9."""
    model = mathopt.Model()
    x, z = model.add_variable(lb=0, ub=10), model.add_integer_variable(lb=0, ub=10)
    model.add_linear_constraint(x + z >= 4.5)
    model.minimize(2 * x + 3 * z)
    result = mathopt.solve(model, mathopt.SolverType.HIGHS)
    return result.objective_value() if result.has_primal_feasible_solution() else None


def _program(rows: list[list[int]], low: list[int], high: list[int], cost: list[int]) -> linear.Program:
    matrix = sparse.csr_matrix(np.array(rows, np.int64))
    return linear.Program(matrix, np.array(low, np.int64), np.array(high, np.int64), np.array(cost, np.int64))


def triangle() -> linear.Program:
    """Three pairs worth 2, each two of which share a seat: one of them, or half of each."""
    return _program([[1, 1, 0], [0, 1, 1], [1, 0, 1]], [0] * 3, [1] * 3, [2] * 3)


def knapsack() -> linear.Program:
    """Room 7; pairs that need 5, 4, 3 and are worth 10, 7, 5: the last two."""
    return _program([[5, 4, 3]], [0], [7], [10, 7, 5])


def together() -> linear.Program:
    """Pair 0 only with pair 1, pair 2 instead of pair 0, all three in two seats: 4 + 5 and not 6."""
    return _program([[1, -1, 0], [1, 0, 1], [1, 1, 1]], [0, 0, 0], [0, 1, 2], [4, 5, 6])


def pinned() -> linear.Program:
    """Both pairs are demanded and there is one seat."""
    return _program([[1, 0], [0, 1], [1, 1]], [1, 1, 0], [1, 1, 1], [1, 1])
