"""`trip`: a pair needs a lawful way to travel; the van only for those with no other way, and only when it is in time."""

import re

import pytest

from tests.builders import a_round, opportunity, school, settings, site, student, trip, van
from tests.rules.helpers import codes, journey, refusals

CODE = "trip"


def test_no_mode_at_all_is_refused_and_named():
    reason = refusals(a_round(students=[student(travel_modes="")]))[CODE]
    assert re.search("travel.?mode|mode", reason)


def test_transit_is_never_computed():
    # the site is 112 m away: a line would give a minute or two, but a bus has a timetable
    round_ = a_round(students=[student(travel_modes="transit")])
    reason = refusals(round_)[CODE]
    assert "transit" in reason
    assert re.search("known|no row|no time", reason), reason
    assert codes(a_round(students=[student(travel_modes="transit")], travel=[trip()])) == set()
    assert codes(a_round(students=[student(travel_modes="transit")], travel=[trip("K1")])) == set()
    assert codes(a_round(students=[student(travel_modes="transit")], travel=[trip("K1", mode="walk")])) == {CODE}
    assert codes(a_round(students=[student(travel_modes="transit")], travel=[trip("S2")])) == {CODE}


@pytest.mark.parametrize("cap", ["9998", "9999", "10000", "99999"])
def test_no_cap_makes_an_unknown_trip_known(cap):
    # somebody writes 9999 for "as long as it takes"; an unknown trip stays unknown
    people = [student(travel_modes="transit", max_travel_minutes=cap)]
    assert codes(a_round(students=people, schools=[school(leave_after=None, return_by=None)])) == {CODE}


def test_transit_from_home_needs_the_students_own_row():
    home = student(travel_modes="transit", starts_from="home", lat="41.8250", lon="-71.4128")
    assert codes(a_round(students=[home], travel=[trip("K1")])) == {CODE}
    assert codes(a_round(students=[home], travel=[trip("S1")])) == set()


@pytest.mark.parametrize(
    ("rows", "changes", "told"),
    [
        ([trip(minutes="61")], {}, ["transit", "61", "60"]),  # the minutes and the cap
        ([trip(minutes="20", transfers="2")], {}, ["transit", "2 transfers", "1"]),
        ([trip(minutes="20")], {"leave_after": "08:41"}, ["transit", "20", "08:41"]),
        ([trip(minutes="20")], {"return_by": "15:19"}, ["transit", "20", "15:19"]),
    ],
)
def test_reasons_tell_the_numbers(rows, changes, told):
    round_ = a_round(students=[student(travel_modes="transit")], schools=[school(**changes)], travel=rows)
    reason = refusals(round_)[CODE]
    assert all(word in reason for word in told), reason


def test_the_reason_tells_of_the_worse_direction():
    home = student(travel_modes="transit", starts_from="home", returns_to="school", lat="41.83", lon="-71.41")
    for rows in ([trip("S1", minutes="10"), trip("K1", minutes="75")], [trip("S1", minutes="75"), trip("K1", minutes="10")]):
        assert "75" in refusals(a_round(students=[home], travel=rows))[CODE]


def test_the_reason_names_every_mode():
    people = [student(travel_modes="walk;transit;van")]
    reason = refusals(a_round(students=people, travel=[trip("K1", mode="walk", minutes="90")]))[CODE]
    assert all(word in reason for word in ("walk", "90", "transit", "van")), reason


def test_a_second_mode_is_enough():
    assert journey(a_round(students=[student(travel_modes="transit;walk")], travel=[trip(minutes="90")])) == ("walk", 2, 0)


RIDE = trip("K1", mode="van", minutes="20")


def a_ride(*vans, who=None, offer=None, leave_after=None, return_by=None, buffer=0, rows=(RIDE,)):
    return a_round(
        settings=settings(limits={"arrival_buffer_minutes": buffer}),
        schools=[school(leave_after=leave_after, return_by=return_by), school("K2", lat="42.0")],
        students=[student(**({"travel_modes": "van"} | (who or {})))],
        sites=[site(), site("W2")],
        opportunities=[opportunity(**(offer or {}))],
        vans=vans,
        travel=rows,
    )


@pytest.mark.parametrize(
    ("vans", "lawful"),
    [
        # 20 minutes; Tuesday and Thursday 09:00-15:00
        ([van()], True),
        ([], False),
        ([van(departs="08:40")], True),  # 08:40 + 20 = 09:00
        ([van(departs="08:41")], False),  # too late
        ([van(returns="15:20")], True),  # 15:00 + 20
        ([van(returns="15:19")], False),
        ([van(weekdays="Tue")], False),  # not on Thursday
        ([van(weekdays="Mon;Tue;Wed;Thu;Fri")], True),
        ([van(weekdays="Tue"), van("V2", weekdays="Thu")], True),  # some van on each day
        ([van(weekdays="Tue"), van("V2", weekdays="Thu", departs="08:41")], False),
        ([van(departs="08:41"), van("V2", departs="08:40")], True),
        ([van(departs="08:40", returns="15:19"), van("V2", departs="08:41", returns="15:20")], False),  # one van there and back
        ([van(sites="W1")], True),
        ([van(sites="W2")], False),
        ([van(sites="W2;W1")], True),
        ([van(school_id="K2")], False),  # another school's van
    ],
)
def test_van_on_every_window(vans, lawful):
    round_ = a_ride(*vans)
    assert codes(round_) == (set() if lawful else {CODE})
    assert journey(round_) == (("van", 20, 0) if lawful else None)


@pytest.mark.parametrize(
    ("case", "lawful"),
    [
        (("08:30", "16:00", 10, None, None), True),  # 08:30 + 20 + 10 = 09:00
        (("08:31", "16:00", 10, None, None), False),
        (("08:00", "15:20", 10, None, None), True),  # no buffer on the way back
        (("08:00", "16:00", 0, "08:00", None), True),
        (("07:59", "16:00", 0, "08:00", None), False),  # leaves before students may
        (("08:00", "16:00", 0, None, "16:00"), True),
        (("08:00", "16:01", 0, None, "16:00"), False),  # is back after students must
    ],
)
def test_times_of_the_van(case, lawful):
    departs, returns, buffer, leave_after, return_by = case
    round_ = a_ride(van(departs=departs, returns=returns), buffer=buffer, leave_after=leave_after, return_by=return_by)
    assert codes(round_) == (set() if lawful else {CODE})


def test_van_by_its_computed_minutes():
    # 0.001 degrees north and 0.0002 west: 0.1124 km; 5 + 60 * 1.3 / 30 * 0.1124 = 5.29, so 6 minutes
    assert journey(a_ride(van(departs="08:54", returns="15:06"), rows=())) == ("van", 6, 0)
    assert codes(a_ride(van(departs="08:55"), rows=())) == {CODE}
    assert codes(a_ride(van(returns="15:05"), rows=())) == {CODE}


def test_windows_at_different_hours():
    offer = {"sessions": "Tue 09:00-12:00;Thu 08:30-12:00"}
    assert codes(a_ride(van(departs="08:10"), offer=offer)) == set()
    assert codes(a_ride(van(departs="08:11"), offer=offer)) == {CODE}  # late on Thursday


@pytest.mark.parametrize(
    ("who", "lawful"),
    [
        ({"lat": "41.83", "lon": "-71.41"}, True),  # lives elsewhere, travels from and to school
        ({"lat": "41.83", "lon": "-71.41", "starts_from": "home"}, False),
        ({"lat": "41.83", "lon": "-71.41", "returns_to": "home"}, False),
        ({"starts_from": "home", "returns_to": "home"}, True),  # a home without coordinates is the school
    ],
)
def test_the_van_goes_from_school_to_school(who, lawful):
    assert codes(a_ride(van(), who=who)) == (set() if lawful else {CODE})


@pytest.mark.parametrize(
    ("walk", "used"),
    [
        (60, ("walk", 60, 0)),  # slower than the van, but lawful
        (61, ("van", 20, 0)),
    ],
)
def test_a_van_seat_only_for_those_with_no_other_lawful_mode(walk, used):
    rows = (RIDE, trip("K1", mode="walk", minutes=str(walk)))
    assert journey(a_ride(van(), who={"travel_modes": "van;walk"}, rows=rows)) == used


def test_van_trips_keep_the_cap():
    assert codes(a_ride(van(departs="07:00", returns="17:00"), rows=(trip("K1", mode="van", minutes="60"),))) == set()
    assert codes(a_ride(van(departs="07:00", returns="17:00"), rows=(trip("K1", mode="van", minutes="61"),))) == {CODE}
