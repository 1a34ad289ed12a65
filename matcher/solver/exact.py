"""Objectives in order, each proven and each on the exact optimal face of the one before.

For one objective: a linear relaxation gives prices; the prices are rounded to exact fractions and turned, in whole-number
arithmetic over all pairs, into an upper bound (weak duality). Where bound and value meet, complementary slackness tells
exactly which pairs and slacks no optimal plan uses, and the next objective is solved on what is left. Where a vertex stays
fractional, branching splits the face into parts. Students who share no limit are solved apart. Mathematics: docs/model.md.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from matcher.domain import SolveStatus
from matcher.solver.certificate import Certificate, PieceOf
from matcher.solver.conflict import smallest_conflict
from matcher.solver.control import Control
from matcher.solver.greedy import take_in_order
from matcher.solver.objectives.base import Stage
from matcher.solver.parts import Place, Whole, independent_parts, part_of, the_whole, together
from matcher.solver.piece import Piece, first_face
from matcher.solver.problem import LEFT_OPEN, NOT_BEGUN, Problem, Solution, StageResult
from matcher.solver.stages import objectives, stages_of

APART = "independent parts"
"""The road of an objective that independent parts prove, each with prices of its own."""
__all__ = ["first_face", "objectives", "solve", "stages_of"]


def solve(problem: Problem, workers: int = 1, control: Control | None = None) -> Solution:
    """The plan that is best by the objectives in order, proven; with a budget, the best that was found in time.

    Raises
    ------
    InputError
        When an objective is unknown.
    StoppedError
        When the control was told to stop.
    """
    control = control or Control()
    control.begin()
    return control.run_whole(lambda: _solve(problem, workers, control, independent_parts(problem)))


def _solve(problem: Problem, workers: int, control: Control, places: list[Place]) -> Solution:
    stages = stages_of(problem)
    low, high = problem.bounds()
    if (crossed := np.flatnonzero(low > high)).size:
        why = "a limit asks for more than it allows"
        return Solution(SolveStatus.INFEASIBLE, np.zeros(0, np.int32), (), (int(crossed[0]),), why)
    pieces = [Piece(*part_of(problem, stages, place), control, workers) for place in places]
    for k in range(len(stages)):
        if not all(piece.settle(k) for piece in pieces):
            conflict = smallest_conflict(problem, control.without_budget(), workers)
            return Solution(SolveStatus.INFEASIBLE, np.zeros(0, np.int32), (), conflict, "no plan meets all demands")
        if any(piece.left for piece in pieces):
            return _unfinished(problem, stages, places, pieces, control)
    plan = _plan(places, pieces)
    if plan is None or problem.violated(plan).size:
        raise RuntimeError("the search ended without a plan that holds; this is an error in the solver")
    if len(pieces) == 1:
        return Solution(SolveStatus.OPTIMAL, plan, tuple(pieces[0].results), (), "proven optimal", pieces[0].certificate())
    whole = together(problem, places, [piece.results for piece in pieces], len(stages))
    if whole is None:  # branching left cuts that differ between stages: prices cannot be put side by side
        again = _solve(problem, workers, control, [the_whole(problem)])
        return again if again.status == SolveStatus.OPTIMAL else _proven_apart(stages, plan, places, pieces)
    return Solution(SolveStatus.OPTIMAL, plan, tuple(whole.results), (), "proven optimal", _certificate(places, pieces, whole))


def _proven_apart(stages: list[Stage], plan: np.ndarray, places: list[Place], pieces: list[Piece]) -> Solution:
    """The plan that all pieces prove, when there was no time left for prices of the whole; each piece tells its own."""
    sums = [(name, int(weights[plan].sum())) for name, weights in stages]
    results = tuple(StageResult(name, value, value, np.zeros(0, np.int64), 1, APART) for name, value in sums)
    return Solution(SolveStatus.OPTIMAL, plan, results, (), "proven optimal", _certificate(places, pieces, None))


def _plan(places: list[Place], pieces: list[Piece]) -> np.ndarray | None:
    """int32 [k]: the plans of all pieces together; None when one has none."""
    plans = [piece.plan() for piece in pieces]
    known = [place.pairs[plan] for place, plan in zip(places, plans, strict=True) if plan is not None]
    return np.sort(np.concatenate(known)).astype(np.int32) if len(known) == len(pieces) else None


def _certificate(places: list[Place], pieces: list[Piece], whole: Whole | None) -> Certificate:
    """The certificates of all pieces; where the prices of the whole are known, they are told there."""
    if len(pieces) == 1:
        return pieces[0].certificate()
    cuts = whole.cuts if whole else [[] for _ in pieces]
    stages = len(whole.results) if whole else 0
    told = [
        PieceOf(tuple(place.students.tolist()), tuple(made), piece.certificate(), tuple(r.prices for r in piece.results[:stages]))
        for place, piece, made in zip(places, pieces, cuts, strict=True)
    ]
    return Certificate(pieces=tuple(told))


def _unfinished(problem: Problem, stages: list[Stage], places: list[Place], pieces: list[Piece], control: Control) -> Solution:
    """The best plan known when the budget ran out, with a bound for every objective."""
    k = min(len(piece.results) for piece in pieces) - 1
    for piece in pieces:
        if not piece.left and k + 1 < len(stages):
            piece.settle(k + 1)  # there is no time left: it is left open there
    why = f"the budget of {control.budget:g} seconds ran out in {stages[k][0]}"
    vertex = np.concatenate([place.pairs[piece.likely] for place, piece in zip(places, pieces, strict=True)])
    plan = _best_known(problem, stages, _plan(places, pieces), vertex, first=k == 0)
    if plan is None:
        return Solution(SolveStatus.UNKNOWN, np.zeros(0, np.int32), (), (), f"{why}, before any plan was found")
    whole = together(problem, places, [piece.results for piece in pieces], k) if len(pieces) > 1 else None
    results = []
    for i, (name, weights) in enumerate(stages):
        value = int(weights[plan].sum())
        if i > k:
            results.append(StageResult(name, value, ceiling(problem, weights), np.zeros(0, np.int64), 1, NOT_BEGUN))
        elif len(pieces) == 1:
            results.append(replace(pieces[0].results[i], value=value))
        elif whole is not None and i < k:
            results.append(whole.results[i])
        else:
            bound = sum(piece.results[i].value for piece in pieces)
            results.append(StageResult(name, value, bound, np.zeros(0, np.int64), 1, LEFT_OPEN))
    return Solution(SolveStatus.FEASIBLE, plan, tuple(results), (), why, _certificate(places, pieces, whole))


def _best_known(problem: Problem, stages: list[Stage], plan: np.ndarray | None, vertex: np.ndarray, first: bool) -> np.ndarray | None:
    """This plan with every pair added that still fits, or what fits of a vertex; while no objective is settled, also the plan of greedy."""
    likely = np.lexsort([-weights for _, weights in reversed(stages)])
    begun = [chosen for chosen in (plan, vertex) if chosen is not None and len(chosen)]
    known = [] if plan is None else [plan]
    known += [take_in_order(problem, np.concatenate([chosen, likely[~np.isin(likely, chosen)]])) for chosen in begun]
    if first:
        known.append(take_in_order(problem, likely))
    kept = [one for one in known if not problem.violated(one).size]
    return max(kept, key=lambda one: [int(weights[one].sum()) for _, weights in stages], default=None)


def ceiling(problem: Problem, weights: np.ndarray) -> int:
    """What no plan can beat, limits left aside: everybody has their best pair or none."""
    best = np.zeros(problem.students, np.int64)
    np.maximum.at(best, problem.student, weights)
    return int(best.sum())
