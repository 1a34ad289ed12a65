"""Objective: what is still tied is decided by the recorded public draw, so that the plan is unique."""

import numpy as np

from matcher.solver.objectives.base import Objective, Stage
from matcher.solver.problem import Problem

HALF = 20
"""Bits of a lot that one stage compares; two stages compare 40 bits."""


def _stages(problem: Problem) -> list[Stage]:
    """The high and the low half of the lots, in two stages, so that numbers stay small enough for an exact proof."""
    if problem.draw is None:
        return []
    high, low = problem.draw >> HALF, problem.draw & ((1 << HALF) - 1)
    return [("public_draw", high.astype(np.int64)), ("public_draw_2", low.astype(np.int64))]


OBJECTIVE = Objective("public_draw", "Ties are decided by the recorded public draw.", _stages)
