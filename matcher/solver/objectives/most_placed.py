"""Objective: as many students placed as possible."""

import numpy as np

from matcher.solver.objectives.base import Objective, Stage
from matcher.solver.problem import Problem


def _stages(problem: Problem) -> list[Stage]:
    return [("most_placed", np.ones(len(problem), np.int64))]


OBJECTIVE = Objective("most_placed", "As many students placed as possible.", _stages)
