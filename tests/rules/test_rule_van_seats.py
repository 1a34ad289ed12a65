"""`van_seats`: per van and weekday at most its seats, at most nine riders beside the driver; riders may be spread over vans."""

import pytest

from tests.builders import a_round, decision, mentor, opportunity, school, settings, site, student, van
from tests.rules.helpers import PACKS, plan, plans, subsets

BOTH = {"Tue": "Tue 09:00-12:00", "Thu": "Thu 09:00-12:00", "Tue+Thu": "Tue 09:00-12:00;Thu 09:00-12:00"}
ANY = subsets("S1>O1", "S2>O2")
ONE = ANY - {plan("S1>O1", "S2>O2")}


def two_riders(vans, one="Tue+Thu", two="Tue+Thu", modes=("van", "van"), **tables):
    """S1 can only take O1 at W1, S2 only O2 at W2."""
    defaults = {
        "students": [student(travel_modes=modes[0]), student("S2", travel_modes=modes[1])],
        "sites": [site(), site("W2")],
        "mentors": [mentor(), mentor("M2", site_id="W2")],
        "opportunities": [
            opportunity(sessions=BOTH.get(one, one)),
            opportunity("O2", site_id="W2", mentors="M2", sessions=BOTH.get(two, two)),
        ],
        "decisions": [decision("ban", "S1", "O2"), decision("ban", "S2", "O1")],
        "vans": vans,
    }
    return a_round(**(defaults | tables))


def small(van_id="V1", weekdays="Tue;Thu", **changes):
    return van(van_id, seats="1", weekdays=weekdays, **changes)


@pytest.mark.parametrize(
    ("vans", "one", "two", "allowed"),
    [
        ([small()], "Tue+Thu", "Tue+Thu", ONE),
        ([van(seats="2")], "Tue+Thu", "Tue+Thu", ANY),
        ([small()], "Tue", "Thu", ANY),  # each weekday by itself
        ([small()], "Tue", "Tue", ONE),
        ([small()], "Tue+Thu", "Thu", ONE),
        ([small()], "Tue 09:00-10:00", "Tue 13:00-14:00", ONE),  # a seat is taken for the day
        ([small()], "Tue 09:00-10:00;Tue 13:00-14:00", "Thu", ANY),  # two windows of one rider are one seat
        ([small(), small("V2")], "Tue+Thu", "Tue+Thu", ANY),  # one van each
        ([small(), small("V2", "Tue")], "Tue+Thu", "Tue+Thu", ONE),  # nobody else runs on Thursday
        ([small(), small("V2", "Tue"), small("V3", "Thu")], "Tue+Thu", "Tue+Thu", ANY),  # V1 for one, V2 and V3 for the other
        ([small(), small("V2", sites="W1")], "Tue+Thu", "Tue+Thu", ANY),  # V2 for the one who goes to W1
        ([small(sites="W1"), small("V2", sites="W1")], "Tue+Thu", "Tue+Thu", {plan(), plan("S1>O1")}),
        ([small(), small("V2", departs="08:58")], "Tue+Thu", "Tue+Thu", ONE),  # V2 is too late for 09:00
        ([small(), small("V2", departs="08:58")], "Tue+Thu", "Tue 10:00-12:00", ANY),  # in time for 10:00
        ([small(sites="W1"), small("V2", sites="W2")], "Tue+Thu", "Tue+Thu", ANY),
    ],
)
def test_seats_per_van_and_weekday(vans, one, two, allowed):
    assert plans(two_riders(vans, one, two)) == allowed


def test_each_weekday_counts_every_week():
    # the two never travel on one date, but the page counts vans per weekday
    offers = [
        opportunity(sessions="Tue 09:00-12:00", ends="2026-10-06"),
        opportunity("O2", site_id="W2", mentors="M2", sessions="Tue 09:00-12:00", starts="2026-10-07"),
    ]
    assert plans(two_riders([small()], opportunities=offers)) == ONE


@pytest.mark.parametrize("modes", [("van", "van;walk"), ("walk", "van"), ("walk;van", "walk;van")])
def test_only_riders_take_seats(modes):
    assert plans(two_riders([small()], modes=modes)) == ANY


def test_vans_of_each_school():
    people = [student(travel_modes="van"), student("S2", travel_modes="van", school_id="K2")]
    vans = [small(), small("V2", school_id="K2")]
    schools = [school(), school("K2")]
    assert plans(two_riders(vans, students=people, schools=schools)) == ANY
    assert plans(two_riders(vans[:1], students=people, schools=schools)) == {plan(), plan("S1>O1")}


@pytest.mark.parametrize(("seats", "most"), [(8, 8), (9, 9), (10, 9), (15, 9)])
def test_at_most_ten_persons_with_the_driver(seats, most):
    riders = [student(f"S{i}", travel_modes="van") for i in range(10)]
    round_ = a_round(
        students=riders,
        mentors=[mentor(max_students=10)],
        opportunities=[opportunity(seats=10)],
        vans=[van(seats=str(seats))],
    )
    assert max(len(p) for p in plans(round_)) == most


def test_three_riders_on_two_vans():
    # V1 with two seats on Tuesday and Thursday, V2 with one on Tuesday: three on Tuesday, two on Thursday
    people = [student(f"S{i}", travel_modes="van") for i in range(1, 4)]
    vans = [van(seats="2"), small("V2", "Tue")]
    for sessions, most in (("Tue", 3), ("Thu", 2), ("Tue+Thu", 2)):
        round_ = a_round(
            students=people, mentors=[mentor(max_students=3)], opportunities=[opportunity(seats=3, sessions=BOTH[sessions])], vans=vans
        )
        assert {len(p) for p in plans(round_)} == set(range(most + 1))


def test_at_most_ten_persons_without_the_federal_pack_too():
    riders = [student(f"S{i}", travel_modes="van") for i in range(10)]
    packs = tuple(name for name in PACKS if name != "us-federal")
    round_ = a_round(
        settings=settings(round={"rule_packs": packs}),
        students=riders,
        mentors=[mentor(max_students=10)],
        opportunities=[opportunity(seats=10)],
        vans=[van(seats="10")],
    )
    assert max(len(p) for p in plans(round_)) == 9
