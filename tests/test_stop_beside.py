"""What is solved beside a plan obeys the run's control: a stop ends it promptly, and a budget leaves no answer that is not best."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from matcher.edits import Edits
from matcher.frontier import frontier
from matcher.pipeline import Run, run_round
from matcher.report.fairness import steps
from matcher.slates import build_slates
from matcher.solver.control import Control, StoppedError
from matcher.solver.exact import solve
from matcher.solver.whatif import Change, WhatIf
from matcher.what_if import suppose
from tests.patience import patient
from tests.solver.test_control import PROMPT, delay_of, hard

DEMO = Path(__file__).parents[1] / "fixtures" / "demo"
ROOM, DAYS = Edits(seats={"O26": 1}), Edits(minutes={"*": 60})
BESIDE: dict[str, Callable[[Run], object]] = {
    "what-if, from the plan's prices": lambda run: suppose(run, ROOM),
    "what-if, solved again": lambda run: suppose(run, DAYS),
    "frontier": steps,
    "waves": build_slates,
}


@pytest.fixture(scope="module")
def demo() -> Run:
    return run_round(DEMO)


def with_control(run: Run, control: Control) -> Run:
    control.begin()
    return replace(run, control=control)


@pytest.mark.parametrize("beside", BESIDE)
def test_a_stop_of_the_run_stops_it(beside, demo):
    stopped = Control()
    stopped.stop()
    with pytest.raises(StoppedError):
        BESIDE[beside](with_control(demo, stopped))


@pytest.mark.parametrize("beside", BESIDE)
def test_it_says_nothing_of_its_progress(beside, demo):
    told: list[str] = []
    BESIDE[beside](with_control(demo, Control(lambda stage, *_: told.append(stage))))
    assert told == []


@pytest.mark.parametrize("beside", [name for name in BESIDE if name != "frontier"])
def test_a_budget_that_ran_out_changes_no_answer(beside, demo):
    assert BESIDE[beside](with_control(demo, Control(budget=1e-9))) == BESIDE[beside](demo)


def test_a_frontier_out_of_time_shows_no_plan_that_is_not_proven(demo):
    assert len(steps(demo)) > 1
    assert steps(with_control(demo, Control(budget=1e-9))) == []


@pytest.mark.parametrize("beside", ["what-if", "frontier"])
def test_a_hard_one_stops_promptly(beside):
    problem = hard()
    solution = solve(problem, control=Control(budget=0.3))
    ask: dict[str, Callable[[Control], object]] = {
        "what-if": lambda control: WhatIf(problem, solution, control=control).answer(Change()),
        "frontier": lambda control: list(frontier(problem, control=control)),
    }
    assert min(delay_of(ask[beside], after) for after in (0.3, 0.6)) < patient(PROMPT)
