"""Small random problems for the solver, and their best plans by trying every set of pairs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from scipy import sparse

from matcher.solver.problem import Problem

ORDERS = (
    ("priority_classes", "most_placed", "landed", "worst_off", "total_points", "least_change", "public_draw"),
    ("most_placed", "total_points"),
    ("total_points", "public_draw"),
    ("worst_off", "least_change", "public_draw"),
    ("first_commitment", "least_change", "still_placed", "most_placed", "total_points", "public_draw"),
)


def random_arrays(seed: int) -> dict[str, Any]:
    """At most 5 students, 13 pairs and 6 limits with coefficients up to 2, some negative (couplings), some demands."""
    dice = np.random.default_rng(seed)
    students, n, m = dice.integers(1, 6), dice.integers(1, 14), dice.integers(0, 7)
    student = np.sort(dice.integers(0, students, n)).astype(np.int32)
    rows = (dice.random((m, n)) < 0.4) * dice.integers(1, 3 if seed % 3 else 2, (m, n))
    at_most, at_least = dice.integers(0, 4, m), np.zeros(m, int)
    if m and seed % 4 == 0:
        rows[0] *= dice.choice([-1, 1], n)
    if m and seed % 5 == 0:
        at_least[-1] = min(at_most[-1], dice.integers(0, 3))
    if m > 1 and seed % 7 == 0:  # a coupling: as many of some pairs as of others
        rows[0], at_most[0] = (dice.random(n) < 0.5) * dice.choice([-1, 1], n), 0
    if m > 1 and seed % 13 == 0:  # a demand written with minus signs
        rows[-1], at_most[-1], at_least[-1] = -np.abs(rows[-1]), -1, -100
    limits = sparse.csr_matrix(rows)
    return {
        "student": student,
        "points": dice.integers(0, 5, n) * 250 - 250 * (seed % 11 == 0),
        "limit_indptr": limits.indptr,
        "limit_indices": limits.indices,
        "limit_data": limits.data,
        "at_most": at_most,
        "at_least": at_least,
    } | _facts(seed, dice, student)


def _facts(seed: int, dice: np.random.Generator, student: np.ndarray) -> dict[str, Any]:
    """What objectives read of the pairs of at most six students, and an order of objectives."""
    n = len(student)
    return {
        "priority": dice.integers(-1, 3, 6)[student],
        "today": np.random.default_rng([seed, 1]).integers(0, 2, 6)[student],
        "kept": (dice.random(n) < 0.2) * np.random.default_rng([seed, 2]).integers(1, 3, n),
        "landed": (dice.random(n) < 0.1).astype(int),
        "last_term": np.random.default_rng([seed, 3]).integers(-1, 700, 6)[student],
        "draw": dice.integers(0, 2**41, n),
        "objectives": np.array(ORDERS[seed % len(ORDERS)]),
    }


def coupled_arrays(seed: int) -> dict[str, Any]:
    """Students kept together at every place, as `keep_together` writes it, beside small capacities and a demand or two."""
    dice = np.random.default_rng(seed)
    students, places, n = dice.integers(2, 6), dice.integers(1, 4), dice.integers(3, 14)
    student = np.sort(dice.integers(0, students, n)).astype(np.int32)
    place = dice.integers(0, places, n)
    couples = [dice.choice(students, 2, replace=False) for _ in range(dice.integers(1, 4))]
    together = [((student == a).astype(int) - (student == b)) * (place == p) for a, b in couples for p in range(places)]
    groups = (dice.random((dice.integers(0, 4), n)) < 0.5).astype(int)
    demands = [(student == s).astype(int) * (dice.random(n) < 0.7) for s in range(students) if dice.random() < 0.15]
    limits = sparse.csr_matrix(np.vstack([*together, *groups, *demands]))
    zeros, ones = [0] * len(together), [1] * len(demands)
    return {
        "student": student,
        "points": dice.integers(0, 5, n) * 250,
        "limit_indptr": limits.indptr,
        "limit_indices": limits.indices,
        "limit_data": limits.data,
        "at_most": np.array([*zeros, *dice.integers(1, 4, len(groups)), *ones]),
        "at_least": np.array([*zeros, *[0] * len(groups), *ones]),
    } | _facts(seed, dice, student)


def values_of(problem: Problem, name: str) -> dict[str, list[int]]:
    """The columns of one objective: what each pair adds to each of its stages; written down again from the contract's words."""
    points = problem.points.tolist()
    ones = [1] * len(points)
    if name == "priority_classes":
        classes = problem.priority.tolist()
        return {f"priority_{level}": [int(c >= level) for c in classes] for level in sorted(set(classes), reverse=True)[:-1]}
    if name == "worst_off":
        return {f"worst_off_{band}": [int(p >= band) for p in points] for band in (200, 400)}
    if name == "least_change":
        return {"least_change": [int(k in {1, 2}) for k in problem.kept.tolist()]} if problem.kept.any() else {}
    if name == "first_commitment":
        return {name: [int(k == 2) for k in problem.kept.tolist()]} if (problem.kept == 2).any() else {}
    if name == "still_placed":
        return {name: problem.today.tolist()} if problem.today is not None and problem.today.any() else {}
    if name == "landed":
        return {"landed": problem.landed.tolist()} if problem.landed.any() else {}
    if name == "public_draw":
        draw = problem.draw.tolist()
        return {"public_draw": [n // 2**20 for n in draw], "public_draw_2": [n % 2**20 for n in draw]}
    return {name: {"most_placed": ones, "total_points": points}[name]}


def every_choice(problem: Problem) -> np.ndarray:
    """Bool [2^n, n]: every set of pairs."""
    n = len(problem)
    return (np.arange(2**n)[:, None] >> np.arange(n)) % 2 == 1


def lawful(problem: Problem, rows: Sequence[int] | None = None) -> np.ndarray:
    """Bool [2^n]: which sets of pairs keep these rows (all, when none are named); first the limits, then one row for each student."""
    own = problem.student[None, :] == np.arange(problem.students)[:, None]
    matrix = np.vstack([problem.limits.toarray(), own.astype(np.int64)])
    low = np.concatenate([problem.at_least, np.zeros(problem.students, np.int64)])
    high = np.concatenate([problem.at_most, np.ones(problem.students, np.int64)])
    use = every_choice(problem).astype(np.int64) @ matrix.T
    kept = (low <= use) & (use <= high)
    return np.asarray((kept if rows is None else kept[:, list(rows)]).all(axis=1))


def best_choices(problem: Problem) -> tuple[dict[str, int], list[list[int]]] | None:
    """The best values of all objectives in order, and every choice of pairs that has them; None when no choice is lawful."""
    choices = every_choice(problem)[lawful(problem)]
    values = {}
    if not len(choices):
        return None
    for name in problem.objectives:
        for stage, column in values_of(problem, name).items():
            totals = choices.astype(np.int64) @ np.array(column, np.int64)
            values[stage] = int(totals.max())
            choices = choices[totals == totals.max()]
    return values, [np.flatnonzero(choice).tolist() for choice in choices]
