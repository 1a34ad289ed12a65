"""The rules that turn on age: golden hours case, every hours law at its boundary, permits, tasks, hazardous orders."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from matcher.audit import audit
from tests.audit.plain_round import STUDENT_PAPERS, THU_17, THU_24, TUE_15, TUE_22, YEAR, PlainRound, refused

MON_14, FRI_18, SAT_19, SUN_20, WED_16 = (dt.date(2026, 9, day) for day in (14, 18, 19, 20, 16))
FIFTEEN, SEVENTEEN = "2011-03-01", "2009-03-01"
AFTERNOONS = "Tue 15:00-18:00;Thu 15:00-18:00"
ALL_DAY = ";".join(f"{day} 00:00-24:00" for day in ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"))


def paid(state: str, birth: str, sessions: str, programme: str = "") -> PlainRound:
    """Give a round in which S1 does office work for money, with a permit, in a school open day and night."""
    plain = PlainRound().where(state).change("schools", "SC1", windows=ALL_DAY)
    plain.change("students", "S1", birth_date=birth, programs=programme, documents=f"{STUDENT_PAPERS};work_permit:{YEAR}")
    plain.change("opportunities", "O1", placement_kind="paid_employment", tasks="office", program=programme, sessions=sessions)
    return plain.place("S1", sessions=sessions)


def dated(start: str, end: str, plain: PlainRound) -> PlainRound:
    """Move the round to other dates."""
    plain.settings = plain.settings.replace("2026-09-14", start).replace("2026-09-25", end)
    return plain


# The golden case: paid, Tuesday and Thursday 09:00-15:00, six hours on each of two school days, twelve hours a school week.
# At 15 federal law allows 3 h on a school day, with and without WECEP; school hours bar it too, unless WECEP lifts them.
@pytest.mark.parametrize("state", ["US-CA", "US-NY", "US-RI", "US-WA"])
@pytest.mark.parametrize("programme", ["", "WECEP"])
def test_golden_case_at_fifteen_is_refused_everywhere(tmp_path, state, programme):
    plain = paid(state, FIFTEEN, "Tue 09:00-15:00;Thu 09:00-15:00", programme)
    expected = {("S1", "hours_per_day", TUE_15)}
    # New York has ended WECEP, so there it lifts nothing, not even the federal school hours.
    if programme == "" or state == "US-NY":
        expected.add(("S1", "school_hours", TUE_15))
    assert refused(plain.audit(tmp_path)) == expected


@pytest.mark.parametrize(
    ("state", "programme", "lawful"),
    [
        ("US-RI", "", True),
        ("US-CA", "", False),
        ("US-CA", "WEE", True),
        ("US-CA", "CTE", False),
        ("US-NY", "", False),
        ("US-NY", "CO-OP", True),
        ("US-NY", "WEE", False),
        ("US-WA", "", False),
        ("US-WA", "cte", True),
        ("US-WA", "COOP", False),
    ],
)
def test_golden_case_at_seventeen(tmp_path, state, programme, lawful):
    plain = paid(state, SEVENTEEN, "Tue 09:00-15:00;Thu 09:00-15:00", programme)
    assert refused(plain.audit(tmp_path)) == (set() if lawful else {("S1", "hours_per_day", TUE_15)})


@pytest.mark.parametrize("holder", ["students", "opportunities"])
def test_a_programme_counts_only_when_student_and_opportunity_have_it(tmp_path, holder):
    plain = paid("US-CA", SEVENTEEN, "Tue 09:00-15:00;Thu 09:00-15:00", "WEE")
    column, key = ("programs", "S1") if holder == "students" else ("program", "O1")
    plain.change(holder, key, **{column: ""})
    assert refused(plain.audit(tmp_path)) == {("S1", "hours_per_day", TUE_15)}


def test_washington_cte_counts_from_the_first_of_july(tmp_path):
    plain = dated("2026-06-30", "2026-07-02", paid("US-WA", SEVENTEEN, "Tue 09:00-15:00;Thu 09:00-15:00", "CTE"))
    plain.change("students", "S1", documents="parent_consent:2027-01-01;emergency_contacts:2027-01-01;work_permit:2027-01-01")
    plain.change("sites", "X1", documents="agreement:2027-01-01;insurance:2027-01-01;site_visit:2027-01-01")
    plain.change("mentors", "M1", documents="clearance:2027-01-01")
    assert refused(plain.audit(tmp_path)) == {("S1", "hours_per_day", dt.date(2026, 6, 30))}
    plain.change("opportunities", "O1", starts="2026-07-01")
    assert plain.audit(tmp_path / "july") == []


def test_the_programme_that_makes_the_golden_case_lawful_stops_at_its_own_cap(tmp_path):
    # New York co-op: exactly 6 h. California WEE: 8 h.
    assert refused(paid("US-NY", SEVENTEEN, "Tue 09:00-15:01", "COOP").audit(tmp_path / "ny")) == {("S1", "hours_per_day", TUE_15)}
    assert paid("US-CA", SEVENTEEN, "Tue 09:00-17:00", "WEE").audit(tmp_path / "ca8") == []
    assert refused(paid("US-CA", SEVENTEEN, "Tue 09:00-17:01", "WEE").audit(tmp_path / "ca9")) == {("S1", "hours_per_day", TUE_15)}


@pytest.mark.parametrize(
    ("state", "birth", "sessions", "first"),
    [
        # federal, 14-15: 3 h on a school day, 8 h on a Saturday
        ("US-RI", FIFTEEN, "Tue 15:00-18:00", None),
        ("US-RI", FIFTEEN, "Tue 15:00-18:01", TUE_15),
        ("US-RI", FIFTEEN, "Sat 09:00-17:00", None),
        ("US-RI", FIFTEEN, "Sat 09:00-17:01", SAT_19),
        # Rhode Island, 16-17: 9 h
        ("US-RI", SEVENTEEN, "Tue 08:00-17:00", None),
        ("US-RI", SEVENTEEN, "Tue 08:00-17:01", TUE_15),
        # two windows of one day add up: 5 + 4 = 9 h
        ("US-RI", SEVENTEEN, "Tue 06:00-11:00;Tue 13:00-17:00", None),
        ("US-RI", SEVENTEEN, "Tue 06:00-11:00;Tue 13:00-17:01", TUE_15),
        # California, 16-17: 4 h on a school day, 8 h on a Sunday
        ("US-CA", SEVENTEEN, "Thu 09:00-13:00;Sun 09:00-17:00", None),
        ("US-CA", SEVENTEEN, "Thu 09:00-13:01", THU_17),
        ("US-CA", SEVENTEEN, "Sun 09:00-17:01", SUN_20),
        # New York, 16-17: 4 h on a school day before a school day; Friday is before a Saturday, Sunday is no school day: 8 h
        ("US-NY", SEVENTEEN, "Thu 09:00-13:00;Fri 09:00-17:00;Sun 09:00-17:00", None),
        ("US-NY", SEVENTEEN, "Thu 09:00-13:01", THU_17),
        ("US-NY", SEVENTEEN, "Fri 09:00-17:01", FRI_18),
        # Washington counts by week: 4 h Monday to Thursday, 8 h Friday to Sunday
        ("US-WA", SEVENTEEN, "Thu 09:00-13:00;Fri 09:00-17:00;Sat 09:00-17:00", None),
        ("US-WA", SEVENTEEN, "Thu 09:00-13:01", THU_17),
        ("US-WA", SEVENTEEN, "Fri 09:00-17:01", FRI_18),
        ("US-WA", FIFTEEN, "Fri 15:00-18:00;Sat 09:00-17:00", None),
    ],
)
def test_hours_per_day(tmp_path, state, birth, sessions, first):
    assert refused(paid(state, birth, sessions).audit(tmp_path)) == ({("S1", "hours_per_day", first)} if first else set())


def test_hours_on_the_day_before_a_holiday_in_new_york(tmp_path):
    # Friday 18 September is free, so Thursday 17 may have 8 h; Thursday 24 is before a school day and may not.
    plain = paid("US-NY", SEVENTEEN, "Thu 09:00-17:00").add("calendar", school_id="SC1", date="2026-09-18", kind="no_school")
    assert refused(plain.audit(tmp_path)) == {("S1", "hours_per_day", THU_24)}
    plain.change("opportunities", "O1", ends="2026-09-23")
    assert plain.audit(tmp_path / "only") == []


def test_a_day_without_lti_is_still_a_school_day(tmp_path):
    plain = paid("US-NY", SEVENTEEN, "Thu 09:00-17:00").add("calendar", school_id="SC1", date="2026-09-18", kind="no_lti")
    assert refused(plain.audit(tmp_path)) == {("S1", "hours_per_day", THU_17)}


# 4 h on Sunday 20 and 4 h on Saturday 26 September are one week of 8 h; from Monday to Friday there is school, or none on all five days.
@pytest.mark.parametrize(("free", "lawful"), [((21, 22, 23, 24, 25), True), ((21, 22, 23, 24), False)])
def test_a_week_without_school_has_its_own_cap(tmp_path, free, lawful):
    plain = paid("US-RI", SEVENTEEN, "Sat 09:00-13:00;Sun 09:00-13:00").change("opportunities", "O1", starts="2026-09-20")
    plain.settings = plain.settings.replace("2026-09-25", "2026-09-26")
    own_law(plain, tmp_path, 'rule = "hours_per_week"', "ages = [16, 17]", "values = { school_week = 7, other_week = 8 }")
    for day in free:
        plain.add("calendar", school_id="*", date=f"2026-09-{day}", kind="no_school")
    assert refused(plain.audit(tmp_path)) == (set() if lawful else {("S1", "hours_per_week", SUN_20)})


# Rhode Island asks for 8 h of rest: from 23:00 to 07:00 are exactly 8.
@pytest.mark.parametrize(("start", "lawful"), [("07:00", True), ("06:59", False)])
def test_rest_between_days(tmp_path, start, lawful):
    plain = paid("US-RI", SEVENTEEN, f"Tue 16:00-23:00;Wed {start}-12:00")
    assert refused(plain.audit(tmp_path)) == (set() if lawful else {("S1", "hours_per_day", WED_16)})


def test_rest_is_asked_between_dates_that_follow_each_other_only(tmp_path):
    assert paid("US-RI", SEVENTEEN, "Tue 16:00-23:00;Thu 06:00-12:00").audit(tmp_path) == []


@pytest.mark.parametrize(
    ("state", "birth", "sessions", "programme", "first"),
    [
        # federal 14-15: 5 x 3 + 3 = 18 h in a school week, the 18 h being the cap
        ("US-RI", FIFTEEN, "Mon-Fri 15:00-18:00;Sat 09:00-12:00", "", None),
        ("US-RI", FIFTEEN, "Mon-Fri 15:00-18:00;Sat 09:00-12:01", "", MON_14),
        # WECEP: 23 h = 15 + 8
        ("US-RI", FIFTEEN, "Mon-Fri 15:00-18:00;Sat 09:00-17:00", "WECEP", None),
        # Washington 14-15: 16 h, with 15 + 1 still lawful
        ("US-WA", FIFTEEN, "Mon-Fri 15:00-18:00;Sat 09:00-10:00", "", None),
        ("US-WA", FIFTEEN, "Mon-Fri 15:00-18:00;Sat 09:00-10:01", "", MON_14),
        # Rhode Island 16-17: 5 x 9 + 3 = 48 h
        ("US-RI", SEVENTEEN, "Mon-Fri 08:00-17:00;Sat 09:00-12:00", "", None),
        ("US-RI", SEVENTEEN, "Mon-Fri 08:00-17:00;Sat 09:00-12:01", "", MON_14),
        # New York 16-17: 28 h; 4 x 4 + 8 (Friday) + 4 = 28
        ("US-NY", SEVENTEEN, "Mon-Thu 15:00-19:00;Fri 14:00-22:00;Sat 09:00-13:00", "", None),
        ("US-NY", SEVENTEEN, "Mon-Thu 15:00-19:00;Fri 14:00-22:00;Sat 09:00-13:01", "", MON_14),
        # Washington 16-17: 20 h; 3 x 4 + 8 (Friday) = 20; with CTE 48 h = 6 x 8
        ("US-WA", SEVENTEEN, "Mon-Wed 15:00-19:00;Fri 14:00-22:00", "", None),
        ("US-WA", SEVENTEEN, "Mon-Wed 15:00-19:00;Fri 14:00-22:00;Sat 09:00-09:01", "", MON_14),
        ("US-WA", SEVENTEEN, "Mon-Sat 09:00-17:00", "CTE", None),
    ],
)
def test_hours_per_week(tmp_path, *, state, birth, sessions, programme, first):
    plain = paid(state, birth, spelled_out(sessions), programme)
    assert refused(plain.audit(tmp_path)) == ({("S1", "hours_per_week", first)} if first else set())


def spelled_out(sessions: str) -> str:
    """Write ``Mon-Fri 15:00-18:00`` as five windows."""
    days = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
    parts = []
    for part in sessions.split(";"):
        names, hours = part.split(" ")
        first, _, last = names.partition("-")
        parts += [f"{day} {hours}" for day in days[days.index(first) : days.index(last or first) + 1]]
    return ";".join(parts)


@pytest.mark.parametrize(("state", "lawful"), [("US-NY", False), ("US-WA", False), ("US-RI", True)])
def test_days_in_a_week(tmp_path, state, lawful):
    # The week of Sunday 20 September has seven sessions; that of the 14th begins on Monday and has six.
    plain = paid(state, SEVENTEEN, spelled_out("Mon-Sun 16:00-17:00"))
    plain.settings = plain.settings.replace("2026-09-25", "2026-09-26")
    assert refused(plain.audit(tmp_path)) == (set() if lawful else {("S1", "hours_per_week", SUN_20)})


def test_the_week_of_a_birthday_is_judged_by_the_younger_age(tmp_path):
    # 16 on Saturday 19 September: 5 x 3 h at 15, then 8 h at 16: 23 h are more than the 18 h of the younger age.
    plain = paid("US-RI", "2010-09-19", "Mon 15:00-18:00;Tue 15:00-18:00;Wed 15:00-18:00;Thu 15:00-18:00;Fri 15:00-18:00;Sat 09:00-17:00")
    assert refused(plain.audit(tmp_path)) == {("S1", "hours_per_week", MON_14)}
    plain.change("students", "S1", birth_date="2010-09-14")
    assert plain.audit(tmp_path / "older") == []


@pytest.mark.parametrize(
    ("state", "birth", "sessions", "first"),
    [
        ("US-RI", FIFTEEN, "Sat 07:00-10:00", None),
        ("US-RI", FIFTEEN, "Sat 06:59-10:00", SAT_19),
        ("US-RI", FIFTEEN, "Tue 16:00-19:00", None),
        ("US-RI", FIFTEEN, "Tue 16:01-19:01", TUE_15),
        ("US-RI", SEVENTEEN, "Tue 06:00-10:00;Thu 20:00-23:30", None),
        ("US-RI", SEVENTEEN, "Tue 05:59-10:00", TUE_15),
        ("US-RI", SEVENTEEN, "Thu 20:00-23:31", THU_17),
        # before a Saturday Rhode Island allows 25:30 and California 24:30, so midnight is lawful
        ("US-RI", SEVENTEEN, "Fri 20:00-24:00", None),
        ("US-CA", SEVENTEEN, "Fri 20:00-24:00", None),
        ("US-CA", SEVENTEEN, "Thu 18:00-22:00", None),
        ("US-CA", SEVENTEEN, "Thu 18:01-22:01", THU_17),
        ("US-CA", SEVENTEEN, "Tue 04:59-08:00", TUE_15),
        ("US-NY", SEVENTEEN, "Fri 18:00-22:00", None),
        ("US-NY", SEVENTEEN, "Fri 18:01-22:01", FRI_18),
        ("US-WA", SEVENTEEN, "Tue 06:59-10:00", TUE_15),
    ],
)
def test_clock_window(tmp_path, state, birth, sessions, first):
    assert refused(paid(state, birth, sessions).audit(tmp_path)) == ({("S1", "clock_window", first)} if first else set())


# Labor Day 2026 is Monday 7 September: until then 14-15 may work until 21:00, New York from 21 June, the others from 1 June.
@pytest.mark.parametrize(
    ("state", "start", "end", "sessions", "first"),
    [
        ("US-RI", "2026-09-07", "2026-09-07", "Mon 18:00-21:00", None),
        ("US-RI", "2026-09-07", "2026-09-07", "Mon 18:01-21:01", dt.date(2026, 9, 7)),
        ("US-RI", "2026-09-08", "2026-09-14", "Mon 18:00-21:00", MON_14),
        ("US-RI", "2026-05-31", "2026-06-01", "Mon 18:00-21:00", None),
        ("US-RI", "2026-05-31", "2026-05-31", "Sun 18:00-21:00", dt.date(2026, 5, 31)),
        ("US-NY", "2026-06-20", "2026-06-20", "Sat 18:00-21:00", dt.date(2026, 6, 20)),
        ("US-NY", "2026-06-21", "2026-06-21", "Sun 18:00-21:00", None),
    ],
)
def test_clock_window_in_summer(tmp_path, *, state, start, end, sessions, first):
    plain = dated(start, end, paid(state, FIFTEEN, sessions))
    long = "2026-01-01..2027-06-30"
    plain.change("students", "S1", documents=f"parent_consent:{long};emergency_contacts:{long};work_permit:{long}")
    plain.change("sites", "X1", documents=f"agreement:{long};insurance:{long};site_visit:{long}")
    plain.change("mentors", "M1", documents=f"clearance:{long}")
    assert refused(plain.audit(tmp_path)) == ({("S1", "clock_window", first)} if first else set())


@pytest.mark.parametrize(
    ("birth", "sessions", "programme", "lawful"),
    [
        (FIFTEEN, "Tue 15:00-18:00", "", True),
        (FIFTEEN, "Tue 14:59-17:59", "", False),
        (FIFTEEN, "Tue 07:00-08:00", "", True),
        (FIFTEEN, "Tue 07:00-08:01", "", False),
        (FIFTEEN, "Tue 09:00-12:00", "WECEP", True),
        ("2010-09-15", "Tue 09:00-12:00", "", True),
        ("2010-09-16", "Tue 09:00-12:00", "", False),
        (FIFTEEN, "Sat 09:00-12:00", "", True),
    ],
)
def test_school_hours(tmp_path, birth, sessions, programme, lawful):
    assert refused(paid("US-RI", birth, sessions, programme).audit(tmp_path)) == (set() if lawful else {("S1", "school_hours", TUE_15)})


def test_the_strictest_of_the_two_states_counts(tmp_path):
    # 6 h at 17: lawful where school and site are in Rhode Island, refused when either is in Washington.
    for table, key in (("sites", "X1"), ("schools", "SC1")):
        plain = paid("US-RI", SEVENTEEN, "Tue 09:00-15:00").change(table, key, state="US-WA").change("schools", "SC1", region="here")
        assert refused(plain.audit(tmp_path / table)) == {("S1", "hours_per_day", TUE_15)}


def test_hours_laws_end_at_eighteen_and_spare_unpaid_learning(tmp_path):
    assert paid("US-CA", "2008-09-15", "Tue 06:00-18:00").audit(tmp_path / "adult") == []
    assert refused(paid("US-CA", "2008-09-16", "Tue 06:00-18:00").audit(tmp_path / "minor")) == {("S1", "hours_per_day", TUE_15)}
    plain = paid("US-CA", FIFTEEN, "Tue 09:00-15:00").change("opportunities", "O1", placement_kind="unpaid_learning", tasks="")
    assert plain.audit(tmp_path / "unpaid") == []


@pytest.mark.parametrize(("birth", "lawful"), [("2010-09-15", True), ("2010-09-16", False)])
def test_minimum_age_of_an_opportunity(plain, tmp_path, birth, lawful):
    plain.change("opportunities", "O1", min_age="16").change("students", "S1", birth_date=birth)
    assert refused(plain.audit(tmp_path)) == (set() if lawful else {("S1", "minimum_age", TUE_15)})


@pytest.mark.parametrize(("birth", "lawful"), [("2012-09-15", True), ("2012-09-16", False)])
def test_minimum_age_of_paid_work(tmp_path, birth, lawful):
    assert refused(paid("US-RI", birth, AFTERNOONS).audit(tmp_path)) == (set() if lawful else {("S1", "minimum_age", TUE_15)})


@pytest.mark.parametrize(("birth", "turns_on"), [("2008-02-29", "2026-03-01"), ("2008-02-28", "2026-02-28")])
def test_born_on_a_leap_day_turns_on_the_first_of_march(plain, tmp_path, birth, turns_on):
    plain.change("students", "S1", birth_date=birth, documents="parent_consent:2027-01-01;emergency_contacts:2027-01-01")
    plain.change("opportunities", "O1", min_age="18", sessions="Sat 09:00-12:00 | Sun 09:00-12:00").change(
        "schools", "SC1", windows=ALL_DAY
    )
    plain.change("sites", "X1", documents="agreement:2027-01-01;insurance:2027-01-01;site_visit:2027-01-01")
    plain.change("mentors", "M1", documents="clearance:2025-12-01..2027-01-01")
    # 28 February 2026 is a Saturday and 1 March a Sunday.
    dated("2026-02-28", "2026-03-01", plain).place("S1", sessions="Sat 09:00-12:00")
    saturday = refused(plain.audit(tmp_path))
    assert saturday == ({("S1", "minimum_age", dt.date(2026, 2, 28))} if turns_on == "2026-03-01" else set())
    assert plain.place("S1", sessions="Sun 09:00-12:00").audit(tmp_path / "sunday") == []


@pytest.mark.parametrize("table", ["schools", "sites"])
def test_law_known(tmp_path, table):
    plain = paid("US-RI", SEVENTEEN, "Tue 09:00-15:00").every("schools", region="here").every(table, state="US-OR")
    assert refused(plain.audit(tmp_path)) == {("S1", "law_known", TUE_15)}
    plain.change("students", "S1", birth_date="2008-09-15")
    assert plain.audit(tmp_path / "adult") == []
    plain.change("students", "S1", birth_date=SEVENTEEN).change("opportunities", "O1", placement_kind="unpaid_learning")
    assert plain.audit(tmp_path / "unpaid") == []


def test_a_state_whose_pack_the_round_does_not_name_is_not_known(tmp_path):
    plain = paid("US-RI", SEVENTEEN, "Tue 09:00-15:00")
    plain.settings = plain.settings.replace('"us-ri", ', "")
    assert refused(plain.audit(tmp_path)) == {("S1", "law_known", TUE_15)}


@pytest.mark.parametrize("kind", ["paid_employment", "unpaid_learning"])
@pytest.mark.parametrize(("birth", "lawful"), [("2008-09-15", True), ("2008-09-16", False), ("", False)])
def test_hazardous_orders(tmp_path, kind, birth, lawful):
    plain = paid("US-RI", birth, "Tue 09:00-15:00").change("opportunities", "O1", placement_kind=kind, tasks="office;HO-14")
    rules = {finding for finding in refused(plain.audit(tmp_path)) if finding[1] == "hazardous_orders"}
    assert rules == (set() if lawful else {("S1", "hazardous_orders", TUE_15)})


@pytest.mark.parametrize(("task", "lawful"), [("HO-1", False), ("ho-17", False), ("HO-18", True), ("HO-0", True), ("office", True)])
def test_hazardous_orders_are_one_to_seventeen(plain, tmp_path, task, lawful):
    plain.change("opportunities", "O1", tasks=task)
    assert refused(plain.audit(tmp_path)) == (set() if lawful else {("S1", "hazardous_orders", TUE_15)})


@pytest.mark.parametrize(
    ("birth", "tasks", "lawful"),
    [
        (FIFTEEN, "office;library", True),
        (FIFTEEN, "office;welding", False),
        (FIFTEEN, "", False),
        ("2010-09-15", "welding", True),
        ("2010-09-16", "welding", False),
    ],
)
def test_permitted_tasks(tmp_path, birth, tasks, lawful):
    plain = paid("US-RI", birth, AFTERNOONS).change("opportunities", "O1", tasks=tasks)
    assert refused(plain.audit(tmp_path)) == (set() if lawful else {("S1", "permitted_tasks", TUE_15)})


@pytest.mark.parametrize(
    ("state", "birth", "permit", "first"),
    [
        ("US-RI", FIFTEEN, "work_permit:2026-09-24", None),
        ("US-RI", FIFTEEN, "work_permit:2026-09-23", THU_24),
        ("US-RI", FIFTEEN, "", TUE_15),
        # 16 on Tuesday 22 September: Rhode Island asks for a permit at 14-15 only, so the 15th and the 17th need it
        ("US-RI", "2010-09-22", "work_permit:2026-09-17", None),
        ("US-RI", "2010-09-22", "work_permit:2026-09-16", THU_17),
        ("US-RI", SEVENTEEN, "", None),
        ("US-CA", SEVENTEEN, "", TUE_15),
        ("US-NY", SEVENTEEN, "work_permit:2026-09-16..2027-01-01", TUE_15),
        ("US-WA", SEVENTEEN, "work_permit:2026-09-21", TUE_22),
        # 18 on Thursday 17 September
        ("US-CA", "2008-09-17", "work_permit:2026-09-15", None),
        ("US-CA", "2008-09-15", "", None),
    ],
)
def test_work_permit(tmp_path, state, birth, permit, first):
    plain = paid(state, birth, AFTERNOONS).change("students", "S1", documents=f"{STUDENT_PAPERS};{permit}")
    assert refused(plain.audit(tmp_path)) == ({("S1", "work_permit", first)} if first else set())


def own_law(plain: PlainRound, folder: Path, *lines: str) -> None:
    """Add a pack of the round's own for Rhode Island, with one law."""
    plain.settings = plain.settings.replace('"school"', '"school", "own.toml"')
    (folder / "round").mkdir(exist_ok=True)
    head = ("[pack]", 'id = "own"', 'jurisdiction = "US-RI"', "[[law]]", 'id = "OWN"')
    (folder / "round" / "own.toml").write_text("\n".join((*head, *lines)), encoding="utf-8")


def test_a_pack_of_the_rounds_own_counts_in_its_dates(tmp_path):
    plain = paid("US-RI", SEVENTEEN, "Tue 09:00-15:00;Thu 09:00-15:00")
    dates = ("effective_from = 2026-09-16", "effective_to = 2026-09-17")
    own_law(plain, tmp_path, 'rule = "hours_per_day"', *dates, "values = { school_day = 5 }")
    assert refused(plain.audit(tmp_path)) == {("S1", "hours_per_day", THU_17)}


def test_a_law_that_ends_before_the_sessions_does_not_count(tmp_path):
    plain = paid("US-RI", SEVENTEEN, "Tue 09:00-15:00;Thu 09:00-15:00")
    own_law(plain, tmp_path, 'rule = "hours_per_day"', "effective_to = 2026-09-14", "values = { school_day = 5 }")
    assert plain.audit(tmp_path) == []


def test_an_entry_lifted_for_a_programme_switches_its_law_off(tmp_path):
    plain = paid("US-RI", SEVENTEEN, "Tue 09:00-15:00", "COOP")
    law = ('rule = "hours_per_day"', "values = { school_day = 5 }", "[[law.programmes]]", 'name = "CO-OP"')
    own_law(plain, tmp_path, *law, "lifted = true")
    assert plain.audit(tmp_path) == []
    (tmp_path / "late").mkdir()
    later = paid("US-RI", SEVENTEEN, "Tue 09:00-15:00", "COOP")
    own_law(later, tmp_path / "late", *law, "effective_from = 2026-09-16", "lifted = true")
    assert refused(later.audit(tmp_path / "late")) == {("S1", "hours_per_day", TUE_15)}


# A clearance of 1 month from 31 August is good until 30 September; of 24 days from that date until the 24th.
@pytest.mark.parametrize(("clock", "lawful"), [("valid_months = 1", True), ("valid_days = 24", True), ("valid_days = 23", False)])
def test_clearance_clocks(plain, tmp_path, clock, lawful):
    plain.change("mentors", "M1", documents="clearance:2026-08-31..2027-06-30")
    own_law(plain, tmp_path, 'rule = "clearance"', f"values = {{ {clock} }}")
    assert refused(plain.audit(tmp_path)) == (set() if lawful else {("S1", "cleared_adult", THU_24)})


def test_a_missing_pack_is_named(plain, tmp_path):
    own_law(plain, tmp_path, 'rule = "duty"')
    plain.audit(tmp_path)
    (tmp_path / "round" / "own.toml").unlink()
    assert "rule pack own.toml is not there" in [finding.message for finding in audit(tmp_path / "out", tmp_path / "round")]


def test_school_hours_of_a_law_without_ages_are_for_fourteen_and_fifteen(tmp_path):
    law = ('rule = "school_hours"', 'values = { start = "15:30", end = "16:00" }')
    for birth, lawful in (("2010-09-15", True), ("2010-09-16", False)):
        plain, folder = paid("US-RI", birth, "Tue 15:00-18:00"), tmp_path / birth
        folder.mkdir()
        own_law(plain, folder, *law)
        assert refused(plain.audit(folder)) == (set() if lawful else {("S1", "school_hours", TUE_15)})


def test_school_hours_of_a_law_without_times_are_eight_to_three(tmp_path):
    for sessions, lawful in (("Tue 15:00-18:00", True), ("Tue 07:00-08:00", True), ("Tue 14:59-17:59", False)):
        plain, folder = paid("US-RI", FIFTEEN, sessions, "WECEP"), tmp_path / sessions[4:9].replace(":", "")
        folder.mkdir()
        own_law(plain, folder, 'rule = "school_hours"', "values = {}")
        assert refused(plain.audit(folder)) == (set() if lawful else {("S1", "school_hours", TUE_15)})


def test_a_law_without_ages_spares_adults(tmp_path):
    for birth, lawful in (("2008-09-15", True), ("2008-09-16", False)):
        plain, folder = paid("US-RI", birth, "Tue 09:00-15:00"), tmp_path / birth
        folder.mkdir()
        own_law(plain, folder, 'rule = "hours_per_day"', "values = { school_day = 5 }")
        assert refused(plain.audit(folder)) == (set() if lawful else {("S1", "hours_per_day", TUE_15)})
