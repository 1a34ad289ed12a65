"""Objective: as many students as possible stay where they are today."""

import numpy as np

from matcher.solver.objectives.base import Objective, Stage
from matcher.solver.problem import Problem


def _stages(problem: Problem) -> list[Stage]:
    if problem.kept is None or not problem.kept.any():
        return []
    return [("least_change", (problem.kept > 0).astype(np.int64))]


OBJECTIVE = Objective("least_change", "As many students as possible stay where they are today.", _stages)
