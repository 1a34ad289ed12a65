"""`hours_per_week`: paid hours and days of a minor from Sunday to Saturday, by the age on the first session of the week."""

import pytest

from tests.builders import day_off
from tests.rules.helpers import DAYS, codes, own_pack, paid_round, refusals

CODE = "hours_per_week"


def refused(*args, **more):
    folder = more.pop("folder", None)
    return CODE in codes(paid_round(*args, **more), folder=folder)


def days(names, start, end):
    return ";".join(f"{day} {start}-{end}" for day in names.split())


FIVE = "Mon Tue Wed Thu Fri"
AFTER = days(FIVE, "15:00", "18:00")  # 5 x 3 h = 15 h
LONG = days(FIVE, "08:00", "16:00")  # 5 x 8 h = 40 h

CAPS = [
    # state, age, programme, exactly the cap, one minute more
    ("RI", 15, "", f"{AFTER};Sat 09:00-12:00", f"{AFTER};Sat 09:00-12:01"),  # 15 + 3 = 18
    ("CA", 15, "", f"{AFTER};Sat 09:00-12:00", f"{AFTER};Sat 09:00-12:01"),
    ("NY", 14, "", f"{AFTER};Sat 09:00-12:00", f"{AFTER};Sat 09:00-12:01"),
    ("WA", 15, "", f"{AFTER};Sat 09:00-10:00", f"{AFTER};Sat 09:00-10:01"),  # 15 + 1 = 16
    ("RI", 15, "WECEP", f"{AFTER};Sat 09:00-17:00", f"{AFTER};Sat 09:00-17:01"),  # 15 + 8 = 23
    ("CA", 15, "WECEP", f"{AFTER};Sat 09:00-17:00", f"{AFTER};Sat 09:00-17:01"),
    ("WA", 15, "WECEP", f"{AFTER};Sat 09:00-10:00", f"{AFTER};Sat 09:00-10:01"),  # Washington's 16 h stay
    ("NY", 15, "WECEP", f"{AFTER};Sat 09:00-12:00", f"{AFTER};Sat 09:00-12:01"),  # disabled in New York: 18
    ("RI", 17, "", f"{days(FIVE, '07:00', '16:00')};Sat 09:00-12:00", f"{days(FIVE, '07:00', '16:00')};Sat 09:00-12:01"),  # 45 + 3 = 48
    ("CA", 17, "WEE", f"{LONG};Sat 08:00-16:00", f"{LONG};Sat 08:00-16:00;Sun 09:00-09:01"),  # 40 + 8 = 48
    (
        "NY",
        17,
        "",
        f"{days('Mon Tue Wed Thu', '15:00', '19:00')};Fri 12:00-20:00;Sat 09:00-13:00",
        f"{days('Mon Tue Wed Thu', '15:00', '19:00')};Fri 12:00-20:00;Sat 09:00-13:01",
    ),  # 16 + 8 + 4 = 28
    (
        "NY",
        16,
        "COOP",
        f"{days('Mon Tue Wed Thu', '09:00', '15:00')};Fri 12:00-16:00",
        f"{days('Mon Tue Wed Thu', '09:00', '15:00')};Fri 12:00-16:01",
    ),  # 24 + 4 = 28: COOP changes the day, not the week
    (
        "WA",
        17,
        "",
        f"{days('Mon Tue Wed Thu', '15:00', '19:00')};Fri 12:00-16:00",
        f"{days('Mon Tue Wed Thu', '15:00', '19:00')};Fri 12:00-16:01",
    ),  # 16 + 4 = 20
    ("WA", 16, "CTE", f"{LONG};Sat 08:00-16:00", f"{LONG};Sat 08:00-16:01"),  # 40 + 8 = 48
]


@pytest.mark.parametrize(("state", "age", "programme", "cap", "over"), CAPS)
def test_cap_to_the_minute(state, age, programme, cap, over):
    assert not refused(state, age, cap, programme)
    assert refused(state, age, over, programme)


@pytest.mark.parametrize(
    ("site_state", "school_state"),
    [("RI", "WA"), ("WA", "RI"), ("WA", "NY"), ("CA", "WA")],
)
def test_strictest_of_both_states(site_state, school_state):
    # at 17 Washington's 20 h are the least: 16 + 4 and one minute more
    hours = days("Mon Tue Wed Thu", "15:00", "19:00")
    assert not refused(site_state, 17, f"{hours};Fri 12:00-16:00", school_state=school_state)
    assert refused(site_state, 17, f"{hours};Fri 12:00-16:01", school_state=school_state)


@pytest.mark.parametrize(
    ("state", "age", "limit"),
    [("NY", 15, 6), ("NY", 17, 6), ("WA", 15, 6), ("WA", 17, 6), ("RI", 17, 7), ("CA", 17, 7), ("RI", 15, 7)],
)
def test_days_in_a_week(state, age, limit):
    six, seven = days(" ".join(DAYS[:6]), "16:00", "17:00"), days(" ".join(DAYS), "16:00", "17:00")
    assert not refused(state, age, six)
    assert refused(state, age, seven) is (limit == 6)
    # two windows on one of six days are still six days
    assert not refused(state, age, f"{six};Mon 17:30-18:00")


def test_a_week_runs_from_sunday_to_saturday():
    # Washington, 17, 20 h. Fri 9 + Sat 10 October: 5 + 8 = 13 h; Sunday 11 October is the next week: 8 h (Monday to Sunday: 21 h)
    assert not refused("WA", 17, "Fri 12:00-17:00;Sat 08:00-16:00;Sun 08:00-16:00", on=("2026-10-09", "2026-10-11"))
    # Sunday 11 + Monday 12 + Saturday 17 October are one week: 8 + 4 + 8 = 20 h
    one_week = "Sun 08:00-16:00;Mon 15:00-19:00;Sat 08:00-16:00"
    assert not refused("WA", 17, one_week, on=("2026-10-11", "2026-10-17"))
    assert refused("WA", 17, f"{one_week};Tue 15:00-15:01", on=("2026-10-11", "2026-10-17"))


def test_thanksgiving_week_is_a_school_week_in_washington():
    # Sunday 22 to Saturday 28 November 2026; Thursday and Friday without school: 8 + 2 + 2 + 8 = 20 h
    more = {"on": ("2026-11-22", "2026-11-28"), "calendar": [day_off("2026-11-26"), day_off("2026-11-27")]}
    assert not refused("WA", 17, "Sun 08:00-16:00;Mon 15:00-17:00;Wed 15:00-17:00;Sat 08:00-16:00", **more)
    assert refused("WA", 17, "Sun 08:00-16:00;Mon 15:00-17:00;Wed 15:00-17:01;Sat 08:00-16:00", **more)


def test_hours_that_fall_away_do_not_count():
    # 21 h in a full week; with Thursday taken out, 17 h
    hours = days("Mon Tue Wed Thu", "15:00", "19:00") + ";Fri 12:00-17:00"
    more = {"on": ("2026-10-05", "2026-10-09")}
    assert refused("WA", 17, hours, **more)
    assert not refused("WA", 17, hours, calendar=[day_off("2026-10-08", kind="no_lti")], **more)


def test_one_bad_week_is_enough():
    # Washington, 17: every week but one has a day off; the week of 19 October has 21 h
    hours = days("Mon Tue Wed Thu", "15:00", "19:00") + ";Fri 12:00-17:00"
    more = {"on": ("2026-10-12", "2026-10-30")}
    off = [day_off("2026-10-14", kind="no_lti"), day_off("2026-10-28", kind="no_lti")]
    assert refused("WA", 17, hours, calendar=off, **more)
    assert not refused("WA", 17, hours, calendar=[*off, day_off("2026-10-21", kind="no_lti")], **more)


@pytest.mark.parametrize(
    ("born", "is_refused"),
    [
        # Washington, Monday 5 to Friday 9 October 2026: 4 + 4 + 8 + 8 = 24 h; 20 h at 17, no cap at 18
        ("2008-10-05", False),  # 18 on the first session of the week
        ("2008-10-06", True),  # 17 on the first session: the younger age counts for the week
        ("2008-10-08", True),
        ("2008-10-10", True),
    ],
)
def test_turns_18_within_a_week(born, is_refused):
    hours = "Mon 15:00-19:00;Tue 15:00-19:00;Thu 10:00-18:00;Fri 10:00-18:00"
    assert refused("WA", born, hours, on=("2026-10-05", "2026-10-09")) is is_refused


@pytest.mark.parametrize(
    ("born", "end", "is_refused"),
    [
        # Rhode Island, the same week: 3 + 3 + 6 + 6 h = 18 h, or a minute more; 18 h at 15, 48 h at 16
        ("2010-10-05", "21:01", False),  # 16 on the first session
        ("2010-10-06", "21:01", True),
        ("2010-10-08", "21:01", True),
        ("2010-10-08", "21:00", False),  # exactly 18 h
    ],
)
def test_turns_16_within_a_week(born, end, is_refused):
    hours = f"Mon 15:00-18:00;Tue 15:00-18:00;Thu 15:00-21:00;Fri 15:00-{end}"
    assert refused("RI", born, hours, on=("2026-10-05", "2026-10-09")) is is_refused


@pytest.mark.parametrize(("age", "kind"), [(17, "unpaid_learning"), (18, "paid_employment")])
def test_whom_it_does_not_bind(age, kind):
    assert codes(paid_round("WA", age, days(" ".join(DAYS), "08:00", "16:00"), job={"placement_kind": kind})) == set()


def test_unknown_birth_date_is_refused_and_named():
    found = refusals(paid_round("WA", None, LONG))
    assert "minimum_age" in found
    assert all("birth" in reason for reason in found.values())


OWN = own_pack("OWN-WEEK", "hours_per_week")
OFF = [day_off(f"2026-12-{day:02d}") for day in range(7, 12)]  # no school from Monday 7 to Friday 11 December


@pytest.mark.parametrize(
    ("values", "week", "cap"),
    [
        # a week with sessions on Sunday (6 h) and Saturday; the cap that holds, or None
        ("{ school_week = 10, other_week = 14 }", ("2026-11-29", "2026-12-05"), 10),  # Sunday 29 November to Saturday 5 December
        ("{ school_week = 10, other_week = 14 }", ("2026-12-06", "2026-12-12"), 14),  # the week off
        ("{ school_week = 10, other_week = 14 }", ("2026-12-13", "2026-12-18"), 10),  # Sunday 13 December alone: 6 h
        ("{ school_week = 10 }", ("2026-12-06", "2026-12-12"), None),  # a measure left out is no cap
        ("{ other_week = 10 }", ("2026-11-29", "2026-12-05"), None),
    ],
)
def test_school_weeks_and_other_weeks(tmp_path, values, week, cap):
    (tmp_path / "own.toml").write_text(OWN + f"values = {values}")
    more = {"on": week, "calendar": OFF, "packs": ("us-federal", "us-ri", "school", "own.toml"), "folder": tmp_path}
    for hours, minutes in ((4, 0), (4, 1), (8, 0), (8, 1)):
        saturday = f"Sat 08:00-{8 + hours:02d}:{minutes:02d}"
        worked = 6 + hours + minutes / 60 if week[1] != "2026-12-18" else 6
        assert refused("RI", 17, f"Sun 08:00-14:00;{saturday}", **more) is (cap is not None and worked > cap)


def test_no_lti_days_leave_it_a_school_week(tmp_path):
    (tmp_path / "own.toml").write_text(OWN + "values = { school_week = 10, other_week = 14 }")
    off = [day_off(f"2026-12-{day:02d}", kind="no_lti") for day in range(7, 12)]
    more = {"on": ("2026-12-06", "2026-12-12"), "packs": ("us-federal", "us-ri", "school", "own.toml"), "folder": tmp_path}
    assert refused("RI", 17, "Sun 08:00-14:00;Sat 08:00-14:00", calendar=off, **more)
    assert not refused("RI", 17, "Sun 08:00-14:00;Sat 08:00-14:00", calendar=OFF, **more)
