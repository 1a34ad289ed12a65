"""A good whole plan beside a fractional vertex, by HiGHS; its claims are checked in whole numbers, never trusted."""

from __future__ import annotations

import numpy as np

from matcher.solver.face import Face, whole_plan
from matcher.solver.goal import Goal
from matcher.solver.linear import Program, guess_whole
from matcher.solver.part import program_of

FIRST_GUESS = 3_000
"""Pairs that a guess has at least; more when there are many students."""
GUESS_PER_STUDENT = 3
NEAR_GUESS = 10_000
"""Pairs near what a vertex takes in part that a guess in a large problem has."""
GUESS_NODES = 200
"""Nodes after which a guess in a large problem ends with what it has; what is not proven then is split."""
WHOLE, USED = 1e-6, 1e-9
"""A vertex takes a pair wholly that is this close to 1, and not at all what is no more than this."""
Guess = tuple[np.ndarray, int | None]
"""A choice of pairs, and its value if it is a plan of the face."""


def guess(face: Face, goal: Goal, cost: np.ndarray, prices: np.ndarray, pairs: np.ndarray, x: np.ndarray) -> Guess:
    """Some good plan: in a small problem by all likely pairs, in a large one by those near what the vertex takes in part.

    `x` is the vertex over `pairs`. Where nothing near the fractions makes a plan and none is known, all likely pairs are asked.
    """
    active, paid = face.paid(prices)
    free = active[face.open[active]]
    worth = np.full(len(face.open), -np.inf)
    worth[active] = cost[active] - paid
    size = max(FIRST_GUESS, GUESS_PER_STUDENT * len(np.unique(face.student[free])))
    if len(free) > size:
        free = np.union1d(free[np.argsort(-worth[free], kind="stable")[:size]], pairs[x > USED])
    if len(free) <= FIRST_GUESS:
        return _by_highs(face, goal, cost, free, None)
    near = _near(face, free, pairs[np.abs(x - np.rint(x)) > WHOLE], worth)
    if len(near):
        found = _by_highs(face, goal, cost, near, GUESS_NODES, np.setdiff1d(pairs[x > 1 - WHOLE], near))
        if found[1] is not None or goal.seen.best is not None:
            return found
    return _by_highs(face, goal, cost, free, GUESS_NODES)


def _near(face: Face, likely: np.ndarray, split: np.ndarray, worth: np.ndarray) -> np.ndarray:
    """The likely pairs that share a row with a split pair, then those that share a row with these ..., up to `NEAR_GUESS`."""
    links = abs(face.columns[:, likely])
    inside = np.isin(likely, split)
    while (room := NEAR_GUESS - np.count_nonzero(inside)) > 0:
        more = np.flatnonzero((links.T @ (links @ inside) > 0) & ~inside)
        if not len(more):
            break
        inside[more[np.argsort(-worth[likely[more]], kind="stable")[:room]]] = True
    return np.asarray(likely[inside])


def _by_highs(face: Face, goal: Goal, cost: np.ndarray, free: np.ndarray, nodes: int | None, held: np.ndarray | None = None) -> Guess:
    """HiGHS over some pairs, others held."""
    program, kept = program_of(face, free, cost), np.zeros(0, np.int64) if held is None else held
    if len(kept):
        use = np.asarray(face.of(kept).sum(axis=1)).ravel()
        program = Program(program.rows, program.low - use, program.high - use, program.cost)
    answer = guess_whole(program, goal.control, nodes, goal.close)
    if not answer.feasible:
        return np.zeros(0, np.int32), None
    both = np.concatenate([free, kept])
    order = np.argsort(both)
    return whole_plan(face, both[order], np.concatenate([answer.x, np.ones(len(kept))])[order], goal.weights)
