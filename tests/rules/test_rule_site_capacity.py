"""`site_capacity`: at every instant at most so many students at one site."""

import pytest

from tests.builders import TUE_THU, a_round, decision, earlier, mentor, opportunity, site, student
from tests.rules.helpers import plan, plans, subsets

ANY = subsets("S1>O1", "S2>O2")
ONE = ANY - {plan("S1>O1", "S2>O2")}


def two_offers(most, one=TUE_THU, two=TUE_THU, second_site="W1", **tables):
    """S1 can only take O1, S2 only O2, with a mentor each."""
    defaults = {
        "students": [student(), student("S2")],
        "sites": [site(max_students=most), site("W2", max_students=most)],
        "mentors": [mentor(), mentor("M2", site_id=second_site)],
        "opportunities": [opportunity(sessions=one), opportunity("O2", site_id=second_site, mentors="M2", sessions=two)],
        "decisions": [decision("ban", "S1", "O2"), decision("ban", "S2", "O1")],
    }
    return a_round(**(defaults | tables))


@pytest.mark.parametrize(
    ("most", "one", "two", "second_site", "allowed"),
    [
        (None, TUE_THU, TUE_THU, "W1", ANY),  # blank is no limit
        (2, TUE_THU, TUE_THU, "W1", ANY),
        (1, TUE_THU, TUE_THU, "W1", ONE),
        (0, TUE_THU, TUE_THU, "W1", {plan()}),
        (1, TUE_THU, TUE_THU, "W2", ANY),  # each site by itself
        (1, "Tue 09:00-12:00", "Tue 12:00-15:00", "W1", ANY),
        (1, "Tue 09:00-12:00", "Tue 11:59-15:00", "W1", ONE),
        (1, "Tue 09:00-12:00", "Thu 09:00-12:00", "W1", ANY),
    ],
)
def test_over_all_opportunities_of_the_site(most, one, two, second_site, allowed):
    assert plans(two_offers(most, one, two, second_site)) == allowed


def test_dates_that_never_meet():
    offers = [opportunity(ends="2026-10-06"), opportunity("O2", mentors="M2", starts="2026-10-07")]
    assert plans(two_offers(1, opportunities=offers)) == ANY
    offers = [opportunity(ends="2026-10-06"), opportunity("O2", mentors="M2", starts="2026-10-06")]
    assert plans(two_offers(1, opportunities=offers)) == ONE


@pytest.mark.parametrize(
    ("most", "sessions", "allowed"),
    [
        (1, "Tue 12:00-13:00", {plan()}),
        (2, "Tue 12:00-13:00", {plan(), plan("S1>O1")}),
        (1, "Wed 12:00-13:00", {plan(), plan("S1>O1")}),  # there at other times
    ],
)
def test_placed_students_count(most, sessions, allowed):
    people = [student(), student("S2", status="placed")]
    assert plans(two_offers(most, TUE_THU, sessions, students=people, previous=[earlier("S2", "O2", sessions)])) == allowed
