"""Independent parts: students who share no limit, solved apart and told together.

Every objective is a sum over chosen pairs, so the best plan of the whole is the best plan of each part, objective by objective:
a part that gave up something earlier for something later would make the whole worse at the earlier objective.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import lcm
from typing import Any

import numpy as np
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from matcher.solver.objectives.base import Stage
from matcher.solver.problem import FACTS, Problem, StageResult
from matcher.solver.seats import LEAST_PAIRS, limit_of_pairs

LEAST_PART = 2_000
"""Parts with fewer pairs are solved together until they have as many."""


@dataclass(frozen=True)
class Place:
    """Where a part stands in the whole: its students, limits and pairs (int64, rising)."""

    students: np.ndarray
    limits: np.ndarray
    pairs: np.ndarray


def independent_parts(problem: Problem) -> list[Place]:
    """The parts of a problem, by their first student; one when it hangs together, or is seats only and so quick as a whole."""
    m, n = problem.limits.shape
    empty = (np.diff(problem.limits.indptr) == 0) & ((problem.at_least > 0) | (problem.at_most < 0))
    if n < 2 * LEAST_PART or empty.any() or (n >= LEAST_PAIRS and limit_of_pairs(problem) is not None):
        return [the_whole(problem)]
    row = np.repeat(np.arange(m), np.diff(problem.limits.indptr))
    link = (np.ones(len(row), np.int8), (row, m + problem.student[problem.limits.indices]))
    label = connected_components(sparse.csr_matrix(link, shape=(m + problem.students,) * 2), directed=False)[1][m:]
    students = np.unique(problem.student)
    pairs_of = np.bincount(label[problem.student], minlength=label.max() + 1)
    part, size, number = {}, 0, 0
    for one in dict.fromkeys(label[students].tolist()):
        if pairs_of[one] >= LEAST_PART:
            part[one] = -1 - one
            continue
        part[one], size = number, size + int(pairs_of[one])
        if size >= LEAST_PART:
            number, size = number + 1, 0
    of_student = np.array([part[one] for one in label[students].tolist()])
    groups = [students[of_student == one] for one in dict.fromkeys(of_student.tolist())]
    return [_place(problem, group) for group in groups]


def the_whole(problem: Problem) -> Place:
    """The one part of a problem that is not split."""
    return Place(np.arange(problem.students), np.arange(problem.limits.shape[0]), np.arange(len(problem)))


def _place(problem: Problem, students: np.ndarray) -> Place:
    pairs = np.flatnonzero(np.isin(problem.student, students))
    if len(pairs) == len(problem):
        return Place(students, np.arange(problem.limits.shape[0]), pairs)
    limits = np.flatnonzero(np.diff(problem.limits[:, pairs].indptr) > 0)
    return Place(students, limits, pairs)


def part_of(problem: Problem, stages: list[Stage], place: Place) -> tuple[Problem, list[Stage]]:
    """The problem of one part, and the stages of the whole for it."""
    if len(place.pairs) == len(problem):
        return problem, stages
    student = np.searchsorted(place.students, problem.student[place.pairs]).astype(np.int32)
    limits = problem.limits[place.limits][:, place.pairs].tocsr()
    facts: dict[str, Any] = {name: getattr(problem, name) for name in FACTS}
    given: dict[str, Any] = {name: None if fact is None else fact[place.pairs] for name, fact in facts.items()}
    most, least, points = problem.at_most[place.limits], problem.at_least[place.limits], problem.points[place.pairs]
    part = Problem(student, points, limits, most, least, problem.objectives, bands=problem.bands, **given)
    return part, [(name, weights[place.pairs]) for name, weights in stages]


@dataclass(frozen=True)
class Whole:
    """The results of all parts as those of the whole, and which cuts of the whole each part made; None where this cannot be told."""

    results: list[StageResult]
    cuts: list[list[int]]


def together(problem: Problem, places: Sequence[Place], results: Sequence[Sequence[StageResult]], stages: int) -> Whole | None:
    """Add up values, and put prices side by side over a common denominator.

    Cuts stand in the order in which they were made, so that those of a stage come first among those of later stages.
    """
    first = problem.limits.shape[0] + problem.students
    made: list[list[tuple[int, ...]]] = [[] for _ in places]
    where: list[list[int]] = [[] for _ in places]
    told: list[tuple[int, ...]] = []
    whole: list[StageResult] = []
    for k in range(stages):
        now = [of_part[k] for of_part in results]
        for p, (place, result) in enumerate(zip(places, now, strict=True)):
            if result.cuts[: len(made[p])] != tuple(made[p]):
                return None
            for cut in result.cuts[len(made[p]) :]:
                made[p].append(cut)
                where[p].append(len(told))
                told.append(tuple(sorted(_row(problem, place, where[p], row) for row in cut)))
        scale = lcm(*(result.scale for result in now))
        prices = np.zeros(first + len(told), np.int64)
        for place, result, cuts in zip(places, now, where, strict=True):
            rows = [place.limits, problem.limits.shape[0] + place.students, first + np.array(cuts, np.int64)]
            prices[np.concatenate(rows)[: len(result.prices)]] = result.prices * (scale // result.scale)
        value = sum(result.value for result in now)
        road = " | ".join(dict.fromkeys(result.road for result in now))
        whole.append(StageResult(now[0].name, value, value, prices, scale, road, tuple(told)))
    return Whole(whole, where)


def _row(problem: Problem, place: Place, cuts: list[int], row: int) -> int:
    """Where a row of a part (limits, students, cuts) stands in the whole."""
    m = int(problem.limits.shape[0])
    if row < len(place.limits):
        return int(place.limits[row])
    row -= len(place.limits)
    if row < len(place.students):
        return m + int(place.students[row])
    return m + problem.students + cuts[row - len(place.students)]
