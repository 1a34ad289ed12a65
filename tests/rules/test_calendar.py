"""Dated sessions: which dates a pair meets on, worked out with a calendar of 2026 and 2027."""

import datetime as dt

import pytest

from tests.builders import a_round, day_off, mentor, opportunity, school, settings, site, student
from tests.rules.helpers import ALL_WEEK, codes, variant_of, world_of

# A calendar: 8 September 2026 is a Tuesday, 18 December 2026 a Friday.
TUESDAYS = [
    "09-08",
    "09-15",
    "09-22",
    "09-29",
    "10-06",
    "10-13",
    "10-20",
    "10-27",
    "11-03",
    "11-10",
    "11-17",
    "11-24",
    "12-01",
    "12-08",
    "12-15",
]
THURSDAYS = [
    "09-10",
    "09-17",
    "09-24",
    "10-01",
    "10-08",
    "10-15",
    "10-22",
    "10-29",
    "11-05",
    "11-12",
    "11-19",
    "11-26",
    "12-03",
    "12-10",
    "12-17",
]
TERM = sorted(TUESDAYS + THURSDAYS)


def dates(round_, school_id="K1", pattern=0):
    """Month and day of the dated sessions."""
    world = world_of(round_)
    return [f"{s.date:%m-%d}" for s in world.calendar.sessions(school_id, variant_of(world, pattern=pattern).schedule)]


def test_every_tuesday_and_thursday_of_the_term():
    round_ = a_round()
    world = world_of(round_)
    sessions = world.calendar.sessions("K1", variant_of(world).schedule)
    assert [f"{s.date:%m-%d}" for s in sessions] == TERM
    assert {(s.start, s.end) for s in sessions} == {(540, 900)}  # 09:00 and 15:00
    assert sessions[0].date == dt.date(2026, 9, 8)


@pytest.mark.parametrize(
    ("offer", "first", "last", "count"),
    [
        ({}, "09-08", "12-17", 30),
        ({"starts": "2026-09-09"}, "09-10", "12-17", 29),
        ({"starts": "2026-09-10"}, "09-10", "12-17", 29),
        ({"starts": "2026-08-01"}, "09-08", "12-17", 30),  # the round's start is later
        ({"ends": "2026-12-16"}, "09-08", "12-15", 29),
        ({"ends": "2026-12-17"}, "09-08", "12-17", 30),
        ({"ends": "2027-06-01"}, "09-08", "12-17", 30),  # the round's end is earlier
        ({"sessions": "Fri 09:00-15:00"}, "09-11", "12-18", 15),  # the last day counts: 11 September + 14 weeks = 18 December
        ({"sessions": "Tue 09:00-11:00;Tue 13:00-15:00"}, "09-08", "12-15", 30),  # two sessions on each of 15 Tuesdays
    ],
)
def test_both_ends_are_included(offer, first, last, count):
    found = dates(a_round(opportunities=[opportunity(**offer)]))
    assert (found[0], found[-1], len(found)) == (first, last, count)


@pytest.mark.parametrize(
    ("tables", "gone"),
    [
        ({"calendar": [day_off("2026-10-06")]}, {"10-06"}),
        ({"calendar": [day_off("2026-10-06", "K1")]}, {"10-06"}),
        ({"calendar": [day_off("2026-10-06", "K2")]}, set()),
        ({"calendar": [day_off("2026-10-06", "K1", "no_lti"), day_off("2026-10-08", "*", "no_lti")]}, {"10-06", "10-08"}),
        ({"sites": [site(closures="2026-10-06")]}, {"10-06"}),
        ({"sites": [site(closures="2026-10-06..2026-10-13")]}, {"10-06", "10-08", "10-13"}),  # both ends included
        ({"sites": [site(closures="2026-10-07..2026-10-07;2026-11-24..2026-11-27")]}, {"11-24", "11-26"}),
        ({"mentors": [mentor(leave="2026-10-06..2026-10-08")]}, {"10-06", "10-08"}),  # the only mentor: blocked, not moved
    ],
)
def test_dates_taken_away(tables, gone):
    assert dates(a_round(schools=[school(), school("K2", lat="42.0")], **tables)) == [day for day in TERM if day not in gone]


def test_calendar_is_that_of_the_students_school():
    round_ = a_round(schools=[school(), school("K2")], calendar=[day_off("2026-10-06", "K2")])
    assert "10-06" in dates(round_, "K1")
    assert "10-06" not in dates(round_, "K2")


LEAVE = "2026-10-06"
YEAR = "clearance:2026-07-01..2027-06-30"
BUT_LEAVE = "clearance:2026-07-01..2026-10-05;clearance:2026-10-07..2027-06-30"


@pytest.mark.parametrize(
    ("lead", "second", "held"),
    [
        ({"leave": LEAVE}, {}, True),  # a cleared co-mentor is there
        ({"leave": LEAVE}, {"leave": LEAVE}, False),  # everybody is away
        ({"leave": LEAVE}, {"documents": ""}, False),  # the cleared mentor is away and the one present is not cleared
        ({"leave": LEAVE}, {"documents": BUT_LEAVE}, False),  # the co-mentor's clearance has a gap on that very day
        ({"leave": LEAVE}, {"documents": "clearance:2026-10-06..2026-10-06"}, True),  # ... and covers that very day
        ({"leave": LEAVE, "documents": BUT_LEAVE}, {"documents": ""}, True),  # nobody who covers the date is away: the session stands
        ({}, {"leave": LEAVE}, True),  # the second is away, the lead is there
        ({"documents": ""}, {"leave": LEAVE}, False),  # the second was the only cleared one
        ({"leave": "2026-10-05"}, {"leave": "2026-10-07"}, True),  # no session on those days
        ({"leave": LEAVE}, {"documents": "clearance:2024-07-01..2027-06-30"}, True),  # covers: the one-year clock is not asked here
    ],
)
def test_mentor_leave(lead, second, held):
    mentors = [mentor(**({"documents": YEAR} | lead)), mentor("M2", **({"documents": YEAR} | second))]
    found = dates(a_round(mentors=mentors, opportunities=[opportunity(mentors="M1;M2")]))
    assert found == [day for day in TERM if held or day != "10-06"]


def test_one_cleared_mentor_away_is_enough_to_block():
    # M1 (cleared) and M2 (not) are away, M3 (not cleared) is there: nobody who is cleared is
    mentors = [mentor(leave=LEAVE), mentor("M2", leave=LEAVE, documents=""), mentor("M3", documents="")]
    assert "10-06" not in dates(a_round(mentors=mentors, opportunities=[opportunity(mentors="M1;M2;M3")]))


def test_leave_of_a_mentor_who_is_not_listed_blocks_nothing():
    assert dates(a_round(mentors=[mentor(), mentor("M2", leave=LEAVE)])) == TERM


@pytest.mark.parametrize(
    ("start", "end", "day"),
    [
        ("2026-10-31", "2026-11-02", "2026-11-01"),  # clocks go back on Sunday 1 November 2026
        ("2027-03-13", "2027-03-15", "2027-03-14"),  # clocks go forward on Sunday 14 March 2027
    ],
)
def test_daylight_saving_changes_nothing(start, end, day):
    round_ = a_round(
        settings=settings(start, end),
        schools=[school(windows=ALL_WEEK, leave_after=None, return_by=None)],
        opportunities=[opportunity(sessions="Sun 01:30-09:30")],
    )
    world = world_of(round_)
    assert [(str(s.date), s.end - s.start) for s in world.calendar.sessions("K1", variant_of(world).schedule)] == [(day, 480)]
    assert codes(round_) == set()


@pytest.mark.parametrize(
    ("day", "is_school_day"),
    [
        ("2026-10-05", True),  # Monday
        ("2026-10-06", False),  # no_school of this school
        ("2026-10-07", True),  # no_lti: school, but no internship
        ("2026-10-08", False),  # no_school of every school
        ("2026-10-09", True),  # no_school of another school
        ("2026-10-10", False),  # Saturday
        ("2026-10-11", False),  # Sunday
        ("2026-07-15", True),  # a Wednesday in July: summer break is not known to the engine
    ],
)
def test_school_days(day, is_school_day):
    rows = [day_off("2026-10-06", "K1"), day_off("2026-10-07", "K1", "no_lti"), day_off("2026-10-08"), day_off("2026-10-09", "K2")]
    world = world_of(a_round(schools=[school(), school("K2")], calendar=rows))
    assert world.calendar.is_school_day("K1", dt.date.fromisoformat(day)) is is_school_day


THANKSGIVING = [day_off("2026-11-26"), day_off("2026-11-27")]
WEEK_OFF = [day_off(f"2026-12-{day:02d}") for day in range(7, 12)]  # Monday 7 to Friday 11 December


@pytest.mark.parametrize(
    ("day", "is_school_week"),
    [
        ("2026-11-22", True),  # Sunday before Thanksgiving: Monday to Wednesday are school days
        ("2026-11-26", True),
        ("2026-11-28", True),  # Saturday after it, still the same week
        ("2026-12-05", True),  # Saturday before the week off
        ("2026-12-06", False),  # Sunday: a week runs from Sunday to Saturday
        ("2026-12-09", False),
        ("2026-12-12", False),  # Saturday
        ("2026-12-13", True),
    ],
)
def test_school_weeks_run_from_sunday_to_saturday(day, is_school_week):
    world = world_of(a_round(calendar=THANKSGIVING + WEEK_OFF))
    assert world.calendar.is_school_week("K1", dt.date.fromisoformat(day)) is is_school_week


@pytest.mark.parametrize("kind", ["no_school", "no_lti"])
def test_one_school_day_makes_a_school_week(kind):
    rows = [*WEEK_OFF[:4], day_off("2026-12-11", kind=kind)]
    world = world_of(a_round(calendar=rows))
    assert world.calendar.is_school_week("K1", dt.date(2026, 12, 8)) is (kind == "no_lti")


def test_only_those_who_seek_take_part():
    people = [student("S1"), student("S2", status="placed"), student("S3", status="not_ready")]
    assert [s.student_id for s in world_of(a_round(students=people)).students] == ["S1"]
