"""`school_hours`: no paid work between 08:00 and 15:00 of a school day at 14 and 15, but in a work experience programme (WECEP)."""

import pytest

from tests.rules.helpers import STATES, codes, paid_round, refusals

CODE = "school_hours"


def refused(*args, **more):
    return CODE in codes(paid_round(*args, **more))


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize(
    ("sessions", "is_refused"),
    [
        ("Tue 15:00-16:00", False),  # half-open: 15:00 is after school
        ("Tue 14:59-16:00", True),
        ("Tue 07:00-08:00", False),
        ("Tue 07:00-08:01", True),
        ("Tue 07:00-16:00", True),  # around the whole of it
        ("Tue 10:00-11:00", True),
        ("Fri 10:00-11:00", True),
        ("Sat 10:00-11:00", False),  # not a school day
        ("Sun 08:00-15:00", False),
        ("Tue 07:00-08:00;Tue 15:00-16:00", False),  # before and after
        ("Tue 15:00-16:00;Thu 14:00-16:00", True),  # one of the two
    ],
)
def test_hours_of_a_school_day(state, sessions, is_refused):
    assert refused(state, 15, sessions) is is_refused
    assert refused(state, 14, sessions) is is_refused


WECEP = [
    # site, school, the opportunity's programme, the student's; is the session refused?
    ("RI", "RI", "WECEP", "WECEP", False),
    ("CA", "CA", "WECEP", "WECEP", False),
    ("WA", "WA", "WECEP", "WECEP", False),
    ("NY", "NY", "WECEP", "WECEP", True),  # no longer offered in New York
    ("NY", "RI", "WECEP", "WECEP", True),
    ("RI", "NY", "WECEP", "WECEP", True),
    ("CA", "NY", "WECEP", "WECEP", True),  # disabled in one jurisdiction of the pair, it replaces nothing in any law
    ("RI", "CA", "WECEP", "WECEP", False),
    ("RI", "RI", "WECEP", "", True),
    ("RI", "RI", "", "WECEP", True),
    ("RI", "RI", "WEE", "WEE", True),
    ("RI", "RI", "wecep", "W.E.C.E.P", True),  # only case, spaces and hyphens are set aside
    ("RI", "RI", "wecep", "WE-CEP", False),
]


@pytest.mark.parametrize(("site_state", "school_state", "programme", "has", "is_refused"), WECEP)
def test_wecep(site_state, school_state, programme, has, is_refused):
    assert refused(site_state, 15, "Tue 09:00-12:00", programme, school_state=school_state, has=has) is is_refused


@pytest.mark.parametrize(
    ("first", "is_refused"),
    [
        ("2022-08-31", False),  # Wednesday: WECEP was still offered in New York
        ("2022-09-01", True),  # Thursday
    ],
)
def test_new_york_ends_wecep_on_1_september_2022(first, is_refused):
    round_ = {"term": ("2022-08-01", "2022-12-16"), "on": first}
    assert refused("NY", "2007-01-15", "Wed 09:00-12:00;Thu 09:00-12:00", "WECEP", **round_) is is_refused


@pytest.mark.parametrize(
    ("born", "first", "is_refused"),
    [
        ("2010-10-06", "2026-10-06", False),  # 16 on the first session, Tuesday 6 October
        ("2010-10-07", "2026-10-06", True),
        ("2010-10-06", "2026-09-29", True),
        (16, "2026-09-08", False),
    ],
)
def test_at_14_and_15_only(born, first, is_refused):
    assert refused("RI", born, "Tue 09:00-12:00", on=(first, "2026-12-18")) is is_refused


def test_unpaid_learning_is_not_meant():
    assert codes(paid_round("RI", 15, "Tue 09:00-15:00", job={"placement_kind": "unpaid_learning"})) == set()


def test_unknown_birth_date_is_refused_and_named():
    found = refusals(paid_round("RI", None, "Tue 09:00-12:00"))
    assert "minimum_age" in found
    assert all("birth" in reason for reason in found.values())
