"""Problems that are seats only: which they are, and their first objectives settled together by shortest paths."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from matcher.solver.control import Control
from matcher.solver.objectives.base import Stage
from matcher.solver.problem import Problem

LEAST_PAIRS = 30_000
"""Smaller problems are left to the linear program: compiling the paths takes longer than solving them."""
SAFE = 2**61
NO_LIMIT = NO_PAIR = -1


@dataclass(frozen=True)
class Head:
    """The first stages, settled: a plan that is best by them in order, and prices [stages, rows] of limits that prove it."""

    plan: np.ndarray
    prices: np.ndarray


def limit_of_pairs(problem: Problem) -> np.ndarray | None:
    """int32 [n]: the one limit that holds each pair (-1: none); None when the problem is more than seats.

    Limits that follow from others are left out first: those all whose students fit, and those whose pairs all lie in other
    limits that together allow no more.
    """
    from matcher.solver.in_line import crowded, limit_of  # noqa: PLC0415 (compiling is only for those who need it)

    limits = problem.limits
    if (limits.data != 1).any() or (problem.at_least > 0).any() or (problem.at_most < 0).any():
        return None
    binding = crowded(limits.indptr, limits.indices, problem.student, problem.students, problem.at_most)
    found, twice = limit_of(limits.indptr, limits.indices, binding, len(problem))
    if twice:
        if not _drop_implied(limits, problem.at_most, binding):
            return None
        found, _ = limit_of(limits.indptr, limits.indices, binding, len(problem))
    return np.asarray(found)


def _drop_implied(limits: sparse.csr_matrix, most: np.ndarray, binding: np.ndarray) -> bool:
    """Take the mark from limits (the largest first) whose pairs all lie in other marked limits that allow no more in all.

    False as soon as some pair lies in two limits that stay.
    """
    size = np.diff(limits.indptr).astype(np.int64)
    row = np.repeat(np.arange(len(size)), size)
    alone = np.bincount(limits.indices, minlength=limits.shape[1])[limits.indices] == 1
    doubtful = binding.copy()
    doubtful[row[alone]] = False
    stay = np.bincount(limits.indices[(binding & ~doubtful)[row]], minlength=limits.shape[1])
    if (stay > 1).any() or not doubtful.any():
        return not (stay > 1).any()
    by_pair, largest_first = limits.tocsc(), np.argsort(-size, kind="stable")
    for r in largest_first[doubtful[largest_first]]:
        pairs = _pairs(limits, int(r))
        part = by_pair[:, pairs]
        others = np.where(binding[part.indices] & (part.indices != r), size[part.indices], np.iinfo(np.int64).max)
        column = np.repeat(np.arange(len(pairs)), np.diff(part.indptr))
        order = np.lexsort((part.indices, others, column))
        first = order[np.searchsorted(column[order], np.arange(len(pairs)))]
        if (others[first] < np.iinfo(np.int64).max).all() and most[np.unique(part.indices[first])].sum() <= most[r]:
            binding[r] = False
            continue
        stay[pairs] += 1
        if (stay[pairs] > 1).any():
            return False
    return True


def _pairs(limits: sparse.csr_matrix, row: int) -> np.ndarray:
    return np.asarray(limits.indices[limits.indptr[row] : limits.indptr[row + 1]])


def settle_head(problem: Problem, stages: list[Stage], control: Control) -> Head | None:
    """Settle as many of the first stages as one 64-bit number can hold; None when the problem is more than seats or small."""
    if len(problem) < LEAST_PAIRS:
        return None
    limit = limit_of_pairs(problem)
    if limit is None:
        return None
    weights = [weights for _, weights in stages]
    factors = folding(problem, weights)
    if not factors:
        return None
    plan, total = _paths(problem, limit, *_folded(factors, weights), control)
    return Head(plan, _unfolded(total, factors))


def _folded(factors: list[int], weights: list[np.ndarray]) -> tuple[np.ndarray, int]:
    """The sum of the stages by their factors: what differs between pairs, and what is the same for all, which takes no memory."""
    same, worth = 0, None
    for factor, stage in zip(factors, weights, strict=False):
        if stage.strides == (0,):
            same += factor * int(stage[0])
        elif worth is None:
            worth = stage if factor == 1 else factor * stage
        else:
            worth = worth + (stage if factor == 1 else factor * stage)
    return np.zeros(len(weights[0]), np.int64) if worth is None else worth, same


def folding(problem: Problem, weights: list[np.ndarray]) -> list[int]:
    """Factors of the first stages, such that their sum keeps the order of stages and no path of exchanges can overflow.

    On a path every student gives one pair up and takes another, so a path changes a stage by at most `2 * students` times its
    largest weight. A factor exceeds four times what all later stages can change, so that prices fall apart again into stages.
    """
    reach = [2 * (problem.students + 1) * max(int(w.max(initial=1)), -int(w.min(initial=0)), 1) for w in weights]
    for count in range(len(weights), 0, -1):
        factors, change = [1], reach[count - 1]
        for k in range(count - 2, -1, -1):
            factors.insert(0, 4 * change + 1)
            change += factors[0] * reach[k]
        if change < SAFE:
            return factors
    return []


def _unfolded(prices: np.ndarray, factors: list[int]) -> np.ndarray:
    """int64 [stages, rows]: the price of each stage, the rest being below half a factor."""
    found = []
    for factor in factors:
        part = (prices + factor // 2) // factor
        found.append(part)
        prices = prices - factor * part
    return np.stack(found)


def _paths(problem: Problem, limit: np.ndarray, worth: np.ndarray, same: int, control: Control) -> tuple[np.ndarray, np.ndarray]:
    """The plan of most worth (`same` for each pair, and its own), and the prices of all rows.

    Students' rows have the price 0: it follows from the others.
    """
    from matcher.solver.in_line import extremes, in_line, pairs_of  # noqa: PLC0415 (compiling is only for those who need it)
    from matcher.solver.paths import best_places  # noqa: PLC0415

    outside, pairs = np.zeros(problem.students, np.int64), np.full(problem.students, NO_PAIR)
    unlimited = np.flatnonzero(limit == NO_LIMIT)
    for pair in unlimited[np.argsort(worth[unlimited], kind="stable")]:
        student = problem.student[pair]
        if worth[pair] + same > outside[student]:
            outside[student], pairs[student] = worth[pair] + same, pair
    room, stop = problem.at_most, np.zeros(1, np.uint8)
    least, most = extremes(worth)
    value = np.empty(len(worth), np.int32 if most - least < 1 << 31 else np.int64)
    line, start, place = in_line(problem.student, limit, worth, least, room, problem.students, value)
    beside = outside[line] - (least + same)
    taken, prices = control.run(lambda: best_places(start, place, value[: len(place)], beside, room, stop), lambda: stop.fill(1))
    shut = np.flatnonzero((limit != NO_LIMIT) & (room[limit] == 0)) if (room == 0).any() else np.zeros(0, np.int64)
    np.maximum.at(prices, limit[shut], worth[shut] + same)  # a place without seats has a price that nobody would pay
    pairs[line[taken >= 0]] = NO_PAIR
    plan = pairs_of(problem.student, limit, room, line, start, taken)
    if len(unlimited):
        plan = np.sort(np.concatenate([plan, pairs[pairs >= 0]]))
    return plan, np.concatenate([prices, np.zeros(problem.students, np.int64)])
