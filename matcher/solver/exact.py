"""Objectives in order, each proven and each on the exact optimal face of the one before.

For one objective: a linear relaxation gives prices; the prices are rounded to exact fractions and turned, in whole-number
arithmetic over all pairs, into an upper bound (weak duality). Where bound and value meet, complementary slackness tells
exactly which pairs and slacks no optimal plan uses, and the next objective is solved on what is left. Where they do not meet,
CP-SAT settles the few pairs that the reduced costs leave open. Mathematics: docs/model.md.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy import sparse

from matcher.domain import SolveStatus
from matcher.errors import InputError
from matcher.registry import members
from matcher.solver.conflict import smallest_conflict
from matcher.solver.linear import Program, solve_relaxation, solve_whole
from matcher.solver.objectives.base import Objective
from matcher.solver.problem import Problem, Solution, StageResult

MASTER = 300_000
"""Pairs up to which the linear program holds all of them; above, it starts with the best of each student."""
BEST_PER_STUDENT = 40
LIFT = 1 << 14
"""Weight of a counting objective beside the points that break its ties inside the linear program."""
SCALES = (1, 2, 3, 4, 6, 12, 60, 2520)
"""Denominators tried when prices are rounded to exact fractions."""
Progress = Callable[[str, int, int], None]


@dataclass
class _Face:
    """What is still free: pairs that may be chosen, and bounds of rows; later objectives only ever narrow it.

    `rows` is int64 CSR [rows, n]: limits, students, and one row per objective that had to be held by a cut.
    """

    rows: sparse.csr_matrix
    low: np.ndarray
    high: np.ndarray
    open: np.ndarray


@dataclass(frozen=True)
class _Proof:
    """Whole-number prices over a common denominator, what they prove, and each pair's reduced cost (<= 0) in that scale."""

    prices: np.ndarray
    scale: int
    bound: int
    reduced: np.ndarray


def objectives() -> dict[str, Objective]:
    """Every objective by name."""
    return {o.name: o for o in members("matcher.solver.objectives", "OBJECTIVE") if isinstance(o, Objective)}


def solve(problem: Problem, workers: int = 1, progress: Progress | None = None) -> Solution:
    """The plan that is best by the objectives in order, proven.

    Raises
    ------
    InputError
        When an objective is unknown.
    """
    known = objectives()
    if unknown := [name for name in problem.objectives if name not in known]:
        raise InputError(f"unknown objective {unknown[0]!r}; known: {', '.join(known)}")
    low, high = problem.bounds()
    face = _Face(problem.rows, low, high, np.ones(len(problem), dtype=bool))
    chosen = np.zeros(0, dtype=np.int32)
    results: list[StageResult] = []
    stages = [stage for name in problem.objectives for stage in known[name].stages(problem)] or known["most_placed"].stages(problem)
    for name, weights in stages:
        settled = _settle(problem, face, name, weights, chosen if results else None, workers)
        if settled is None:
            return Solution(SolveStatus.INFEASIBLE, chosen, (), smallest_conflict(problem, workers), "no plan meets all demands")
        chosen, result = settled
        results.append(result)
        if progress:
            progress(name, result.value, result.bound)
    return Solution(SolveStatus.OPTIMAL, chosen, tuple(results), (), "proven optimal")


def _settle(problem: Problem, face: _Face, name: str, weights: np.ndarray, before: np.ndarray | None, workers: int) -> tuple[np.ndarray, StageResult] | None:
    """One objective on the face: the best plan, its proof, and the face narrowed to all plans as good."""
    master = _master(problem, face, weights, before)
    lift = LIFT if weights.max(initial=0) <= 1 else 1
    cost = weights * lift + (problem.points if lift > 1 else 0)
    while True:
        answer = solve_relaxation(Program(face.rows[:, master], face.low, face.high, cost[master]))
        if not answer.feasible:
            rest = face.open.copy()
            rest[master] = False
            if not rest.any():
                return None
            master = np.flatnonzero(face.open)
            continue
        chosen, value = _whole(face, master, answer.x, weights)
        proof = _prove(problem, face, weights, answer.prices / lift, value)
        if value is not None and proof.bound == proof.scale * value:
            road = "linear"
            break
        missing = _worth_adding(face, master, cost, answer.prices)
        if len(missing):
            master = np.union1d(master, missing)
            continue
        found = _by_branching(face, weights, proof, workers)
        if found is None:
            return None
        chosen, value = found
        road = "linear + CP-SAT"
        break
    _narrow(face, weights, proof, value)
    bound = proof.bound // proof.scale if road == "linear" else value
    return chosen, StageResult(name, value, bound, proof.prices, proof.scale, road)


def _master(problem: Problem, face: _Face, weights: np.ndarray, before: np.ndarray | None) -> np.ndarray:
    """The pairs to begin with: all open ones, or in a large problem the best of each student and the plan so far."""
    free = np.flatnonzero(face.open)
    if len(free) <= MASTER:
        return free
    order = free[np.lexsort((-problem.points[free], -weights[free], problem.student[free]))]
    owner = problem.student[order]
    rank = np.arange(len(order)) - np.searchsorted(owner, owner)
    demanded = np.unique(face.rows[np.flatnonzero(face.low > 0)].indices)
    keep = [order[rank < BEST_PER_STUDENT], demanded[face.open[demanded]]]
    return np.unique(np.concatenate(keep if before is None else [*keep, before]))


def _prove(problem: Problem, face: _Face, weights: np.ndarray, prices: np.ndarray, value: int | None) -> _Proof:
    """The best bound that these prices, rounded to some common denominator, prove over all open pairs; enough when it meets `value`."""
    m = problem.limits.shape[0]
    best: _Proof | None = None
    for scale in SCALES:
        rounded = np.rint(prices * scale).astype(np.int64)
        rounded[(face.high > face.low) & (rounded > 0) & (face.high >= np.iinfo(np.int64).max // 8)] = 0
        rounded[m : m + problem.students] = 0
        proof = _bound(problem, face, weights, rounded, scale)
        if best is None or proof.bound * best.scale < best.bound * scale:
            best = proof
        if value is not None and proof.bound == scale * value:
            return proof
    if best is None:
        raise RuntimeError("no scale was tried")
    return best


def _bound(problem: Problem, face: _Face, weights: np.ndarray, prices: np.ndarray, scale: int) -> _Proof:
    """Weak duality in whole numbers: the students' own prices are the best their open pairs leave them."""
    m, students = problem.limits.shape[0], problem.students
    margin = weights * scale - face.rows.T @ prices
    own = slice(m, m + students)
    best = np.where(face.low[own] > 0, np.iinfo(np.int64).min, 0)
    np.maximum.at(best, problem.student[face.open], margin[face.open])
    best = np.where(best == np.iinfo(np.int64).min, 0, best)
    prices = prices.copy()
    prices[own] = best
    bound = int(np.where(prices > 0, prices * face.high, prices * face.low)[prices != 0].sum())
    return _Proof(prices, scale, bound, margin - best[problem.student])


def _whole(face: _Face, master: np.ndarray, x: np.ndarray, weights: np.ndarray) -> tuple[np.ndarray, int | None]:
    """The plan of a whole vertex and its exact value; None when the vertex is fractional or breaks a row."""
    rounded = np.rint(x)
    chosen = master[rounded > 0].astype(np.int32)
    if np.abs(x - rounded).max(initial=0) > 1e-6 or rounded.max(initial=0) > 1:
        return chosen, None
    use = face.rows[:, chosen].sum(axis=1).A1
    if ((use < face.low) | (use > face.high)).any():
        return chosen, None
    return chosen, int(weights[chosen].sum())


def _worth_adding(face: _Face, master: np.ndarray, cost: np.ndarray, prices: np.ndarray) -> np.ndarray:
    """Open pairs outside the linear program that its prices show could improve it."""
    outside = face.open.copy()
    outside[master] = False
    candidates = np.flatnonzero(outside)
    if not len(candidates):
        return candidates
    margin = cost[candidates] - face.rows[:, candidates].T @ prices
    order = np.argsort(-margin, kind="stable")[: MASTER // 2]
    return candidates[order[margin[order] > 1e-6]]


def _by_branching(face: _Face, weights: np.ndarray, proof: _Proof, workers: int) -> tuple[np.ndarray, int] | None:
    """Whole numbers: CP-SAT on the pairs whose reduced cost still lets them matter, widened until proven."""
    least = -proof.reduced
    free = np.flatnonzero(face.open)
    reach = int(np.quantile(least[free], min(1.0, 20_000 / max(1, len(free))))) if len(free) else 0
    while True:
        some = free[least[free] <= reach]
        answer = solve_whole(Program(face.rows[:, some], face.low, face.high, weights[some]), workers)
        everything = len(some) == len(free)
        if answer.feasible:
            chosen = some[answer.x > 0.5].astype(np.int32)
            value = int(weights[chosen].sum())
            needed = proof.bound - proof.scale * (value + 1)
            if everything or needed < 0 or needed <= reach:
                return chosen, value
            reach = needed
        elif everything:
            return None
        else:
            reach = max(2 * reach, int(least[free].max()) if reach == 0 else 0, proof.scale)


def _narrow(face: _Face, weights: np.ndarray, proof: _Proof, value: int) -> None:
    """Keep exactly the plans with this value.

    Every plan's value is bound minus what it gives away: each chosen pair its reduced cost, each row its price times its
    slack. Plans of this value give away `spare` in all, so whatever costs more is shut; if anything is left to give away,
    a cut holds the value itself.
    """
    spare = proof.bound - proof.scale * value
    face.open &= proof.reduced >= -spare
    at_high, at_low = proof.prices > spare, proof.prices < -spare
    face.low = np.where(at_high, face.high, face.low)
    face.high = np.where(at_low, face.low, face.high)
    if spare > 0:
        face.rows = sparse.vstack([face.rows, sparse.csr_matrix(weights)], format="csr")
        face.low = np.append(face.low, value)
        face.high = np.append(face.high, np.iinfo(np.int64).max // 4)
