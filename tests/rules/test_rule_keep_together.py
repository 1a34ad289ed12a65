"""`keep_together`: only with the named mentor; two students at the same site with the same windows, or neither."""

import pytest

from tests.builders import TUE_THU, a_round, decision, earlier, mentor, opportunity, site, student
from tests.rules.helpers import codes, plan, plans, subsets, with_pattern

CODE = "keep_together"


@pytest.mark.parametrize(
    ("orders", "with_m1", "with_m2"),
    [
        ([decision(CODE, "S1", "M1")], set(), {CODE}),
        ([decision(CODE, "M1", "S1")], set(), {CODE}),
        ([decision(CODE, "S1", "M2")], {CODE}, set()),
        ([decision(CODE, "S1", "M3")], {CODE}, {CODE}),  # a mentor of another site: nothing here will do
        ([decision(CODE, "S2", "M1")], set(), set()),
        ([decision(CODE, "S1", "M1"), decision(CODE, "S1", "M2")], {CODE}, {CODE}),  # both cannot be had
        ([decision(CODE, "S1", "M1", until="2026-09-07")], set(), set()),
        ([decision(CODE, "S1", "M1", until="2026-09-08")], set(), {CODE}),
    ],
)
def test_student_and_mentor(orders, with_m1, with_m2):
    round_ = a_round(
        decisions=orders,
        mentors=[mentor(), mentor("M2"), mentor("M3", site_id="W2")],
        sites=[site(), site("W2")],
        opportunities=[opportunity(mentors="M1;M2")],
        students=[student(), student("S2")],
    )
    assert codes(round_, mentor_id="M1") == with_m1
    assert codes(round_, mentor_id="M2") == with_m2


TOGETHER = decision(CODE, "S1", "S2")
OTHER = "Tue 09:00-15:00;Fri 09:00-15:00"


def a_case(second=None, orders=(TOGETHER,), people=None, offer=None):
    """O1 (W1) has two seats; O2 is another opportunity with another mentor and two seats."""
    second = {"site_id": "W1", "sessions": TUE_THU} | (second or {})
    return a_round(
        students=people or [student(), student("S2")],
        sites=[site(), site("W2")],
        mentors=[mentor(max_students=2), mentor("M2", site_id=second["site_id"], max_students=2)],
        opportunities=[opportunity(seats=2, **(offer or {})), opportunity("O2", mentors="M2", seats=2, **second)],
        decisions=orders,
    )


def pairs(*options):
    """The empty plan and these plans of two."""
    return {plan(), *(plan(*option.split()) for option in options)}


SAME_OFFER = ("S1>O1 S2>O1", "S1>O2 S2>O2")


@pytest.mark.parametrize(
    ("second", "allowed"),
    [
        ({}, pairs(*SAME_OFFER, "S1>O1 S2>O2", "S1>O2 S2>O1")),  # the same site and windows, two opportunities
        ({"sessions": OTHER}, pairs(*SAME_OFFER)),  # the same site, other windows
        ({"sessions": "Tue 09:00-15:00"}, pairs(*SAME_OFFER)),  # part of the windows is not the same windows
        ({"sessions": "Tue 09:00-15:01;Thu 09:00-15:00"}, pairs(*SAME_OFFER)),
        ({"site_id": "W2"}, pairs(*SAME_OFFER)),  # the same windows, another site
    ],
)
def test_same_site_and_windows_or_neither(second, allowed):
    assert plans(a_case(second)) == allowed


def test_order_of_the_two_does_not_matter():
    assert plans(a_case({"site_id": "W2"}, [decision(CODE, "S2", "S1")])) == pairs(*SAME_OFFER)


def test_neither_when_one_has_nowhere_to_go():
    orders = [TOGETHER, decision("ban", "S2", "O1"), decision("ban", "S2", "O2")]
    assert plans(a_case(orders=orders)) == {plan()}


def test_neither_when_no_place_fits_both():
    orders = [TOGETHER, decision("ban", "S2", "O1"), decision("ban", "S1", "O2")]
    assert plans(a_case({"site_id": "W2"}, orders)) == {plan()}
    assert plans(a_case({}, orders)) == pairs("S1>O1 S2>O2")


def test_alternatives_count_by_their_windows():
    round_ = a_case(
        {"site_id": "W2"}, offer={"sessions": f"{TUE_THU} | {OTHER}"}, orders=[TOGETHER, *(decision("ban", s, "O2") for s in ("S1", "S2"))]
    )
    allowed = {plan(), plan("S1>O1#0", "S2>O1#0"), plan("S1>O1#1", "S2>O1#1")}
    assert plans(round_, with_pattern) == allowed


def test_three_in_a_chain():
    people = [student(), student("S2"), student("S3")]
    orders = [TOGETHER, decision(CODE, "S2", "S3"), *(decision("ban", s, "O2") for s in ("S1", "S2", "S3"))]
    round_ = a_round(
        students=people,
        mentors=[mentor(max_students=3), mentor("M2")],
        opportunities=[opportunity(seats=3), opportunity("O2", mentors="M2")],
        decisions=orders,
    )
    assert plans(round_) == {plan(), plan("S1>O1", "S2>O1", "S3>O1")}


def test_lifted():
    orders = [decision(CODE, "S1", "S2", until="2026-09-07"), *(decision("ban", s, "O2") for s in ("S1", "S2"))]
    assert plans(a_case(orders=orders)) == subsets("S1>O1", "S2>O1")


@pytest.mark.parametrize(
    ("second", "windows", "allowed"),
    [
        ({"site_id": "W2"}, TUE_THU, {plan(), plan("S1>O1")}),  # S2 is at O1 (W1)
        ({}, TUE_THU, {plan(), plan("S1>O1"), plan("S1>O2")}),  # O2 has the same site and windows
        ({"sessions": OTHER}, TUE_THU, {plan(), plan("S1>O1")}),
        ({}, OTHER, {plan()}),  # S2 stands there at other hours
    ],
)
@pytest.mark.parametrize("order", [("S1", "S2"), ("S2", "S1")])
def test_with_one_who_is_placed_already(second, windows, allowed, order):
    base = a_case(second, [decision(CODE, *order)], [student(), student("S2", status="placed")])
    tables = {name: getattr(base, name) for name in ("students", "sites", "mentors", "opportunities", "decisions")}
    assert plans(a_round(**tables, previous=[earlier("S2", "O1", windows)])) == allowed


def test_not_without_the_one_who_is_not_ready():
    # S2 takes no part, so S2 is not placed, so neither is S1
    assert plans(a_case(people=[student(), student("S2", status="not_ready")])) == {plan()}
