"""Baselines: a round worked out by hand, and random problems in which every limit must hold."""

import numpy as np
import pytest

from matcher.domain import SolveStatus
from matcher.solver.exact import solve
from matcher.solver.greedy import orders, take_in_order
from matcher.solver.problem import from_arrays
from tests.solver.brute import coupled_arrays, random_arrays


def problem(student, points, limits, at_most, at_least=None):
    rows = [np.flatnonzero(row) for row in limits]
    return from_arrays(
        {
            "student": np.array(student),
            "points": np.array(points),
            "limit_indptr": np.cumsum([0, *map(len, rows)]),
            "limit_indices": np.concatenate(rows),
            "limit_data": np.concatenate([np.array(row)[there] for row, there in zip(limits, rows, strict=True)]),
            "at_most": np.array(at_most),
            "at_least": np.array(at_least or [0] * len(at_most)),
        }
    )


# Students 0, 1, 2; seats A and B, one each. 0: A 900, B 800. 1: A 890. 2: B 100.
BY_HAND = problem([0, 0, 1, 2], [900, 800, 890, 100], [[1, 0, 1, 0], [0, 1, 0, 1]], [1, 1])


def test_by_hand():
    plans = {name: take_in_order(BY_HAND, order).tolist() for name, order in orders(BY_HAND).items()}
    assert plans["greedy"] == [0, 3]  # 0 takes A (900), 1 finds it full, 2 takes B: 1,000 points
    assert plans["first_come"] == [0, 3]
    assert solve(BY_HAND).chosen.tolist() == [1, 2]  # 0 in B and 1 in A: also two placed, 1,690 points


def test_random_order_shuffles_students_and_not_their_wishes():
    found = {tuple(take_in_order(BY_HAND, orders(BY_HAND, seed)["random_order"]).tolist()) for seed in range(30)}
    # 0 first: A, then 2 gets B. 1 before 0, 2 after 0: 1 in A and 0 in B. 2 first: B, and A to whom comes first.
    assert found == {(0, 3), (1, 2), (2, 3)}


def test_a_demand_comes_first():
    pinned = problem([0, 0, 1, 2], [900, 800, 890, 100], [[1, 0, 1, 0], [0, 1, 0, 1], [0, 0, 1, 0]], [1, 1, 1], [0, 0, 1])
    assert take_in_order(pinned, orders(pinned)["greedy"]).tolist() == [1, 2]


def test_students_kept_together_are_taken_together_or_not_at_all():
    # 0 and 1 together at A (two seats) or B (one seat): 0 A 500, 0 B 900, 1 A 100, 1 B 900, 2 A 950
    student, points = [0, 0, 1, 1, 2], [500, 900, 100, 900, 950]
    together = [[1, 0, -1, 0, 0], [0, 1, 0, -1, 0]]
    roomy = problem(student, points, [*together, [1, 0, 1, 0, 1], [0, 1, 0, 1, 0]], [0, 0, 3, 1])
    assert take_in_order(roomy, orders(roomy)["greedy"]).tolist() == [0, 2, 4]  # B has one seat, so both go to A
    tight = problem(student, points, [*together, [1, 0, 1, 0, 1], [0, 1, 0, 1, 0]], [0, 0, 2, 1])
    assert take_in_order(tight, orders(tight)["greedy"]).tolist() == [4]  # 2 is in A already


def test_a_pair_may_weigh_more_than_one():
    heavy = problem([0, 1, 2], [3, 2, 1], [[1, 2, 1]], [2])
    assert take_in_order(heavy, orders(heavy)["greedy"]).tolist() == [0, 2]


def test_nothing_to_take():
    nobody = from_arrays({"student": np.zeros(0, int), "points": np.zeros(0, int)})
    assert all(take_in_order(nobody, order).size == 0 for order in orders(nobody).values())


@pytest.mark.parametrize("make", [random_arrays, coupled_arrays])
def test_every_limit_holds_and_nothing_beats_the_optimum(make):
    placed = 0
    for seed in range(200):
        some = from_arrays(make(seed) | {"objectives": np.array(["most_placed"])})
        best = solve(some)
        demands = set(np.flatnonzero((some.at_least > 0) | (some.at_most < 0)).tolist())
        for name, order in orders(some, seed).items():
            assert sorted(order.tolist()) == list(range(len(some)))
            chosen = take_in_order(some, order)
            broken = set(some.violated(chosen).tolist())
            assert broken <= demands, (seed, name)
            if not broken:
                assert best.status is SolveStatus.OPTIMAL
                assert len(chosen) <= len(best.chosen)
                placed += len(chosen)
    assert placed > 200
