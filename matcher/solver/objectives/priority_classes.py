"""Objective: students of a higher priority class are served first."""

import numpy as np

from matcher.solver.objectives.base import Objective, Stage
from matcher.solver.problem import Problem


def _stages(problem: Problem) -> list[Stage]:
    """One stage per class but the lowest (that one is `most_placed`): how many of this class and above are placed."""
    if problem.priority is None or not len(problem):
        return []
    classes = np.unique(problem.priority)[::-1]
    return [(f"priority_{level}", (problem.priority >= level).astype(np.int64)) for level in classes[:-1]]


OBJECTIVE = Objective("priority_classes", "As many as possible of the highest priority class placed, then of the next.", _stages)
