"""`hours_per_day`: paid hours of a minor on one date, the strictest cap of every law in the pair's jurisdictions."""

import pytest

from tests.builders import day_off, school
from tests.rules.helpers import ALL_WEEK, STATES, codes, own_pack, paid_round, refusals

CODE = "hours_per_day"


def refused(*args, **more):
    return CODE in codes(paid_round(*args, **more))


CAPS = [
    # state, age, programme, exactly the cap, one minute more
    *((s, 15, "", "Tue 15:00-18:00", "Tue 15:00-18:01") for s in STATES),  # 3 h on a school day
    *((s, 14, "", "Fri 15:00-18:00", "Fri 15:00-18:01") for s in STATES),  # Friday is a school day for those of 14 and 15
    *((s, 15, "", "Sat 08:00-16:00", "Sat 08:00-16:01") for s in STATES),  # 8 h on another day
    *((s, 14, "", "Sun 08:00-16:00", "Sun 08:00-16:01") for s in STATES),
    *((s, 15, "WECEP", "Tue 09:00-12:00", "Tue 09:00-12:01") for s in STATES),  # WECEP frees the school hours, never the 3 h
    *((s, 15, "", "Tue 07:00-08:00;Tue 15:00-17:00", "Tue 07:00-08:00;Tue 15:00-17:01") for s in STATES),  # 1 h + 2 h on one date
    ("CA", 16, "", "Tue 15:00-19:00", "Tue 15:00-19:01"),  # 4 h
    ("CA", 17, "", "Fri 15:00-19:00", "Fri 15:00-19:01"),  # Friday is a school day in California
    ("CA", 17, "", "Sat 08:00-16:00", "Sat 08:00-16:01"),
    ("CA", 17, "", "Sun 08:00-16:00", "Sun 08:00-16:01"),
    ("CA", 17, "WEE", "Tue 08:00-16:00", "Tue 08:00-16:01"),
    ("CA", 16, "WEE", "Fri 08:00-16:00", "Fri 08:00-16:01"),
    ("CA", 17, "WEE", "Sat 08:00-16:00", "Sat 08:00-16:01"),  # never above 8
    ("CA", 17, "COOP", "Tue 15:00-19:00", "Tue 15:00-19:01"),  # a programme of another state replaces nothing
    ("CA", 17, "CTE", "Tue 15:00-19:00", "Tue 15:00-19:01"),
    ("NY", 16, "", "Tue 15:00-19:00", "Tue 15:00-19:01"),  # 4 h on a day before a school day
    ("NY", 17, "", "Thu 15:00-19:00", "Thu 15:00-19:01"),
    ("NY", 17, "", "Fri 12:00-20:00", "Fri 12:00-20:01"),  # Saturday is no school day: 8 h
    ("NY", 17, "", "Sat 08:00-16:00", "Sat 08:00-16:01"),
    ("NY", 17, "", "Sun 08:00-16:00", "Sun 08:00-16:01"),  # before a school day, but itself none: 8 h
    ("NY", 17, "COOP", "Tue 09:00-15:00", "Tue 09:00-15:01"),  # exactly 6 h
    ("NY", 16, "COOP", "Fri 09:00-17:00", "Fri 09:00-17:01"),
    ("NY", 17, "WEE", "Tue 15:00-19:00", "Tue 15:00-19:01"),
    ("NY", 17, "CTE", "Tue 15:00-19:00", "Tue 15:00-19:01"),
    ("WA", 16, "", "Tue 15:00-19:00", "Tue 15:00-19:01"),  # 4 h in a school week
    ("WA", 17, "", "Thu 15:00-19:00", "Thu 15:00-19:01"),
    ("WA", 17, "", "Fri 12:00-20:00", "Fri 12:00-20:01"),  # 8 h from Friday to Sunday
    ("WA", 17, "", "Sat 08:00-16:00", "Sat 08:00-16:01"),
    ("WA", 17, "", "Sun 08:00-16:00", "Sun 08:00-16:01"),
    ("WA", 17, "CTE", "Tue 08:00-16:00", "Tue 08:00-16:01"),
    ("WA", 16, "CTE", "Fri 08:00-16:00", "Fri 08:00-16:01"),
    ("WA", 17, "COOP", "Tue 15:00-19:00", "Tue 15:00-19:01"),
    ("RI", 16, "", "Tue 07:00-16:00", "Tue 07:00-16:01"),  # 9 h
    ("RI", 17, "", "Fri 07:00-16:00", "Fri 07:00-16:01"),
    ("RI", 17, "", "Sat 07:00-16:00", "Sat 07:00-16:01"),
    ("RI", 17, "", "Tue 07:00-12:00;Tue 14:00-18:00", "Tue 07:00-12:00;Tue 14:00-18:01"),  # 5 h + 4 h
    ("RI", 17, "WEE", "Tue 07:00-16:00", "Tue 07:00-16:01"),
]


@pytest.mark.parametrize(("state", "age", "programme", "cap", "over"), CAPS)
def test_cap_to_the_minute(state, age, programme, cap, over):
    assert not refused(state, age, cap, programme)
    assert refused(state, age, over, programme)


STATES_DIFFER = [
    # site, school, programme, exactly the cap, one minute more (age 17)
    ("RI", "WA", "", "Tue 15:00-19:00", "Tue 15:00-19:01"),  # min(9, 4)
    ("WA", "RI", "", "Tue 15:00-19:00", "Tue 15:00-19:01"),
    ("CA", "NY", "", "Fri 15:00-19:00", "Fri 15:00-19:01"),  # min(4, 8)
    ("NY", "CA", "", "Fri 15:00-19:00", "Fri 15:00-19:01"),
    ("CA", "NY", "WEE", "Tue 15:00-19:00", "Tue 15:00-19:01"),  # WEE lifts California to 8, New York stays at 4
    ("NY", "CA", "COOP", "Tue 15:00-19:00", "Tue 15:00-19:01"),  # COOP lifts New York to 6, California stays at 4
    ("RI", "CA", "WEE", "Tue 08:00-16:00", "Tue 08:00-16:01"),  # min(9, 8)
    ("WA", "RI", "CTE", "Tue 08:00-16:00", "Tue 08:00-16:01"),  # min(8, 9)
    ("RI", "NY", "", "Sat 08:00-16:00", "Sat 08:00-16:01"),  # min(9, 8)
]


@pytest.mark.parametrize(("site_state", "school_state", "programme", "cap", "over"), STATES_DIFFER)
def test_strictest_of_both_states(site_state, school_state, programme, cap, over):
    assert not refused(site_state, 17, cap, programme, school_state=school_state)
    assert refused(site_state, 17, over, programme, school_state=school_state)


@pytest.mark.parametrize(
    ("state", "programme", "has", "counts"),
    [
        ("CA", "WEE", "WEE", True),
        ("CA", "WEE", "", False),  # the student's side is missing
        ("CA", "", "WEE", False),  # the opportunity's side is missing
        ("CA", "WEE", "COOP", False),
        ("CA", "COOP", "WEE", False),
        ("CA", "WEE", "CTE;WEE", True),
        ("CA", "wee", "W-E E", True),  # case, spaces and hyphens do not count
        ("NY", "CO-OP", "COOP", True),
        ("NY", "COOP", "CO-OP", True),
        ("NY", "co op", "Coop", True),
        ("NY", "COOP", "", False),
        ("NY", "COOPS", "COOPS", False),
        ("WA", "CTE", "", False),
        ("WA", "", "CTE", False),
    ],
)
def test_programme_needs_evidence_on_both_sides(state, programme, has, counts):
    # 6 h on a Tuesday: over the 4 h of every one of these states, within its programme's cap
    assert refused(state, 17, "Tue 09:00-15:00", programme, has=has) is not counts


NEXT_DAY = [
    # rows of the calendar, New York's cap at 17 on Tuesday 6 October 2026
    ([], 4),
    ([day_off("2026-10-07")], 8),  # Wednesday without school: Tuesday is another day
    ([day_off("2026-10-07", "K1")], 8),
    ([day_off("2026-10-07", "K2")], 4),  # another school's day
    ([day_off("2026-10-07", kind="no_lti")], 4),  # no internship, but school
    ([day_off("2026-10-05")], 4),  # the day before does not matter
    ([day_off("2026-10-08")], 4),
]


@pytest.mark.parametrize(("calendar", "cap"), NEXT_DAY)
def test_new_york_looks_at_the_next_day(calendar, cap):
    schools = [school(state="US-NY", windows=ALL_WEEK, leave_after=None, return_by=None), school("K2", lat="42.5")]
    more = {"on": "2026-10-06", "calendar": calendar, "schools": schools}
    assert not refused("NY", 17, f"Tue 08:00-{8 + cap:02d}:00", **more)
    assert refused("NY", 17, f"Tue 08:00-{8 + cap:02d}:01", **more)


@pytest.mark.parametrize(
    ("state", "age", "cap"),
    [
        ("NY", 17, 8),  # the next day has no school
        ("CA", 17, 4),  # a school day
        ("WA", 17, 4),  # a school week
        ("WA", 15, 3),
        ("NY", 15, 3),  # a school day, whatever follows
        ("RI", 15, 3),
    ],
)
def test_wednesday_before_thanksgiving(state, age, cap):
    calendar = [day_off("2026-11-26"), day_off("2026-11-27")]
    assert not refused(state, age, f"Wed 08:00-{8 + cap:02d}:00", on="2026-11-25", calendar=calendar)
    assert refused(state, age, f"Wed 08:00-{8 + cap:02d}:01", on="2026-11-25", calendar=calendar)


def test_coop_on_a_day_before_no_school_keeps_the_8_hours():
    calendar = [day_off("2026-10-07")]
    assert not refused("NY", 17, "Tue 08:00-16:00", "COOP", on="2026-10-06", calendar=calendar)
    assert refused("NY", 17, "Tue 08:00-16:01", "COOP", on="2026-10-06", calendar=calendar)


@pytest.mark.parametrize(
    ("day", "weekday", "hours", "is_refused"),
    [
        ("2026-06-30", "Tue", 8, True),  # SHB 1121 is not yet in force: 4 h
        ("2026-06-30", "Tue", 4, False),
        ("2026-07-01", "Wed", 8, False),  # in force (and a weekday in July counts as a school day)
    ],
)
def test_washington_cte_from_1_july_2026(day, weekday, hours, is_refused):
    sessions = f"{weekday} 08:00-{8 + hours:02d}:00"
    assert refused("WA", 17, sessions, "CTE", term=("2026-06-01", "2026-08-31"), on=day) is is_refused


@pytest.mark.parametrize(
    ("born", "first", "is_refused"),
    [
        # paid in Rhode Island, Tuesdays 15:00-19:00 (4 h): at most 3 h at 15, 9 h at 16
        ("2010-10-06", "2026-10-06", False),  # 16 on the first session
        ("2010-10-07", "2026-10-06", True),  # 15 on 6 October
        ("2010-10-06", "2026-09-29", True),  # 15 on 29 September
        ("2010-12-15", "2026-09-08", True),  # turns 16 on the last session of the term
    ],
)
def test_turns_16_within_the_term(born, first, is_refused):
    assert refused("RI", born, "Tue 15:00-19:00", on=(first, "2026-12-18")) is is_refused


@pytest.mark.parametrize(
    ("born", "first", "is_refused"),
    [
        # paid in Washington, Tuesdays 09:00-15:00 (6 h): at most 4 h at 17, no limit at 18
        ("2008-10-06", "2026-10-06", False),
        ("2008-10-07", "2026-10-06", True),
        ("2008-10-06", "2026-09-29", True),
        ("2008-12-15", "2026-09-08", True),
    ],
)
def test_turns_18_within_the_term(born, first, is_refused):
    assert refused("WA", born, "Tue 09:00-15:00", on=(first, "2026-12-18")) is is_refused


@pytest.mark.parametrize(("day", "is_refused"), [("2026-09-08", True), ("2026-09-15", True), ("2027-09-07", True), ("2027-09-14", False)])
def test_two_birthdays_in_one_round(day, is_refused):
    # born 10 September 2011: 14 on 1 September 2026, 15 on 10 September 2026, 16 on 10 September 2027; 3.5 h are over 3 and within 4
    assert refused("CA", "2011-09-10", "Tue 15:00-18:30", term=("2026-09-01", "2027-09-30"), on=day) is is_refused
    # at 16 too there is a cap: 4.5 h are over it
    assert refused("CA", "2011-09-10", "Tue 15:00-19:30", term=("2026-09-01", "2027-09-30"), on=day)


@pytest.mark.parametrize(
    ("first", "weekday", "is_refused"),
    [
        ("2026-02-28", "Sat", True),  # born 29 February 2008: 17 on 28 February 2026, 10 h are too many
        ("2026-03-01", "Sun", False),  # 18 on 1 March
    ],
)
def test_born_on_29_february_turns_18_on_1_march(first, weekday, is_refused):
    assert refused("RI", "2008-02-29", f"{weekday} 07:00-17:00", term=("2026-02-01", "2026-05-31"), on=first) is is_refused


@pytest.mark.parametrize(
    ("state", "age", "sessions", "kind"),
    [
        *((s, 15, "Tue 08:00-20:00", "unpaid_learning") for s in STATES),  # the law needs an employment relationship
        *((s, 18, "Tue 06:00-20:00", "paid_employment") for s in STATES),  # adults
    ],
)
def test_whom_it_does_not_bind(state, age, sessions, kind):
    assert codes(paid_round(state, age, sessions, job={"placement_kind": kind})) == set()


REST = [
    # first day, second day: Rhode Island asks for 8 h between the last end and the first start of the next date, at 16-17
    ("Tue 18:00-22:00;Wed 06:00-08:00", "Tue 18:00-22:01;Wed 06:00-08:00"),  # 8 h 0 min, 7 h 59 min
    ("Tue 18:00-22:30;Wed 06:30-08:00", "Tue 18:00-22:30;Wed 06:29-08:00"),
    ("Tue 08:00-09:00;Tue 20:00-23:00;Wed 07:00-08:00", "Tue 08:00-09:00;Tue 20:00-23:01;Wed 07:00-08:00"),  # the last end of the day
    ("Tue 19:00-22:30;Wed 06:30-07:00;Wed 15:00-16:00", "Tue 19:00-22:31;Wed 06:30-07:00;Wed 15:00-16:00"),  # the first start
    ("Sat 18:00-22:00;Sun 06:00-08:00", "Sat 18:00-22:01;Sun 06:00-08:00"),  # over the end of a week
]


@pytest.mark.parametrize(("enough", "too_short"), REST)
@pytest.mark.parametrize("age", [16, 17])
def test_rest_between_days(age, enough, too_short):
    assert not refused("RI", age, enough)
    assert refused("RI", age, too_short)


@pytest.mark.parametrize(
    ("more", "is_refused"),
    [
        ({}, True),  # 23:00 to 06:00 are 7 h
        ({"on": "2026-10-06"}, False),  # Tuesday alone: no session on Wednesday
        ({"on": ("2026-10-06", "2026-10-07")}, True),
        ({"on": ("2026-10-06", "2026-10-07"), "calendar": [day_off("2026-10-07")]}, False),  # Wednesday has no session
        ({"on": ("2026-10-07", "2026-10-13")}, False),  # Wednesday, then Tuesday: not the next date
        ({"job": {"placement_kind": "unpaid_learning"}}, False),
        ({"born": 18}, False),
        ({"state": "NY"}, False),  # no rest in New York's law
        ({"state": "NY", "school_state": "RI"}, True),  # the school's law counts as well
    ],
)
def test_whom_and_when_rest_binds(more, is_refused):
    arguments = {"state": "RI", "born": 17, "sessions": "Tue 20:00-23:00;Wed 06:00-08:00"} | more
    assert refused(**arguments) is is_refused


@pytest.mark.parametrize(
    ("sessions", "days", "term", "is_refused"),
    [
        # wall-clock time: when clocks go back in the night to Sunday 1 November 2026 the night lasts 8 h, the clock says 7 h
        ("Sat 20:00-23:00;Sun 06:00-08:00", ("2026-10-31", "2026-11-01"), ("2026-09-08", "2026-12-18"), True),
        ("Sat 20:00-22:00;Sun 06:00-08:00", ("2026-10-31", "2026-11-01"), ("2026-09-08", "2026-12-18"), False),
        # and when they go forward in the night to Sunday 14 March 2027 the night lasts 7 h, the clock says 8 h
        ("Sat 20:00-22:00;Sun 06:00-08:00", ("2027-03-13", "2027-03-14"), ("2027-01-05", "2027-05-28"), False),
    ],
)
def test_rest_over_daylight_saving_goes_by_the_clock(sessions, days, term, is_refused):
    assert refused("RI", "2009-12-31", sessions, on=days, term=term) is is_refused


def test_a_day_of_daylight_saving_has_its_hours_by_the_clock():
    assert not refused("RI", 17, "Sun 06:00-15:00", on="2026-11-01")
    assert refused("RI", 17, "Sun 06:00-15:01", on="2026-11-01")


def test_unknown_birth_date_is_refused_and_named():
    # 6 h on a school day would break the 3 h of those of 14 and 15
    found = refusals(paid_round("RI", None, "Tue 15:00-21:00"))
    assert "minimum_age" in found
    assert all("birth" in reason for reason in found.values())


OWN = own_pack("OWN-DAY", "hours_per_day")
OFF = [day_off(f"2026-12-{day:02d}") for day in range(7, 12)]  # Monday 7 to Friday 11 December: the week 6-12 December is no school week


@pytest.mark.parametrize(
    ("law", "day", "weekday", "cap"),
    [
        # the cap in force: our own law, or else Rhode Island's 9 h at 16-17
        ("values = { school_day = 2 }\neffective_from = 2026-10-06\neffective_to = 2026-10-20", "2026-09-29", "Tue", 9),
        ("values = { school_day = 2 }\neffective_from = 2026-10-06\neffective_to = 2026-10-20", "2026-10-06", "Tue", 2),
        ("values = { school_day = 2 }\neffective_from = 2026-10-06\neffective_to = 2026-10-20", "2026-10-20", "Tue", 2),
        ("values = { school_day = 2 }\neffective_from = 2026-10-06\neffective_to = 2026-10-20", "2026-10-27", "Tue", 9),
        ("values = { school_day = 2 }", "2026-10-10", "Sat", 9),  # a measure left out is no cap
        ("values = { other_day = 2 }", "2026-10-10", "Sat", 2),
        ("values = { other_day = 2 }", "2026-10-06", "Tue", 9),
        ("values = { school_day = 2 }\nages = [16, 16]", "2026-10-06", "Tue", 9),  # the student is 17
        ("values = { school_day = 2 }\nages = [17, 17]", "2026-10-06", "Tue", 2),
        ("values = { school_day = 2, other_day = 6, by_week = true }", "2026-10-10", "Sat", 2),  # every day of a school week
        ("values = { school_day = 2, other_day = 6, by_week = true }", "2026-12-06", "Sun", 6),  # the week off begins on Sunday
        ("values = { school_day = 2, other_day = 6, by_week = true }", "2026-12-12", "Sat", 6),
        ("values = { school_day = 2, other_day = 6, by_week = true }", "2026-12-05", "Sat", 2),
        ("values = { school_day = 2, other_day = 6, by_week = true }", "2026-12-13", "Sun", 2),
        ("values = { school_day = 2, other_day = 6, by_week = true, day_of_week = { Sat = 5 } }", "2026-10-10", "Sat", 5),
        ("values = { school_day = 2, other_day = 6, by_week = true, day_of_week = { Sat = 5 } }", "2026-10-11", "Sun", 2),
        (
            "values = { school_day = 2, other_day = 6, by_week = true, day_of_week = { Sat = 5 } }",
            "2026-12-12",
            "Sat",
            6,
        ),  # school weeks only
        ("values = { school_day = 2, other_day = 6, day_of_week = { Sat = 5 } }", "2026-10-10", "Sat", 5),
        ("values = { school_day = 2, other_day = 6, day_of_week = { Tue = 3 } }", "2026-10-06", "Tue", 3),
        ("values = { school_day = 2, other_day = 6, day_before_school = true }", "2026-10-08", "Thu", 2),
        ("values = { school_day = 2, other_day = 6, day_before_school = true }", "2026-10-09", "Fri", 6),
        ("values = { school_day = 2, other_day = 6, day_before_school = true }", "2026-10-11", "Sun", 6),
        ("values = { school_day = 2.5 }", "2026-10-06", "Tue", 2.5),
    ],
)
def test_every_kind_of_law(tmp_path, law, day, weekday, cap):
    (tmp_path / "own.toml").write_text(OWN + law)
    packs = ("us-federal", "us-ri", "school", "own.toml")
    end = f"{8 + int(cap):02d}:{int(cap % 1 * 60):02d}"
    for last, is_refused in ((end, False), (end[:-1] + "1", True)):
        round_ = paid_round("RI", 17, f"{weekday} 08:00-{last}", on=day, packs=packs, calendar=OFF)
        assert (CODE in codes(round_, folder=tmp_path)) is is_refused


@pytest.mark.parametrize(
    ("programmes", "day", "cap"),
    [
        ("values = { school_day = 4 }", "2026-10-06", 4),
        ("lifted = true", "2026-10-06", 9),  # the law is off: Rhode Island's 9 h remain
        ("values = { school_day = 4 }\neffective_from = 2026-10-07", "2026-10-06", 2),  # not yet
        ("values = { school_day = 4 }\neffective_from = 2026-10-06", "2026-10-06", 4),
        ("values = { school_day = 4 }\neffective_to = 2026-10-06", "2026-10-06", 4),
        ("values = { school_day = 4 }\neffective_to = 2026-10-05", "2026-10-06", 2),  # no longer
        ("values = { other_day = 4 }", "2026-10-06", 2),  # a programme overrides only what it names
    ],
)
def test_programme_of_a_law(tmp_path, programmes, day, cap):
    law = "values = { school_day = 2, other_day = 3 }\n[[law.programmes]]\nname = 'XP'\nsource = 'invented'\n"
    (tmp_path / "own.toml").write_text(OWN + law + programmes)
    packs = ("us-federal", "us-ri", "school", "own.toml")
    for minutes, is_refused in (("00", False), ("01", True)):
        round_ = paid_round("RI", 17, f"Tue 08:00-{8 + cap:02d}:{minutes}", "X-P", on=day, packs=packs)
        assert (CODE in codes(round_, folder=tmp_path)) is is_refused


def test_versions_of_a_law_follow_each_other(tmp_path):
    first, second = "values = { school_day = 2 }\neffective_to = 2026-10-06", "values = { school_day = 4 }\neffective_from = 2026-10-07"
    table = OWN[OWN.index("[[law]]") :]
    (tmp_path / "own.toml").write_text(f"{OWN}{first}\n{table}{second}")
    packs = ("us-federal", "us-ri", "school", "own.toml")
    for day, weekday, cap in (("2026-10-06", "Tue", 2), ("2026-10-07", "Wed", 4)):
        for minutes, is_refused in (("00", False), ("01", True)):
            round_ = paid_round("RI", 17, f"{weekday} 08:00-{8 + cap:02d}:{minutes}", on=day, packs=packs)
            assert (CODE in codes(round_, folder=tmp_path)) is is_refused
