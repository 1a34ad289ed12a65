"""`programme`: credited work experience (WEE in California) from 16, or from grade 11."""

import pytest

from tests.rules.helpers import codes, paid_round, refusals

CODE = "programme"
# the first session is Saturday 12 September 2026


def a_case(born="2010-09-13", grade="10", programme="WEE", has=None, state="CA", **more):
    kind = {"placement_kind": "unpaid_learning"}
    return paid_round(state, born, programme=programme, has=has, who={"grade": grade}, job=kind, **more)


@pytest.mark.parametrize(
    ("born", "grade", "refused"),
    [
        ("2010-09-13", "10", {CODE}),  # 15 on the first session, turns 16 the day after
        ("2010-09-12", "10", set()),  # 16 that day
        ("2010-09-13", "11", set()),  # younger, but not below the grade
        ("2010-09-13", "12", set()),
        ("2010-09-12", "9", set()),
        ("2010-09-13", None, {CODE}),  # the grade is the missing fact
        ("2010-09-12", None, set()),  # the age is enough
        (None, "10", {CODE}),  # the birth date is the missing fact
        (None, "11", set()),  # the grade is enough
        (None, None, {CODE}),
    ],
)
def test_age_or_grade(born, grade, refused):
    assert codes(a_case(born, grade)) == refused


@pytest.mark.parametrize(
    ("programme", "has", "refused"),
    [
        ("WEE", "WEE", {CODE}),
        ("WEE", "", set()),  # not credited for this student
        ("", "WEE", set()),  # this opportunity is not of the programme
        ("COOP", "COOP", set()),  # no law on the age for COOP
        ("W-E-E", "wee", {CODE}),  # case, spaces and hyphens do not count
        ("WEE", "CTE;W E E", {CODE}),
    ],
)
def test_credited_on_both_sides(programme, has, refused):
    assert codes(a_case(programme=programme, has=has)) == refused


@pytest.mark.parametrize(
    ("state", "school_state", "refused"),
    [("CA", "CA", {CODE}), ("CA", "RI", {CODE}), ("RI", "CA", {CODE}), ("RI", "RI", set()), ("WA", "NY", set())],
)
def test_law_of_the_site_or_the_school(state, school_state, refused):
    assert codes(a_case(state=state, school_state=school_state)) == refused


def test_paid_work_too():
    assert CODE in codes(paid_round("CA", 15, programme="WEE", who={"grade": "10"}))
    assert CODE not in codes(paid_round("CA", 15, programme="WEE", who={"grade": "11"}))


@pytest.mark.parametrize(
    ("born", "grade", "words"),
    [
        (None, "10", ["birth date is not known"]),
        ("2010-09-13", None, ["grade is not known"]),
        (None, None, ["birth date"]),  # either fact would do
    ],
)
def test_missing_fact_is_named(born, grade, words):
    reason = refusals(a_case(born, grade))[CODE]
    assert all(word in reason for word in words), reason
