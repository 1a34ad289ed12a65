"""Certificates of random problems by every road: they prove the plan, and any changed number is found."""

from __future__ import annotations

import copy
from itertools import product
from typing import Any

import numpy as np
import pytest
from scipy import sparse

from matcher import choices
from matcher.domain import SolveStatus
from matcher.proof import check_certificate
from matcher.publish import certificate_of
from matcher.solver import branching, guess
from matcher.solver.certificate import digest
from matcher.solver.exact import solve
from matcher.solver.problem import Problem, Solution, from_arrays
from tests.solver.brute import coupled_arrays, random_arrays
from tests.solver.test_exact import coupled_round
from tests.solver.test_whatif import round_arrays

MAKERS = (random_arrays, coupled_arrays, round_arrays)
HASH = "certificate.npz is not the one that certificate.json speaks of"
Made = tuple[Problem, Solution, dict[str, Any], dict[str, np.ndarray]]


def made(arrays: dict[str, np.ndarray]) -> Made | None:
    problem = from_arrays(arrays)
    solution = solve(problem)
    if solution.status != SolveStatus.OPTIMAL:
        return None
    return problem, solution, *certificate_of(solution)


def findings(certificate: Made) -> list[str]:
    problem, solution, said, arrays = certificate
    return check_certificate(problem, solution.chosen, said, arrays)


@pytest.mark.parametrize("make", MAKERS)
def test_certificates_prove_their_plans(make):
    made_ones = [found for seed in range(60 if make is not round_arrays else 3) if (found := made(make(seed))) is not None]
    told = [findings(found) for found in made_ones]
    unproven = [said for said in told if said]
    assert all("CP-SAT settled it" in line for said in unproven for line in said)
    assert len(unproven) <= len(told) / 10


def test_a_tree_of_parts_proves_a_plan():
    found = next(made(random_arrays(seed)) for seed in range(300) if splits(made(random_arrays(seed))))
    assert findings(found) == []


def splits(certificate: Made | None) -> bool:
    return certificate is not None and "'split'" in repr(certificate[2]) and not findings(certificate)


def test_what_cpsat_settled_is_said(monkeypatch):
    monkeypatch.setattr(branching, "NODES", 1)
    monkeypatch.setattr(branching, "CUT_ROUNDS", 0)
    monkeypatch.setattr(guess, "FIRST_GUESS", 2)
    monkeypatch.setattr(guess, "GUESS_PER_STUDENT", 0)
    told = [findings(found) for seed in range(150) if (found := made(random_arrays(seed))) is not None]
    said = {line for lines in told for line in lines}
    assert said
    assert all("not proven by prices, because CP-SAT settled it" in line for line in said)


def numbers(tree: dict[str, Any]) -> list[tuple[dict[str, Any], str]]:
    """Every place of the tree that holds a number."""
    here = [(step, key) for step in tree["steps"] for key in ("stage", "scale") if key in step] + [
        (tree, key) for key in ("stage", "scale") if key in tree
    ]
    for half in ("without", "with"):
        here += numbers(tree[half]) if half in tree else []
    return here


def caught(certificate: Made, said: dict[str, Any], arrays: dict[str, np.ndarray]) -> bool:
    """Whether the check finds something although the forger wrote the hash anew."""
    return bool(check_certificate(certificate[0], certificate[1].chosen, {**said, "arrays": digest(arrays)}, arrays))


@pytest.mark.parametrize("make", MAKERS)
def test_every_changed_number_is_found(make):
    """A price of a limit may be replaced by another that proves as much, which is no forgery: seldom, and nothing else."""
    dice, tried, as_good = np.random.default_rng(7), 0, 0
    for seed in range(30 if make is not round_arrays else 2):
        found = made(make(seed))
        if found is None or findings(found):
            continue
        _, _, said, arrays = found
        for name in [name for name in arrays if arrays[name].size]:
            changed = {**arrays, name: arrays[name].copy()}
            place = np.unravel_index(dice.integers(changed[name].size), changed[name].shape)
            changed[name][place] += dice.choice([-1, 1])
            tried += 1
            if not caught(found, said, changed):
                assert check_certificate(found[0], found[1].chosen, said, changed) == [HASH]
                assert place[0] < found[0].limits.shape[0], (seed, name, place)
                as_good += 1
        for i, _ in enumerate(numbers(said["tree"])):
            other = copy.deepcopy(said)
            node, key = numbers(other["tree"])[i]
            node[key] += 1
            assert caught(found, other, arrays), (seed, key)
        for i, key in ((i, key) for i in range(len(said["stages"])) for key in ("value", "bound", "scale")):
            other = copy.deepcopy(said)
            other["stages"][i][key] += 1
            assert caught(found, other, arrays), (seed, key)
    assert tried > 15
    assert as_good < tried / 4


@pytest.mark.parametrize("make", MAKERS)
def test_another_plan_is_found(make):
    tried = 0
    for seed in range(30 if make is not round_arrays else 8):
        found = made(make(seed))
        if found is None or findings(found) or not len(found[1].chosen) or "public_draw" not in found[0].objectives:
            continue
        problem, solution, said, arrays = found
        other = np.setdiff1d(np.arange(len(problem)), solution.chosen)[:1]
        for plan in (solution.chosen[1:], np.sort(np.append(solution.chosen[1:], other))):
            assert check_certificate(problem, plan, said, arrays)
            tried += 1
    assert tried > 10


@pytest.fixture(scope="module")
def joined_with_cuts() -> Made:
    """A round whose certificate has linked students and cuts that are needed."""
    certificate = made(coupled_round(0, 300, 40) | {"objectives": np.array(["most_placed", "total_points"])})
    assert certificate is not None
    assert certificate[2]["groups"]
    assert [step for step in certificate[2]["tree"]["steps"] if "cut" in step]
    return certificate


def test_joint_choices_and_cuts_are_proven(joined_with_cuts):
    assert findings(joined_with_cuts) == []


def test_a_changed_cut_is_found(joined_with_cuts):
    """Another row, one row less, or no cut: a cut that has a price is not replaced by what happens to be valid too."""
    _, _, said, arrays = joined_with_cuts
    cuts = [i for i, step in enumerate(said["tree"]["steps"]) if "cut" in step]
    tried = 0
    for i in cuts[:6]:
        for change in ([0], [-1], ["x"], [10**9], []):
            other = copy.deepcopy(said)
            steps = other["tree"]["steps"]
            steps[i]["cut"] = change
            tried += caught(joined_with_cuts, other, arrays)
        other = copy.deepcopy(said)
        del other["tree"]["steps"][i]
        assert caught(joined_with_cuts, other, arrays)
    assert tried >= 4 * len(cuts[:6])


def test_a_cut_without_half_of_its_rows_proves_less(joined_with_cuts):
    _, _, said, arrays = joined_with_cuts
    other = copy.deepcopy(said)
    for step in other["tree"]["steps"]:
        if "cut" in step:
            step["cut"] = step["cut"][::2]
    assert caught(joined_with_cuts, other, arrays)


@pytest.mark.parametrize(
    "change",
    [
        lambda groups: groups[1:],
        lambda groups: [],
        lambda groups: [*groups, groups[0]],
        lambda groups: [{**groups[0], "students": groups[0]["students"][:1]}, *groups[1:]],
        lambda groups: [{**groups[0], "students": [*groups[0]["students"], 10**9]}, *groups[1:]],
        lambda groups: [{**groups[0], "limits": [0]}, *groups[1:]],
        lambda groups: [{**groups[0], "limits": []}, *groups[1:]],
    ],
)
def test_changed_groups_are_found(joined_with_cuts, change):
    _, _, said, arrays = joined_with_cuts
    assert caught(joined_with_cuts, {**said, "groups": change(said["groups"])}, arrays)


def test_changed_prices_of_cuts_are_found(joined_with_cuts):
    """Or they are other prices that prove as much, and then the hash tells."""
    problem, solution, said, arrays = joined_with_cuts
    cuts, tried, found = problem.limits.shape[0] + problem.students, 0, 0
    for name in arrays:
        for place in range(cuts, len(arrays[name]))[:8] if name != "shut" else ():
            changed = {**arrays, name: arrays[name].copy()}
            changed[name][place] += 1
            tried += 1
            found += caught(joined_with_cuts, said, changed)
            assert check_certificate(problem, solution.chosen, said, changed)[0] == HASH
    assert found > tried / 2 > 5


def test_groups_too_large_to_be_checked_are_said(joined_with_cuts, monkeypatch):
    monkeypatch.setattr(choices, "MOST", 3)
    told = findings(joined_with_cuts)
    assert told == ["not proven: the joint choices of 2 linked students are too many to be checked"]


def test_joint_choices_are_all_that_keep_the_limits():
    tried = 0
    for seed in range(60):
        problem = from_arrays(coupled_arrays(seed))
        for group in made_groups(problem):
            rows = group["limits"]
            own = [[(), *((int(pair),) for pair in np.flatnonzero(problem.student == student))] for student in group["students"]]
            every = [sum(taken, ()) for taken in product(*own)]
            use = [np.asarray(problem.limits[rows][:, list(taken)].sum(axis=1)).ravel() for taken in every]
            fits = [((problem.at_least[rows] <= u) & (u <= problem.at_most[rows])).all() for u in use]
            wanted = sorted(tuple(sorted(taken)) for taken, fit in zip(every, fits, strict=True) if fit)
            assert sorted(choices.joint_choices(problem, group["students"], rows)) == wanted
            tried += 1
    assert tried > 20


def made_groups(problem: Problem) -> list[dict[str, Any]]:
    solution = solve(problem)
    return certificate_of(solution)[0]["groups"] if solution.status == SolveStatus.OPTIMAL else []


def test_a_part_left_out_is_found():
    found = next(made(random_arrays(seed)) for seed in range(300) if splits(made(random_arrays(seed))))
    for half in ("without", "with"):
        said = copy.deepcopy(found[2])
        node = said["tree"]
        while "split" not in node:
            pytest.fail("the tree has no split")
        node[half] = {"steps": [], "end": "equal"}
        assert caught(found, said, found[3])


@pytest.mark.parametrize("sieve", [float("nan"), float("inf"), 0.5, True, "1", None])
def test_a_sieve_by_no_whole_number_proves_nothing(sieve):
    """One seat for two students worth 5 and 7; the plan worth 5 is called best, for all columns are said to be sieved away."""
    limits = sparse.csr_matrix(np.ones((1, 2), np.int64))
    problem = Problem(np.array([0, 1], np.int32), np.array([5, 7], np.int32), limits, np.array([1]), np.array([0]))
    arrays = {"prices_0": np.array([0, 1, 1]), "part_1": np.zeros(3, np.int64), "shut": np.zeros((0, 2), np.int64)}
    steps = [{"stage": 0, "scale": 1, "prices": "prices_0", "sieve": sieve}]
    tree = {"steps": steps, "end": "beaten", "stage": 0, "scale": 1, "prices": "part_1"}
    stages = [{"objective": name, "value": value, "bound": value, "scale": 1} for name, value in (("most_placed", 1), ("total_points", 5))]
    said = {"groups": [], "tree": tree, "arrays": digest(arrays), "stages": stages}
    assert "the certificate sieves by a value that the plan does not have" in check_certificate(problem, np.array([0]), said, arrays)
