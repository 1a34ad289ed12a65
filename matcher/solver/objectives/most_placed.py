"""Objective: as many students placed as possible."""

import numpy as np

from matcher.solver.objectives.base import Objective, Stage
from matcher.solver.problem import Problem


def _stages(problem: Problem) -> list[Stage]:
    return [("most_placed", np.broadcast_to(np.int64(1), len(problem)))]


OBJECTIVE = Objective("most_placed", "As many students placed as possible.", _stages)
