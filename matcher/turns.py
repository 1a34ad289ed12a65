"""What the objective `carry_over` decided in a plan: who would be elsewhere if nobody went first on account of last term."""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property

from matcher.domain import NO_RECORD, SolveStatus
from matcher.pipeline import Run
from matcher.plan import Placement, placements
from matcher.solver.exact import solve

MOST_PAIRS = 40_000
"""Rounds with more lawful pairs are not solved a second time for this."""


class Turns:
    """The plan of a proven run beside the best one without `carry_over`; says nothing where that does not count or is not known."""

    def __init__(self, run: Run) -> None:
        self._run, self._last = run, dict(run.world.round.last_term)
        self._bands = run.world.settings.objectives.bands
        self._now = {p.student.student_id: p for p in run.placements}

    @cached_property
    def _otherwise(self) -> dict[str, Placement] | None:
        """The placements without `carry_over`; None where they are not asked for, or not known within the run's budget.

        Raises
        ------
        StoppedError
            When the run was told to stop.
        """
        run, problem = self._run, self._run.model.problem
        counts = any(stage.name.startswith("carry_over_") for stage in run.solution.stages)
        if not counts or run.solution.status != SolveStatus.OPTIMAL or len(problem) > MOST_PAIRS:
            return None
        order = tuple(name for name in problem.objectives if name != "carry_over")
        without = solve(replace(problem, objectives=order), control=run.control.aside())
        if without.status != SolveStatus.OPTIMAL:
            return None
        return {p.student.student_id: p for p in placements(run.lawful.candidates, without.chosen)}

    def said(self, student_id: str) -> str:
        """A sentence about what last term decided for this student, placed or not; "" when it decided nothing."""
        if self._otherwise is None:
            return ""
        now, then = self._now.get(student_id), self._otherwise.get(student_id)
        if (now and now.pair) == (then and then.pair):
            return ""
        if now is None:
            return "Students who had no place or a weak fit last term went first; without that, this student would be placed."
        last = self._last.get(student_id, NO_RECORD)
        if last >= max(self._bands, default=0) or (then is not None and then.points >= now.points):
            return "Students who had no place or a weak fit last term went first, and that decided which place this is."
        had = "You had no place last term" if last < 0 else "Your place last term fitted you weakly"
        there = "no place" if then is None else f"a place with {then.points} points"
        return f"{had}, so you went first; without that it would be {there}."
