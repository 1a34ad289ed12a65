"""`seats`: at every instant at most so many students in one opportunity."""

import pytest

from matcher.candidates import limit_rules
from tests.builders import TUE_THU, a_round, day_off, earlier, mentor, opportunity, school, student
from tests.rules.helpers import candidates_of, plan, plans, subsets, with_pattern

PEOPLE = [student(f"S{i}") for i in range(1, 4)]
ALL = ("S1>O1", "S2>O1", "S3>O1")


def a_case(seats, sessions=TUE_THU, people=PEOPLE, **tables):
    offer = opportunity(seats=seats, sessions=sessions)
    return a_round(**({"students": people, "mentors": [mentor(max_students=9)], "opportunities": [offer]} | tables))


@pytest.mark.parametrize("seats", [1, 2, 3, 4])
def test_so_many_and_no_more(seats):
    assert plans(a_case(seats)) == {p for p in subsets(*ALL) if len(p) <= seats}


@pytest.mark.parametrize(
    ("one", "two", "meet"),
    [
        ("Tue 09:00-12:00", "Thu 09:00-12:00", False),
        ("Tue 09:00-12:00", "Tue 12:00-15:00", False),  # half-open: noon belongs to the second
        ("Tue 09:00-12:00", "Tue 11:59-15:00", True),
        ("Tue 09:00-15:00", "Tue 11:00-12:00", True),
        ("Tue 09:00-12:00;Thu 09:00-12:00", "Thu 11:00-13:00", True),
    ],
)
def test_alternatives_share_a_seat_when_they_never_meet(one, two, meet):
    found = plans(a_case(1, f"{one} | {two}", PEOPLE[:2]), with_pattern)
    assert plan("S1>O1#0", "S2>O1#0") not in found
    assert plan("S1>O1#1", "S2>O1#1") not in found
    assert (plan("S1>O1#0", "S2>O1#1") in found) is not meet
    assert (plan("S1>O1#1", "S2>O1#0") in found) is not meet


@pytest.mark.parametrize("together", [True, False])
def test_two_schools_at_two_opportunities(together):
    people = [student(), student("S2", school_id="K2")]
    offers = [opportunity(), opportunity("O2")]
    calendar = (
        [] if together else [day_off(f"2026-{m}-{d:02d}", "K2", "no_lti") for m, ds in _ALL.items() for d in ds if (m, d) != ("12", 17)]
    )
    found = plans(a_case(1, people=people, schools=[school(), school("K2")], opportunities=offers, calendar=calendar))
    # S2 comes on 17 December at least: the one seat of each opportunity is for one of them
    assert found == set(subsets("S1>O1", "S2>O2") | subsets("S1>O2", "S2>O1"))


def test_a_limit_tells_what_and_when():
    candidates = candidates_of(a_case(1))
    rule = next(rule for rule in limit_rules() if rule.name == "seats")
    assert [limit.about for limit in rule.limits(candidates.world, candidates)] == ["O1, Tue 09:00"]


RING = "Tue 09:00-11:00;Thu 09:00-11:00 | Tue 09:00-11:00;Wed 09:00-11:00 | Wed 09:00-11:00;Thu 09:00-11:00"


def test_every_instant_is_counted_by_itself():
    # each two of the three alternatives meet, but never all three at one instant
    apart = plan("S1>O1#0", "S2>O1#1", "S3>O1#2")
    assert apart in plans(a_case(2, RING), with_pattern)
    assert plan("S1>O1#0", "S2>O1#0", "S3>O1#1") not in plans(a_case(2, RING), with_pattern)  # Tuesday: 3
    assert {len(p) for p in plans(a_case(1, RING), with_pattern)} == {0, 1}


def test_dates_that_never_meet_share_a_seat():
    # K1 has sessions until September only, K2 from October on
    off = [day_off(f"2026-09-{day:02d}", "K2", "no_lti") for day in (8, 10, 15, 17, 22, 24, 29)]
    off += [day_off(f"2026-{month}-{day:02d}", "K1", "no_lti") for month, days in _AFTER.items() for day in days]
    people = [student(), student("S2", school_id="K2")]
    tables = {"schools": [school(), school("K2")], "people": people}
    assert plans(a_case(1, calendar=off, **tables)) == subsets("S1>O1", "S2>O1")
    one_left = [row for row in off if str(row.date) != "2026-10-06"]  # now both meet on 6 October
    assert plans(a_case(1, calendar=one_left, **tables)) == {plan(), plan("S1>O1"), plan("S2>O1")}


_AFTER = {
    "10": (1, 6, 8, 13, 15, 20, 22, 27, 29),
    "11": (3, 5, 10, 12, 17, 19, 24, 26),
    "12": (1, 3, 8, 10, 15, 17),
}


_ALL = {"09": (8, 10, 15, 17, 22, 24, 29)} | _AFTER


PLACED = student("S9", status="placed")


@pytest.mark.parametrize(
    ("seats", "most"),
    [(1, 0), (2, 1), (3, 2)],
)
def test_placed_students_keep_their_seat(seats, most):
    found = plans(a_case(seats, people=[*PEOPLE, PLACED], previous=[earlier("S9")]))
    assert found == {p for p in subsets(*ALL) if len(p) <= most}


@pytest.mark.parametrize(
    ("status", "row", "most"),
    [
        ("placed", earlier("S9"), 0),
        ("placed", earlier("S9", sessions=""), 0),  # blank: the first alternative
        ("placed", earlier("S9", "O2"), 1),  # somewhere else
        ("not_ready", earlier("S9"), 1),  # only placed students occupy
        ("seeking", earlier("S9"), 1),  # looks for a new place
        ("placed", None, 1),  # nothing says where
    ],
)
def test_who_occupies(status, row, most):
    people = [PEOPLE[0], student("S9", status=status, available="Mon 08:00-16:00")]  # S9 could not be placed here again
    other = opportunity("O2", sessions="Mon 20:00-21:00")
    found = plans(a_case(1, people=people, previous=[row] if row else [], opportunities=[opportunity(), other]))
    assert max(len(p) for p in found) == most
    assert plan() in found


@pytest.mark.parametrize(
    ("sessions", "free"),
    [
        ("Tue 09:00-12:00", {"S1>O1#1"}),
        ("Thu 09:00-12:00", {"S1>O1#0"}),
        ("", {"S1>O1#1"}),  # the first alternative
    ],
)
def test_occupied_at_its_windows_only(sessions, free):
    round_ = a_case(1, "Tue 09:00-12:00 | Thu 09:00-12:00", [PEOPLE[0], PLACED], previous=[earlier("S9", sessions=sessions)])
    assert plans(round_, with_pattern) == {plan(), *(plan(name) for name in free)}


def test_occupied_at_one_time_and_crowded_at_another():
    # S9 sits there on Tuesday; of those who come on Thursday only one has a seat
    round_ = a_case(1, "Tue 09:00-12:00 | Thu 09:00-12:00", [*PEOPLE[:2], PLACED], previous=[earlier("S9", sessions="Tue 09:00-12:00")])
    assert plans(round_, with_pattern) == {plan(), plan("S1>O1#1"), plan("S2>O1#1")}
    two = a_case(2, "Tue 09:00-12:00 | Thu 09:00-12:00", [*PEOPLE, PLACED], previous=[earlier("S9", sessions="Tue 09:00-12:00")])
    found = plans(two, with_pattern)
    assert plan("S1>O1#0", "S2>O1#1", "S3>O1#1") in found
    assert plan("S1>O1#0", "S2>O1#0") not in found
    assert plan("S1>O1#1", "S2>O1#1", "S3>O1#1") not in found


def test_occupied_on_its_dates_only():
    # S9 of K2 has no session after September: from October on the seat is free
    off = [day_off(f"2026-{month}-{day:02d}", "K2", "no_lti") for month, days in _AFTER.items() for day in days]
    tables = {"schools": [school(), school("K2")], "calendar": off, "previous": [earlier("S9")]}
    people = [PEOPLE[0], student("S9", status="placed", school_id="K2")]
    for starts, found in (("2026-10-01", {plan(), plan("S1>O1")}), ("2026-09-29", {plan()})):
        offers = [opportunity(starts=starts)]
        assert plans(a_case(1, people=people, opportunities=offers, **tables)) == found


def test_more_placed_than_seats_leaves_a_plan():
    people = [PEOPLE[0], PLACED, student("S8", status="placed")]
    assert plans(a_case(1, people=people, previous=[earlier("S8"), earlier("S9")])) == {plan()}
