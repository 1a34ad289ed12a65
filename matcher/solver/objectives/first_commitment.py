"""Objective: students within their first commitment stay where they are."""

import numpy as np

from matcher.solver.objectives.base import Objective, Stage
from matcher.solver.problem import Problem

WITHIN = 2
"""`Problem.kept` of a pair that keeps a student within the first commitment."""


def _stages(problem: Problem) -> list[Stage]:
    if problem.kept is None or not (problem.kept == WITHIN).any():
        return []
    return [("first_commitment", (problem.kept == WITHIN).astype(np.int64))]


OBJECTIVE = Objective("first_commitment", "Students within their first commitment stay where they are while it is lawful.", _stages)
