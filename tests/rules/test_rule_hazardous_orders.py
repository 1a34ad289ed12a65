"""`hazardous_orders`: no task of the 17 orders for anybody below 18, paid or unpaid."""

import csv
import io
from pathlib import Path

import pytest

from tests.builders import a_round, mentor, opportunity, student
from tests.rules.helpers import STATES, codes, paid_round, refusals

CODE = "hazardous_orders"


@pytest.mark.parametrize("number", range(1, 18))
@pytest.mark.parametrize("kind", ["unpaid_learning", "paid_employment"])
def test_all_17_orders(number, kind):
    assert CODE in codes(paid_round("RI", 17, "Tue 09:00-15:00", job={"tasks": f"office;HO-{number}", "placement_kind": kind}))


@pytest.mark.parametrize("state", STATES)
def test_in_every_state(state):
    assert codes(paid_round(state, 17, job={"tasks": "HO-5", "placement_kind": "unpaid_learning"})) == {CODE}


@pytest.mark.parametrize("tasks", ["ho-14", "Ho-14", "office; HO-14 "])
def test_case_and_spaces_around_a_tag_do_not_hide_it(tasks):
    assert codes(a_round(opportunities=[opportunity(tasks=tasks)])) == {CODE}


@pytest.mark.parametrize("tasks", ["", "office", "HO-0", "HO-18", "HO-", "NHO-5"])
def test_other_tags_are_no_orders(tasks):
    assert codes(a_round(opportunities=[opportunity(tasks=tasks)])) == set()


def test_student_learners_are_not_exempt():
    # law would exempt student-learners of 16-17 from order 14; our choice is not to
    assert CODE in codes(paid_round("WA", 17, programme="CTE", job={"tasks": "HO-14"}))


@pytest.mark.parametrize(
    ("born", "refused"),
    [
        ("2008-09-08", set()),  # 18 on the first session, Tuesday 8 September 2026
        ("2008-09-09", {CODE}),
        ("2008-12-17", {CODE}),  # 18 on the last session only
        ("2000-01-01", set()),
        (None, {CODE}),
    ],
)
def test_minor_on_some_dated_session(born, refused):
    assert codes(a_round(students=[student(birth_date=born)], opportunities=[opportunity(tasks="HO-14")])) == refused


def test_no_session_before_the_birthday():
    offer = opportunity(tasks="HO-14", starts="2026-10-06")
    assert codes(a_round(students=[student(birth_date="2008-10-06")], opportunities=[offer])) == set()
    assert codes(a_round(students=[student(birth_date="2008-10-07")], opportunities=[offer])) == {CODE}


@pytest.mark.parametrize(("first", "weekday", "refused"), [("2026-02-28", "Sat", {CODE}), ("2026-03-01", "Sun", set())])
def test_born_on_29_february(first, weekday, refused):
    job = {"tasks": "HO-14", "placement_kind": "unpaid_learning"}
    assert codes(paid_round("RI", "2008-02-29", f"{weekday} 09:00-10:00", term=("2026-02-01", "2026-05-31"), on=first, job=job)) == refused


@pytest.mark.parametrize(("day", "refused"), [("2026-09-15", {CODE}), ("2027-09-14", {CODE}), ("2027-09-15", set())])
def test_two_birthdays_in_one_round(day, refused):
    # born 15 September 2009: 16 on the first day of a round of 13 months, 17 in its first month, 18 in its last
    job = {"tasks": "HO-14", "placement_kind": "unpaid_learning"}
    sessions = "Tue 09:00-10:00;Wed 09:00-10:00"
    adult = [mentor(documents="clearance:2026-09-01..2027-06-30;clearance:2027-07-01..2027-12-31")]
    assert codes(paid_round("RI", "2009-09-15", sessions, term=("2026-09-01", "2027-09-30"), on=day, job=job, mentors=adult)) == refused


@pytest.mark.parametrize(("born", "refused"), [("2008-12-18", set()), ("2008-12-19", {CODE})])
def test_birthday_on_the_last_day_of_the_round(born, refused):
    # Friday 18 December is the last day, and the only session
    offer = opportunity(tasks="HO-14", sessions="Fri 09:00-15:00", starts="2026-12-18")
    assert codes(a_round(students=[student(birth_date=born)], opportunities=[offer])) == refused


def test_reasons_name_the_order_or_the_missing_birth_date():
    offer = opportunity(tasks="HO-14")
    assert "HO-14" in refusals(a_round(opportunities=[offer]))[CODE]
    assert "birth" in refusals(a_round(students=[student(birth_date=None)], opportunities=[offer]))[CODE]


def test_the_table_of_orders_has_these_17():
    table = Path(__file__).parents[2] / "../shared/facts/hazardous_orders.csv"
    if not table.exists():
        pytest.skip("the facts stand beside the project, not in it")
    assert sorted(int(row["order"]) for row in csv.DictReader(io.StringIO(table.read_text()))) == list(range(1, 18))
