"""Certificates of random problems by every road: they prove the plan, and any changed number is found."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np
import pytest

from matcher.domain import SolveStatus
from matcher.proof import check_certificate
from matcher.publish import certificate_of
from matcher.solver import branching
from matcher.solver.certificate import digest
from matcher.solver.exact import solve
from matcher.solver.problem import Problem, Solution, from_arrays
from tests.solver.brute import coupled_arrays, random_arrays
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
    told = [findings(found) for seed in range(150) if (found := made(random_arrays(seed))) is not None]
    said = {line for lines in told for line in lines}
    assert said
    assert all("not proven by prices, because CP-SAT settled it" in line for line in said)


def numbers(tree: dict[str, Any]) -> list[tuple[dict[str, Any], str]]:
    """Every place of the tree that holds a number."""
    here = [(step, key) for step in tree["steps"] for key in ("stage", "scale")] + [
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


def test_a_part_left_out_is_found():
    found = next(made(random_arrays(seed)) for seed in range(300) if splits(made(random_arrays(seed))))
    for half in ("without", "with"):
        said = copy.deepcopy(found[2])
        node = said["tree"]
        while "split" not in node:
            pytest.fail("the tree has no split")
        node[half] = {"steps": [], "end": "equal"}
        assert caught(found, said, found[3])
