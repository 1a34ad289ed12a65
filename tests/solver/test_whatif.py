"""What-if answers against fresh solves of the changed problem: the same plan, pair by pair."""

from __future__ import annotations

import numpy as np
import pytest

from matcher.domain import SolveStatus
from matcher.solver.exact import solve
from matcher.solver.problem import Problem, from_arrays
from matcher.solver.whatif import Change, WhatIf, changed_problem, moved
from tests.solver.brute import coupled_arrays, random_arrays

ORDER = np.array(["priority_classes", "most_placed", "worst_off", "total_points", "least_change", "public_draw"])


def round_arrays(seed: int, students: int = 40, places: int = 12) -> dict[str, np.ndarray]:
    """A small round: students with about 8 pairs, seats within mentors within sites, some pairs kept together or apart."""
    dice = np.random.default_rng(seed)
    n = students * 8
    student = np.sort(dice.integers(0, students, n)).astype(np.int32)
    place = dice.integers(0, places, n)
    seats = [(place == p).astype(int) for p in range(places)]
    mentors = [(place // 2 == p).astype(int) for p in range(places // 2)]
    sites = [(place // 4 == p).astype(int) for p in range(places // 4)]
    apart = [np.isin(student, dice.choice(students, 2)) * (place == dice.integers(0, places)) for _ in range(3)]
    rows = [*seats, *mentors, *sites, *apart]
    most = [*dice.integers(1, 4, places), *dice.integers(2, 5, places // 2), *dice.integers(4, 10, places // 4), 1, 1, 1]
    least = [0] * len(most)
    if seed % 3 == 0:
        a, b = dice.choice(students, 2, replace=False)
        together = [((student == a).astype(int) - (student == b)) * (place == p) for p in range(places)]
        rows, most, least = rows + together, most + [0] * places, least + [0] * places
    matrix = np.vstack(rows)
    indptr, indices = [0], []
    for row in matrix:
        indices += np.flatnonzero(row).tolist()
        indptr.append(len(indices))
    return {
        "student": student,
        "points": dice.integers(0, 1001, n),
        "limit_indptr": np.array(indptr),
        "limit_indices": np.array(indices),
        "limit_data": np.concatenate([row[row != 0] for row in matrix]),
        "at_most": np.array(most),
        "at_least": np.array(least),
        "priority": dice.integers(0, 3, students)[student],
        "kept": (dice.random(n) < 0.05).astype(int),
        "draw": dice.integers(0, 2**41, n),
        "objectives": ORDER,
    }


def random_change(dice: np.random.Generator, problem: Problem, absent: np.ndarray) -> Change:
    """One of each kind of question, or several at once."""
    kind = dice.integers(0, 6)
    limits, n = problem.limits.shape[0], len(problem)
    rows = dice.choice(limits, min(limits, int(dice.integers(1, 3))), replace=False) if limits else np.zeros(0, int)
    here = np.flatnonzero(~absent)
    changes = [(int(r), int(dice.choice([1, 1, 1, -1]))) for r in rows]
    more = tuple((r, by) for r, by in changes if problem.at_most[r] + by >= problem.at_least[r] and problem.at_most[r] > 0)
    pair = int(dice.choice(here)) if len(here) else 0
    demanded = np.flatnonzero((problem.student == problem.student[pair]) & ~absent)
    demanded = np.union1d(dice.choice(demanded, int(dice.integers(1, len(demanded) + 1))), [pair]) if len(here) else demanded
    gone = np.flatnonzero(absent)
    added = dice.choice(gone, min(len(gone), int(dice.integers(1, 4))), replace=False) if len(gone) else gone
    if kind == 0 or not n:
        return Change(more=more)
    if kind == 1:
        return Change(demanded=tuple(demanded.tolist()))
    if kind == 2:
        return Change(removed=(pair,))
    if kind == 3:
        return Change(added=tuple(added.tolist()))
    if kind == 4:
        return Change(more=more, added=tuple(added.tolist()), likely=tuple(added[:1].tolist()))
    return Change(more=more, removed=tuple(dice.choice(here, min(2, len(here))).tolist()))


def check(arrays: dict[str, np.ndarray], seed: int, questions: int) -> tuple[int, int]:
    """Ask one problem; how many questions there were, and how many needed a full solve."""
    dice = np.random.default_rng(seed)
    problem = from_arrays(arrays | {"objectives": ORDER})
    absent = dice.random(len(problem)) < 0.1
    base, kept = changed_problem(problem, Change(), absent)
    solution = solve(base)
    if solution.status == SolveStatus.INFEASIBLE:
        return 0, 0
    asked = WhatIf(problem, moved(solution, kept, np.arange(base.limits.shape[0]), problem), absent)
    for _ in range(questions):
        change = random_change(dice, problem, absent)
        outcome = asked.answer(change)
        expected, places = changed_problem(problem, change, absent)
        fresh = solve(expected)
        assert outcome is not None
        assert outcome.feasible == (fresh.status == SolveStatus.OPTIMAL)
        if outcome.feasible:
            assert outcome.chosen.tolist() == places[fresh.chosen].tolist(), (change, outcome)
            found = {stage.name: stage.value for stage in fresh.stages}
            assert {name: outcome.values[name] for name in found} == found
    return questions, asked.fresh_solves


MAKERS = (random_arrays, coupled_arrays, round_arrays)


@pytest.mark.parametrize("make", MAKERS)
def test_a_change_is_answered_as_a_fresh_solve_would(make):
    asked = [check(make(seed), seed, 2) for seed in range(5)]
    assert sum(questions for questions, _ in asked) >= 6


@pytest.mark.slow
@pytest.mark.parametrize("block", range(12))
def test_changes_at_length(block):
    asked = [check(make(seed), seed, 3) for seed in range(1000 + 10 * block, 1010 + 10 * block) for make in MAKERS]
    questions, solves = (sum(numbers) for numbers in zip(*asked, strict=True))
    assert questions > 60
    assert solves < questions / 5
