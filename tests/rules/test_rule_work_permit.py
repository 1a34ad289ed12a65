"""`work_permit`: a paper for paid work at the ages a state names, on every session at such an age."""

import pytest

from tests.rules.helpers import FALL, codes, paid_round, papers, refusals

CODE = "work_permit"
OTHERS = papers(*FALL, "parent_consent", "emergency_contacts")


def holder(permit):
    return {"documents": f"{OTHERS};{permit}"}


def refused(state, born, permit="", **more):
    return CODE in codes(paid_round(state, born, who=holder(permit), **more))


@pytest.mark.parametrize(
    ("state", "age", "needs"),
    [
        ("RI", 14, True),
        ("RI", 15, True),
        ("RI", 16, False),  # Rhode Island: 14 and 15 only
        ("RI", 17, False),
        ("CA", 14, True),
        ("CA", 15, True),
        ("CA", 16, True),
        ("CA", 17, True),
        ("CA", 13, True),  # California: everybody under 18
        ("NY", 13, False),  # New York: 14-17
        ("NY", 14, True),
        ("NY", 17, True),
        ("WA", 13, False),
        ("WA", 14, True),
        ("WA", 17, True),
        ("CA", 18, False),
        ("NY", 18, False),
        ("WA", 18, False),
        ("RI", 18, False),
    ],
)
def test_ages(state, age, needs):
    assert refused(state, age) is needs
    assert not refused(state, age, papers(*FALL, "work_permit"))


@pytest.mark.parametrize(("site_state", "school_state", "needs"), [("RI", "WA", True), ("WA", "RI", True), ("RI", "RI", False)])
def test_law_of_the_site_or_the_school(site_state, school_state, needs):
    assert refused(site_state, 17, school_state=school_state) is needs


@pytest.mark.parametrize(
    ("permit", "is_refused"),
    [
        # Washington, 17, Saturdays from 12 September to 12 December 2026
        ("work_permit:2026-09-12..2026-12-12", False),
        ("work_permit:2026-09-13..2026-12-12", True),
        ("work_permit:2026-09-12..2026-12-11", True),
        ("work_permit:2026-12-12", False),  # an entry without valid_from covers every earlier date
        ("work_permit:2026-12-11", True),
        ("work_permit", True),  # no date at all covers nothing
        ("work_permit:2026-09-12..2026-10-10;work_permit:2026-10-11..2026-12-12", False),  # two add up
        ("work_permit:2026-09-12..2026-10-10;work_permit:2026-10-17..2026-12-12", False),  # no session from 11 to 16 October
        ("work_permit:2026-09-12..2026-10-10;work_permit:2026-10-18..2026-12-12", True),  # Saturday 17 October is open
        ("permit:2026-09-12..2026-12-12", True),  # another name
    ],
)
def test_dates(permit, is_refused):
    assert refused("WA", 17, permit) is is_refused


@pytest.mark.parametrize(
    ("state", "born", "until", "is_refused"),
    [
        # Saturdays; the birthday is 10 October 2026, the last session before it 3 October
        ("RI", "2010-10-10", "2026-10-03", False),  # 16 from 10 October on: no permit is needed any more
        ("RI", "2010-10-10", "2026-10-02", True),
        ("WA", "2008-10-10", "2026-10-03", False),  # 18 from 10 October on
        ("WA", "2008-10-10", "2026-10-02", True),
        ("WA", "2008-10-11", "2026-10-03", True),  # still 17 on 10 October
    ],
)
def test_only_sessions_at_such_an_age(state, born, until, is_refused):
    assert refused(state, born, f"work_permit:2026-09-08..{until}") is is_refused


def test_unpaid_learning_is_not_meant():
    assert codes(paid_round("CA", 17, who=holder(""), job={"placement_kind": "unpaid_learning"})) == set()


def test_unknown_birth_date():
    assert "birth" in refusals(paid_round("WA", None, who=holder("")))[CODE]
    assert not refused("WA", None, papers(*FALL, "work_permit"))  # good on every session, whatever the age


def test_reason_names_the_paper():
    assert "work_permit" in refusals(paid_round("WA", 17, who=holder("")))[CODE]
