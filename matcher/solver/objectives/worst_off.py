"""Objective: the worst-off are lifted band by band."""

import numpy as np

from matcher.solver.objectives.base import Objective, Stage
from matcher.solver.problem import Problem


def _stages(problem: Problem) -> list[Stage]:
    """One stage per band, lowest first: how many placed students have at least that many points."""
    return [(f"worst_off_{band}", (problem.points >= band).astype(np.int64)) for band in problem.bands]


OBJECTIVE = Objective("worst_off", "As few placed students as possible below the first band of points, then below the next.", _stages)
