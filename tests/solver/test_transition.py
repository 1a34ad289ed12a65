"""From one solved problem to another: the plan of a fresh solve, whatever pairs, points and limits differ."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy import sparse

from matcher.solver.exact import solve
from matcher.solver.problem import FACTS, Problem, from_arrays
from matcher.solver.transition import transition
from tests.solver.test_whatif import round_arrays


def other_problem(dice: np.random.Generator, problem: Problem) -> tuple[Problem, np.ndarray]:
    """Up to three pairs gone, three new ones like others, three with other points, a bound or two changed, a limit gone, a limit new."""
    n = len(problem)
    kept = np.setdiff1d(np.arange(n), dice.choice(n, int(dice.integers(0, 4)), replace=False))
    model = np.concatenate([kept, dice.choice(n, int(dice.integers(0, 4)), replace=False)])
    same = np.concatenate([kept, np.full(len(model) - len(kept), -1)])
    order = np.argsort(problem.student[model], kind="stable")
    model, same = model[order], same[order]
    points = problem.points[model].copy()
    points[dice.choice(len(model), 3, replace=False)] = dice.integers(0, 1001, 3)
    plain = np.flatnonzero((problem.limits.toarray() >= 0).all(axis=1) & (problem.at_least <= 0))
    rows = np.setdiff1d(np.arange(problem.limits.shape[0]), dice.choice(plain, int(dice.integers(0, 2)), replace=False))
    fresh = sparse.csr_matrix((dice.random((1, len(model))) < 0.1).astype(np.int64))
    limits = sparse.vstack([problem.limits[rows][:, model], fresh], format="csr")
    at_most = np.append(problem.at_most[rows], dice.integers(1, 6))
    at_most[dice.integers(0, len(rows))] += dice.integers(0, 3)
    at_least = np.append(problem.at_least[rows], 0)
    facts = {name: None if (fact := getattr(problem, name)) is None else fact[model] for name in FACTS}
    facts["draw"] = np.where(same >= 0, facts["draw"], dice.integers(0, 2**41, len(model)))
    whole = Problem(problem.student[model], points, limits, at_most, at_least, problem.objectives, bands=problem.bands)
    return replace(whole, **facts), same


@pytest.mark.parametrize("seed", range(40))
def test_the_plan_is_that_of_a_fresh_solve(seed):
    dice = np.random.default_rng(seed)
    before = from_arrays(round_arrays(seed))
    solution = solve(before)
    after, same = other_problem(dice, before)
    way = transition(before, solution, after, same)
    outcome, fresh = way.state.answer(way.change), solve(after)
    assert np.sort(way.there[outcome.chosen]).tolist() == fresh.chosen.tolist()
    assert outcome.values == {stage.name: stage.value for stage in fresh.stages}


@pytest.mark.parametrize("seed", range(12))
def test_other_points_of_one_student_lead_to_the_plan_of_a_fresh_solve(seed):
    """A student's wish is waived: some of the student's pairs are worth more, some less."""
    dice = np.random.default_rng(seed)
    before = from_arrays(round_arrays(seed))
    points = before.points.copy()
    waived = np.flatnonzero(before.student == dice.integers(0, before.students))[:9]
    points[waived] = dice.integers(0, 1001, len(waived))
    after = replace(before, points=points)
    way, fresh = transition(before, solve(before), after, np.arange(len(before))), solve(after)
    outcome = way.state.answer(way.change)
    assert np.sort(way.there[outcome.chosen]).tolist() == fresh.chosen.tolist()
    assert outcome.values == {stage.name: stage.value for stage in fresh.stages}


def test_most_are_answered_without_solving_again():
    warm = 0
    for seed in range(20):
        before = from_arrays(round_arrays(seed))
        after, same = other_problem(np.random.default_rng(seed), before)
        way = transition(before, solve(before), after, same)
        warm += way.state.answer(way.change, may_solve=False) is not None
    assert warm >= 15


def test_a_demand_without_a_counterpart_is_not_led_over_to():
    """The other problem has a pin that the first has not, on a pair that stays: no change of the first brings a demand."""
    before = from_arrays(round_arrays(1))
    pin = sparse.csr_matrix(([1], ([0], [0])), shape=(1, len(before)), dtype=np.int64)
    limits = sparse.vstack([before.limits, pin], format="csr")
    after = replace(before, limits=limits, at_most=np.append(before.at_most, 1), at_least=np.append(before.at_least, 1))
    assert transition(before, solve(before), after, np.arange(len(before))) is None
    assert transition(after, solve(after), before, np.arange(len(before))) is None


def test_where_a_tenth_comes_or_goes_it_is_not_led_over_to():
    before = from_arrays(round_arrays(2))
    kept = np.arange(len(before) // 10 + 1, len(before))
    facts = {name: None if (fact := getattr(before, name)) is None else fact[kept] for name in FACTS}
    after = replace(before, student=before.student[kept], points=before.points[kept], limits=before.limits[:, kept], **facts)
    assert transition(before, solve(before), after, kept) is None
