"""`minimum_age`: the site's own minimum, and 14 for paid work, on the first dated session."""

import pytest

from tests.builders import a_round, day_off, opportunity, school, settings, student
from tests.rules.helpers import ALL_WEEK, codes, paid_round, refusals

CODE = "minimum_age"


@pytest.mark.parametrize(
    ("born", "refused"),
    [
        ("2009-09-08", set()),  # 17 on the first session, Tuesday 8 September 2026
        ("2009-09-09", {CODE}),  # 17 the day after
        ("2009-09-07", set()),
        ("2005-01-01", set()),
    ],
)
def test_minimum_of_the_site(born, refused):
    assert codes(a_round(students=[student(birth_date=born)], opportunities=[opportunity(min_age=17)])) == refused


@pytest.mark.parametrize(
    ("tables", "refused"),
    [
        ({}, {CODE}),  # first session 8 September, 17 only on 10 September
        ({"calendar": [day_off("2026-09-08")]}, set()),  # first session Thursday 10 September
        ({"calendar": [day_off("2026-09-08", "K2")]}, {CODE}),
    ],
)
def test_first_dated_session_not_first_day_of_the_round(tables, refused):
    round_ = a_round(students=[student(birth_date="2009-09-10")], opportunities=[opportunity(min_age=17)], **tables)
    assert codes(round_) == refused


def test_opportunity_that_starts_later():
    offer = opportunity(min_age=17, starts="2026-10-06")
    assert codes(a_round(students=[student(birth_date="2009-10-06")], opportunities=[offer])) == set()
    assert codes(a_round(students=[student(birth_date="2009-10-07")], opportunities=[offer])) == {CODE}


@pytest.mark.parametrize(("minimum", "refused"), [(17, set()), (18, {CODE}), (19, {CODE})])
def test_birthday_on_the_first_session(minimum, refused):
    # 17 on Tuesday 6 October 2026, a month into the round
    offer = opportunity(min_age=minimum, starts="2026-10-06")
    assert codes(a_round(students=[student(birth_date="2009-10-06")], opportunities=[offer])) == refused


@pytest.mark.parametrize(
    ("first", "refused"),
    [
        ("2027-02-28", {CODE}),  # Sunday; born 29 February 2012, 15 only on 1 March in a common year
        ("2027-03-01", set()),  # Monday
    ],
)
def test_born_on_29_february(first, refused):
    round_ = a_round(
        settings=settings("2027-02-01", "2027-04-30"),
        schools=[school(windows=ALL_WEEK)],
        students=[student(birth_date="2012-02-29")],
        opportunities=[opportunity(min_age=15, sessions="Sun 09:00-10:00;Mon 09:00-10:00", starts=first)],
    )
    assert codes(round_) == refused


@pytest.mark.parametrize(
    ("first", "refused"),
    [
        ("2028-02-28", {CODE}),  # Monday; 2028 is a leap year: 16 on 29 February itself
        ("2028-02-29", set()),  # Tuesday
    ],
)
def test_born_on_29_february_in_a_leap_year(first, refused):
    term = ("2028-02-01", "2028-04-30")
    offer = {"min_age": 16, "placement_kind": "unpaid_learning"}
    assert codes(paid_round("WA", "2012-02-29", "Mon 09:00-10:00;Tue 09:00-10:00", term=term, on=(first, term[1]), job=offer)) == refused


@pytest.mark.parametrize(
    ("born", "kind", "refused"),
    [
        ("2012-09-12", "paid_employment", False),  # 14 on the first session, Saturday 12 September
        ("2012-09-13", "paid_employment", True),  # 13
        ("2012-09-13", "unpaid_learning", False),
    ],
)
def test_fourteen_for_paid_work(born, kind, refused):
    assert (CODE in codes(paid_round("RI", born, "Sat 09:00-12:00", job={"placement_kind": kind}))) is refused


def test_the_later_of_both_minimums_counts():
    # paid and 15: the law's 14 is met, the site's 16 is not
    assert CODE in codes(paid_round("RI", 15, "Sat 09:00-12:00", job={"min_age": 16}))
    # paid and 13: the site's 12 is met, the law's 14 is not
    assert CODE in codes(paid_round("RI", 13, "Sat 09:00-12:00", job={"min_age": 12}))


@pytest.mark.parametrize(
    ("offer", "refused"),
    [
        ({"min_age": 12, "placement_kind": "unpaid_learning"}, True),
        ({"placement_kind": "paid_employment"}, True),
        ({"placement_kind": "unpaid_learning"}, False),  # neither could apply
    ],
)
def test_unknown_birth_date(offer, refused):
    found = refusals(paid_round("RI", None, "Sat 09:00-12:00", job=offer))
    assert (CODE in found) is refused
    assert all("birth" in reason for reason in found.values())
