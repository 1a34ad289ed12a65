"""The compiled paths for seats against SciPy's assignment: most worth in all, and prices that are what one more seat is worth."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import linear_sum_assignment

from matcher.solver.in_line import crowded, in_line, limit_of, pairs_of
from matcher.solver.paths import best_places

NEVER = -(10**9)


def case(seed: int) -> tuple[np.ndarray, ...]:
    """Start, place, worth, outside, room: ties or none, a crowd or plenty of room, students with few options, many or none."""
    dice = np.random.default_rng(seed)
    students, places = int(dice.integers(1, 40)), int(dice.integers(1, 9))
    count = dice.integers(0, places + 1, students)
    place = np.concatenate([dice.choice(places, k, replace=False) for k in count]).astype(np.int32)
    spread = (2, 5, 40, 1000, 10**7)[seed % 5]
    base = (0, 0, 10**12)[seed % 3]
    worth = base + dice.integers(0, spread, len(place)) + dice.integers(0, spread, places)[place]
    outside = dice.integers(0, spread, students) if seed % 2 else np.zeros(students, np.int64)
    room = dice.integers(1, (2, 4, 12)[seed % 3], places)
    return np.concatenate([[0], np.cumsum(count)]), place, worth, outside, room


def best(start: np.ndarray, place: np.ndarray, worth: np.ndarray, outside: np.ndarray, room: np.ndarray) -> int:
    """The most worth in all; each seat is a column, and each student has one of their own outside."""
    students, first = len(start) - 1, np.concatenate([[0], np.cumsum(room)])
    gain = np.full((students, int(first[-1]) + students), NEVER * 10**6)
    for s in range(students):
        gain[s, first[-1] + s] = outside[s]
        for e in range(start[s], start[s + 1]):
            gain[s, first[place[e]] : first[place[e] + 1]] = worth[e]
    row, column = linear_sum_assignment(gain, maximize=True)
    return int(gain[row, column].sum())


@pytest.mark.parametrize("tens", range(12))
def test_most_worth_and_prices_of_one_more_seat(tens):
    for seed in range(10 * tens, 10 * tens + 10):
        start, place, worth, outside, room = case(seed)
        taken, prices = best_places(start, place, worth, outside, room, np.zeros(1, np.uint8))
        least = int(worth.min()) if len(worth) else 0
        small = (worth - least).astype(np.int32)  # half the memory: worth from the least on, and what is outside less by it
        assert all(map(np.array_equal, best_places(start, place, small, outside - least, room, np.zeros(1, np.uint8)), (taken, prices)))
        assert all(e < 0 or start[s] <= e < start[s + 1] for s, e in enumerate(taken.tolist()))
        assert (np.bincount(place[taken[taken >= 0]], minlength=len(room)) <= room).all()
        found = int(np.where(taken >= 0, worth[taken], outside).sum()) if len(worth) else int(outside.sum())
        assert found == best(start, place, worth, outside, room), seed
        for p in range(len(room)):
            more = room.copy()
            more[p] += 1
            assert prices[p] == best(start, place, worth, outside, more) - found, (seed, p)


def test_options_in_line_are_the_pairs_in_limits_with_room():
    """Student 0 has two pairs in limit 1 and 0, student 1 one in limit 2, which has no room, student 2 one in no limit."""
    student, limit = np.array([0, 1, 0, 2]), np.array([1, 2, 0, -1], np.int32)
    value, room = np.zeros(4, np.int32), np.array([3, 1, 0])
    line, start, place = in_line(student, limit, np.array([5, 6, 7, 8]), 4, room, 4, value)
    assert line.tolist() == [1, 2, 3, 0]
    assert start.tolist() == [0, 0, 0, 0, 2]
    assert (place.tolist(), value[:2].tolist()) == ([1, 0], [1, 3])
    assert pairs_of(student, limit, room, line, start, np.array([-1, -1, -1, 1])).tolist() == [2]


def test_limits_are_crowded_by_students_and_not_by_pairs():
    """Limit 0 has three pairs of two students, limit 1 one pair."""
    begin, pairs, student = np.array([0, 3, 4]), np.array([2, 0, 1, 3]), np.array([1, 1, 0, 0])
    assert crowded(begin, pairs, student, 2, np.array([1, 0])).tolist() == [True, True]
    assert crowded(begin, pairs, student, 2, np.array([2, 1])).tolist() == [False, False]
    found, twice = limit_of(begin, pairs, np.array([True, False]), 5)
    assert (found.tolist(), twice) == ([0, 0, 0, -1, -1], False)
    found, twice = limit_of(begin, np.array([2, 0, 1, 2]), np.array([True, True]), 5)
    assert (found.tolist(), twice) == ([0, 0, 1, -1, -1], True)
