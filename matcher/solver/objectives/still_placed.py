"""Objective: whoever is placed today has a place."""

import numpy as np

from matcher.solver.objectives.base import Objective, Stage
from matcher.solver.problem import Problem


def _stages(problem: Problem) -> list[Stage]:
    if problem.today is None or not problem.today.any():
        return []
    return [("still_placed", problem.today.astype(np.int64))]


OBJECTIVE = Objective("still_placed", "As many as possible of those who are placed today have a place, the same or another.", _stages)
