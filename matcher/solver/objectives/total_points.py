"""Objective: as many points in total as possible."""

import numpy as np

from matcher.solver.objectives.base import Objective, Stage
from matcher.solver.problem import Problem


def _stages(problem: Problem) -> list[Stage]:
    return [("total_points", problem.points.astype(np.int64))]


OBJECTIVE = Objective("total_points", "As many points in total as possible.", _stages)
