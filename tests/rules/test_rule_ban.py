"""`ban`: a ban in force names student and opportunity."""

import pytest

from tests.builders import a_round, decision, opportunity, student
from tests.rules.helpers import codes


@pytest.mark.parametrize(
    ("orders", "refused"),
    [
        ([decision("ban", "S1", "O1")], {"ban"}),
        ([decision("ban", "S1", "O1", until="2026-09-07")], set()),  # lifted the day before the round's first day, 8 September
        ([decision("ban", "S1", "O1", until="2026-09-08")], {"ban"}),  # still in force on the first day
        ([decision("ban", "S1", "O1", until="2026-10-01")], {"ban"}),  # ends mid-term: in force, as the page defines it
        ([decision("ban", "S2", "O1")], set()),
        ([decision("ban", "S1", "O2")], set()),
        ([decision("ban", "S1", "O2"), decision("ban", "S2", "O1")], set()),  # two halves make no ban
    ],
)
def test_ban(orders, refused):
    round_ = a_round(decisions=orders, students=[student(), student("S2")], opportunities=[opportunity(), opportunity("O2")])
    assert codes(round_) == refused
