"""`declined`: a request of this student for this opportunity has the state `declined`."""

import pytest

from tests.builders import a_round, opportunity, request, student
from tests.rules.helpers import codes


@pytest.mark.parametrize(
    ("requests", "refused"),
    [
        ([], set()),
        ([request(state="wish")], set()),
        ([request(state="pursuing")], set()),
        ([request(state="landed")], set()),
        ([request(state="declined")], {"declined"}),
        ([request(opportunity_id="O2", state="declined")], set()),  # another opportunity
        ([request(student_id="S2", state="declined")], set()),  # another student
        ([request(state="wish"), request(opportunity_id="O2", state="declined")], set()),
        ([request(state="declined", expires="2026-09-07")], {"declined"}),  # the page asks for the state alone: a "no" does not expire
    ],
)
def test_only_a_no_to_this_student_here(requests, refused):
    round_ = a_round(requests=requests, students=[student(), student("S2")], opportunities=[opportunity(), opportunity("O2")])
    assert codes(round_) == refused
