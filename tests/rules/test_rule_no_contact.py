"""`no_contact`: never at a site where the named mentor works; two students never at one site, nor in one van on one weekday."""

import pytest

from tests.builders import a_round, decision, earlier, mentor, opportunity, site, student, van
from tests.rules.helpers import codes, plan, plans, refusals, subsets

CODE = "no_contact"
PEOPLE = [mentor(), mentor("M2"), mentor("M3", site_id="W2")]  # M2 works at W1 and is listed nowhere


@pytest.mark.parametrize(
    ("order", "refused"),
    [
        (decision(CODE, "S1", "M1"), {CODE}),
        (decision(CODE, "M1", "S1"), {CODE}),  # mutual: the order of the two does not matter
        (decision(CODE, "S1", "M2"), {CODE}),  # works here, though not listed at the opportunity
        (decision(CODE, "M2", "S1"), {CODE}),
        (decision(CODE, "S1", "M3"), set()),  # works at another site
        (decision(CODE, "S2", "M1"), set()),
        (decision(CODE, "M2", "M1"), set()),
        (decision(CODE, "S1", "M1", until="2026-09-07"), set()),  # the day before the round's first
        (decision(CODE, "S1", "M1", until="2026-09-08"), {CODE}),
    ],
)
def test_student_and_mentor(order, refused):
    round_ = a_round(decisions=[order], mentors=PEOPLE, sites=[site(), site("W2")], students=[student(), student("S2")])
    assert codes(round_) == refused


def test_each_site_by_itself():
    offers = [opportunity(), opportunity("O2", site_id="W2", mentors="M3")]
    round_ = a_round(decisions=[decision(CODE, "S1", "M3")], mentors=PEOPLE, sites=[site(), site("W2")], opportunities=offers)
    assert codes(round_, "S1", "O1") == set()
    assert codes(round_, "S1", "O2") == {CODE}


def test_the_note_is_told_to_nobody():
    round_ = a_round(decisions=[decision(CODE, "S1", "M1", note="court order 4711")])
    assert "4711" not in refusals(round_)[CODE]


ORDER = decision(CODE, "S1", "S2")
TUE, THU = "Tue 09:00-12:00", "Thu 13:00-15:00"


def two_students(second_site="W1", times=(TUE, THU), orders=(ORDER,), **tables):
    """S1 can only take O1 (at W1, Tuesday), S2 only O2."""
    only = [decision("ban", "S1", "O2"), decision("ban", "S2", "O1")]
    defaults = {
        "students": [student(), student("S2")],
        "sites": [site(), site("W2")],
        "mentors": [mentor(), mentor("M2", site_id=second_site)],
        "opportunities": [opportunity(sessions=times[0]), opportunity("O2", site_id=second_site, mentors="M2", sessions=times[1])],
        "decisions": [*only, *orders],
    }
    return a_round(**(defaults | tables))


BOTH = plan("S1>O1", "S2>O2")
ANY = subsets("S1>O1", "S2>O2")


@pytest.mark.parametrize(
    ("second_site", "orders", "allowed"),
    [
        ("W1", [decision(CODE, "S1", "S2")], ANY - {BOTH}),  # the same site at other times is still the same site
        ("W1", [decision(CODE, "S2", "S1")], ANY - {BOTH}),
        ("W1", [], ANY),
        ("W2", [decision(CODE, "S1", "S2")], ANY),
        ("W1", [decision(CODE, "S1", "S2", until="2026-09-07")], ANY),
        ("W1", [decision(CODE, "S1", "S2", until="2026-09-08")], ANY - {BOTH}),
        ("W1", [decision(CODE, "S1", "S3")], ANY),  # S3 is not in the round
    ],
)
def test_two_students_never_at_one_site(second_site, orders, allowed):
    assert plans(two_students(second_site, orders=orders)) == allowed


def test_also_within_one_opportunity():
    round_ = a_round(
        students=[student(), student("S2")],
        mentors=[mentor(max_students=2)],
        opportunities=[opportunity(seats=2, sessions=f"{TUE} | {THU}")],
        decisions=[decision(CODE, "S1", "S2")],
    )
    assert plans(round_) == {plan(), plan("S1>O1"), plan("S2>O1")}


def test_two_dates_that_never_meet_are_still_one_site():
    offers = [opportunity(ends="2026-10-31"), opportunity("O2", mentors="M2", starts="2026-11-01")]
    assert plans(two_students(opportunities=offers)) == ANY - {BOTH}


RIDERS = [student(travel_modes="van"), student("S2", travel_modes="van")]


@pytest.mark.parametrize(
    ("times", "vans", "allowed"),
    [
        ((TUE, TUE), [van()], ANY - {BOTH}),  # W1 and W2, but one van on Tuesday
        (("Tue 09:00-10:00", "Tue 14:00-15:00"), [van()], ANY - {BOTH}),  # one weekday, whatever the hour
        ((TUE, THU), [van()], ANY),  # the same van on two weekdays
        ((TUE, TUE), [van(), van("V2")], ANY),  # a van for each
        ((f"{TUE};{THU}", THU), [van()], ANY - {BOTH}),  # Thursday is shared
        ((f"{TUE};{THU}", THU), [van(), van("V2", weekdays="Tue")], ANY - {BOTH}),  # the second van does not run on Thursday
        ((f"{TUE};{THU}", THU), [van(), van("V2", weekdays="Thu")], ANY),
    ],
)
def test_nor_in_one_van_on_one_weekday(times, vans, allowed):
    assert plans(two_students("W2", times, students=RIDERS, vans=vans)) == allowed


def test_who_walks_is_in_no_van():
    people = [student(travel_modes="van"), student("S2", travel_modes="van;walk")]
    assert plans(two_students("W2", (TUE, TUE), students=people, vans=[van()])) == ANY


def test_a_placed_student_is_at_the_site_already():
    # S2 is placed at O2 of the same site: S1 may not come there
    people = [student(), student("S2", status="placed")]
    round_ = two_students(students=people, previous=[earlier("S2", "O2", THU)])
    assert plans(round_) == {plan()}
    elsewhere = two_students("W2", students=people, previous=[earlier("S2", "O2", THU)])
    assert plans(elsewhere) == {plan(), plan("S1>O1")}
