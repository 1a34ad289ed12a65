"""`clock_window`: paid work of a minor only between the hours of the strictest law of that age and date."""

import pytest

from matcher.errors import PackError
from tests.builders import day_off
from tests.rules.helpers import STATES, codes, own_pack, paid_round, refusals

CODE = "clock_window"


def refused(*args, **more):
    return CODE in codes(paid_round(*args, **more))


CLOCKS = [
    # state, age, the weekday, the earliest start, a minute earlier, the latest end, a minute later (None: any end up to midnight is lawful)
    *((s, 15, day, "07:00", "06:59", "19:00", "19:01") for s in STATES for day in ("Tue", "Fri", "Sat", "Sun")),
    *((s, 14, "Thu", "07:00", "06:59", "19:00", "19:01") for s in STATES),
    ("CA", 17, "Tue", "05:00", "04:59", "22:00", "22:01"),
    ("CA", 16, "Fri", "05:00", "04:59", "24:00", None),  # until 00:30 before a day without school
    ("CA", 17, "Sat", "05:00", "04:59", "24:00", None),  # Sunday follows
    ("CA", 17, "Sun", "05:00", "04:59", "22:00", "22:01"),  # Monday follows
    ("NY", 17, "Tue", "06:00", "05:59", "22:00", "22:01"),
    ("NY", 16, "Fri", "06:00", "05:59", "22:00", "22:01"),
    ("NY", 17, "Sat", "06:00", "05:59", "22:00", "22:01"),
    ("RI", 17, "Tue", "06:00", "05:59", "23:30", "23:31"),
    ("RI", 16, "Fri", "06:00", "05:59", "24:00", None),  # until 01:30 before a day without school
    ("RI", 17, "Sat", "06:00", "05:59", "24:00", None),
    ("RI", 17, "Sun", "06:00", "05:59", "23:30", "23:31"),
    ("WA", 17, "Tue", "07:00", "06:59", "22:00", "22:01"),
    ("WA", 16, "Fri", "07:00", "06:59", "22:00", "22:01"),  # the later end on Friday and Saturday is not used
    ("WA", 17, "Sat", "07:00", "06:59", "22:00", "22:01"),
]


@pytest.mark.parametrize("case", CLOCKS, ids=str)
def test_clock_to_the_minute(case):
    state, age, day, start, early, end, late = case
    assert not refused(state, age, f"{day} {start}-08:00")
    assert refused(state, age, f"{day} {early}-08:00")
    assert not refused(state, age, f"{day} 18:00-{end}")
    assert late is None or refused(state, age, f"{day} 18:00-{late}")


DIFFER = [
    # site, school, day, earliest, too early, latest, too late (age 17)
    ("RI", "WA", "Tue", "07:00", "06:59", "22:00", "22:01"),
    ("WA", "RI", "Tue", "07:00", "06:59", "22:00", "22:01"),
    ("CA", "RI", "Tue", "06:00", "05:59", "22:00", "22:01"),  # start of Rhode Island, end of California
    ("RI", "CA", "Fri", "06:00", "05:59", "24:00", None),  # both later before a day without school
    ("RI", "NY", "Fri", "06:00", "05:59", "22:00", "22:01"),
    ("CA", "WA", "Sat", "07:00", "06:59", "22:00", "22:01"),
]


@pytest.mark.parametrize("case", DIFFER, ids=str)
def test_strictest_of_both_states(case):
    site_state, school_state, day, start, early, end, late = case
    more = {"school_state": school_state}
    assert not refused(site_state, 17, f"{day} {start}-08:00", **more)
    assert refused(site_state, 17, f"{day} {early}-08:00", **more)
    assert not refused(site_state, 17, f"{day} 18:00-{end}", **more)
    assert late is None or refused(site_state, 17, f"{day} 18:00-{late}", **more)


SUMMER = [
    # state, age 15, one date, its weekday, the latest end
    ("RI", "2027-05-31", "Mon", "19:00"),  # the day before 1 June
    ("RI", "2027-06-01", "Tue", "21:00"),
    ("CA", "2027-05-31", "Mon", "19:00"),
    ("CA", "2027-06-01", "Tue", "21:00"),
    ("WA", "2027-05-31", "Mon", "19:00"),
    ("WA", "2027-06-01", "Tue", "21:00"),
    ("NY", "2027-06-01", "Tue", "19:00"),  # federal law would allow 21:00, New York begins on 21 June
    ("NY", "2027-06-20", "Sun", "19:00"),
    ("NY", "2027-06-21", "Mon", "21:00"),
    ("RI", "2027-09-06", "Mon", "21:00"),  # Labor Day 2027, the first Monday of September, is included
    ("RI", "2027-09-07", "Tue", "19:00"),
    ("NY", "2027-09-06", "Mon", "21:00"),
    ("NY", "2027-09-07", "Tue", "19:00"),
    ("WA", "2027-09-05", "Sun", "21:00"),
]


@pytest.mark.parametrize(("state", "date", "day", "end"), SUMMER)
def test_summer_hours(state, date, day, end):
    more = {"on": date, "term": ("2027-05-03", "2027-12-17")}
    born = "2011-12-31"  # 15 until 30 December 2027... and on every date above
    assert not refused(state, born, f"{day} 18:00-{end}", **more)
    assert refused(state, born, f"{day} 18:00-{end[:-1]}1", **more)
    assert refused(state, born, f"{day} 06:59-08:00", **more)  # the start does not change


LABOR_DAYS = [
    # 1 September is a Monday in 2025, a Tuesday in 2026, a Saturday in 2029: first Mondays 1, 7 and 3 September
    (("2025-08-04", "2025-12-19"), "2025-09-01", "Mon", "21:00"),
    (("2025-08-04", "2025-12-19"), "2025-09-02", "Tue", "19:00"),
    (("2026-08-03", "2026-12-18"), "2026-09-07", "Mon", "21:00"),
    (("2026-08-03", "2026-12-18"), "2026-09-08", "Tue", "19:00"),
    (("2029-08-06", "2029-12-21"), "2029-09-03", "Mon", "21:00"),
    (("2029-08-06", "2029-12-21"), "2029-09-04", "Tue", "19:00"),
]


@pytest.mark.parametrize(("term", "date", "day", "end"), LABOR_DAYS)
def test_labor_day_moves(term, date, day, end):
    born = f"{int(term[0][:4]) - 15}-07-01"
    assert not refused("RI", born, f"{day} 18:00-{end}", on=date, term=term)
    assert refused("RI", born, f"{day} 18:00-{end[:-1]}1", on=date, term=term)


def test_a_session_each_week_needs_the_hours_of_every_week():
    # Mondays from 7 September (Labor Day) 2026 on: 21:00 is lawful on the first of them only
    term = ("2026-09-07", "2026-12-18")
    assert not refused("RI", 15, "Mon 18:00-21:00", term=term, on="2026-09-07")
    assert refused("RI", 15, "Mon 18:00-21:00", term=term)


EVES = [
    # California and Rhode Island at 17: rows of the calendar, one date, its weekday; is the night before a day without school?
    ([day_off("2026-10-07")], "2026-10-06", "Tue", True),
    ([day_off("2026-10-07", kind="no_lti")], "2026-10-06", "Tue", False),
    ([day_off("2026-10-07", "K2")], "2026-10-06", "Tue", False),
    ([day_off("2026-11-26"), day_off("2026-11-27")], "2026-11-25", "Wed", True),  # Thanksgiving
    ([day_off("2026-10-12")], "2026-10-11", "Sun", True),  # a Monday without school
    ([], "2026-10-11", "Sun", False),
    ([], "2026-10-09", "Fri", True),
    ([], "2026-10-10", "Sat", True),
]


@pytest.mark.parametrize("state", ["CA", "RI"])
@pytest.mark.parametrize(("calendar", "date", "day", "eve"), EVES)
def test_later_before_a_day_without_school(state, calendar, date, day, eve):
    assert refused(state, 17, f"{day} 20:00-24:00", on=date, calendar=calendar) is not eve


@pytest.mark.parametrize(
    ("born", "first", "is_refused"),
    [
        ("2010-10-06", "2026-10-06", False),  # Tuesdays until 19:30: too late at 15, lawful at 16 in Rhode Island
        ("2010-10-07", "2026-10-06", True),
        ("2010-10-06", "2026-09-29", True),
    ],
)
def test_turns_16_within_the_term(born, first, is_refused):
    assert refused("RI", born, "Tue 18:00-19:30", on=(first, "2026-12-18")) is is_refused


@pytest.mark.parametrize(
    ("born", "first", "is_refused"),
    [("2008-10-06", "2026-10-06", False), ("2008-10-07", "2026-10-06", True), ("2008-10-06", "2026-09-29", True)],
)
def test_turns_18_within_the_term(born, first, is_refused):
    assert refused("WA", born, "Tue 04:00-06:00", on=(first, "2026-12-18")) is is_refused


def test_dates_of_daylight_saving_go_by_the_clock():
    assert not refused("RI", 17, "Sun 06:00-07:00", on="2026-11-01")
    assert refused("RI", 17, "Sun 05:59-07:00", on="2026-11-01")
    spring = {"on": "2027-03-14", "term": ("2027-01-05", "2027-05-28")}
    assert not refused("RI", "2010-12-31", "Sun 06:00-07:00", **spring)
    assert refused("RI", "2010-12-31", "Sun 05:59-07:00", **spring)


OWN = own_pack("OWN-CLOCK", "clock_window")


@pytest.mark.parametrize(
    ("law", "date", "day", "lawful", "late"),
    [
        # at 17, in Rhode Island (23:30 before a school day)
        ("values = { start = '06:00', end = '20:00' }", "2026-10-06", "Tue", "20:00", "20:01"),
        ("values = { start = '06:00', end = '20:00' }\neffective_from = 2026-10-07", "2026-10-06", "Tue", "23:30", "23:31"),
        ("values = { start = '06:00', end = '20:00' }\neffective_to = 2026-10-06", "2026-10-06", "Tue", "20:00", "20:01"),
        ("values = { start = '06:00', end = '20:00' }\nages = [14, 16]", "2026-10-06", "Tue", "23:30", "23:31"),
        ("values = { start = '06:00', end = '20:00', end_before_other_day = '21:00' }", "2026-10-09", "Fri", "21:00", "21:01"),
        ("values = { start = '06:00', end = '20:00', end_before_other_day = '21:00' }", "2026-10-11", "Sun", "20:00", "20:01"),
    ],
)
def test_a_law_of_ones_own(tmp_path, law, date, day, lawful, late):
    (tmp_path / "own.toml").write_text(OWN + law)
    for end, is_refused in ((lawful, False), (late, True)):
        round_ = paid_round("RI", 17, f"{day} 18:00-{end}", on=date, packs=("us-federal", "us-ri", "school", "own.toml"))
        assert (CODE in codes(round_, folder=tmp_path)) is is_refused


def test_a_summer_that_ends_on_another_day_is_not_taken_for_labor_day(tmp_path):
    # until 21:00 from 1 June to 15 August: on 20 August 2026, a Thursday, 20:00 is the end; a pack that cannot say so must not load
    values = "{ start = '06:00', end = '20:00', summer_end = '21:00', summer_from = '06-01', summer_to = '08-15' }"
    (tmp_path / "own.toml").write_text(OWN + f"values = {values}")
    more = {"on": "2026-08-20", "term": ("2026-08-03", "2026-12-18"), "packs": ("us-federal", "us-ri", "school", "own.toml")}
    try:
        found = codes(paid_round("RI", 17, "Thu 18:00-21:00", **more), folder=tmp_path)
    except PackError:
        return
    assert CODE in found


@pytest.mark.parametrize(("age", "kind"), [(15, "unpaid_learning"), (17, "unpaid_learning"), (18, "paid_employment")])
@pytest.mark.parametrize("sessions", ["Tue 00:00-05:00", "Tue 20:00-24:00"])
def test_whom_it_does_not_bind(age, kind, sessions):
    assert codes(paid_round("WA", age, sessions, job={"placement_kind": kind})) == set()


def test_unknown_birth_date_is_refused_and_named():
    found = refusals(paid_round("RI", None, "Tue 04:00-06:00"))
    assert "minimum_age" in found
    assert all("birth" in reason for reason in found.values())
