"""`pin`: the pinned student is placed at the pinned opportunity, in some variant, and nowhere else."""

import pytest

from tests.builders import TUE_THU, a_round, decision, earlier, mentor, opportunity, student
from tests.rules.helpers import codes, plan, plans, with_mentor, with_pattern

CODE = "pin"


@pytest.mark.parametrize(
    ("orders", "at_o1", "at_o2"),
    [
        ([decision(CODE, "S1", "O2")], {CODE}, set()),
        ([decision(CODE, "S1", "O1")], set(), {CODE}),
        ([decision(CODE, "S2", "O2")], set(), set()),  # another student
        ([decision(CODE, "S1", "O2", until="2026-09-07")], set(), set()),
        ([decision(CODE, "S1", "O2", until="2026-09-08")], {CODE}, set()),
        ([decision(CODE, "S1", "O1"), decision(CODE, "S1", "O2")], {CODE}, {CODE}),  # two pins contradict each other
    ],
)
def test_nowhere_else(orders, at_o1, at_o2):
    round_ = a_round(decisions=orders, students=[student(), student("S2")], opportunities=[opportunity(), opportunity("O2")])
    assert codes(round_, "S1", "O1") == at_o1
    assert codes(round_, "S1", "O2") == at_o2


def a_case(*orders, offer=None, **tables):
    defaults = {
        "students": [student(), student("S2")],
        "mentors": [mentor(max_students=2)],
        "opportunities": [opportunity(**(offer or {}))],
    }
    return a_round(**(defaults | tables), decisions=orders)


def test_placed_in_every_plan():
    assert plans(a_case(decision(CODE, "S1", "O1"), offer={"seats": 2})) == {plan("S1>O1"), plan("S1>O1", "S2>O1")}


def test_takes_the_last_seat():
    assert plans(a_case(decision(CODE, "S2", "O1"))) == {plan("S2>O1")}


def test_some_variant_will_do():
    offer = {"sessions": f"{TUE_THU} | Mon 09:00-15:00;Wed 09:00-15:00", "mentors": "M1;M2"}
    round_ = a_case(decision(CODE, "S1", "O1"), offer=offer, mentors=[mentor(), mentor("M2")], students=[student()])
    assert plans(round_, with_pattern) == {plan("S1>O1#0"), plan("S1>O1#1")}
    assert plans(round_, with_mentor) == {plan("S1>O1/M1"), plan("S1>O1/M2")}


INFEASIBLE = [
    [decision(CODE, "S1", "O1"), decision(CODE, "S2", "O1")],  # one seat, two pins
    [decision(CODE, "S1", "O1"), decision("ban", "S1", "O1")],  # pinned and banned
    [decision(CODE, "S1", "O1"), decision("no_contact", "S1", "M1")],  # a rule refuses the pinned pair
]


@pytest.mark.parametrize("orders", INFEASIBLE)
def test_no_plan_keeps_pins_that_cannot_be_kept(orders):
    assert plans(a_case(*orders)) == set()


def test_two_pins_of_one_student_cannot_be_kept():
    orders = [decision(CODE, "S1", "O1"), decision(CODE, "S1", "O2")]
    assert plans(a_case(*orders, opportunities=[opportunity(), opportunity("O2", sessions="Mon 09:00-15:00")])) == set()


@pytest.mark.parametrize(
    ("status", "previous"),
    [
        ("placed", [earlier("S1", "O1")]),  # the pin is kept already
        ("not_ready", []),
    ],
)
def test_pins_of_those_who_take_no_part_stop_nobody(status, previous):
    people = [student(status=status), student("S2")]
    round_ = a_case(decision(CODE, "S1", "O1"), students=people, previous=previous, offer={"seats": 2})
    assert plans(round_) == {plan(), plan("S2>O1")}


def test_lifted():
    assert plans(a_case(decision(CODE, "S1", "O1", until="2026-09-07"))) == {plan(), plan("S1>O1"), plan("S2>O1")}
