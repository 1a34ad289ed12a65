"""`mentor_capacity`: at every instant at most so many students with one mentor; a mentor on leave hands over."""

import pytest

from tests.builders import TUE_THU, a_round, decision, earlier, mentor, opportunity, student
from tests.rules.helpers import plan, plans, subsets, with_mentor

BOTH = plan("S1>O1", "S2>O2")
ANY = subsets("S1>O1", "S2>O2")


def two_offers(one=TUE_THU, two=TUE_THU, most=None):
    """S1 can only take O1, S2 only O2; M1 looks after both."""
    row = mentor() if most is None else mentor(max_students=most)
    return a_round(
        students=[student(), student("S2")],
        mentors=[row],
        opportunities=[opportunity(sessions=one), opportunity("O2", sessions=two)],
        decisions=[decision("ban", "S1", "O2"), decision("ban", "S2", "O1")],
    )


@pytest.mark.parametrize(
    ("one", "two", "most", "allowed"),
    [
        (TUE_THU, TUE_THU, None, ANY - {BOTH}),  # blank is 1
        (TUE_THU, TUE_THU, 1, ANY - {BOTH}),
        (TUE_THU, TUE_THU, 2, ANY),
        (TUE_THU, TUE_THU, 0, {plan()}),
        ("Tue 09:00-12:00", "Tue 12:00-15:00", 1, ANY),
        ("Tue 09:00-12:00", "Tue 11:59-15:00", 1, ANY - {BOTH}),
        ("Tue 09:00-12:00", "Thu 09:00-12:00", 1, ANY),
    ],
)
def test_over_all_opportunities_of_the_mentor(one, two, most, allowed):
    assert plans(two_offers(one, two, most)) == allowed


def test_within_one_opportunity():
    offer = opportunity(seats=3)
    people = [student(f"S{i}") for i in range(1, 4)]
    for most in (1, 2, 3):
        found = plans(a_round(students=people, mentors=[mentor(max_students=most)], opportunities=[offer]))
        assert found == {p for p in subsets("S1>O1", "S2>O1", "S3>O1") if len(p) <= most}


def shared(people=2, **changes):
    """O1 with seats enough; the changes name mentors M1, M2, M3."""
    rows = [mentor(name, **changes.get(name, {})) for name in ("M1", "M2", "M3")[: changes.get("count", 2)]]
    return a_round(
        students=[student(f"S{i}") for i in range(1, people + 1)],
        mentors=rows,
        opportunities=[opportunity(seats=9, mentors=";".join(m.mentor_id for m in rows))],
    )


LEAVE = {"leave": "2026-10-06"}
GAP = {"documents": "clearance:2026-07-01..2026-10-05;clearance:2026-10-07..2027-06-30"}


def test_each_mentor_by_himself():
    found = plans(shared(), with_mentor)
    assert plan("S1>O1/M1", "S2>O1/M2") in found
    assert plan("S1>O1/M1", "S2>O1/M1") not in found
    assert plan("S1>O1/M2", "S2>O1/M2") not in found


@pytest.mark.parametrize(
    ("changes", "both"),
    [
        ({}, True),
        ({"M1": LEAVE}, False),  # on 6 October M2 has both
        ({"M2": LEAVE}, False),  # ... or M1 has
        ({"M1": LEAVE, "M2": {"max_students": 2}}, True),
        ({"M1": LEAVE | {"max_students": 2}}, False),  # the room of the one who is away does not help
        ({"M1": {"leave": "2026-10-07"}}, True),  # a Wednesday: no session
        ({"M1": LEAVE, "M2": LEAVE}, True),  # no session on 6 October
    ],
)
def test_leave_hands_over(changes, both):
    assert (plan("S1>O1/M1", "S2>O1/M2") in plans(shared(**changes), with_mentor)) is both


def test_hands_over_to_the_first_who_is_present():
    # M1 away: M2, the first listed who is there, takes S1
    found = plans(shared(count=3, M1=LEAVE), with_mentor)
    assert plan("S1>O1/M1", "S2>O1/M2") not in found
    assert plan("S1>O1/M1", "S2>O1/M3") in found


def test_hands_over_to_the_first_who_is_cleared():
    # M2 has no clearance on 6 October: M3 takes S1
    found = plans(shared(count=3, M1=LEAVE, M2=GAP), with_mentor)
    assert plan("S1>O1/M1", "S2>O1/M3") not in found
    assert plan("S1>O1/M1") in found


@pytest.mark.parametrize(
    ("documents", "cleared"),
    [
        ("clearance:2026-07-01..2026-10-06;clearance:2026-10-08..2027-06-30", True),  # 6 October is the last day of the first
        ("clearance:2026-07-01..2026-10-03;clearance:2026-10-06..2027-06-30", True),  # ... the first day of the second
        ("clearance:2026-07-01..2026-10-05;clearance:2026-10-07..2027-06-30", False),
        ("clearance:2025-10-06..2027-06-30;clearance:2026-10-07..2027-06-30", True),  # day 365 of Rhode Island's clock
        ("clearance:2025-10-05..2027-06-30;clearance:2026-10-07..2027-06-30", False),  # day 366
    ],
)
def test_who_stands_in_is_cleared_on_that_day(documents, cleared):
    found = plans(shared(count=3, M1=LEAVE, M2={"documents": documents}), with_mentor)
    # cleared, M2 takes S1 on 6 October; else M3 does (and M2, who is there, could not take anybody)
    assert (plan("S1>O1/M1", "S2>O1/M3") in found) is cleared
    assert plan("S1>O1/M1", "S2>O1/M2") not in found


def test_hands_over_to_the_lead_before_others():
    # M2 away: M1 stands before M3 in the list
    found = plans(shared(count=3, M2=LEAVE), with_mentor)
    assert plan("S1>O1/M2", "S2>O1/M1") not in found
    assert plan("S1>O1/M2", "S2>O1/M3") in found


def test_two_handed_over_to_one():
    # M1 and M2 away on 6 October: M3 takes both of theirs
    found = plans(shared(people=3, count=3, M1=LEAVE, M2=LEAVE), with_mentor)
    assert plan("S1>O1/M1", "S2>O1/M2") not in found
    found = plans(shared(people=3, count=3, M1=LEAVE, M2=LEAVE, M3={"max_students": 2}), with_mentor)
    assert plan("S1>O1/M1", "S2>O1/M2") in found
    assert plan("S1>O1/M1", "S2>O1/M2", "S3>O1/M3") not in found


@pytest.mark.parametrize(
    ("most", "found"),
    [
        (1, {plan(), plan("S1>O1/M2")}),  # the placed student keeps the lead mentor's only place
        (2, {plan(), plan("S1>O1/M1"), plan("S1>O1/M2")}),
    ],
)
def test_placed_students_stay_with_the_lead(most, found):
    round_ = a_round(
        students=[student(), student("S9", status="placed")],
        mentors=[mentor(max_students=most), mentor("M2")],
        opportunities=[opportunity(seats=9, mentors="M1;M2")],
        previous=[earlier("S9")],
    )
    assert plans(round_, with_mentor) == found


def test_placed_students_at_another_opportunity_of_the_mentor():
    round_ = a_round(
        students=[student(), student("S9", status="placed")],
        opportunities=[opportunity(), opportunity("O2", sessions="Tue 12:00-13:00 | Wed 12:00-13:00")],
        previous=[earlier("S9", "O2", "Tue 12:00-13:00")],
        decisions=[decision("ban", "S1", "O2")],
    )
    assert plans(round_) == {plan()}
    elsewhen = round_.previous[0].model_copy(update={"sessions": round_.opportunities[1].sessions[1]})
    later = a_round(
        students=round_.students, opportunities=round_.opportunities, previous=[elsewhen], decisions=[decision("ban", "S1", "O2")]
    )
    assert plans(later) == {plan(), plan("S1>O1")}
