"""For random tiny rounds the engine's plan is the best of all plans, and what it publishes passes the audit."""

from __future__ import annotations

import os
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest.mock import patch

import pytest
from hypothesis import HealthCheck, given, reject, settings

from matcher.audit import audit
from matcher.domain import Round, SolveStatus
from matcher.pipeline import Run, run_round
from matcher.publish import publish
from tests.builders import a_round, decision, earlier, mentor, opportunity, student
from tests.folder import write_round
from tests.properties.exhaustive import best_plan, plans_to_try
from tests.strategies import rounds

MOST_PLANS = 30_000
LONG = int(os.environ.get("MATCHER_EXAMPLES", "1000"))
CALM = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much])


def check_plan(run: Run) -> None:
    """The plan of the run is the only best one."""
    candidates = run.lawful.candidates
    if plans_to_try(candidates) > MOST_PLANS:
        reject()
    best = best_plan(run.world.round, candidates)
    if best is None:
        assert run.solution.status == SolveStatus.INFEASIBLE
        assert run.solution.conflict
        return
    assert run.solution.status == SolveStatus.OPTIMAL
    assert {stage.name: stage.value for stage in run.solution.stages} == best.values
    assert {stage.name: stage.bound for stage in run.solution.stages} == best.values
    assert best.plans == [tuple(run.solution.chosen.tolist())]


def check(round_: Round, published: bool) -> None:
    """Run the round from a folder, compare with exhaustive search, publish and audit."""
    with TemporaryDirectory() as name:
        folder = write_round(Path(name) / "round", round_)
        run = run_round(folder)
        check_plan(run)
        if published and run.solved:
            publish(run, Path(name) / "out")  # it audits too, and raises
            assert audit(Path(name) / "out", folder) == []


@pytest.mark.parametrize(
    "tables",
    [
        {"students": []},
        {"students": [student(status="not_ready")]},
        {"students": [student(status="placed")], "previous": [earlier()]},
        {"opportunities": []},
        {"opportunities": [], "mentors": [], "sites": []},
        {"opportunities": [opportunity(appetite="not_open")]},
        {"students": [student(), student("S2", status="placed")], "previous": [earlier("S2")]},
    ],
    ids=["nobody", "nobody ready", "all placed", "no offer", "no site", "no open offer", "the seat is taken"],
)
def test_rounds_with_nothing_to_do(tables):
    check(a_round(**tables), published=True)


@pytest.mark.parametrize("pairs", ["12 13", "12 23", "21 31", "13 23", "12 23 31"])
def test_three_who_are_kept_together(pairs):
    three, offer = [student(), student("S2"), student("S3")], opportunity(seats=3)
    orders = [decision("keep_together", f"S{a}", f"S{b}") for a, b in pairs.split()]
    check(a_round(students=three, mentors=[mentor(max_students=3)], opportunities=[offer], decisions=orders), published=False)


@settings(CALM, max_examples=60)
@given(rounds())
def test_best_of_all_plans(round_):
    check(round_, published=False)


@settings(CALM, max_examples=20)
@given(rounds())
def test_published_plan_passes_the_audit(round_):
    check(round_, published=True)


@pytest.mark.slow
@settings(CALM, max_examples=LONG)
@given(rounds())
def test_best_of_all_plans_at_length(round_):
    with patch("matcher.publish.report_page", lambda *_: ""):  # the page is slow and is in the test above
        check(round_, published=True)
