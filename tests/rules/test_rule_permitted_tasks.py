"""`permitted_tasks`: at 14 and 15 every paid task must be on the allow-list, and at least one must be named."""

import pytest

from tests.rules.helpers import STATES, codes, paid_round, refusals

CODE = "permitted_tasks"
LISTED = "office;clerical;retail;cashier;stocking;tutoring;programming;arts;music;reading;errands;hand_cleanup;gardening_hand_tools"
MORE = "limited_kitchen;food_service;animal_care;customer_service;library;computer"


def refused(*args, tasks="office", **more):
    return CODE in codes(paid_round(*args, **more, job={"tasks": tasks} | more.pop("job", {})))


@pytest.mark.parametrize(
    ("tasks", "is_refused"),
    [
        *((task, False) for task in f"{LISTED};{MORE}".split(";")),
        (f"{LISTED};{MORE}", False),
        *((task, True) for task in ("manufacturing", "construction", "warehousing", "transport", "baking", "power_machinery", "lifeguard")),
        ("office;baking", True),  # one is enough
        ("baking;office", True),
        ("HO-11", True),
        ("", True),  # no task is listed at all
    ],
)
def test_allow_list(tasks, is_refused):
    assert refused("RI", 15, tasks=tasks) is is_refused


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("age", [14, 15])
def test_in_every_state(state, age):
    assert refused(state, age, tasks="baking")
    assert not refused(state, age, tasks="office")


@pytest.mark.parametrize(
    ("born", "first", "is_refused"),
    [
        ("2010-10-10", "2026-10-10", False),  # 16 on the first session, Saturday 10 October
        ("2010-10-11", "2026-10-10", True),
        ("2010-10-10", "2026-10-03", True),  # 15 on the first session
        (16, "2026-09-08", False),
    ],
)
def test_at_14_and_15_only(born, first, is_refused):
    assert refused("RI", born, tasks="baking", on=(first, "2026-12-18")) is is_refused


def test_no_task_matters_at_14_and_15_only():
    assert refused("RI", 15, tasks="")
    assert not refused("RI", 16, tasks="")


def test_unpaid_learning_is_not_meant():
    assert codes(paid_round("RI", 15, job={"tasks": "baking", "placement_kind": "unpaid_learning"})) == set()


def test_reasons_name_the_task_and_the_missing_fact():
    assert "baking" in refusals(paid_round("RI", 15, job={"tasks": "office;baking"}))[CODE]
    assert "task" in refusals(paid_round("RI", 15, job={"tasks": ""}))[CODE]
    assert "birth" in refusals(paid_round("RI", None, job={"tasks": "baking"}))[CODE]
