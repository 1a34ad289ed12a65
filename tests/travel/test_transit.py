"""Transit by timetable, worked out by hand: who gets there in time, by which bus, on which dates.

The school lies at kilometre 0 of a straight road to the north and the site at kilometre 10. Walking has speed 6 km/h and detour 1
here, so 100 m take one minute; places lie some decimetres nearer, so that no test hangs on the last digit of a coordinate. The
session is on Tuesdays 09:00-15:00 unless said otherwise.
"""

from __future__ import annotations

import pytest

from matcher.rules.trip import transit_of, travel_of
from matcher.travel.base import UNKNOWN
from tests import feeds
from tests.builders import a_round, day_off, opportunity, school, settings, site, student, trip
from tests.rules.helpers import refusals, world_of

WALK = {"walk": {"speed_kmh": 6, "detour": 1}}
TUESDAYS = ("2026-09-08", "2026-12-18")
STOPS = {"A": 0.1997, "B": 9.9003, "C": 5.0, "D": 5.2997, "E": 7.0}
OUT, BACK = "T1 weekday: A 08:20:00, B 08:45:00", "T2 weekday: B 15:10:00, A 15:35:00"


def answer(folder, trips, *, stops=STOPS, sessions="Tue 09:00-15:00", term=TUESDAYS, limits=None, gtfs=None, feed=None, **tables):
    """Minutes out, back and transfers; UNKNOWN is told as None."""
    feeds.write(folder, stops=stops, trips=trips, **(feed or {}))
    sections = {"travel": WALK, "limits": limits or {}, "gtfs": {"feeds": ["bus.zip"]} | (gtfs or {})}
    defaults = {
        "settings": settings(*term, **sections),
        "schools": [school(leave_after=None, return_by=None)],
        "sites": [site(lat=feeds.north(10), lon="-71.4128")],
        "students": [student(travel_modes="transit", max_travel_minutes="240")],
        "opportunities": [opportunity(sessions=sessions)],
    }
    world = world_of(a_round(**(defaults | tables)), folder)
    found = transit_of(world).trips(world.students)
    return tuple(None if value >= UNKNOWN else value for value in (int(found.out[0, 0]), int(found.back[0, 0]), int(found.transfers[0, 0])))


# Outward: 2 minutes to A, bus 08:20-08:45, 1 minute to the site: leaves at 08:18 for 09:00. Back: 15:00 to 15:35 and 2 minutes.
def test_one_bus_there_and_back_with_waiting(tmp_path):
    assert answer(tmp_path, [OUT, BACK]) == (42, 37, 0)


def test_the_latest_bus_out_and_the_first_one_back(tmp_path):
    trips = [OUT, BACK, "T3 weekday: A 08:00:00, B 08:25:00", "T4 weekday: A 08:40:00, B 09:05:00", "T5 weekday: B 15:00:30, A 15:20:00"]
    assert answer(tmp_path, trips) == (42, 37, 0)  # T4 is late, and B is a minute's walk from the site
    assert answer(tmp_path, [*trips, "T6 weekday: B 15:01:00, A 15:27:00"]) == (42, 29, 0)


@pytest.mark.parametrize(("arrives", "out"), [("08:59:00", 42), ("08:59:01", None)])
def test_in_time_to_the_second(tmp_path, arrives, out):
    assert answer(tmp_path, [f"T1 weekday: A 08:20:00, B {arrives}", BACK])[0] == out


@pytest.mark.parametrize(("buffer", "out"), [(0, 42), (14, 28), (15, None)])
def test_the_buffer_counts_at_the_site(tmp_path, buffer, out):
    """Leaves at 08:18 and is at the site at 08:46."""
    assert answer(tmp_path, [OUT, BACK], limits={"arrival_buffer_minutes": buffer})[0] == out


@pytest.mark.parametrize(("back", "minutes"), [("A 15:35:00", 37), ("A 15:35:01", 38), ("A 15:34:59", 37), ("A 15:34:00", 36)])
def test_minutes_are_rounded_up(tmp_path, back, minutes):
    assert answer(tmp_path, [OUT, f"T2 weekday: B 15:10:00, {back}"])[1] == minutes


@pytest.mark.parametrize(("km", "out"), [(1.4997, 55), (1.5003, None)])
def test_the_longest_walk_to_a_stop(tmp_path, km, out):
    """15 minutes for 1,500 m; 2 minutes become 15."""
    assert answer(tmp_path, [OUT, BACK], stops=STOPS | {"A": km})[0] == out


def test_the_longest_walk_is_a_setting(tmp_path):
    assert answer(tmp_path, [OUT, BACK], gtfs={"max_walk_minutes": 1}) == (None, None, 0)
    assert answer(tmp_path, [OUT, BACK], gtfs={"max_walk_minutes": 2}) == (42, 37, 0)


# A 08:00 - C 08:15; 3 minutes on foot from C to D and 2 to spare: a bus from D at 08:20 is caught, at 08:19:59 it is not.
CHANGE = "T1 weekday: A 08:00:00, C 08:15:00"


@pytest.mark.parametrize(("departs", "out"), [("08:20:00", 62), ("08:19:59", None)])
def test_a_change_on_foot(tmp_path, departs, out):
    assert answer(tmp_path, [CHANGE, f"T3 weekday: D {departs}, B 08:40:00", BACK])[::2] == (out, 1 if out else 0)


@pytest.mark.parametrize(("departs", "out"), [("08:17:00", 62), ("08:16:59", None)])
def test_a_change_at_one_stop(tmp_path, departs, out):
    assert answer(tmp_path, [CHANGE, f"T3 weekday: C {departs}, B 08:40:00", BACK])[0] == out


def test_a_change_on_foot_is_not_longer_than_the_setting(tmp_path):
    trips = [CHANGE, "T3 weekday: D 08:30:00, B 08:40:00", BACK]
    assert answer(tmp_path, trips, gtfs={"max_change_walk_minutes": 3})[0] == 62
    assert answer(tmp_path, trips, gtfs={"max_change_walk_minutes": 2})[0] is None


@pytest.mark.parametrize(("most", "found"), [(0, (None, 37, 0)), (1, (None, 37, 0)), (2, (72, 37, 2))])
def test_no_more_changes_than_allowed(tmp_path, most, found):
    trips = ["T1 weekday: A 07:50:00, C 08:00:00", "T3 weekday: C 08:10:00, E 08:20:00", "T4 weekday: E 08:30:00, B 08:50:00", BACK]
    assert answer(tmp_path, trips, limits={"max_transfers": most}) == found


def test_of_equal_minutes_the_fewest_changes(tmp_path):
    trips = [CHANGE, "T3 weekday: C 08:20:00, B 08:40:00", BACK]
    assert answer(tmp_path, trips) == (62, 37, 1)
    assert answer(tmp_path, [*trips, "T4 weekday: A 08:00:00, B 08:55:00"]) == (62, 37, 0)
    assert answer(tmp_path, [*trips, "T4 weekday: A 07:59:00, B 08:55:00"]) == (62, 37, 1)


def test_staying_on_the_bus_is_no_change(tmp_path):
    assert answer(tmp_path, ["T1 weekday: A 08:00:00, C 08:15:00/08:20:00, B 08:40:00", BACK]) == (62, 37, 0)


def test_nobody_gets_on_or_off_where_the_feed_says_so(tmp_path):
    assert answer(tmp_path, ["T1 weekday: A 08:00:00*, B 08:40:00", BACK])[0] is None
    assert answer(tmp_path, ["T1 weekday: A 08:00:00, B 08:40:00!", BACK])[0] is None
    assert answer(tmp_path, ["T1 weekday: A 08:00:00!, B 08:40:00*", BACK])[0] == 62


def test_times_left_out_are_spread_evenly(tmp_path):
    """From A 08:00:00 to B 08:50:00 by C and E: 08:16:40 and 08:33:20; a bus from E at 08:35:20 is caught and not a second before."""
    slow = "T1 weekday: A 08:00:00, C, E, X 08:50:00"
    stops = STOPS | {"X": 30}
    assert answer(tmp_path, [slow, "T3 weekday: E 08:35:20, B 08:50:00", BACK], stops=stops)[0] == 62
    assert answer(tmp_path, [slow, "T3 weekday: E 08:35:19, B 08:50:00", BACK], stops=stops)[0] is None


def test_past_midnight_the_service_day_of_before_counts(tmp_path):
    """Until 24:00 on Tuesday; the bus of Tuesday's service at 24:10 is there at 25:10:00: 70 minutes and 2 on foot."""
    late = {"sessions": "Tue 18:00-24:00", "schools": [school(leave_after=None, return_by=None, windows="Tue 08:00-24:00")]}
    out = "T1 weekday: A 17:20:00, B 17:45:00"
    assert answer(tmp_path, [out, "T2 weekday: B 24:10:00, A 25:10:00"], **late) == (42, 72, 0)
    # the same hour by Wednesday's own service
    assert answer(tmp_path, [out, "T2 weekday: B 00:10:00, A 01:10:00"], **late) == (42, 72, 0)


def test_early_in_the_morning_the_bus_of_the_night_before_counts(tmp_path):
    """A session at 02:00 on Tuesday; Monday's service leaves at 25:10:00, which is 01:10."""
    early = {"sessions": "Tue 02:00-06:00", "schools": [school(leave_after=None, return_by=None, windows="Tue 00:00-24:00")]}
    back = "T2 weekday: B 06:10:00, A 06:35:00"
    assert answer(tmp_path, ["T1 weekday: A 25:10:00, B 25:50:00", back], **early) == (52, 37, 0)
    no_monday = {"feed": {"calendar": ["weekday,0,1,1,1,1,0,0,20260901,20261231"]}}
    assert answer(tmp_path, ["T1 weekday: A 25:10:00, B 25:50:00", back], **early, **no_monday) == (None, 37, 0)


def test_longer_than_240_minutes_is_not_looked_for(tmp_path):
    assert answer(tmp_path, ["T1 weekday: A 05:02:00, B 08:45:00", BACK])[0] == 240
    assert answer(tmp_path, ["T1 weekday: A 05:01:00, B 08:45:00", BACK])[0] is None


# --- windows and dates ---


def test_the_worst_window_counts(tmp_path):
    """Tuesday 42 minutes, Thursday at 10:00 has only the bus of 08:20: 102."""
    assert answer(tmp_path, [OUT, BACK], sessions="Tue 09:00-15:00;Thu 10:00-15:00") == (102, 37, 0)


def test_a_weekday_without_service_is_unknown(tmp_path):
    tuesdays = {"calendar": ["weekday,0,1,0,0,0,0,0,20260901,20261231"]}
    assert answer(tmp_path, [OUT, BACK], feed=tuesdays) == (42, 37, 0)
    assert answer(tmp_path, [OUT, BACK], feed=tuesdays, sessions="Tue 09:00-15:00;Thu 09:00-15:00") == (None, None, 0)


HOLIDAY = {"dates": ["weekday,20261110,2", "sunday,20261110,1"]}
SLOW = ["T8 sunday: A 07:50:00, B 08:45:00", "T9 sunday: B 15:20:00, A 16:00:00"]


def test_every_date_of_the_weekday_counts(tmp_path):
    """On Tuesday 10 November the buses run as on Sundays: 72 and 62 minutes."""
    assert answer(tmp_path, [OUT, BACK, *SLOW], feed=HOLIDAY) == (72, 62, 0)
    assert answer(tmp_path, [OUT, BACK], feed={"dates": HOLIDAY["dates"][:1]}) == (None, None, 0)


@pytest.mark.parametrize(
    ("days", "found"), [([day_off("2026-11-10")], 42), ([day_off("2026-11-10", "K1")], 42), ([day_off("2026-11-11")], 72)]
)
def test_a_date_without_school_does_not_count(tmp_path, days, found):
    assert answer(tmp_path, [OUT, BACK, *SLOW], feed=HOLIDAY, calendar=days)[0] == found


def test_a_date_that_only_another_school_has_off_counts(tmp_path):
    schools = [school(leave_after=None, return_by=None), school("K2")]
    assert answer(tmp_path, [OUT, BACK, *SLOW], feed=HOLIDAY, calendar=[day_off("2026-11-10", "K1")], schools=schools)[0] == 72


@pytest.mark.parametrize(("ends", "out"), [("20261215", 42), ("20261214", None)])
def test_a_feed_that_ends_before_the_last_tuesday_says_nothing(tmp_path, ends, out):
    assert answer(tmp_path, [OUT, BACK], feed={"calendar": [f"weekday,{feeds.WEEK},20260901,{ends}"]})[0] == out


@pytest.mark.parametrize(("ends", "out"), [("20261215", 42), ("20261214", None)])
def test_feed_info_may_say_less(tmp_path, ends, out):
    info = {"feed_info_txt": f"feed_publisher_name,feed_start_date,feed_end_date\nX,20260901,{ends}\n"}
    assert answer(tmp_path, [OUT, BACK], feed=info)[0] == out


def test_a_typical_week_stands_for_every_week(tmp_path):
    """The feed is of the spring; its week of Monday 2 March 2026 stands for the term, holidays and all."""
    spring = {"calendar": [f"weekday,{feeds.WEEK},20260202,20260529"], "dates": ["weekday,20260310,2"]}
    assert answer(tmp_path, [OUT, BACK], feed=spring) == (None, None, 0)
    assert answer(tmp_path, [OUT, BACK], feed=spring, gtfs={"typical_weeks": ["2026-03-02"]}) == (42, 37, 0)
    assert answer(tmp_path, [OUT, BACK], feed=spring, gtfs={"typical_weeks": ["2026-03-08"]}) == (42, 37, 0)  # its Sunday
    assert answer(tmp_path, [OUT, BACK], feed=spring, gtfs={"typical_weeks": ["2026-03-09"]}) == (None, None, 0)  # a holiday


def test_two_feeds_are_one_network(tmp_path):
    feeds.write(tmp_path, "rail", stops={"X": 5.0997, "B": 9.9003}, trips=["T1 weekday: X 08:20:00, B 08:40:00"])
    both = {"feeds": ["bus.zip", "rail"]}
    assert answer(tmp_path, [CHANGE, BACK], gtfs=both) == (62, 37, 1)


# --- who counts, and what the rule says ---


def test_from_home_and_back_to_school(tmp_path):
    """The home is 100 m from the site's stop, so there is a trip from B's neighbour only; it is the school on the way back."""
    who = [student(travel_modes="transit", starts_from="home", lat=feeds.north(5.0), lon="-71.4128", max_travel_minutes="240")]
    assert answer(tmp_path, ["T1 weekday: C 08:30:00, B 08:45:00", BACK], students=who) == (30, 37, 0)


def test_rows_of_travel_win(tmp_path):
    assert answer(tmp_path, [OUT, BACK], travel=[trip("K1", minutes="25", transfers="1")]) == (25, 25, 1)
    assert answer(tmp_path, [OUT, BACK], travel=[trip("K1", minutes="25", mode="bike")]) == (42, 37, 0)


def judged(folder, trips, sessions="Tue 09:00-15:00", **changes):
    feeds.write(folder, stops=STOPS, trips=trips)
    tables = {
        "settings": settings(*TUESDAYS, travel=WALK, gtfs={"feeds": ["bus.zip"]}),
        "schools": [school(**({"leave_after": None, "return_by": None} | changes))],
        "sites": [site(lat=feeds.north(10), lon="-71.4128")],
        "students": [student(travel_modes="transit")],
        "opportunities": [opportunity(sessions=sessions)],
    }
    return refusals(a_round(**tables), folder=folder)


@pytest.mark.parametrize(("leave_after", "lawful"), [("08:18", True), ("08:19", False)])
def test_leaving_is_judged_by_the_bus(tmp_path, leave_after, lawful):
    assert set(judged(tmp_path, [OUT, BACK], leave_after=leave_after)) == (set() if lawful else {"trip"})


@pytest.mark.parametrize(("return_by", "lawful"), [("15:37", True), ("15:36", False)])
def test_coming_back_is_judged_by_the_bus(tmp_path, return_by, lawful):
    assert set(judged(tmp_path, [OUT, BACK], return_by=return_by)) == (set() if lawful else {"trip"})


def test_the_reason_says_what_is_amiss(tmp_path):
    long = judged(tmp_path, ["T1 weekday: A 07:20:00, B 08:45:00", BACK])
    assert long == {"trip": "transit: 102 minutes, the limit is 60"}
    none = judged(tmp_path, [BACK])
    assert none == {"trip": "transit: the travel time is not known: no trip of at most 240 minutes by bus or train fits these hours"}


def test_each_way_to_take_an_offer_has_its_own_times(tmp_path):
    feeds.write(tmp_path, stops=STOPS, trips=[OUT, BACK, "T3 weekday: A 09:30:00, B 09:45:00"])
    tables = {
        "settings": settings(*TUESDAYS, travel=WALK, gtfs={"feeds": ["bus.zip"]}),
        "schools": [school(leave_after=None, return_by=None)],
        "sites": [site(lat=feeds.north(10), lon="-71.4128"), site("W2")],
        "students": [student("S0"), student(travel_modes="transit")],
        "opportunities": [opportunity(sessions="Tue 09:00-15:00 | Tue 10:00-15:00"), opportunity("O2", site_id="W2", mentors="M2")],
        "mentors": [*a_round().mentors, a_round().mentors[0].model_copy(update={"mentor_id": "M2", "site_id": "W2"})],
    }
    world = world_of(a_round(**tables), tmp_path)
    found = transit_of(world).trips(world.students[1:])
    assert found.out.tolist() == [[42, 32, UNKNOWN]]
    assert travel_of(world).trips(world.students[1:], "transit").out.tolist() == [[UNKNOWN, UNKNOWN]]
