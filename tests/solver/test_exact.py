"""The exact solver against brute force on small problems, against known optima of others, and on arrays that are wrong."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from scipy import sparse

from matcher.domain import SolveStatus
from matcher.errors import InputError
from matcher.solver import branching, guess, join, relaxation
from matcher.solver.control import Control
from matcher.solver.exact import solve
from matcher.solver.linear import Program, guess_whole
from matcher.solver.problem import from_arrays, read_problem, to_arrays
from tests.solver.brute import ORDERS, best_choices, coupled_arrays, lawful, random_arrays

ORLIB = Path(__file__).parents[3] / "shared" / "data" / "instances" / "orlib_assign"
OPTIMA = {100: 305, 200: 475, 300: 626, 400: 804, 500: 991, 600: 1176, 700: 1362, 800: 1552}
"""Least cost of each instance (Beasley 1990)."""


def demanding(seed: int) -> dict[str, np.ndarray]:
    """A random problem in which every other limit demands something, so that many have no plan."""
    arrays = random_arrays(seed)
    demanded = np.where(np.arange(len(arrays["at_most"])) % 2 == seed % 2, np.minimum(arrays["at_most"], 2), arrays["at_least"])
    return arrays | {"at_least": demanded}


def check(arrays: dict[str, np.ndarray]) -> None:
    """Values, bounds, plan and conflict of one problem."""
    problem = from_arrays(arrays)
    best, solution = best_choices(problem), solve(problem)
    if best is None:
        assert solution.status == SolveStatus.INFEASIBLE
        assert solution.gap is None
        assert not lawful(problem, solution.conflict).any()
        for row in solution.conflict:
            assert lawful(problem, [other for other in solution.conflict if other != row]).any()
        return
    values, choices = best
    assert solution.status == SolveStatus.OPTIMAL
    assert {stage.name: stage.value for stage in solution.stages} == values
    assert {stage.name: stage.bound for stage in solution.stages} == values
    assert solution.gap == 0
    assert solution.chosen.tolist() in choices


@pytest.mark.parametrize("seed", range(300))
def test_best_of_all_choices(seed):
    check(random_arrays(seed))


@pytest.mark.parametrize("seed", range(150))
def test_best_of_all_choices_of_students_kept_together(seed):
    check(coupled_arrays(seed))


@pytest.mark.parametrize("seed", range(100))
def test_best_of_all_choices_or_smallest_conflict(seed):
    check(demanding(seed))


NO_GUESS = {"FIRST_GUESS": 2, "GUESS_PER_STUDENT": 0, "NEAR_GUESS": 2}
ROADS = {
    "columns": [(relaxation, {"MASTER": 2, "BEST_PER_STUDENT": 1, "JOIN_PER_STUDENT": 1, "NEAR": 1})],
    "branching": [(branching, {"CUT_ROUNDS": 0}), (guess, NO_GUESS), (join, {"MOST_CHOICES": 0})],
    "CP-SAT": [(branching, {"NODES": 1, "CUT_ROUNDS": 0}), (guess, NO_GUESS), (join, {"MOST_CHOICES": 0})],
    "all": [
        (relaxation, {"MASTER": 0, "BEST_PER_STUDENT": 0, "JOIN_PER_STUDENT": 1}),
        (branching, {"NODES": 2, "CUT_ROUNDS": 1}),
        (guess, NO_GUESS),
        (join, {"MOST_CHOICES": 10}),
    ],
}
"""Sizes in `matcher.solver` that make small problems take the roads of large and of hard ones."""


def take(road: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for module, sizes in ROADS[road]:
        for name, size in sizes.items():
            monkeypatch.setattr(module, name, size)


@pytest.mark.parametrize("road", ROADS)
@pytest.mark.parametrize("make", [random_arrays, demanding, coupled_arrays])
def test_best_of_all_choices_by_the_roads_of_large_problems(make, road, monkeypatch):
    take(road, monkeypatch)
    for seed in range(100):
        check(make(seed))


@pytest.mark.slow
@pytest.mark.parametrize("road", ROADS)
@pytest.mark.parametrize("make", [random_arrays, demanding, coupled_arrays])
def test_best_of_all_choices_by_the_roads_of_large_problems_at_length(make, road, monkeypatch):
    take(road, monkeypatch)
    for seed in range(1000, 1900):
        check(make(seed))


@pytest.mark.slow
@pytest.mark.parametrize("block", range(10))
def test_best_of_all_choices_at_length(block):
    for seed in range(1000 * block, 1000 * block + 1000):
        check(random_arrays(seed))
        check(demanding(seed))
        check(coupled_arrays(seed))


def coupled_round(seed: int, students: int, mentors: int) -> dict[str, np.ndarray]:
    """A round in which three pairs often share seats two by two, and every fifth student is kept together with another."""
    dice = np.random.default_rng(seed)
    wanted = 12
    student = np.repeat(np.arange(students), wanted)
    place = np.concatenate([dice.choice(3 * mentors, wanted, replace=False) for _ in range(students)])
    for a in range(0, students - 1, 5):
        place[student == a + 1] = place[student == a]
    rows = [np.flatnonzero((place == p) | (place == (p + 1 if p % 3 < 2 else p - 2))) for p in range(3 * mentors)]
    rows += [np.flatnonzero(place // 3 == m) for m in range(mentors)]
    most = [*dice.integers(1, 3, 3 * mentors), *[3] * mentors]
    weights = [np.ones(len(row), np.int64) for row in rows]
    for a in range(0, students - 1, 5):
        for p in np.unique(place[student == a]):
            rows.append(np.flatnonzero((place == p) & ((student == a) | (student == a + 1))))
            weights.append(np.where(student[rows[-1]] == a, 1, -1))
            most.append(0)
    return {
        "student": student.astype(np.int32),
        "points": dice.integers(100, 1001, len(student)),
        "limit_indptr": np.concatenate([[0], np.cumsum([len(row) for row in rows])]),
        "limit_indices": np.concatenate(rows),
        "limit_data": np.concatenate(weights),
        "at_most": np.array(most),
        "priority": (dice.random(students) < 0.1).astype(int)[student],
        "draw": dice.integers(0, 2**41, len(student)),
        "objectives": np.array(ORDERS[0]),
    }


@pytest.mark.parametrize("seed", range(3))
def test_a_coupled_round_is_proven_by_prices_and_cuts(seed):
    # without joint choices and cuts a minute was not enough for this
    problem = from_arrays(coupled_round(seed, 300, 40) | {"objectives": np.array(["most_placed", "total_points"])})
    solution = solve(problem)
    assert {stage.road for stage in solution.stages} <= {"linear", "linear + cuts"}
    assert sum(len(stage.cuts) for stage in solution.stages) > 0
    low, high = problem.bounds()
    whole = guess_whole(Program(problem.rows, low, high, problem.points.astype(np.int64) + 400_000), Control())
    placed = np.flatnonzero(whole.x > 0.5)
    assert [stage.value for stage in solution.stages] == [len(placed), int(problem.points[placed].sum())]


def test_random_problems_are_of_every_kind():
    problems = [from_arrays(random_arrays(seed)) for seed in range(300)]
    found = [best_choices(problem) for problem in problems]
    assert sum(best is None for best in found) > 5
    assert 30 < sum(best_choices(from_arrays(demanding(seed))) is None for seed in range(100)) < 90
    assert sum(best is not None and (problem.at_least > 0).any() for best, problem in zip(found, problems, strict=True)) > 10
    assert sum(best is not None and (problem.limits.data < 0).any() for best, problem in zip(found, problems, strict=True)) > 30


def assignment(n: int, cost: np.ndarray) -> dict[str, np.ndarray]:
    """Everybody gets one of n seats; least cost as most points."""
    seats = sparse.csr_matrix((np.ones(n * n, np.int64), (np.tile(np.arange(n), n), np.arange(n * n))), shape=(n, n * n))
    return {
        "student": np.repeat(np.arange(n), n).astype(np.int32),
        "points": (1000 - cost.ravel()).astype(np.int32),
        "limit_indptr": seats.indptr,
        "limit_indices": seats.indices,
        "at_most": np.ones(n, np.int64),
    }


@pytest.mark.parametrize("n", [100, 200, *(pytest.param(n, marks=pytest.mark.slow) for n in (300, 400, 500, 600, 700, 800))])
def test_known_optimum_of_assignment(n):
    path = ORLIB / f"assign{n}.txt"
    if not path.exists():
        pytest.skip(f"{path.name} of the OR-Library is not in {ORLIB}")
    size, *costs = (int(number) for number in path.read_text(encoding="ascii").split())
    assert (size, len(costs)) == (n, n * n)
    solution = solve(from_arrays(assignment(n, np.array(costs))))
    assert solution.status == SolveStatus.OPTIMAL
    assert [(stage.name, stage.value) for stage in solution.stages] == [("most_placed", n), ("total_points", 1000 * n - OPTIMA[n])]
    assert len(np.unique(solution.chosen % n)) == n


def small() -> dict[str, np.ndarray]:
    """Two students, three pairs, two limits."""
    return {
        "student": np.array([0, 0, 1], np.int32),
        "points": np.array([500, 700, 600], np.int32),
        "limit_indptr": np.array([0, 2, 3]),
        "limit_indices": np.array([0, 2, 1]),
        "limit_data": np.array([1, 1, 1]),
        "at_most": np.array([1, 1]),
        "at_least": np.array([0, 0]),
    }


def test_small_by_hand():
    # pair 1 and pair 2 together: both placed, 700 + 600
    solution = solve(from_arrays(small()))
    assert solution.chosen.tolist() == [1, 2]
    assert [(s.name, s.value) for s in solution.stages] == [("most_placed", 2), ("total_points", 1300)]


def test_a_limit_that_asks_for_more_than_it_allows_is_the_conflict():
    solution = solve(from_arrays(small() | {"at_least": np.array([0, 2])}))
    assert (solution.status, solution.conflict) == (SolveStatus.INFEASIBLE, (1,))


def test_three_students_coupled_to_one_another():
    # pair 0 as often as pair 1, and as often as pair 2: all three or none
    arrays = {
        "student": np.array([0, 1, 2], np.int32),
        "points": np.array([500, 500, 500], np.int32),
        "limit_indptr": np.array([0, 2, 4]),
        "limit_indices": np.array([0, 1, 0, 2]),
        "limit_data": np.array([1, -1, 1, -1]),
        "at_most": np.array([0, 0]),
    }
    assert solve(from_arrays(arrays)).chosen.tolist() == [0, 1, 2]


def test_a_conflict_reaches_across_couplings():
    # pair 0 is demanded, pair 1 comes along with it, and pair 1 has no room
    arrays = {
        "student": np.array([0, 1], np.int32),
        "points": np.array([500, 500], np.int32),
        "limit_indptr": np.array([0, 1, 3, 4]),
        "limit_indices": np.array([0, 0, 1, 1]),
        "limit_data": np.array([1, 1, -1, 1]),
        "at_most": np.array([1, 0, 0]),
        "at_least": np.array([1, 0, 0]),
    }
    solution = solve(from_arrays(arrays))
    assert (solution.status, sorted(solution.conflict)) == (SolveStatus.INFEASIBLE, [0, 1, 2])


def test_coefficients_that_are_nothing_change_nothing():
    # a written zero, and 1 and -1 on one pair; in the second problem the first and the last limit cannot both be kept
    arrays = small() | {
        "limit_indptr": np.array([0, 2, 4, 5, 6]),
        "limit_indices": np.array([0, 1, 2, 2, 0, 1]),
        "limit_data": np.array([0, 1, 1, -1, -1, 1]),
        "at_most": np.array([1, 0, 0, 1]),
        "at_least": np.array([0, 0, -1, 0]),
    }
    assert solve(from_arrays(arrays)).chosen.tolist() == [1, 2]
    impossible = solve(from_arrays(arrays | {"at_most": np.array([0, 0, 0, 1]), "at_least": np.array([0, 0, -1, 1])}))
    assert (impossible.status, sorted(impossible.conflict)) == (SolveStatus.INFEASIBLE, [0, 3])


def test_defaults_of_absent_arrays():
    arrays = small()
    del arrays["limit_data"], arrays["at_least"]
    assert solve(from_arrays(arrays)).chosen.tolist() == [1, 2]


def test_without_pairs_the_empty_plan_is_best():
    solution = solve(from_arrays({"student": np.zeros(0, np.int32), "points": np.zeros(0, np.int32)}))
    assert (solution.status, solution.chosen.tolist()) == (SolveStatus.OPTIMAL, [])


@pytest.mark.parametrize(
    ("name", "array", "complaint"),
    [
        ("student", None, "student"),
        ("points", None, "points"),
        ("student", np.array([0, 0, -1]), "student"),
        ("student", np.array([0.0, 0.5, 1.0]), "student"),
        ("student", np.array([[0, 0, 1]]), "student"),
        ("points", np.array([500, 700]), "points"),
        ("points", np.array([500, 700, 2**40]), "points"),
        ("points", np.array(["a", "b", "c"]), "points"),
        ("limit_indptr", np.array([0, 3, 2]), "limit_indptr"),
        ("limit_indptr", np.array([1, 2, 3]), "limit_indptr"),
        ("limit_indptr", np.zeros(0, np.int64), "limit_indptr"),
        ("limit_indices", np.array([0, 2, 3]), "limit_indices"),
        ("limit_indices", np.array([0, 2, -1]), "limit_indices"),
        ("limit_data", np.array([1, 1]), "limit_data"),
        ("limit_data", np.array([1, 1, 0.5]), "limit_data"),
        ("at_most", None, "at_most"),
        ("at_most", np.array([1]), "at_most"),
        ("at_least", np.array([0, 0, 0]), "at_least"),
        ("at_least", np.array([2**63 - 1, 0]), "at_least"),
        ("priority", np.array([1]), "priority"),
        ("draw", np.array([1.5, 2.5, 3.5]), "draw"),
        ("objectives", np.array(["most_placed", "most_money"]), "most_money"),
    ],
)
def test_bad_arrays_are_named(name, array, complaint):
    arrays = {key: value for key, value in (small() | {name: array}).items() if value is not None}
    with pytest.raises(InputError, match=complaint):
        solve(from_arrays(arrays))


def test_a_problem_survives_its_file(tmp_path):
    problem = from_arrays(random_arrays(12))
    np.savez(tmp_path / "problem.npz", **to_arrays(problem))
    again = read_problem(tmp_path / "problem.npz")
    assert to_arrays(again).keys() == to_arrays(problem).keys()
    for name, array in to_arrays(problem).items():
        assert (to_arrays(again)[name] == array).all()
    assert solve(again).chosen.tolist() == solve(problem).chosen.tolist()


@pytest.mark.parametrize("content", [b"", b"not a zip file", b"PK\x03\x04 cut short"])
def test_a_file_that_is_no_problem_is_named(tmp_path, content):
    path = tmp_path / "problem.npz"
    path.write_bytes(content)
    with pytest.raises(InputError, match=r"problem\.npz"):
        read_problem(path)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(InputError, match=r"problem\.npz"):
        read_problem(tmp_path / "problem.npz")


def test_the_number_of_workers_changes_nothing():
    for seed in range(40):
        problem = from_arrays(random_arrays(seed))
        assert solve(problem, 1).chosen.tolist() == solve(problem, 2).chosen.tolist()
