"""Seats-only problems by shortest paths: the same answers as by linear programs, and exact prices."""

from __future__ import annotations

import numpy as np
import pytest

from matcher.solver import seats
from matcher.solver.exact import solve
from matcher.solver.problem import from_arrays
from matcher.solver.stages import stages_of
from tests.solver.brute import best_choices
from tests.solver.test_certificate import findings, made

ORDERS = (
    ("most_placed", "total_points"),
    ("total_points",),
    ("priority_classes", "most_placed", "worst_off", "total_points", "public_draw"),
)


def seats_arrays(seed: int, students: int = 5, n: int = 13, places: int = 4) -> dict[str, np.ndarray]:
    """Students, places with seats, now and then a pair without a place, a site over all places that follows or that does not bind."""
    dice = np.random.default_rng(seed)
    student = np.sort(dice.integers(0, students, n)).astype(np.int32)
    place = dice.integers(-1 if seed % 3 == 0 else 0, places, n)
    most = dice.integers(0 if seed % 4 == 0 else 1, 3, places)
    rows = [np.flatnonzero(place == p) for p in range(places)]
    if seed % 2:
        rows, most = [*rows, np.flatnonzero(place >= 0)], np.append(most, most.sum() + seed % 5)
    return {
        "student": student,
        "points": dice.integers(-200 if seed % 7 == 0 else 0, 1001, n),
        "limit_indptr": np.cumsum([0, *map(len, rows)]),
        "limit_indices": np.concatenate(rows),
        "at_most": most,
        "priority": dice.integers(0, 3, students)[student],
        "draw": dice.integers(0, 2**41, n),
        "objectives": np.array(ORDERS[seed % len(ORDERS)]),
    }


@pytest.fixture(autouse=True)
def also_small(monkeypatch):
    monkeypatch.setattr(seats, "LEAST_PAIRS", 1)


def test_best_of_all_choices():
    for seed in range(100):
        problem = from_arrays(seats_arrays(seed))
        solution, best = solve(problem), best_choices(problem)
        assert best is not None
        assert {stage.name: stage.value for stage in solution.stages} == best[0], seed
        assert solution.stages[0].road == "shortest paths"
        assert solution.chosen.tolist() in best[1]


def test_the_same_as_by_linear_programs(monkeypatch):
    for seed in range(20):
        problem = from_arrays(seats_arrays(seed, 60, 500, 20))
        paths = solve(problem)
        monkeypatch.setattr(seats, "LEAST_PAIRS", 10**9)
        programs = solve(problem)
        monkeypatch.setattr(seats, "LEAST_PAIRS", 1)
        assert [(s.name, s.value) for s in paths.stages] == [(s.name, s.value) for s in programs.stages]
        if "public_draw" in problem.objectives:
            assert paths.chosen.tolist() == programs.chosen.tolist()


def test_the_certificate_is_of_the_same_kind():
    for seed in range(12):
        certificate = made(seats_arrays(seed, 30, 200, 10))
        assert certificate is not None
        assert findings(certificate) == []


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"limit_data": np.array([1, 1, 2])}, "half seats"),
        ({"at_least": np.array([0, 1])}, "a demand"),
        ({"limit_indices": np.array([0, 1, 1])}, "two limits on one pair"),
    ],
)
def test_more_than_seats_is_left_to_the_other_roads(change, why):
    arrays = {
        "student": np.array([0, 1, 2]),
        "points": np.array([1, 2, 3]),
        "limit_indptr": np.array([0, 2, 3]),
        "limit_indices": np.array([0, 1, 2]),
        "at_most": np.array([1, 0]),
    }
    assert seats.limit_of_pairs(from_arrays(arrays)).tolist() == [0, 0, 1]
    assert seats.limit_of_pairs(from_arrays(arrays | change)) is None, why


def test_stages_are_folded_only_as_far_as_64_bits_hold():
    problem = from_arrays(seats_arrays(2, 1000, 5000, 100))
    factors = seats.folding(problem, [weights for _, weights in stages_of(problem)])
    assert 0 < len(factors) < len(stages_of(problem))
    # a count reaches 2 * 1001, which the stage before must exceed four times
    assert seats.folding(problem, [np.ones(5, np.int64), np.ones(5, np.int64)]) == [4 * 2002 + 1, 1]
    assert seats.folding(problem, [np.full(5, 2**60)]) == []
