"""Another engine agrees on what is best and finds what is not; canaries name a solver that answers wrongly."""

from __future__ import annotations

import datetime as dt
import subprocess
import sys
import time

import numpy as np
import pytest

from matcher import solving
from matcher.domain import SolveStatus
from matcher.errors import InputError, VerificationError
from matcher.pipeline import run_round
from matcher.solver import canaries, linear, second
from matcher.solver.control import Control
from matcher.solver.exact import solve
from matcher.solver.problem import from_arrays, to_arrays
from matcher.solving import second_opinion_on, solve_file
from tests.patience import patient
from tests.solver.brute import coupled_arrays, random_arrays
from tests.solver.test_whatif import round_arrays
from tests.test_cli import ROOT, TINY, process


@pytest.mark.parametrize("make", [random_arrays, coupled_arrays])
def test_the_engines_agree(make):
    for seed in range(60):
        problem = from_arrays(make(seed))
        solution = solve(problem)
        if solution.status == SolveStatus.OPTIMAL:
            assert second.second_opinion(problem, [stage.value for stage in solution.stages]) is None


def test_a_value_that_is_not_the_best_is_named():
    tried = 0
    for seed in range(20):
        problem = from_arrays(random_arrays(seed))
        solution = solve(problem)
        if solution.status != SolveStatus.OPTIMAL:
            continue
        for i, stage in enumerate(solution.stages):
            wrong = [s.value - (j == i) for j, s in enumerate(solution.stages)]
            told = second.second_opinion(problem, wrong)
            assert told is not None
            assert (told.objective, told.first, told.second, told.holds) == (stage.name, stage.value - 1, stage.value, True)
            assert f"{stage.name} {stage.value:,}" in str(told)
            tried += 1
    assert tried > 40


def test_no_plan_at_all_is_a_difference():
    arrays = {"student": np.array([0]), "points": np.array([5]), "limit_indptr": np.array([0, 1]), "limit_indices": np.array([0])}
    problem = from_arrays(arrays | {"at_most": np.array([2]), "at_least": np.array([2])})
    told = second.second_opinion(problem, [1, 5])
    assert told is not None
    assert "no plan for most_placed" in str(told)


def test_verify_takes_a_second_opinion(tmp_path):
    assert process("run", TINY, "--out", tmp_path / "plan").code == 0
    said = process("verify", tmp_path / "plan", "--round", TINY, "--proof", "--second-solver")
    assert (said.code, said.out.splitlines()[-1].split("; ")[-1]) == (0, "another solver finds the same value for every objective.")
    assert process("verify", tmp_path / "plan", "--round", TINY, "--second-solver", "--json").document["second_solver"] is True


def test_a_second_opinion_that_differs_ends_with_4_and_both_values(tmp_path, monkeypatch):
    np.savez(tmp_path / "problem.npz", **to_arrays(from_arrays(random_arrays(1))))
    difference = second.Difference("total_points", 10, 12, True)
    monkeypatch.setattr(solving, "second_opinion", lambda *_: difference)
    with pytest.raises(VerificationError) as told:
        solve_file(tmp_path / "problem.npz", tmp_path / "answer.npz", 1, Control(), second=True)
    assert told.value.exit_code == 4
    assert told.value.findings == ("the engines disagree: this plan has total_points 10, HiGHS finds total_points 12",)
    assert not (tmp_path / "answer.npz").exists()


def test_a_plan_that_is_not_called_best_has_no_second_opinion(tmp_path):
    assert process("run", ROOT / "fixtures" / "demo", "--out", tmp_path / "plan", "--budget", "0.001").code == 0
    with pytest.raises(InputError, match="does not claim to be best"):
        second_opinion_on(tmp_path / "plan", ROOT / "fixtures" / "demo", Control())


def test_canaries_sing_quickly():
    code = "import time; from matcher.solver import exact, canaries; t = time.process_time(); canaries.check_canaries()"
    command = [sys.executable, "-c", code + "; print(time.process_time() - t)"]
    seconds = [float(subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout) for _ in range(2)]
    assert min(seconds) < patient(0.3)


@pytest.mark.parametrize(
    ("module", "name", "answer", "solver"),
    [
        (canaries, "stuffed_column", lambda: 15.0, "HiGHS"),
        (linear, "guess_whole", lambda p, control: linear.Answer(True, np.zeros(p.rows.shape[1]), np.zeros(0)), "HiGHS"),
        (linear, "solve_whole", lambda p, control: linear.Answer(True, np.ones(p.rows.shape[1]), np.zeros(0)), "CP-SAT"),
        (linear, "solve_relaxation", lambda p, control: linear.Answer(False, np.zeros(0), np.zeros(0)), "GLOP"),
    ],
)
def test_a_solver_that_answers_wrongly_is_named_and_nothing_is_solved(module, name, answer, solver, monkeypatch):
    monkeypatch.setattr(module, name, answer)
    canaries.check_canaries.cache_clear()
    with pytest.raises(canaries.CanaryError, match=rf"{solver} in OR-Tools \d+\.\d+.* answered the canary model .* is right") as told:
        run_round(TINY)
    assert told.value.exit_code == 1
    if name == "stuffed_column":
        assert "with 15, where 9 is right" in str(told.value)
    monkeypatch.undo()
    begun = time.process_time()
    canaries.check_canaries()
    assert time.process_time() - begun < patient(1)


@pytest.mark.parametrize("limit", [{"node_limit": 0}, {"time_limit": dt.timedelta(0)}])
def test_an_engine_that_stops_without_an_answer_is_not_a_difference(limit, monkeypatch):
    """HiGHS is stopped for real: that neither agrees with the plan nor denies it."""
    problem = from_arrays(round_arrays(1))
    values = [stage.value for stage in solve(problem).stages]
    limited = second.mathopt.SolveParameters(**limit, presolve=second.mathopt.Emphasis.OFF)
    whole = second.mathopt.solve
    monkeypatch.setattr(second.mathopt, "solve", lambda model, kind, params, model_params: whole(model, kind, params=limited))
    with pytest.raises(second.StoppedShortError, match=r"HiGHS stopped at \w+ without an answer"):
        second.second_opinion(problem, values)
