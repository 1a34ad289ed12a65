"""The golden case: paid, Tuesday and Thursday 09:00-15:00, school weeks; who may, in which state, in which programme."""

import pytest

from benchmarks import golden_case
from tests.rules.helpers import STATES, codes, paid_round

TUE_THU = "Tue 09:00-15:00;Thu 09:00-15:00"  # 6 h a day, 12 h a week
DAY, SCHOOL = "hours_per_day", "school_hours"

AT_15 = [
    # 6 h are over the federal 3 h on a school day; 09:00-15:00 are school hours, which a WECEP lifts but not in New York
    *((state, "", {DAY, SCHOOL}) for state in STATES),
    ("CA", "WECEP", {DAY}),
    ("RI", "WECEP", {DAY}),
    ("WA", "WECEP", {DAY}),
    ("NY", "WECEP", {DAY, SCHOOL}),
    # nobody of 15 is helped by a programme for those of 16 and 17
    *((state, programme, {DAY, SCHOOL}) for state in STATES for programme in ("COOP", "CTE")),
]


@pytest.mark.parametrize(("state", "programme", "refused"), AT_15)
@pytest.mark.parametrize("age", [14, 15])
def test_blocked_at_15_with_and_without_wecep(age, state, programme, refused):
    assert codes(paid_round(state, age, TUE_THU, programme)) == refused


AT_17 = {
    # 6 h against 4 in California, New York and Washington, against 9 in Rhode Island
    "RI": {"", "WEE", "COOP", "CTE", "WECEP"},
    "CA": {"WEE"},  # 8 h
    "NY": {"COOP"},  # exactly 6 h
    "WA": {"CTE"},  # 8 h
}


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("programme", ["", "WEE", "COOP", "CTE", "WECEP"])
@pytest.mark.parametrize("age", [16, 17])
def test_each_state_has_its_one_programme_at_17(age, state, programme):
    allowed = programme in AT_17[state]
    assert codes(paid_round(state, age, TUE_THU, programme)) == (set() if allowed else {DAY})


def test_the_printed_table_says_the_same():
    found = golden_case.cases()
    at_15 = {(state, programme): refused for state, programme, refused in AT_15} | {(state, "WEE"): {DAY, SCHOOL} for state in STATES}
    wanted = {(15, *case): refused for case, refused in at_15.items()}
    wanted |= {(17, s, p): set() if p in AT_17[s] else {DAY} for s in STATES for p in golden_case.PROGRAMMES}
    assert {case: {code for code, _ in refused} for case, refused in found.items()} == wanted
    assert golden_case.PAGE.read_text(encoding="utf-8") == golden_case.page(found), "run benchmarks/golden_case.py again"


@pytest.mark.parametrize(("state", "programme"), [("CA", "WEE"), ("NY", "COOP"), ("WA", "CTE")])
@pytest.mark.parametrize("side", ["student", "opportunity"])
def test_one_side_is_no_evidence(state, programme, side):
    programmes = ("", programme) if side == "student" else (programme, "")
    assert codes(paid_round(state, 17, TUE_THU, programmes[0], has=programmes[1])) == {DAY}


@pytest.mark.parametrize("name", ["COOP", "CO-OP", "co-op", "Co op"])
def test_names_of_a_programme(name):
    assert codes(paid_round("NY", 17, TUE_THU, name, has="COOP")) == set()
    assert codes(paid_round("NY", 17, TUE_THU, "COOP", has=name)) == set()


@pytest.mark.parametrize(
    ("state", "programme", "sessions", "refused"),
    [
        ("NY", "COOP", "Tue 09:00-15:00;Thu 09:00-15:01", {DAY}),  # 6 h 1 min
        ("NY", "COOP", "Tue 08:59-15:00;Thu 09:00-15:00", {DAY}),
        ("CA", "WEE", "Tue 07:00-15:00;Thu 09:00-15:00", set()),  # 8 h
        ("CA", "WEE", "Tue 07:00-15:01;Thu 09:00-15:00", {DAY}),
        ("WA", "CTE", "Tue 07:00-15:00;Thu 07:00-15:00", set()),
        ("WA", "CTE", "Tue 07:00-15:00;Thu 07:00-15:01", {DAY}),
        ("RI", "", "Tue 06:00-15:00;Thu 06:00-15:00", set()),  # 9 h
        ("RI", "", "Tue 06:00-15:00;Thu 06:00-15:01", {DAY}),
    ],
)
def test_to_the_minute(state, programme, sessions, refused):
    assert codes(paid_round(state, 17, sessions, programme)) == refused


@pytest.mark.parametrize(
    ("on", "refused"),
    [
        (("2026-06-30", "2026-06-30"), {DAY}),  # a Tuesday: SHB 1121 is in force from 1 July 2026
        (("2026-07-02", "2026-07-02"), set()),  # the Thursday after
        (("2026-06-30", "2026-07-02"), {DAY}),
    ],
)
def test_washington_from_1_july_2026(on, refused):
    assert codes(paid_round("WA", 17, TUE_THU, "CTE", term=("2026-06-02", "2026-08-28"), on=on)) == refused


@pytest.mark.parametrize(
    ("site_state", "school_state", "programme", "refused"),
    [
        ("RI", "CA", "", {DAY}),
        ("CA", "RI", "", {DAY}),
        ("RI", "CA", "WEE", set()),
        ("CA", "NY", "WEE", {DAY}),  # New York's 4 h
        ("NY", "CA", "COOP", {DAY}),  # California's 4 h
        ("WA", "RI", "CTE", set()),
    ],
)
def test_site_in_another_state(site_state, school_state, programme, refused):
    assert codes(paid_round(site_state, 17, TUE_THU, programme, school_state=school_state)) == refused


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize(("age", "kind"), [(15, "unpaid_learning"), (17, "unpaid_learning"), (18, "paid_employment")])
def test_unpaid_or_grown_up(state, age, kind):
    assert codes(paid_round(state, age, TUE_THU, job={"placement_kind": kind})) == set()


BIRTHDAYS = [
    # state, born, first session, refused: the whole term runs to 17 December 2026
    ("RI", "2010-10-06", "2026-10-06", set()),  # 16 on Tuesday 6 October
    ("RI", "2010-10-06", "2026-10-01", {DAY, SCHOOL}),  # 15 on Thursday 1 October
    ("RI", "2010-10-07", "2026-10-06", {DAY, SCHOOL}),
    ("CA", "2010-10-06", "2026-10-06", {DAY}),  # 16, which is not yet grown up: California's 4 h
    ("NY", "2010-10-06", "2026-10-06", {DAY}),
    ("WA", "2010-10-06", "2026-10-06", {DAY}),
    ("CA", "2008-10-06", "2026-10-06", set()),  # 18
    ("CA", "2008-10-06", "2026-10-01", {DAY}),  # 17
    ("NY", "2008-12-17", "2026-09-08", {DAY}),  # 18 on the last session
    ("WA", "2008-12-18", "2026-12-17", {DAY}),  # 18 the day after the last session
    ("WA", "2008-12-17", "2026-12-17", set()),
]


@pytest.mark.parametrize(("state", "born", "first", "refused"), BIRTHDAYS)
def test_birthday_within_the_term(state, born, first, refused):
    assert codes(paid_round(state, born, TUE_THU, on=(first, "2026-12-17"))) == refused


@pytest.mark.parametrize(
    ("first", "refused"),
    [
        ("2028-02-24", {DAY, SCHOOL}),  # Thursday; born 29 February 2012: 16 on 29 February 2028, a Tuesday
        ("2028-02-29", set()),
    ],
)
def test_born_on_29_february_turns_16_in_a_leap_year(first, refused):
    assert codes(paid_round("RI", "2012-02-29", TUE_THU, term=("2028-02-01", "2028-05-26"), on=(first, "2028-05-25"))) == refused


@pytest.mark.parametrize(
    ("first", "refused"),
    [
        ("2026-02-26", {DAY}),  # Thursday; born 29 February 2008: 18 on 1 March 2026, a Sunday
        ("2026-03-03", set()),  # Tuesday
    ],
)
def test_born_on_29_february_turns_18_in_a_common_year(first, refused):
    assert codes(paid_round("CA", "2008-02-29", TUE_THU, term=("2026-02-02", "2026-05-29"), on=(first, "2026-05-28"))) == refused
