"""What if: the plan that the same round would have after somebody's changes, found from the solved plan, and who would move."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from dataclasses import dataclass, replace

import numpy as np

from matcher.candidates import Candidates
from matcher.cells import Window, show_windows
from matcher.domain import SolveStatus
from matcher.edits import Edits, edited
from matcher.errors import InputError
from matcher.losses import gain, loss
from matcher.pipeline import Clock, Run, prepare
from matcher.plan import Model, Placement, build_model, placements
from matcher.scoring.base import Scorer, way_of
from matcher.solver.control import Control
from matcher.solver.exact import solve
from matcher.solver.problem import Problem
from matcher.solver.transition import transition
from matcher.solver.whatif import Outcome
from matcher.world import World


@dataclass(frozen=True)
class Move:
    """A student whose place would be another one: where they are in the plan, where they would be (None for nowhere), and why there."""

    student_id: str
    before: str | None
    after: str | None
    reason: str


@dataclass(frozen=True)
class Supposed:
    """What would be.

    Attributes
    ----------
    feasible : whether every pin and other decision could still be kept; else there is nothing more to say.
    before, after : the value of every objective, in order.
    placed, points : how many would be placed, and their points together; `placed_now` and `points_now` are those of the plan.
    moves : by student.
    warm : whether the answer was proven from the plan's own prices, without solving again.
    """

    feasible: bool
    before: dict[str, int]
    after: dict[str, int]
    placed_now: int
    placed: int
    points_now: int
    points: int
    moves: tuple[Move, ...]
    warm: bool

    @property
    def told(self) -> str:
        """What it would bring or cost, by the first objective that differs."""
        if not self.feasible:
            return "There would be no plan: pins or other decisions could not all be kept."
        first = next((name for name in self.before if self.before[name] != self.after.get(name)), None)
        if first is None:
            return "No objective could be served better."
        by = self.after.get(first, 0) - self.before[first]
        return gain(first, by) if by > 0 else loss(first, -by)


def suppose(run: Run, edits: Edits, workers: int = 1, may_solve: bool = True) -> Supposed | None:
    """The exact plan of the changed round; None when only a fresh solve could tell and `may_solve` is False.

    Raises
    ------
    StoppedError
        When the run's control was told to stop; its budget does not count, for only the best plan is an answer.
    InputError
        When the edits do not fit the round, or when the plan is not proven best: what is better then may not be due to the change.
    """
    if run.solution.status != SolveStatus.OPTIMAL:
        raise InputError(
            "the plan is not proven best, so what would be better may not be due to the change. Maybe run it without a budget."
        )
    candidates, scorer, model = _prepared(run, edits)
    found = _found(run, candidates, model, workers, may_solve)
    if found is None:
        return None
    before = {stage.name: stage.value for stage in run.solution.stages}
    now, then = run.placements, tuple(placements(candidates, found.chosen))
    moves = _moves(now, then, scorer, candidates) if found.feasible else ()
    points_now, points = (sum(p.points for p in plan) for plan in (now, then))
    return Supposed(found.feasible, before, found.values, len(now), len(then), points_now, points, moves, found.warm)


def _prepared(run: Run, edits: Edits) -> tuple[Candidates, Scorer, Model]:
    round_ = edited(run.world.round, edits)
    if edits.only_room:
        world = World(round_, run.folder, run.world.laws, run.world.calendar)
        candidates = replace(run.lawful.candidates, world=world)
        return candidates, run.scorer, build_model(candidates)
    _, _, scorer, lawful, model = prepare(round_, run.folder, Clock(None))
    return lawful.candidates, scorer, model


def _found(run: Run, candidates: Candidates, model: Model, workers: int, may_solve: bool) -> Outcome | None:
    """The best plan in the changed round's own pairs."""
    same = same_pairs(run.lawful.candidates, candidates)
    way = transition(run.model.problem, run.solution, model.problem, same, workers, run.control)
    outcome = way.state.answer(way.change, may_solve=False) if way else None
    if way and outcome is not None:
        return replace(outcome, chosen=np.sort(way.there[outcome.chosen]))
    return _afresh(model.problem, workers, run.control.for_an_answer()) if may_solve else None


def _afresh(problem: Problem, workers: int, control: Control) -> Outcome:
    solution = solve(problem, workers, control)
    if solution.status == SolveStatus.INFEASIBLE:
        return Outcome(np.zeros(0, np.int64), {}, False)
    return Outcome(solution.chosen, {stage.name: stage.value for stage in solution.stages}, False)


def same_pairs(before: Candidates, after: Candidates) -> np.ndarray:
    """int64 [pairs of `after`]: the pair of `before` of the same student with the same variant and vans, or -1."""
    variants: dict[Hashable, int] = {}
    vans: dict[Hashable, int] = {}
    columns = []
    for one in (before, after):
        variant = _numbers([v.key for v in one.world.variants], variants)[one.variant]
        columns.append((one.student.astype(np.int64), variant, np.append(_numbers(one.van_choices, vans), -1)[one.van]))
    old, new = ((student * (len(variants) + 1) + variant) * (len(vans) + 1) + van + 1 for student, variant, van in columns)
    place: dict[int, int] = dict(zip(old.tolist(), range(len(old)), strict=True))
    return np.array([place.get(code, -1) for code in new.tolist()], dtype=np.int64)


def _numbers(names: Iterable[Hashable], known: dict[Hashable, int]) -> np.ndarray:
    """int64: a number for each name, the same for the same name."""
    return np.array([known.setdefault(name, len(known)) for name in names], dtype=np.int64)


def _moves(now: tuple[Placement, ...], then: tuple[Placement, ...], scorer: Scorer, candidates: Candidates) -> tuple[Move, ...]:
    before, after = ({p.student.student_id: p for p in plan} for plan in (now, then))
    moves = []
    for student_id in sorted(before.keys() | after.keys()):
        old, new = before.get(student_id), after.get(student_id)
        if _where(old) != _where(new):
            why = scorer.words(new.student, new.variant, way_of(candidates, new.pair)) if new else ""
            moves.append(Move(student_id, _where(old), _where(new), why))
    return tuple(moves)


def _where(placement: Placement | None) -> str | None:
    """The place, as `matcher compare` says it."""
    if placement is None:
        return None
    variant = placement.variant
    return f"{variant.opportunity.opportunity_id} ({show_windows(variant.windows)}, mentor {variant.mentor.mentor_id})"


def full_mentors(run: Run, edits: Edits) -> dict[str, tuple[str, ...]]:
    """Opportunities that would get seats which nobody can have, as each of their mentors is full in the plan; and these mentors."""
    round_ = edited(run.world.round, edits)
    found = {}
    for opportunity_id, more in edits.seats.items():
        offer = round_.opportunity[opportunity_id]
        if more > 0 and all(_busy(run, m, pattern) >= round_.mentor[m].max_students for pattern in offer.sessions for m in offer.mentors):
            found[opportunity_id] = offer.mentors
    return found


def _busy(run: Run, mentor_id: str, windows: tuple[Window, ...]) -> int:
    """The most students whom the mentor has at one time of these windows, in the plan."""
    theirs = [w for p in run.placements if p.variant.mentor.mentor_id == mentor_id for w in p.variant.windows]

    def there(day: int, at: int) -> int:
        return sum(w.weekday == day and w.start <= at < w.end for w in theirs)

    starts = {(w.weekday, at) for w in windows for at in (w.start, *(t.start for t in theirs)) if w.start <= at < w.end}
    return max((there(day, at) for day, at in starts), default=0)
