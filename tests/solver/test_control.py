"""A solve stops within half a second on every road, says how far it is, and with a budget gives the best plan so far."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import numpy as np
import pytest

from benchmarks.bench_seats_only import instance
from benchmarks.bench_weekday import generate
from matcher.domain import SolveStatus
from matcher.proof import check_certificate
from matcher.publish import certificate_of
from matcher.solver.control import Control, OutOfTimeError, StoppedError
from matcher.solver.exact import solve
from matcher.solver.linear import Program, guess_whole, solve_relaxation, solve_whole
from matcher.solver.problem import NOT_BEGUN, Problem, from_arrays
from matcher.solver.stages import stages_of
from tests.patience import patient
from tests.solver.brute import random_arrays

PROMPT = 0.5
"""Seconds within which a solve must end after it was told to."""


def hard(students: int = 60, agents: int = 6, seed: int = 1) -> Problem:
    """Generalised assignment of type d (Chu and Beasley 1997): what costs little needs much; nobody proves it quickly."""
    dice = np.random.default_rng(seed)
    need = dice.integers(1, 101, (students, agents))
    worth = 1000 - (111 - need + dice.integers(-10, 11, need.shape))
    limits = [np.arange(agent, students * agents, agents) for agent in range(agents)]
    arrays = {
        "student": np.repeat(np.arange(students), agents),
        "points": worth.ravel(),
        "limit_indptr": np.cumsum([0, *map(len, limits)]),
        "limit_indices": np.concatenate(limits),
        "limit_data": np.concatenate([need.ravel()[limit] for limit in limits]),
        "at_most": (0.8 * need.sum(axis=0) / agents).astype(np.int64),
    }
    return from_arrays(arrays)


def program(problem: Problem) -> Program:
    low, high = problem.bounds()
    return Program(problem.rows, low, high, problem.points + 100_000)


@pytest.fixture(scope="module")
def weekday() -> Problem:
    return from_arrays(generate(2000))


def delay_of(solve_it: Callable[[Control], object], after: float) -> float:
    """Seconds from the word to stop to the end."""
    control, ended = Control(), list[float]()

    def work() -> None:
        with pytest.raises(StoppedError):
            solve_it(control)
        ended.append(time.monotonic())

    thread = threading.Thread(target=work)
    thread.start()
    time.sleep(after)
    told = time.monotonic()
    control.stop()
    thread.join()
    return ended[0] - told


@pytest.mark.parametrize("road", ["GLOP", "HiGHS", "CP-SAT", "branching", "whole solve"])
def test_every_road_stops_promptly(road, weekday):
    large, small = program(weekday), program(hard())
    roads: dict[str, Callable[[Control], object]] = {
        "GLOP": lambda control: solve_relaxation(large, control),
        "HiGHS": lambda control: guess_whole(small, control),
        "CP-SAT": lambda control: solve_whole(small, control),
        "branching": lambda control: solve(hard(), control=control),
        "whole solve": lambda control: solve(weekday, control=control),
    }
    assert min(delay_of(roads[road], after) for after in (0.3, 0.6)) < patient(PROMPT)


@pytest.mark.slow
def test_a_large_round_of_seats_stops_promptly_at_any_moment():
    problem = instance(200_000)
    delays = [delay_of(lambda control: solve(problem, control=control), after) for after in (0.1, 0.5, 1, 2, 4)]
    assert max(delays) < patient(PROMPT)


def test_the_compiled_paths_end_when_they_are_told_to():
    from matcher.solver.paths import best_places

    start, place, worth = np.array([0, 1, 2]), np.array([0, 0]), np.array([5, 7])
    outside, room = np.zeros(2, np.int64), np.array([1])
    taken, _ = best_places(start, place, worth, outside, room, np.zeros(1, np.uint8))
    assert taken.tolist() == [-1, 1]
    taken, _ = best_places(start, place, worth, outside, room, np.ones(1, np.uint8))
    assert taken.tolist() == [-1, -1]


def test_an_error_of_a_solver_reaches_the_caller():
    with pytest.raises(ZeroDivisionError):
        Control().run(lambda: 1 // 0)


def test_progress_comes_with_best_and_bound_and_they_meet():
    said: list[tuple[str, int | None, int | None]] = []
    solution = solve(from_arrays(generate(60)), control=Control(lambda *words: said.append(words)))
    for stage in solution.stages:
        bounds = [bound for name, _, bound in said if name == stage.name and bound is not None]
        best = [value for name, value, _ in said if name == stage.name and value is not None]
        assert min(bounds) == max(best) == stage.value
        assert best == sorted(best)


def unfinished(problem: Problem, budget: float) -> None:
    """The plan holds, the values are its own, and the bounds are proven."""
    solution = solve(problem, control=Control(budget=budget))
    assert solution.status == SolveStatus.FEASIBLE
    assert problem.violated(solution.chosen).size == 0
    assert [s.value for s in solution.stages] == [int(weights[solution.chosen].sum()) for _, weights in stages_of(problem)]
    assert all(s.bound >= s.value for s in solution.stages)
    assert solution.gap is not None
    assert "budget" in solution.why_stopped
    said, arrays = certificate_of(solution)
    assert check_certificate(problem, solution.chosen, said, arrays) == []
    first = next(i for i, stage in enumerate(solution.stages) if stage.bound != stage.value)
    for i, change in ((first, -1), (first, 1)):
        forged = {**said, "stages": [dict(stage) for stage in said["stages"]]}
        forged["stages"][i]["bound"] += change
        assert check_certificate(problem, solution.chosen, forged, arrays)


def test_a_budget_gives_a_plan_with_a_proven_gap():
    unfinished(hard(), 1.5)


def test_no_time_at_all_gives_what_greedy_finds():
    unfinished(from_arrays(generate(60)), 1e-6)


def test_without_a_plan_in_time_the_status_is_unknown(monkeypatch):
    problem = from_arrays(
        {
            "student": np.array([0, 1]),
            "points": np.array([5, 7]),
            "limit_indptr": np.array([0, 1, 3]),
            "limit_indices": np.array([0, 0, 1]),
            "at_most": np.array([1, 1]),
            "at_least": np.array([1, 0]),
        }
    )
    monkeypatch.setattr("matcher.solver.exact.take_in_order", lambda problem, order: np.array([1], np.int32))
    solution = solve(problem, control=Control(budget=1e-6))
    assert (solution.status, solution.gap, solution.chosen.tolist()) == (SolveStatus.UNKNOWN, None, [])


@pytest.mark.parametrize("seed", range(0, 60, 4))
def test_a_budget_that_is_enough_changes_nothing(seed):
    problem = from_arrays(random_arrays(seed))
    one, other = solve(problem), solve(problem, control=Control(budget=1000))
    assert (one.status, one.chosen.tolist(), one.why_stopped) == (other.status, other.chosen.tolist(), other.why_stopped)
    if one.status == SolveStatus.OPTIMAL:
        assert certificate_of(one)[0] == certificate_of(other)[0]


def test_running_out_at_any_moment_leaves_proven_bounds(monkeypatch):
    """Time runs out at the n-th look: every place where a solve can be left."""
    problems = [from_arrays(random_arrays(seed)) for seed in range(40)] + [from_arrays(generate(25))]
    left = 0
    for problem in problems:
        for looks in range(12):
            control = Control()
            count = iter(range(looks))
            monkeypatch.setattr(control, "look", lambda count=count: _ends(count))
            control.budget = 1.0
            solution = solve(problem, control=control)
            if solution.status != SolveStatus.FEASIBLE:
                continue
            left += 1
            said, arrays = certificate_of(solution)
            told = check_certificate(problem, solution.chosen, said, arrays)
            assert all("CP-SAT settled it" in line for line in told), told
            best = solve(problem)
            first = next((i for i, s in enumerate(solution.stages) if s.road in {"left open", NOT_BEGUN}), None)
            assert first is not None
            assert [s.value for s in solution.stages[:first]] == [s.value for s in best.stages[:first]]
            assert solution.stages[first].bound >= best.stages[first].value >= solution.stages[first].value
    assert left > 100


def _ends(count) -> None:
    if next(count, None) is None:
        raise OutOfTimeError
