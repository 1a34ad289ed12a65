"""`required_documents`: what the opportunity asks for covers every dated session."""

import pytest

from tests.builders import YEAR, a_round, day_off, opportunity, student
from tests.rules.helpers import codes, refusals

CODE = "required_documents"
USUAL = f"parent_consent:{YEAR};emergency_contacts:{YEAR}"


def judged(requires, documents, **tables):
    return codes(a_round(students=[student(documents=f"{USUAL};{documents}")], opportunities=[opportunity(requires=requires)], **tables))


@pytest.mark.parametrize(
    ("requires", "documents", "refused"),
    [
        # sessions from Tuesday 8 September to Thursday 17 December 2026
        ("immunizations", "immunizations:2026-09-08..2026-12-17", set()),
        ("immunizations", "immunizations:2026-09-09..2026-12-17", {CODE}),
        ("immunizations", "immunizations:2026-09-08..2026-12-16", {CODE}),
        ("immunizations", "immunizations:2026-12-17", set()),
        ("immunizations", "immunizations", {CODE}),
        ("immunizations", "", {CODE}),
        ("", "", set()),
        ("tb_test;immunizations", f"immunizations:{YEAR}", {CODE}),
        ("tb_test;immunizations", f"tb_test:{YEAR}", {CODE}),
        ("tb_test;immunizations", f"tb_test:{YEAR};immunizations:{YEAR}", set()),
        ("parent_consent", "", set()),
    ],
)
def test_every_name_on_every_session(requires, documents, refused):
    assert judged(requires, documents) == refused


def test_only_dated_sessions_count():
    flu = "flu:2026-10-01..2027-06-30"
    assert judged("flu", flu) == {CODE}
    off = [day_off(f"2026-09-{day:02d}") for day in (8, 10, 15, 17, 22, 24, 29)]  # every session of September
    assert judged("flu", flu, calendar=off) == set()
    assert judged("flu", flu, calendar=off[:-1]) == {CODE}


def test_missing_paper_is_named():
    offer = opportunity(requires="tb_test;immunizations")
    reason = refusals(a_round(students=[student(documents=f"{USUAL};immunizations:{YEAR}")], opportunities=[offer]))[CODE]
    assert "tb_test" in reason
