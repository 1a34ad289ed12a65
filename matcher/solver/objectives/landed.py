"""Objective: agreements that students and mentors have already made are kept."""

import numpy as np

from matcher.solver.objectives.base import Objective, Stage
from matcher.solver.problem import Problem


def _stages(problem: Problem) -> list[Stage]:
    if problem.landed is None or not problem.landed.any():
        return []
    return [("landed", problem.landed.astype(np.int64))]


OBJECTIVE = Objective("landed", "As many landed requests as possible are kept: student and mentor have agreed already.", _stages)
