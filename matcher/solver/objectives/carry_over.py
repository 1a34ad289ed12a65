"""Objective: students who had little last term, or nothing, go first."""

import numpy as np

from matcher.solver.objectives.base import Objective, Stage
from matcher.solver.problem import Problem


def _stages(problem: Problem) -> list[Stage]:
    """One stage for those without a place last term, then one per band for those below it: the steps they reach together now.

    No place is no step, a place is one, and each band of points that the placement reaches is one more. A stage that would count
    the same students as the one before is left out.
    """
    if problem.last_term is None:
        return []
    reached = 1 + sum(((problem.points >= band).astype(np.int64) for band in problem.bands), np.zeros(len(problem), np.int64))
    owed = [(bound, problem.last_term < bound) for bound in (0, *problem.bands)]
    more = [(bound, who) for k, (bound, who) in enumerate(owed) if who.sum() > (owed[k - 1][1].sum() if k else 0)]
    return [(f"carry_over_{bound}", reached * who) for bound, who in more]


OBJECTIVE = Objective(
    "carry_over", "Who had no place last term, or only a weak fit, goes first: as many as possible of them reach each band now.", _stages
)
