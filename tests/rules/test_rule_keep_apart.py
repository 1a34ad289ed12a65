"""`keep_apart`: not with the named mentor; two students never at overlapping times at one site."""

import pytest

from tests.builders import a_round, day_off, decision, earlier, mentor, opportunity, school, site, student
from tests.rules.helpers import codes, plan, plans, refusals, subsets

CODE = "keep_apart"


@pytest.mark.parametrize(
    ("order", "refused"),
    [
        (decision(CODE, "S1", "M1"), {CODE}),
        (decision(CODE, "M1", "S1"), {CODE}),
        (decision(CODE, "S1", "M2"), {CODE}),  # listed second at this opportunity
        (decision(CODE, "S1", "M3"), set()),  # works at this site, but is not listed here
        (decision(CODE, "S2", "M1"), set()),
        (decision(CODE, "S1", "M1", until="2026-09-07"), set()),
        (decision(CODE, "S1", "M1", until="2026-09-08"), {CODE}),
    ],
)
@pytest.mark.parametrize("variant", ["M1", "M2"])
def test_student_and_mentor(order, refused, variant):
    mentors = [mentor(), mentor("M2"), mentor("M3")]
    round_ = a_round(decisions=[order], mentors=mentors, opportunities=[opportunity(mentors="M1;M2")], students=[student(), student("S2")])
    assert codes(round_, mentor_id=variant) == refused


def test_the_note_is_told_to_nobody():
    assert "4711" not in refusals(a_round(decisions=[decision(CODE, "S1", "M1", note="case 4711")]))[CODE]


ORDER = decision(CODE, "S1", "S2")
ANY = subsets("S1>O1", "S2>O2")
APART = ANY - {plan("S1>O1", "S2>O2")}


def two_students(one, two, second_site="W1", orders=(ORDER,), **tables):
    """S1 can only take O1, S2 only O2, which another mentor looks after."""
    only = [decision("ban", "S1", "O2"), decision("ban", "S2", "O1")]
    defaults = {
        "students": [student(), student("S2")],
        "sites": [site(), site("W2")],
        "mentors": [mentor(), mentor("M2", site_id=second_site)],
        "opportunities": [opportunity(**one), opportunity("O2", site_id=second_site, mentors="M2", **two)],
        "decisions": [*only, *orders],
    }
    return a_round(**(defaults | tables))


def at(sessions, **more):
    return {"sessions": sessions} | more


@pytest.mark.parametrize(
    ("one", "two", "allowed"),
    [
        (at("Tue 09:00-12:00"), at("Tue 09:00-12:00"), APART),
        (at("Tue 09:00-12:00"), at("Tue 12:00-15:00"), ANY),  # half-open: noon belongs to the second
        (at("Tue 09:00-12:00"), at("Tue 11:59-15:00"), APART),
        (at("Tue 09:00-15:00"), at("Tue 11:00-12:00"), APART),
        (at("Tue 09:00-12:00"), at("Thu 09:00-12:00"), ANY),
        (at("Tue 09:00-12:00;Thu 09:00-12:00"), at("Thu 11:00-13:00"), APART),  # one of two windows
        (at("Tue 09:00-12:00", ends="2026-10-06"), at("Tue 09:00-12:00", starts="2026-10-07"), ANY),  # no date in common
        (at("Tue 09:00-12:00", ends="2026-10-06"), at("Tue 09:00-12:00", starts="2026-10-06"), APART),  # 6 October in common
    ],
)
def test_two_students_never_meet(one, two, allowed):
    assert plans(two_students(one, two)) == allowed


@pytest.mark.parametrize(
    ("more", "allowed"),
    [
        ({"second_site": "W2"}, ANY),  # another site
        ({"orders": []}, ANY),
        ({"orders": [decision(CODE, "S2", "S1")]}, APART),
        ({"orders": [decision(CODE, "S1", "S2", until="2026-09-07")]}, ANY),
        ({"orders": [decision(CODE, "S1", "S2", until="2026-09-08")]}, APART),
    ],
)
def test_where_and_how_long(more, allowed):
    assert plans(two_students(at("Tue 09:00-12:00"), at("Tue 09:00-12:00"), **more)) == allowed


@pytest.mark.parametrize(("off", "allowed"), [("2026-10-06", ANY), ("2026-10-13", APART)])
def test_dates_that_fall_away_do_not_count(off, allowed):
    # the only date in common is Tuesday 6 October
    one, two = at("Tue 09:00-12:00", ends="2026-10-06"), at("Tue 09:00-12:00", starts="2026-10-06")
    assert plans(two_students(one, two, calendar=[day_off(off)])) == allowed


def test_each_school_by_its_own_calendar():
    # K1 has the even Tuesdays of October, K2 the odd ones: they never meet
    october = ["2026-10-06", "2026-10-13", "2026-10-20", "2026-10-27"]
    off = [day_off(day, f"K{1 + i % 2}", "no_lti") for i, day in enumerate(october)]
    window = at("Tue 09:00-12:00", starts="2026-10-01", ends="2026-10-31")
    people = {"schools": [school(), school("K2")], "students": [student(), student("S2", school_id="K2")]}
    assert plans(two_students(window, window, calendar=off, **people)) == ANY
    assert plans(two_students(window, window, calendar=off[:-1], **people)) == APART  # 27 October is free for both


def test_within_one_opportunity():
    round_ = a_round(
        students=[student(), student("S2")],
        mentors=[mentor(max_students=2)],
        opportunities=[opportunity(seats=2, sessions="Tue 09:00-12:00")],
        decisions=[decision(CODE, "S1", "S2")],
    )
    assert plans(round_) == {plan(), plan("S1>O1"), plan("S2>O1")}


FREE = {plan(), plan("S1>O1")}


@pytest.mark.parametrize(
    ("sessions", "dates", "allowed"),
    [
        ("Tue 11:00-13:00", {}, {plan()}),
        ("Tue 12:00-13:00", {}, FREE),
        ("Tue 08:00-09:00", {}, FREE),
        ("Tue 08:00-09:01", {}, {plan()}),
        ("Thu 09:00-12:00", {}, FREE),
        ("Tue 09:00-12:00", {"ends": "2026-10-06"}, {plan()}),  # S1 is there from 6 October on
        ("Tue 09:00-12:00", {"ends": "2026-10-05"}, FREE),
    ],
)
def test_a_placed_student_is_at_the_site_already(sessions, dates, allowed):
    people = [student(), student("S2", status="placed")]
    one, two = at("Tue 09:00-12:00", starts="2026-10-06"), at(sessions, **dates)
    assert plans(two_students(one, two, students=people, previous=[earlier("S2", "O2", sessions)])) == allowed
    elsewhere = two_students(one, two, "W2", students=people, previous=[earlier("S2", "O2", sessions)])
    assert plans(elsewhere) == FREE
