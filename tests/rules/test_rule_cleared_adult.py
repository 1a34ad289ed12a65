"""`cleared_adult`: the mentor is cleared whenever present, and on every session somebody present is cleared."""

import pytest

from tests.builders import a_round, mentor, opportunity, school, site, student
from tests.rules.helpers import PACKS, codes, paid_round, refusals

CODE = "cleared_adult"
YEAR = "clearance:2026-07-01..2027-06-30"
UNPAID = {"placement_kind": "unpaid_learning"}


@pytest.mark.parametrize(
    ("documents", "refused"),
    [
        # sessions from Tuesday 8 September to Thursday 17 December 2026
        ("clearance:2026-09-08..2026-12-17", set()),
        ("clearance:2026-09-09..2026-12-17", {CODE}),
        ("clearance:2026-09-08..2026-12-16", {CODE}),
        ("clearance:2026-09-08..2026-11-05", {CODE}),  # ends in week 9 (3 and 5 November): stops week 10
        ("clearance:2026-07-01..2026-11-05;clearance:2026-11-06..2027-06-30", set()),  # renewed in time
        ("clearance:2026-07-01..2026-11-05;clearance:2026-11-10..2027-06-30", set()),  # no session from 6 to 9 November
        ("clearance:2026-07-01..2026-11-05;clearance:2026-11-11..2027-06-30", {CODE}),  # Tuesday 10 November is open
        ("", {CODE}),
        ("clearance", {CODE}),
        ("insurance:2026-07-01..2027-06-30", {CODE}),
    ],
)
def test_clearance_on_every_session(documents, refused):
    assert codes(a_round(mentors=[mentor(documents=documents)])) == refused


@pytest.mark.parametrize(("ends", "refused"), [("2026-11-05", set()), ("2026-11-09", set()), ("2026-11-10", {CODE})])
def test_clearance_that_ends_in_week_9_is_enough_for_9_weeks(ends, refused):
    round_ = a_round(mentors=[mentor(documents="clearance:2026-07-01..2026-11-05")], opportunities=[opportunity(ends=ends)])
    assert codes(round_) == refused


CLOCK = [
    # the last session is Thursday 17 December 2026; Rhode Island: no later than 365 days after valid_from
    ("clearance:2025-12-17..2027-06-30", set()),  # 17 December 2025 + 365 days = 17 December 2026
    ("clearance:2025-12-16..2027-06-30", {CODE}),  # day 366
    ("clearance:2020-01-01..2027-06-30", {CODE}),
    ("clearance:2027-06-30", {CODE}),  # without valid_from the clock cannot be read
    ("clearance:2025-12-16..2027-06-30;clearance:2026-12-01..2027-06-30", set()),  # a newer check covers the rest
    ("clearance:2027-06-30;clearance:2026-07-01..2027-06-30", set()),
    ("clearance:2025-10-01..2027-06-30;clearance:2026-10-02..2027-06-30", set()),  # day 365 is Thursday 1 October 2026
    ("clearance:2025-09-30..2027-06-30;clearance:2026-10-02..2027-06-30", {CODE}),  # 1 October 2026 is day 366 of the first
]


@pytest.mark.parametrize(("documents", "refused"), CLOCK)
def test_one_year_clock_of_rhode_island(documents, refused):
    assert codes(a_round(mentors=[mentor(documents=documents)])) == refused


@pytest.mark.parametrize(
    ("site_state", "school_state", "refused"),
    [
        ("RI", "RI", {CODE}),
        ("RI", "WA", {CODE}),
        ("WA", "RI", {CODE}),
        ("WA", "WA", set()),
        ("CA", "NY", set()),
    ],
)
@pytest.mark.parametrize("documents", ["clearance:2020-01-01..2027-06-30", "clearance:2027-06-30"])
def test_clock_counts_where_the_site_or_the_school_has_it(site_state, school_state, refused, documents):
    round_ = paid_round(site_state, 17, school_state=school_state, job=UNPAID, mentors=[mentor(documents=documents)])
    assert codes(round_) == refused


def test_clock_counts_only_when_its_pack_does():
    old = [mentor(documents="clearance:2020-01-01..2027-06-30")]
    assert codes(paid_round("RI", 17, job=UNPAID, mentors=old, packs=("us-federal", "school"))) == set()
    assert codes(paid_round("RI", 17, job=UNPAID, mentors=old, packs=("us-federal", "school", "us-ri"))) == {CODE}


@pytest.mark.parametrize("packs", [PACKS, ("us-federal", "us-wa"), ("us-federal",)])
def test_clearance_itself_is_always_asked(packs):
    # the page makes clearance part of the meaning of the rule; packs only add clocks
    assert codes(paid_round("WA", 17, job=UNPAID, mentors=[mentor(documents="")], packs=packs)) == {CODE}


OWN = """
[pack]
id = "own"
jurisdiction = "US-PA"
title = "A clock in months"
[[law]]
id = "PA-60M"
rule = "clearance"
summary = "Renewed within 60 months."
source = "invented for a test"
read_on = 2026-01-01
next_review = 2027-01-01
values = { document = "clearance", valid_months = 60 }
"""


@pytest.mark.parametrize(
    ("valid_from", "last", "refused"),
    [
        ("2021-10-08", "2026-10-08", set()),  # 8 October 2021 + 60 months = Thursday 8 October 2026
        ("2021-10-07", "2026-10-08", {CODE}),
        ("2021-10-06", "2026-10-06", set()),
    ],
)
def test_clock_in_months(tmp_path, valid_from, last, refused):
    (tmp_path / "own.toml").write_text(OWN)
    adult = [mentor(documents=f"clearance:{valid_from}..2027-06-30")]
    packs = ("us-federal", "school", "own.toml")
    round_ = paid_round("PA", 17, "Tue 09:00-10:00;Thu 09:00-10:00", on=("2026-09-08", last), job=UNPAID, mentors=adult, packs=packs)
    assert codes(round_, folder=tmp_path) == refused


@pytest.mark.parametrize(
    ("law", "on", "refused"),
    [
        # the clearance is from 1 September 2026; our own clock ends on 1 October, day 30
        ("values = { document = 'clearance', valid_days = 30 }", "2026-10-01", set()),  # Thursday
        ("values = { document = 'clearance', valid_days = 30 }", "2026-10-06", {CODE}),
        ("values = { document = 'clearance', valid_days = 30 }\neffective_from = 2026-10-07", "2026-10-06", set()),  # not yet a law
        ("values = { document = 'clearance', valid_days = 30 }\neffective_from = 2026-10-06", "2026-10-06", {CODE}),
        ("values = { document = 'clearance', valid_days = 30 }\neffective_to = 2026-10-06", "2026-10-06", {CODE}),
        ("values = { document = 'clearance', valid_days = 30 }\neffective_to = 2026-10-05", "2026-10-06", set()),  # no longer
        ("values = { document = 'clearance', valid_days = 30 }\neffective_to = 2026-08-31", "2026-10-01", set()),
        ("values = { document = 'clearance', valid_days = 30, valid_months = 2 }", "2026-10-06", {CODE}),  # both: the sooner
        ("values = { document = 'clearance', valid_days = 60, valid_months = 1 }", "2026-10-06", {CODE}),
        ("values = { document = 'clearance', valid_months = 1 }", "2026-10-01", set()),  # 1 October
        ("values = { document = 'clearance', valid_days = 0 }", "2026-09-08", {CODE}),  # good on its first day only
    ],
)
def test_dates_of_a_clock(tmp_path, law, on, refused):
    head = OWN[: OWN.index("values")]
    (tmp_path / "own.toml").write_text(head + law)
    adult = [mentor(documents="clearance:2026-09-01..2027-06-30")]
    packs = ("us-federal", "school", "own.toml")
    round_ = paid_round("PA", 17, "Tue 09:00-10:00;Thu 09:00-10:00", on=on, job=UNPAID, mentors=adult, packs=packs)
    assert codes(round_, folder=tmp_path) == refused


@pytest.mark.parametrize(("on", "refused"), [(("2026-09-08", "2026-09-30"), set()), (("2026-09-08", "2026-10-01"), {CODE})])
def test_a_month_after_the_last_day_of_a_month(tmp_path, on, refused):
    # 31 August 2026 and a month: 30 September, the last day of the next month
    (tmp_path / "own.toml").write_text(OWN.replace("60", "1"))
    adult = [mentor(documents="clearance:2026-08-31..2027-06-30")]
    packs = ("us-federal", "school", "own.toml")
    round_ = paid_round("PA", 17, "Wed 09:00-10:00;Thu 09:00-10:00", on=on, job=UNPAID, mentors=adult, packs=packs)
    assert codes(round_, folder=tmp_path) == refused


LEAVE = "2026-10-06"  # a Tuesday
GAP = "clearance:2026-07-01..2026-10-05;clearance:2026-10-07..2027-06-30"
OLD_ON_LEAVE = "clearance:2025-10-05..2026-10-06;clearance:2026-10-07..2027-06-30"  # 6 October 2026 is day 366 of the first entry
TWO = [
    # the lead M1, the second M2, who refuses the variant of M1, of M2
    ({}, {}, set(), set()),
    ({}, {"documents": ""}, set(), {CODE}),  # M1 is cleared and always there; M2 himself is not
    ({"documents": ""}, {}, {CODE}, set()),
    ({"leave": LEAVE}, {}, set(), set()),  # M2 is there
    ({"leave": LEAVE}, {"documents": ""}, set(), {CODE}),  # 6 October is blocked, so M1 is there on every session
    ({"leave": LEAVE, "documents": GAP}, {}, set(), set()),  # not asked of M1 on leave
    ({"documents": GAP}, {}, {CODE}, set()),  # present on 6 October without clearance; M2 is cleared
    ({"leave": LEAVE, "documents": GAP}, {"documents": ""}, {CODE}, {CODE}),  # the session stands and nobody present is cleared
    ({"leave": LEAVE, "documents": GAP}, {"documents": GAP}, {CODE}, {CODE}),
    ({"leave": LEAVE, "documents": GAP}, {"leave": LEAVE, "documents": GAP}, set(), set()),  # everybody is away: no session
    ({"leave": LEAVE}, {"documents": OLD_ON_LEAVE}, {CODE}, {CODE}),  # covers 6 October, so it stands; but not cleared by the clock
]


@pytest.mark.parametrize(("lead", "second", "refused_lead", "refused_second"), TWO)
def test_two_mentors(lead, second, refused_lead, refused_second):
    mentors = [mentor(**({"documents": YEAR} | lead)), mentor("M2", **({"documents": YEAR} | second))]
    round_ = a_round(mentors=mentors, opportunities=[opportunity(mentors="M1;M2")])
    assert codes(round_, mentor_id="M1") == refused_lead
    assert codes(round_, mentor_id="M2") == refused_second


def test_a_colleague_who_is_not_listed_does_not_help():
    mentors = [mentor(documents=GAP, leave=LEAVE), mentor("M2", documents=""), mentor("M3")]
    round_ = a_round(mentors=mentors, opportunities=[opportunity(mentors="M1;M2")])
    assert codes(round_, mentor_id="M1") == {CODE}


def test_missing_fact_is_named():
    assert "clearance" in refusals(a_round(mentors=[mentor(documents="")]))[CODE]
    undated = refusals(a_round(mentors=[mentor(documents="clearance:2027-06-30")]))[CODE]
    assert "first day" in undated, undated


@pytest.mark.parametrize(
    ("documents", "told"),
    [
        ("", "not on file"),
        ("clearance", "no date"),
        ("clearance;clearance:2026-07-01..2026-10-01", "2026-10-06"),  # a date is known: what is missing is a session after it
        ("clearance:2026-09-20;clearance:2026-09-01..2026-10-01", "2026-10-06"),
        ("clearance;clearance:2027-06-30", "first day"),
        ("clearance:2026-07-01..2026-11-05", "2026-11-10"),
    ],
)
def test_reasons(documents, told):
    assert told in refusals(a_round(mentors=[mentor(documents=documents)]))[CODE]


def test_a_clearance_without_start_that_ended_lacks_no_start_where_no_clock_asks():
    round_ = paid_round("WA", 17, "Tue 09:00-10:00", job=UNPAID, mentors=[mentor(documents="clearance:2026-10-01")])
    assert "2026-10-06" in refusals(round_)[CODE]


def test_missing_first_day_is_named_when_another_school_has_no_clock():
    # S1's school is in Rhode Island, which counts a year; K2's state, like the site's, has no clock
    round_ = a_round(
        schools=[school(), school("K2", state="US-WA")],
        sites=[site(state="US-WA")],
        mentors=[mentor(documents="clearance:2027-06-30")],
        students=[student(), student("S2", school_id="K2")],
    )
    assert codes(round_, "S2") == set()
    assert "first day" in refusals(round_)[CODE]


def test_law_of_california_does_not_need_a_start():
    round_ = a_round(
        schools=[school(state="US-CA")],
        sites=[site(state="US-CA")],
        mentors=[mentor(documents="clearance:2027-06-30")],
    )
    assert codes(round_) == set()
