"""Cuts by 2 and by 3: by hand, valid for every whole plan, found by the solver and checked again without it."""

from __future__ import annotations

import copy
from collections import Counter
from itertools import product

import numpy as np
import pytest

from matcher.solver import relaxation
from matcher.solver.control import Control
from matcher.solver.cuts import add_cut, bound_of_cut, find_cuts
from matcher.solver.exact import first_face, solve
from matcher.solver.face import Face
from matcher.solver.problem import from_arrays
from tests.solver.test_certificate import findings, made


def sets(rows: list[list[int]], most: list[int], pairs: int) -> dict[str, np.ndarray]:
    """Every student has one pair; limits hold these pairs."""
    return {
        "student": np.arange(pairs, dtype=np.int32),
        "points": np.full(pairs, 100),
        "limit_indptr": np.cumsum([0, *map(len, rows)]),
        "limit_indices": np.concatenate(rows),
        "at_most": np.array(most),
        "objectives": np.array(["most_placed", "total_points"]),
    }


TRIANGLE = sets([[0, 1], [1, 2], [0, 2]], [1, 1, 1], 3)
"""Each two of three share a seat: halves of them reach 1.5, whole plans 1."""
THREE_OF_FOUR = sets([[1, 2, 3], [0, 2, 3], [0, 1, 3], [0, 1, 2]], [1, 1, 1, 1], 4)
"""Each three of four share a seat: thirds of them reach 4/3. No sum of these limits is even, but all four add up to 3, 3, 3, 3."""


def face_of(arrays: dict[str, np.ndarray]) -> Face:
    return first_face(from_arrays(arrays))[0].face


def test_halves_by_hand():
    face = face_of(TRIANGLE)
    assert find_cuts(face, np.arange(3), np.full(3, 0.5)) == [(0, 1, 2)]
    add_cut(face, (0, 1, 2))
    assert (face.added.toarray().tolist(), face.high[-1]) == ([[1, 1, 1]], 1)


def test_thirds_by_hand():
    # all four limits twice: 6, 6, 6, 6 <= 8, and a third of that is 2, 2, 2, 2 <= 2
    face = face_of(THREE_OF_FOUR)
    assert find_cuts(face, np.arange(4), np.full(4, 1 / 3)) == [(0, 0, 1, 1, 2, 2, 3, 3)]
    add_cut(face, (0, 0, 1, 1, 2, 2, 3, 3))
    assert (face.added.toarray().tolist(), face.high[-1]) == ([[2, 2, 2, 2]], 2)


def test_rows_that_count_differently():
    # 2 * (x1 + x2 + x3 <= 1) + (x0 + x2 + x3 <= 1): 1, 2, 3, 3 <= 3, and a third of that is 0, 0, 1, 1 <= 1
    face = face_of(THREE_OF_FOUR)
    add_cut(face, (0, 0, 1))
    assert (face.added.toarray().tolist(), face.high[-1]) == ([[0, 0, 1, 1]], 1)
    assert bound_of_cut((0, 0, 1), np.array([4, 3])) == 3


def test_a_whole_vertex_is_not_cut():
    assert find_cuts(face_of(THREE_OF_FOUR), np.arange(4), np.array([1.0, 0, 0, 0])) == []


def test_coefficients_near_64_bits_are_not_added_up():
    assert (
        find_cuts(face_of(TRIANGLE | {"limit_data": np.full(6, 2**41), "at_most": np.full(3, 2**41)}), np.arange(3), np.full(3, 0.5)) == []
    )


@pytest.mark.parametrize("seed", range(150))
def test_no_whole_plan_is_cut_and_every_cut_breaks_the_vertex(seed):
    dice = np.random.default_rng(seed)
    n, m = 8, 9
    rows = [np.sort(dice.choice(n, dice.integers(3, 6), replace=False)).tolist() for _ in range(m)]
    data = dice.integers(1, 1 + 1 + seed % 3, sum(map(len, rows)))
    arrays = sets(rows, dice.integers(1, 4, m).tolist(), n) | {"limit_data": data, "points": dice.integers(90, 110, n)}
    face = face_of(arrays)
    plans = np.array([x for x in product((0, 1), repeat=n) if (face.rows @ np.array(x) <= face.high).all()])
    master = relaxation.Relaxation.of(face, from_arrays(arrays).points, Control())
    for _ in range(5):
        answer = master.solve()
        x = np.zeros(n)
        x[master.pairs] = answer.x
        for cut in find_cuts(face, master.pairs, answer.x):
            add_cut(face, cut)
            row = face.added[-1].toarray().ravel()
            assert row @ x > face.high[-1] + 1 / 3 - 1e-6
            assert (plans @ row <= face.high[-1]).all()


def test_a_solve_makes_cuts_by_two_and_by_three():
    kinds = Counter(
        max(Counter(cut).values()) for arrays in (TRIANGLE, THREE_OF_FOUR) for s in solve(from_arrays(arrays)).stages for cut in s.cuts
    )
    assert set(kinds) == {1, 2}


def test_thirds_are_a_proof_and_a_changed_one_is_found():
    certificate = made(THREE_OF_FOUR)
    assert certificate is not None
    problem, solution, said, arrays = certificate
    assert [(s.value, s.bound) for s in solution.stages] == [(1, 1), (100, 100)]
    assert solution.stages[0].road == "linear + cuts"
    assert findings(certificate) == []
    at = next(i for i, step in enumerate(said["tree"]["steps"]) if "cut" in step)
    assert max(Counter(said["tree"]["steps"][at]["cut"]).values()) == 2
    for change in ([0, 1, 2, 3], [0, 0, 1, 1, 2, 2], [0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 3]):
        other = copy.deepcopy(said)
        other["tree"]["steps"][at]["cut"] = change
        assert findings((problem, solution, other, arrays)), change


def test_a_cut_of_numbers_too_large_to_add_up_is_found():
    certificate = made(TRIANGLE)
    assert certificate is not None
    _, solution, said, arrays = certificate
    assert [step["cut"] for step in said["tree"]["steps"] if "cut" in step] == [[0, 1, 2]]
    large = from_arrays(TRIANGLE | {"limit_data": np.array([2**60, 1, 1, 1, 1, 1])})
    assert any("too large to add up" in line for line in findings((large, solution, said, arrays)))
