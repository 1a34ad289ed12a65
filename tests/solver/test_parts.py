"""Students who share no limit are solved apart: the same plan, prices and proof as unsplit."""

from __future__ import annotations

import copy

import numpy as np
import pytest
from scipy import sparse

from matcher.domain import SolveStatus
from matcher.proof import check_certificate
from matcher.publish import certificate_of
from matcher.solver import branching, exact, guess, join, parts
from matcher.solver.certificate import digest
from matcher.solver.control import Control, OutOfTimeError
from matcher.solver.exact import solve
from matcher.solver.parts import independent_parts
from matcher.solver.problem import FACTS, Problem, from_arrays
from matcher.solver.warm import Warm
from tests.solver.brute import ORDERS, best_choices, coupled_arrays, random_arrays
from tests.solver.test_whatif import round_arrays

MAKERS = (random_arrays, coupled_arrays)


def several(*arrays: dict[str, np.ndarray], mixed: int = 0) -> dict[str, np.ndarray]:
    """Problems beside each other as one, students and limits shuffled."""
    dice, ones = np.random.default_rng(mixed), [from_arrays(one) for one in arrays]
    sizes = np.cumsum([0, *(one.students for one in ones)])
    student = np.concatenate([one.student + size for one, size in zip(ones, sizes, strict=False)])
    limits = sparse.block_diag([one.limits for one in ones], format="csr", dtype=np.int64)
    people, rows, pairs = dice.permutation(int(sizes[-1])), dice.permutation(limits.shape[0]), dice.permutation(len(student))
    limits = limits[rows][:, pairs].tocsr()
    known = [name for name in ("points", *FACTS) if getattr(ones[0], name) is not None]
    facts = {name: np.concatenate([getattr(one, name) for one in ones])[pairs] for name in known}
    return facts | {
        "student": people[student[pairs]],
        "limit_indptr": limits.indptr,
        "limit_indices": limits.indices,
        "limit_data": limits.data,
        "at_most": np.concatenate([one.at_most for one in ones])[rows],
        "at_least": np.concatenate([one.at_least for one in ones])[rows],
        "objectives": np.array(ORDERS[0]),
    }


def two(seed: int) -> Problem:
    """Two small problems of different kinds; few enough pairs for an exhaustive search."""
    arrays = [MAKERS[(seed + i) % 2](seed + 1000 * i) for i in range(2)]
    for one in arrays:
        kept = np.flatnonzero(np.arange(len(one["student"])) < 7)
        matrix = sparse.csr_matrix(
            (one["limit_data"], one["limit_indices"], one["limit_indptr"]), shape=(len(one["at_most"]), len(one["student"]))
        )[:, kept].tocsr()
        one |= {name: one[name][kept] for name in ("student", "points", *FACTS)}
        one |= {"limit_indptr": matrix.indptr, "limit_indices": matrix.indices, "limit_data": matrix.data}
    return from_arrays(several(*arrays, mixed=seed))


@pytest.fixture(autouse=True)
def also_small(monkeypatch):
    monkeypatch.setattr(parts, "LEAST_PART", 1)


def unsplit(problem: Problem, monkeypatch: pytest.MonkeyPatch):
    with monkeypatch.context() as patch:
        patch.setattr(parts, "LEAST_PART", 10**9)
        return solve(problem)


@pytest.mark.parametrize("road", ["as it is", "branching", "CP-SAT"])
def test_the_same_as_unsplit_and_as_exhaustive_search(road, monkeypatch):
    if road != "as it is":
        monkeypatch.setattr(branching, "CUT_ROUNDS", 0)
        monkeypatch.setattr(guess, "FIRST_GUESS", 2)
        monkeypatch.setattr(guess, "GUESS_PER_STUDENT", 0)
        monkeypatch.setattr(join, "MOST_CHOICES", 0)
    if road == "CP-SAT":
        monkeypatch.setattr(branching, "NODES", 1)
    split = 0
    for seed in range(60):
        problem = two(seed)
        split += len(independent_parts(problem)) > 1
        solution, whole, best = solve(problem), unsplit(problem, monkeypatch), best_choices(problem)
        assert (solution.status, solution.conflict) == (whole.status, whole.conflict)
        if best is None:
            assert solution.status == SolveStatus.INFEASIBLE
            continue
        assert [(s.name, s.value, s.bound) for s in solution.stages] == [(n, v, v) for n, v in best[0].items()]
        assert solution.chosen.tolist() == whole.chosen.tolist()
        assert solution.chosen.tolist() in best[1]
        said, arrays = certificate_of(solution)
        told = check_certificate(problem, solution.chosen, said, arrays)
        assert all("CP-SAT settled it" in line for line in told), told
    assert split > 30


def test_whole_rounds_beside_each_other_and_their_prices(monkeypatch):
    problem = from_arrays(several(*(round_arrays(seed) | {"landed": np.zeros(320, int)} for seed in (1, 2, 3)), mixed=5))
    assert len(independent_parts(problem)) > 2
    solution, whole = solve(problem), unsplit(problem, monkeypatch)
    assert solution.chosen.tolist() == whole.chosen.tolist()
    said, arrays = certificate_of(solution)
    assert len(said["pieces"]) > 2
    assert check_certificate(problem, solution.chosen, said, arrays) == []
    Warm(problem, solution, np.zeros(len(problem), dtype=bool))  # the prices of the whole make a basis
    for i, change in enumerate((lambda p: p[1:], lambda p: [*p, p[0]], lambda p: [{**p[0], "students": p[0]["students"][1:]}, *p[1:]])):
        assert check_certificate(problem, solution.chosen, {**said, "pieces": change(said["pieces"])}, arrays), i
    joined = copy.deepcopy(said)
    moved = joined["pieces"][0]["students"].pop()
    joined["pieces"][1]["students"] = sorted([*joined["pieces"][1]["students"], moved])
    assert check_certificate(problem, solution.chosen, joined, arrays)
    dice, caught = np.random.default_rng(1), 0
    names = [name for name in arrays if arrays[name].size]
    for name in names:
        changed = {**arrays, name: arrays[name].copy()}
        place = np.unravel_index(dice.integers(changed[name].size), changed[name].shape)
        changed[name][place] += 1
        told = check_certificate(problem, solution.chosen, {**said, "arrays": digest(changed)}, changed)
        caught += bool(told) or place[0] < problem.limits.shape[0]
    assert caught == len(names)


def test_what_hangs_together_is_one_part():
    arrays = several(*(round_arrays(seed) | {"landed": np.zeros(320, int)} for seed in (1, 2)))
    problem = from_arrays(arrays)
    everybody = sparse.vstack([problem.limits, sparse.csr_matrix(np.ones((1, len(problem)), np.int64))], format="csr")
    tied = Problem(
        problem.student, problem.points, everybody, np.append(problem.at_most, 10**6), np.append(problem.at_least, 0), problem.objectives
    )
    assert len(independent_parts(problem)) > len(independent_parts(tied)) == 1


def test_a_budget_that_ends_within_one_part_leaves_proven_bounds(monkeypatch):
    left = 0
    for seed in range(25):
        problem = two(seed)
        best = unsplit(problem, monkeypatch)
        for looks in range(1, 40, 3):
            control, count = Control(), iter(range(looks))
            control.budget = 1.0
            monkeypatch.setattr(control, "look", lambda count=count: _ends(count))
            solution = solve(problem, control=control)
            if solution.status != SolveStatus.FEASIBLE:
                continue
            left += 1
            told = check_certificate(problem, solution.chosen, *certificate_of(solution))
            assert all("CP-SAT settled it" in line for line in told), told
            first = next(i for i, s in enumerate(solution.stages) if s.road in {"left open", "not begun"})
            assert [s.value for s in solution.stages[:first]] == [s.value for s in best.stages[:first]]
            assert solution.stages[first].bound >= best.stages[first].value >= solution.stages[first].value
    assert left > 50


def _ends(count) -> None:
    if next(count, None) is None:
        raise OutOfTimeError


def test_what_parts_have_proven_stays_proven_when_no_time_is_left_for_prices_of_the_whole(monkeypatch):
    """Cuts that differ between stages are rare, so they are said to differ; the clock runs out as the whole is about to be solved."""
    problem = from_arrays(several(*(round_arrays(seed) | {"landed": np.zeros(320, int)} for seed in (1, 2))))
    control = Control(budget=10**6)

    def late(one: Problem):
        control._until = 0.0
        return parts.the_whole(one)

    monkeypatch.setattr(exact, "together", lambda *_: None)
    monkeypatch.setattr(exact, "the_whole", late)
    solution = solve(problem, 1, control)
    assert solution.status == SolveStatus.OPTIMAL
    assert solution.gap == 0
    assert check_certificate(problem, solution.chosen, *certificate_of(solution)) == []
    monkeypatch.undo()
    assert [(s.name, s.value) for s in solution.stages] == [(s.name, s.value) for s in solve(problem).stages]
