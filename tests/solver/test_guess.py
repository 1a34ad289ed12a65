"""Guesses beside a fractional vertex: which pairs are freed, and what a vertex leaves when time runs out."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.bench_weekday import generate
from matcher.domain import SolveStatus
from matcher.solver import branching, guess
from matcher.solver.control import Control, OutOfTimeError
from matcher.solver.exact import first_face, solve
from matcher.solver.problem import from_arrays
from tests.solver.test_cuts import sets

CHAIN = sets([[0, 1], [1, 2], [2, 3], [3, 4]], [1, 1, 1, 1], 5)


@pytest.mark.parametrize(("most", "near"), [(1, [1]), (3, [0, 1, 2]), (4, [0, 1, 2, 3]), (9, [0, 1, 2, 3, 4])])
def test_pairs_come_in_by_the_rows_they_share(monkeypatch, most, near):
    monkeypatch.setattr(guess, "NEAR_GUESS", most)
    face = first_face(from_arrays(CHAIN))[0].face
    assert guess._near(face, np.arange(5), np.array([1]), np.zeros(5)).tolist() == near


def test_the_likelier_of_two_neighbours_comes_first(monkeypatch):
    monkeypatch.setattr(guess, "NEAR_GUESS", 2)
    face = first_face(from_arrays(CHAIN))[0].face
    assert guess._near(face, np.arange(5), np.array([1]), np.array([-5.0, 0, -1, 0, 0])).tolist() == [1, 2]
    assert guess._near(face, np.arange(5), np.array([1]), np.array([-1.0, 0, -5, 0, 0])).tolist() == [0, 1]


def test_guesses_near_the_fractions_lead_to_the_same_values(monkeypatch):
    problem = from_arrays(generate(150))
    best = [(stage.name, stage.value) for stage in solve(problem).stages]
    monkeypatch.setattr(branching, "CUT_ROUNDS", 0)
    monkeypatch.setattr(guess, "FIRST_GUESS", 20)
    monkeypatch.setattr(guess, "NEAR_GUESS", 100)
    assert [(stage.name, stage.value) for stage in solve(problem).stages] == best


def test_what_fits_of_a_vertex_is_a_plan_when_time_runs_out(monkeypatch):
    # students 0 to 2 share seats two by two; student 3 has the last seat of 4 for more points, and another one
    problem = from_arrays(
        {
            "student": np.array([0, 1, 2, 3, 3, 4], np.int32),
            "points": np.array([100, 100, 100, 700, 500, 600]),
            "limit_indptr": np.array([0, 2, 4, 6, 8, 9]),
            "limit_indices": np.array([0, 1, 1, 2, 0, 2, 3, 5, 4]),
            "at_most": np.ones(5, int),
            "objectives": np.array(["most_placed", "total_points"]),
        }
    )

    def ends(*_):
        raise OutOfTimeError

    monkeypatch.setattr(branching, "find_cuts", ends)
    solution = solve(problem, control=Control(budget=1000))
    assert solution.status == SolveStatus.FEASIBLE
    assert {4, 5} < set(solution.chosen.tolist())
    # 1 of the three and both others; the relaxation places 1.5 of the three
    assert [(stage.value, stage.bound) for stage in solution.stages[:1]] == [(3, 3)]
