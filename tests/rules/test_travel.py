"""Travel: minutes from a straight line, rows that win over them, home and school, caps and times of day."""

import pytest

from tests.builders import a_round, opportunity, school, settings, site, student, trip
from tests.rules.helpers import codes, journey

# One degree along a meridian is 6371.0088 km * pi / 180 = 111.1951 km. The school stands at 41.8240, -71.4128.
YEAR = "2026-07-01..2027-06-30"
PAPERS = ";".join(f"{name}:{YEAR}" for name in ("parent_consent", "emergency_contacts", "driver_license", "auto_insurance"))


def a_case(north=0.0, east=0.0, *, who=None, offer=None, limits=None, speeds=None, **tables):
    """The site lies so many degrees north and east of the school; nothing but travel matters."""
    place = {"lat": f"{41.8240 + north:.4f}", "lon": f"{-71.4128 + east:.4f}"}
    defaults = {
        "settings": settings(limits=limits or {}, travel=speeds or {}),
        "schools": [school(leave_after=None, return_by=None)],
        "students": [student(**({"documents": PAPERS} | (who or {})))],
        "sites": [site(**place), site("W2")],
        "opportunities": [opportunity(**(offer or {}))],
    }
    return a_round(**(defaults | tables))


@pytest.mark.parametrize(
    ("mode", "north", "east", "minutes"),
    [
        # 0.1 degrees north: 11.11951 km
        ("walk", 0.1, 0, 174),  # 60 * 1.25 / 4.8 = 15.625 min/km: 173.74
        ("bike", 0.1, 0, 62),  # 2 + 60 * 1.25 / 14 * 11.11951 = 2 + 59.57
        ("drive", 0.1, 0, 30),  # 5 + 60 * 1.3 / 35 * 11.11951 = 5 + 24.78
        ("dropoff", 0.1, 0, 28),  # 3 + 24.78
        # no distance: the fixed minutes alone
        ("walk", 0, 0, 0),
        ("bike", 0, 0, 2),
        ("drive", 0, 0, 5),
        ("dropoff", 0, 0, 3),
        # 0.1 degrees east: 11.11951 * cos(41.824 deg) = 11.11951 * 0.74520 = 8.2862 km
        ("walk", 0, 0.1, 130),  # 129.47
        ("walk", -0.1, 0, 174),  # south is as far as north
    ],
)
def test_computed_minutes(mode, north, east, minutes):
    assert journey(a_case(north, east, who={"travel_modes": mode, "max_travel_minutes": 500})) == (mode, minutes, 0)


def test_settings_of_a_mode():
    # 11.11951 km at 5 km/h without detour: 133.43, and 3 fixed: 136.43
    speeds = {"walk": {"speed_kmh": 5, "detour": 1.0, "fixed_minutes": 3}}
    assert journey(a_case(0.1, who={"max_travel_minutes": 500}, speeds=speeds)) == ("walk", 137, 0)


@pytest.mark.parametrize(
    ("north", "own", "limit", "lawful"),
    [
        (0.0345, None, None, True),  # 3.83623 km on foot: 59.94, so 60 minutes; the cap is 60
        (0.0346, None, None, False),  # 60.11, so 61
        (0.0170, 30, None, True),  # 29.54, so 30
        (0.0173, 30, None, False),  # 30.06, so 31
        (0.0170, None, 30, True),
        (0.0173, None, 30, False),
        (0.0170, 30, 45, True),  # the smaller of both
        (0.0173, 30, 45, False),
        (0.0170, 45, 30, True),
        (0.0173, 45, 30, False),
        (0.0431, 75, None, True),  # 74.88: a cap of one's own may be above 60
        (0.0432, 75, None, False),  # 75.06
        (0.0431, None, 75, True),
        (0.0432, None, 75, False),
        (0.0, 0, None, True),  # a cap of no minutes is a cap
        (0.0001, 0, None, False),
    ],
)
def test_cap(north, own, limit, lawful):
    limits = {} if limit is None else {"max_travel_minutes": limit}
    assert codes(a_case(north, who={"max_travel_minutes": own}, limits=limits)) == (set() if lawful else {"trip"})


@pytest.mark.parametrize(
    ("minutes", "transfers", "limits", "lawful"),
    [
        (60, 0, {}, True),
        (61, 0, {}, False),
        (20, 1, {}, True),  # one transfer by default
        (20, 2, {}, False),
        (20, 2, {"max_transfers": 2}, True),
        (20, 3, {"max_transfers": 2}, False),
        (20, 1, {"max_transfers": 0}, False),
        (20, 0, {"max_transfers": 0}, True),
    ],
)
def test_transit_rows(minutes, transfers, limits, lawful):
    row = trip(minutes=str(minutes), transfers=str(transfers))
    round_ = a_case(who={"travel_modes": "transit"}, limits=limits, travel=[row])
    assert journey(round_) == (("transit", minutes, transfers) if lawful else None)
    assert codes(round_) == (set() if lawful else {"trip"})


STUDENT, SCHOOL = trip("S1", mode="walk", minutes="10"), trip("K1", mode="walk", minutes="20")
HOME = {"lat": "41.8740", "lon": "-71.4128"}  # 0.05 degrees north of the school
# The site is 0.03 degrees north of the school: 3.33585 km, 52.12, so 53 minutes on foot.
# The home is 0.02 degrees from the site: 2.22390 km, 34.75, so 35 minutes.


@pytest.mark.parametrize(
    ("starts", "returns", "home", "rows", "minutes"),
    [
        ("school", "school", HOME, [], 53),
        ("home", "home", HOME, [], 35),
        ("home", "school", HOME, [], 53),  # the longer of 35 and 53
        ("school", "home", HOME, [], 53),
        ("home", "home", {}, [], 53),  # a home without coordinates is the school
        ("home", "home", {"lat": "41.8740"}, [], 53),
        # trips from and to school: the school's row, else the student's, else computed
        ("school", "school", HOME, [STUDENT], 10),
        ("school", "school", HOME, [SCHOOL], 20),
        ("school", "school", HOME, [STUDENT, SCHOOL], 20),
        ("school", "school", HOME, [SCHOOL, STUDENT], 20),
        # trips from and to home: the student's row, else computed; never the school's
        ("home", "home", HOME, [STUDENT], 10),
        ("home", "home", HOME, [SCHOOL], 35),
        ("home", "home", HOME, [STUDENT, SCHOOL], 10),
        # one of each
        ("home", "school", HOME, [STUDENT], 10),
        ("home", "school", HOME, [SCHOOL], 35),  # 35 from home, 20 to school
        ("home", "school", HOME, [STUDENT, SCHOOL], 20),  # 10 from home, 20 to school
        ("school", "home", HOME, [STUDENT, SCHOOL], 20),
        ("school", "home", HOME, [SCHOOL], 35),
        ("home", "home", {}, [SCHOOL], 20),  # the home is the school
        ("home", "home", {}, [STUDENT], 10),
        # rows about something else
        ("school", "school", HOME, [trip("S2", mode="walk", minutes="10"), trip("K2", mode="walk", minutes="10")], 53),
        ("school", "school", HOME, [trip("S1", "W2", "walk", "10"), trip("K1", "W2", "walk", "10")], 53),
        ("school", "school", HOME, [trip("S1", mode="bike", minutes="10"), trip("K1", mode="transit", minutes="10")], 53),
        # a row wins also when it is longer
        ("school", "school", HOME, [trip("S1", mode="walk", minutes="59")], 59),
    ],
)
def test_origins_and_rows(starts, returns, home, rows, minutes):
    who = {"starts_from": starts, "returns_to": returns, **home}
    assert journey(a_case(0.03, who=who, travel=rows)) == ("walk", minutes, 0)


def test_a_row_that_is_too_long_wins_over_a_short_line():
    assert codes(a_case(0, travel=[trip("K1", mode="walk", minutes="61")])) == {"trip"}


def test_transfers_of_the_worse_direction():
    rows = [trip("S1", minutes="12", transfers="1"), trip("K1", minutes="20", transfers="0")]
    who = {"travel_modes": "transit", "starts_from": "home", "returns_to": "school", **HOME}
    assert journey(a_case(who=who, travel=rows)) == ("transit", 20, 1)
    assert journey(a_case(who=who, travel=rows, limits={"max_transfers": 0})) is None


def at(leave_after, return_by):
    return {"schools": [school(leave_after=leave_after, return_by=return_by)]}


TIMES = [
    # leave_after, return_by, buffer; 20 minutes by bus for 09:00-15:00
    ("08:40", None, 0, True),
    ("08:41", None, 0, False),
    ("08:30", None, 10, True),  # 09:00 - 20 - 10
    ("08:31", None, 10, False),
    (None, "15:20", 0, True),
    (None, "15:19", 0, False),
    (None, "15:20", 10, True),  # no buffer on the way back
    ("08:40", "15:20", 0, True),
    ("08:41", "15:20", 0, False),
    ("08:40", "15:19", 0, False),
    (None, None, 120, True),
]


@pytest.mark.parametrize(("leave_after", "return_by", "buffer", "lawful"), TIMES)
def test_leave_after_and_return_by_to_the_minute(leave_after, return_by, buffer, lawful):
    round_ = a_case(
        who={"travel_modes": "transit"}, travel=[trip()], limits={"arrival_buffer_minutes": buffer}, **at(leave_after, return_by)
    )
    assert codes(round_) == (set() if lawful else {"trip"})


@pytest.mark.parametrize(
    ("sessions", "leave_after", "return_by", "lawful"),
    [
        ("Tue 09:00-15:00;Thu 08:30-15:00", "08:10", None, True),  # Thursday: 08:30 - 20
        ("Tue 09:00-15:00;Thu 08:30-15:00", "08:11", None, False),
        ("Tue 08:30-15:00;Thu 09:00-15:00", "08:11", None, False),
        ("Tue 09:00-15:00;Thu 09:00-15:30", None, "15:50", True),  # 15:30 + 20
        ("Tue 09:00-15:00;Thu 09:00-15:30", None, "15:49", False),
        ("Tue 09:00-15:30;Thu 09:00-15:00", None, "15:49", False),
    ],
)
def test_every_window(sessions, leave_after, return_by, lawful):
    round_ = a_case(who={"travel_modes": "transit"}, travel=[trip()], offer={"sessions": sessions}, **at(leave_after, return_by))
    assert codes(round_) == (set() if lawful else {"trip"})


@pytest.mark.parametrize(
    ("starts", "returns", "leave_after", "return_by", "lawful"),
    [
        # 35 minutes between home and site, 53 between school and site; 09:00-15:00
        ("home", "school", "08:25", "15:53", True),
        ("home", "school", "08:26", "15:53", False),
        ("home", "school", "08:25", "15:52", False),
        ("school", "home", "08:07", "15:35", True),
        ("school", "home", "08:08", "15:35", False),
        ("school", "home", "08:07", "15:34", False),
    ],
)
def test_each_direction_has_its_own_minutes(starts, returns, leave_after, return_by, lawful):
    who = {"starts_from": starts, "returns_to": returns, **HOME}
    assert codes(a_case(0.03, who=who, **at(leave_after, return_by))) == (set() if lawful else {"trip"})


def test_both_directions_keep_the_cap():
    # 35 minutes from home are lawful, 53 back to school are not, under a cap of 40
    who = {"starts_from": "home", "returns_to": "school", "max_travel_minutes": 40, **HOME}
    assert codes(a_case(0.03, who=who)) == {"trip"}
    assert codes(a_case(0.03, who=who | {"returns_to": "home"})) == set()
    assert codes(a_case(0.03, who=who | {"starts_from": "school", "returns_to": "home"})) == {"trip"}


def rows_of(**minutes):
    """`walk=20` or `transit=(15, 1)`: rows of the school."""
    told = {mode: value if isinstance(value, tuple) else (value, 0) for mode, value in minutes.items()}
    return [trip("K1", mode=mode, minutes=str(m), transfers=str(t)) for mode, (m, t) in told.items()]


@pytest.mark.parametrize(
    ("rows", "used"),
    [
        ({"walk": 20, "bike": 19}, ("bike", 19, 0)),  # fewest minutes
        ({"walk": 20, "bike": 20}, ("walk", 20, 0)),  # then the order of the list
        ({"bike": 20, "transit": 20}, ("bike", 20, 0)),
        ({"transit": 20, "drive": 20}, ("transit", 20, 0)),
        ({"drive": 20, "dropoff": 20}, ("drive", 20, 0)),
        ({"transit": (20, 1), "drive": 20}, ("drive", 20, 0)),  # fewer transfers before the order
        ({"transit": (20, 1), "dropoff": 20}, ("dropoff", 20, 0)),
        ({"transit": (15, 1), "walk": 20}, ("transit", 15, 1)),  # minutes before transfers
        ({"transit": (15, 2), "walk": 20}, ("walk", 20, 0)),  # two transfers are unlawful
        ({"dropoff": 5, "drive": 6, "transit": 7, "bike": 8, "walk": 9}, ("dropoff", 5, 0)),
    ],
)
def test_mode_used(rows, used):
    assert journey(a_case(who={"travel_modes": ";".join(rows)}, travel=rows_of(**rows))) == used
    assert journey(a_case(who={"travel_modes": ";".join(reversed(rows))}, travel=rows_of(**rows))) == used


def test_only_modes_of_the_student():
    assert journey(a_case(who={"travel_modes": "walk"}, travel=rows_of(walk=30, bike=5, dropoff=5))) == ("walk", 30, 0)


def test_the_longer_direction_decides_which_mode_is_faster():
    # on foot 10 from home and 30 to school: 30; by bike 25 and 25: 25
    rows = [trip("S1", mode="walk", minutes="10"), trip("K1", mode="walk", minutes="30")]
    rows += [trip("S1", mode="bike", minutes="25"), trip("K1", mode="bike", minutes="25")]
    who = {"travel_modes": "walk;bike", "starts_from": "home", "returns_to": "school", **HOME}
    assert journey(a_case(who=who, travel=rows)) == ("bike", 25, 0)


def test_both_directions_by_the_same_mode():
    # on foot only the way out is lawful, by bike only the way back: no mode is
    rows = [trip("S1", mode="walk", minutes="10"), trip("K1", mode="walk", minutes="90")]
    rows += [trip("S1", mode="bike", minutes="90"), trip("K1", mode="bike", minutes="10")]
    who = {"travel_modes": "walk;bike", "starts_from": "home", "returns_to": "school", **HOME}
    assert codes(a_case(who=who, travel=rows)) == {"trip"}


def test_each_site_its_own_row():
    rows = [trip("K1", "W1", "walk", "11"), trip("K1", "W2", "walk", "22")]
    offers = [opportunity(), opportunity("O2", site_id="W2")]
    round_ = a_case(sites=[site(), site("W2")], opportunities=offers, travel=rows)
    assert journey(round_, opportunity_id="O1") == ("walk", 11, 0)
    assert journey(round_, opportunity_id="O2") == ("walk", 22, 0)


def test_each_student_their_own_row():
    people = [student(), student("S2"), student("S3", school_id="K2", travel_modes="walk")]
    schools = [school(leave_after=None, return_by=None), school("K2", leave_after=None, return_by=None)]
    rows = [trip("S2", mode="walk", minutes="7"), trip("K2", mode="walk", minutes="33")]
    round_ = a_case(0.03, schools=schools, students=people, travel=rows)
    assert [journey(round_, s) for s in ("S1", "S2", "S3")] == [("walk", 53, 0), ("walk", 7, 0), ("walk", 33, 0)]
