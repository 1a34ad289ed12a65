"""`observable`: the site can be observed, or one-to-one work is approved and the parent told for every session."""

import pytest

from tests.builders import YEAR, a_round, day_off, site, student
from tests.rules.helpers import codes, refusals

CODE = "observable"
SITE = f"agreement:{YEAR};insurance:{YEAR};site_visit:{YEAR}"
STUDENT = f"parent_consent:{YEAR};emergency_contacts:{YEAR}"


def a_case(observable, approval="", notice="", **tables):
    return a_round(
        sites=[site(observable=observable, documents=f"{SITE};{approval}")], students=[student(documents=f"{STUDENT};{notice}")], **tables
    )


APPROVAL, NOTICE = f"one_to_one_approval:{YEAR}", f"parent_notice:{YEAR}"


@pytest.mark.parametrize(
    ("observable", "approval", "notice", "refused"),
    [
        ("yes", "", "", set()),
        ("no", "", "", {CODE}),
        (None, "", "", {CODE}),  # not known
        ("no", APPROVAL, NOTICE, set()),
        (None, APPROVAL, NOTICE, set()),
        ("no", APPROVAL, "", {CODE}),
        ("no", "", NOTICE, {CODE}),
        ("no", "one_to_one_approval", NOTICE, {CODE}),
        ("no", APPROVAL, "parent_notice", {CODE}),
        # sessions from 8 September to 17 December 2026
        ("no", "one_to_one_approval:2026-09-08..2026-12-17", "parent_notice:2026-12-17", set()),
        ("no", "one_to_one_approval:2026-09-09..2026-12-17", NOTICE, {CODE}),
        ("no", "one_to_one_approval:2026-09-08..2026-12-16", NOTICE, {CODE}),
        ("no", APPROVAL, "parent_notice:2026-09-09..2026-12-17", {CODE}),
        ("no", APPROVAL, "parent_notice:2026-09-08..2026-12-16", {CODE}),
    ],
)
def test_seen_or_approved(observable, approval, notice, refused):
    assert codes(a_case(observable, approval, notice)) == refused


def test_papers_must_stand_on_the_right_side():
    round_ = a_round(
        sites=[site(observable="no", documents=f"{SITE};{APPROVAL};{NOTICE}")], students=[student(documents=f"{STUDENT};{APPROVAL}")]
    )
    assert codes(round_) == {CODE}


def test_only_dated_sessions_count():
    late = "one_to_one_approval:2026-09-09..2027-06-30"
    assert codes(a_case("no", late, NOTICE)) == {CODE}
    assert codes(a_case("no", late, NOTICE, calendar=[day_off("2026-09-08")])) == set()


def test_missing_fact_is_named():
    assert "not known to be observable" in refusals(a_case(None))[CODE]
    assert "is not observable" in refusals(a_case("no"))[CODE]
    assert "parent_notice" in refusals(a_case("no", APPROVAL))[CODE]
    assert "one_to_one_approval" in refusals(a_case("no", "", NOTICE))[CODE]
