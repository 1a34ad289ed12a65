"""`needs`: every need of the student is among the features of the site."""

import pytest

from tests.builders import a_round, site, student
from tests.rules.helpers import codes, refusals


@pytest.mark.parametrize(
    ("needs", "features", "refused"),
    [
        ("", "", set()),
        ("", "step_free", set()),
        ("step_free", "step_free", set()),
        ("step_free", "", {"needs"}),
        ("step_free", "interpreter", {"needs"}),
        ("step_free;interpreter", "interpreter;quiet;step_free", set()),
        ("step_free;interpreter", "step_free", {"needs"}),
        ("step_free;interpreter", "interpreter", {"needs"}),
        ("step", "step_free", {"needs"}),  # a whole tag, not a part of one
    ],
)
def test_needs_are_a_subset_of_features(needs, features, refused):
    assert codes(a_round(students=[student(needs=needs)], sites=[site(features=features)])) == refused


def test_what_is_missing_is_named():
    reason = refusals(a_round(students=[student(needs="interpreter;step_free")], sites=[site(features="interpreter")]))["needs"]
    assert "step_free" in reason
    assert "interpreter" not in reason
