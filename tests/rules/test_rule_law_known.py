"""`law_known`: paid work of a minor in a state without a rule pack in this round is refused, because the law is unknown."""

import pytest

from tests.rules.helpers import PACKS, STATES, codes, paid_round, refusals

CODE = "law_known"


@pytest.mark.parametrize(
    ("state", "school_state", "packs", "refused"),
    [
        *((state, state, PACKS, False) for state in STATES),
        ("MA", "RI", PACKS, True),  # no pack for the site's state
        ("RI", "MA", PACKS, True),  # no pack for the school's state
        ("MA", "MA", PACKS, True),
        ("RI", "RI", ("us-federal", "school"), True),  # the pack exists, but this round does not name it
        ("RI", "RI", ("us-federal", "us-wa", "school"), True),
        ("RI", "RI", ("us-federal", "us-ri", "school"), False),
        ("RI", "WA", ("us-federal", "us-ri", "school"), True),
    ],
)
def test_pack_of_both_states(state, school_state, packs, refused):
    assert (CODE in codes(paid_round(state, 17, school_state=school_state, packs=packs))) is refused


@pytest.mark.parametrize(
    ("born", "refused"),
    [
        ("2008-09-12", set()),  # 18 on the first session, Saturday 12 September 2026
        ("2008-09-13", {CODE}),  # 17 that day, 18 the next
        ("2008-12-12", {CODE}),  # 18 on the last session, Saturday 12 December: a minor on those before
        (18, set()),
        (None, {CODE, "minimum_age"}),
    ],
)
def test_only_minors(born, refused):
    assert codes(paid_round("MA", born)) >= refused
    assert (CODE in codes(paid_round("MA", born))) is (CODE in refused)


def test_unpaid_learning_is_not_meant():
    assert codes(paid_round("MA", 17, job={"placement_kind": "unpaid_learning"})) == set()


def test_reason_names_the_state_or_the_birth_date():
    assert "US-MA" in refusals(paid_round("MA", 17, school_state="RI"))[CODE]
    assert "US-MA" in refusals(paid_round("RI", 17, school_state="MA"))[CODE]
    found = refusals(paid_round("MA", None))[CODE]
    assert "US-MA" in found or "birth" in found
