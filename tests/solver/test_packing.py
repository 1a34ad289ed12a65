"""Packed limits: knapsack bounds against exhaustive search, their certificates, and what a forger could change in them."""

from __future__ import annotations

import copy
from dataclasses import replace
from itertools import product
from typing import Any

import numpy as np
import pytest
from scipy import sparse

from matcher.domain import SolveStatus
from matcher.errors import InputError
from matcher.proof import check_certificate
from matcher.publish import certificate_of
from matcher.solver import branching, packing
from matcher.solver.certificate import digest
from matcher.solver.control import Control
from matcher.solver.exact import solve
from matcher.solver.insertion import NEVER
from matcher.solver.knapsack import ascend, bound_at
from matcher.solver.problem import KNAPSACKS, Problem, Solution, from_arrays
from tests.solver.brute import ORDERS, best_choices

Made = tuple[Problem, Solution, dict[str, Any], dict[str, np.ndarray]]


def packed_arrays(seed: int) -> dict[str, Any]:
    """At most 6 students and 13 pairs, each in at most one of 3 limits, where they need 1 to 5."""
    dice = np.random.default_rng(seed)
    n, students = int(dice.integers(4, 14)), int(dice.integers(2, 7))
    student, limit = np.sort(dice.integers(0, students, n)), dice.integers(0, 4, n)
    rows = (np.arange(3)[:, None] == limit) * dice.integers(1, 6, n)
    limits = sparse.csr_matrix(rows)
    return {
        "student": student.astype(np.int32),
        "points": dice.integers(0, 30, n) - 3 * (seed % 5 == 0),
        "limit_indptr": limits.indptr,
        "limit_indices": limits.indices,
        "limit_data": limits.data,
        "at_most": dice.integers(2, 9, 3),
        "at_least": np.array([0, 0, int(seed % 9 == 0)]),
        "priority": dice.integers(-1, 3, students)[student],
        "kept": (dice.random(n) < 0.2).astype(int),
        "landed": (dice.random(n) < 0.1).astype(int),
        "draw": dice.integers(0, 2**41, n),
        "objectives": np.array([*ORDERS[:4], ("total_points",)][seed % 5]),
    }


def assignment(seed: int, agents: int = 4, items: int = 24) -> Problem:
    """A generalised assignment problem of the kind of class c of Chu and Beasley (1997)."""
    dice = np.random.default_rng(seed)
    need, points = dice.integers(5, 26, (items, agents)), 1000 - dice.integers(10, 51, (items, agents))
    pair = np.arange(items * agents)
    rows = sparse.csr_matrix((need.ravel(), (pair % agents, pair)), shape=(agents, len(pair)))
    room = (need.sum(axis=0) * 8) // (10 * agents)
    return Problem((pair // agents).astype(np.int32), points.ravel(), rows, room, np.zeros(agents, np.int64))


def proven(problem: Problem) -> Made:
    solution = solve(problem)
    return problem, solution, *certificate_of(solution)


@pytest.fixture
def always(monkeypatch):
    """Small problems take this road, with prices so bad that they have to be split."""
    monkeypatch.setattr(branching, "WEIGHTED", 0)
    monkeypatch.setattr(branching, "CUT_ROUNDS", 0)
    monkeypatch.setattr(packing, "ROUNDS", 2)
    monkeypatch.setattr(packing, "NODE_ROUNDS", 2)


def test_the_best_of_all_choices_with_a_proof(always):
    roads, unproven = 0, 0
    for seed in range(250):
        problem = from_arrays(packed_arrays(seed))
        best, (_, solution, said, arrays) = best_choices(problem), proven(problem)
        if best is None:
            assert solution.status == SolveStatus.INFEASIBLE
            continue
        assert {stage.name: (stage.value, stage.bound) for stage in solution.stages} == {k: (v, v) for k, v in best[0].items()}, seed
        assert solution.chosen.tolist() in best[1]
        roads += any(stage.road == KNAPSACKS for stage in solution.stages)
        told = check_certificate(problem, solution.chosen, said, arrays)
        assert all("CP-SAT settled it" in line for line in told), (seed, told)
        unproven += bool(told)
    assert roads > 15
    assert unproven < 25


def test_the_order_of_a_repair_too(always):
    unproven = 0
    for seed in range(4, 250, 5):
        problem = from_arrays(packed_arrays(seed) | {"objectives": np.array(ORDERS[4])})
        best, (_, solution, said, arrays) = best_choices(problem), proven(problem)
        assert (best is None) == (solution.status == SolveStatus.INFEASIBLE)
        if best is not None:
            assert {stage.name: (stage.value, stage.bound) for stage in solution.stages} == {k: (v, v) for k, v in best[0].items()}, seed
            unproven += bool(check_certificate(problem, solution.chosen, said, arrays))
    assert unproven < 5


@pytest.mark.parametrize("seed", [25, 45])
def test_the_best_plan_also_where_knapsacks_run_out_of_parts(seed, monkeypatch):
    """What a sieve for the last objective shut must be open again for CP-SAT."""
    right = solve(assignment(seed)).stages[-1].value
    monkeypatch.setattr(branching, "PACKED_NODES", 2)
    found = solve(assignment(seed))
    assert (found.status, found.stages[-1].value, found.stages[-1].bound) == (SolveStatus.OPTIMAL, right, right)


def test_a_stop_ends_the_search_for_plans():
    stop = np.ones(1, np.uint8)
    student, first = np.array([0, 0, 1, 1]), np.array([0, 2, 4, 4])
    made = ascend(
        student, first, np.array([1, 1, 1, 1]), np.array([1, 1, 0]), np.array([5, 4, 3, 2]), np.zeros(2, bool), np.zeros(2),
        NEVER, NEVER, 1, 10, stop,
    )  # fmt: skip
    assert made[4] == NEVER, "no plan was made"


def test_coefficients_that_cannot_be_added_up_are_refused():
    arrays = {"student": np.arange(16), "points": np.full(16, 10), "limit_indptr": np.array([0, 16]), "limit_indices": np.arange(16)}
    with pytest.raises(InputError, match="too large to add up safely"):
        from_arrays(arrays | {"limit_data": np.full(16, 2**60), "at_most": np.array([2**60])})


def test_knapsacks_bound_every_plan_and_every_pair():
    for seed in range(40):
        problem = from_arrays(packed_arrays(seed) | {"at_least": np.zeros(3, int), "objectives": np.array(["total_points"])})
        dice = np.random.default_rng(seed)
        face = packing.Packing.of(branching_face(problem))
        assert face is not None
        price = dice.integers(-5, 25, problem.students)
        must = np.zeros(problem.students, bool)
        bound, give = bound_at(face.student, face.first, face.need, face.room, problem.points[face.pairs].astype(np.int64), must, price)
        own = [[-1, *np.flatnonzero(face.student == s)] for s in range(problem.students)]
        for taken in product(*own):
            chosen = np.array([j for j in taken if j >= 0], np.int64)
            if not problem.violated(face.pairs[chosen]).size:
                value = int(problem.points[face.pairs[chosen]].sum())
                assert value <= bound
                assert all(value <= bound + give[j] for j in chosen)
        assert (give[give > NEVER] <= 0).all()


def branching_face(problem: Problem):
    from matcher.solver.piece import first_face

    return first_face(problem)[0].face


@pytest.fixture(scope="module")
def hard() -> Made:
    return next(made for seed in range(40) if (made := proven(assignment(seed, 5, 40)))[1].stages[-1].road == KNAPSACKS)


def caught(made: Made, said: dict[str, Any], arrays: dict[str, np.ndarray]) -> bool:
    return bool(check_certificate(made[0], made[1].chosen, {**said, "arrays": digest(arrays)}, arrays))


def packed_nodes(tree: dict[str, Any]) -> list[dict[str, Any]]:
    here = [step for step in [*tree["steps"], tree] if step.get("packed")]
    return here + [step for half in ("without", "with") if half in tree for step in packed_nodes(tree[half])]


def test_a_plan_of_packed_limits_is_proven(hard):
    assert check_certificate(hard[0], hard[1].chosen, *hard[2:]) == []


def test_a_better_claim_is_found(hard):
    """Limits with more room than the certificate was made for have better plans, and knapsacks filled again see it."""
    problem = hard[0]
    wider = Problem(problem.student, problem.points, problem.limits, problem.at_most + 10, problem.at_least)
    assert solve(wider).stages[-1].value > hard[1].stages[-1].value
    assert check_certificate(wider, hard[1].chosen, *hard[2:])


def test_a_worse_plan_is_found(hard):
    """Plans that are best for other points keep every limit; with their own values told, the certificate does not prove them."""
    problem, solution, said, arrays = hard
    for seed in range(5):
        points = np.random.default_rng(seed).permutation(problem.points)
        plan = solve(Problem(problem.student, points, problem.limits, problem.at_most, problem.at_least)).chosen
        value = int(problem.points[plan].sum())
        assert value < solution.stages[-1].value
        other = copy.deepcopy(said)
        other["stages"][-1] |= {"value": value, "bound": value}
        assert caught((problem, replace(solution, chosen=plan), said, arrays), other, arrays)


def test_changed_knapsacks_are_found(hard):
    """Where a part ends; a step that shuts pairs may be replaced by a weaker one that is enough."""
    _, _, said, arrays = hard
    nodes = packed_nodes(said["tree"])
    assert len(nodes) > 3
    for i, node in enumerate(nodes):
        changes: list[tuple[str, Any]] = [("packed", False), ("packed", 1), ("prices", "shut")]
        changes += [("sieve", hard[1].stages[-1].value + 2), ("sieve", 0.5), ("stage", 0)] if "sieve" in node else []
        changes += [("scale", 2 * node["scale"]), ("stage", 0)] if node.get("end") == "beaten" else []
        for key, value in changes:
            other = copy.deepcopy(said)
            packed_nodes(other["tree"])[i][key] = value
            assert caught(hard, other, arrays), (i, key)


def test_changed_prices_of_students_are_found(hard):
    """A price on a limit, whose knapsack is filled already, always; a student's price changed far, where a part ends by it."""
    problem, _, said, arrays = hard
    nodes = packed_nodes(said["tree"])
    first = problem.limits.shape[0]
    for node in nodes:
        places = [(0, 1), (first - 1, -1)] + [(first, 10**7), (first + 3, 10**7)] * (node.get("end") == "beaten")
        for place, by in places:
            changed = {**arrays, node["prices"]: arrays[node["prices"]].copy()}
            changed[node["prices"]][place] += by
            assert caught(hard, said, changed), (node["prices"], place)


def test_a_budget_leaves_a_proven_bound(monkeypatch):
    """The clock runs out after some parts; what is left proves the bound that is told."""
    problem, control, seen = assignment(3, 6, 40), Control(budget=10**6), []
    relax = branching.relax_packed

    def late(*args: Any):
        seen.append(1)
        if len(seen) == 6:
            control._until = 0.0
        return relax(*args)

    monkeypatch.setattr(branching, "relax_packed", late)
    solution = solve(problem, 1, control)
    assert solution.status == SolveStatus.FEASIBLE
    assert check_certificate(problem, solution.chosen, *certificate_of(solution)) == []
    monkeypatch.undo()
    best = solve(problem)
    assert solution.stages[-1].value <= best.stages[-1].value <= solution.stages[-1].bound
