"""`minimum_grade`: a grade below the site's, or not known, is refused."""

import pytest

from tests.builders import a_round, opportunity, student
from tests.rules.helpers import codes, refusals


@pytest.mark.parametrize(
    ("grade", "minimum", "refused"),
    [
        ("11", 11, set()),
        ("12", 11, set()),
        ("10", 11, {"minimum_grade"}),
        ("9", 10, {"minimum_grade"}),  # numbers, not text: "9" > "10" as text
        (None, 11, {"minimum_grade"}),
        (None, None, set()),
        ("9", None, set()),
    ],
)
def test_grade(grade, minimum, refused):
    assert codes(a_round(students=[student(grade=grade)], opportunities=[opportunity(min_grade=minimum)])) == refused


def test_unknown_grade_is_named():
    assert (
        "grade is not known"
        in refusals(a_round(students=[student(grade=None)], opportunities=[opportunity(min_grade=11)]))["minimum_grade"]
    )
