"""The objectives by name, and the stages of a problem: whole-number weights, each to be made as large as possible in order."""

from __future__ import annotations

from matcher.errors import InputError
from matcher.registry import members
from matcher.solver.objectives.base import Objective, Stage
from matcher.solver.problem import Problem


def objectives() -> dict[str, Objective]:
    """Every objective by name."""
    return {o.name: o for o in members("matcher.solver.objectives", "OBJECTIVE") if isinstance(o, Objective)}


def stages_of(problem: Problem) -> list[Stage]:
    """The stages of the problem's objectives, in order; at least one.

    Raises
    ------
    InputError
        When an objective is unknown.
    """
    known = objectives()
    if unknown := [name for name in problem.objectives if name not in known]:
        raise InputError(f"unknown objective {unknown[0]!r}; known: {', '.join(known)}")
    return [stage for name in problem.objectives for stage in known[name].stages(problem)] or known["most_placed"].stages(problem)
