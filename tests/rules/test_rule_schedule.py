"""`schedule`: every window lies inside one window of the school and, when the student names hours, inside one of the student's."""

import pytest

from matcher.cells import Window
from tests.builders import TUE_THU, a_round, opportunity, school, student
from tests.rules.helpers import codes

REFUSED = {"schedule"}
WINDOWS = [  # the pattern is Tue and Thu 09:00-15:00
    (TUE_THU, set()),
    ("Tue 09:01-15:00;Thu 09:00-15:00", REFUSED),
    ("Tue 09:00-14:59;Thu 09:00-15:00", REFUSED),
    ("Tue 09:00-15:00;Thu 09:01-15:00", REFUSED),
    ("Tue 09:00-15:00;Thu 09:00-14:59", REFUSED),
    ("Tue 08:00-16:00", REFUSED),
    ("Mon 08:00-16:00;Wed 08:00-16:00", REFUSED),
    ("Tue 08:00-12:00;Tue 12:00-16:00;Thu 08:00-16:00", set()),  # windows that touch count as one
    ("Tue 08:00-12:00;Tue 12:01-16:00;Thu 08:00-16:00", REFUSED),  # one minute open
    ((Window(1, 480, 720), Window(1, 700, 960), Window(3, 480, 960)), set()),  # windows that overlap count as one
    ((Window(1, 480, 960), Window(1, 500, 520), Window(3, 480, 960)), set()),  # one inside the other must not shorten it
]


@pytest.mark.parametrize(("windows", "refused"), WINDOWS)
def test_hours_of_the_school(windows, refused):
    assert codes(a_round(schools=[school(windows=windows)])) == refused


@pytest.mark.parametrize(("windows", "refused"), [*WINDOWS, ("", set())])
def test_hours_of_the_student(windows, refused):
    assert codes(a_round(students=[student(available=windows)])) == refused


def test_both_must_hold():
    round_ = a_round(schools=[school(windows="Tue 08:00-16:00;Thu 09:30-16:00")], students=[student(available=TUE_THU)])
    assert codes(round_) == REFUSED


@pytest.mark.parametrize(("windows", "refused"), [("Tue 08:00-24:00", set()), ("Tue 08:00-23:59", REFUSED)])
def test_midnight_is_lawful_as_an_end(windows, refused):
    round_ = a_round(schools=[school(windows=windows, return_by=None)], opportunities=[opportunity(sessions="Tue 18:00-24:00")])
    assert codes(round_) == refused


@pytest.mark.parametrize(("pattern", "refused"), [(0, REFUSED), (1, set())])
def test_alternatives_are_judged_apart(pattern, refused):
    round_ = a_round(
        students=[student(available="Mon 08:00-16:00;Wed 08:00-16:00")],
        opportunities=[opportunity(sessions=f"{TUE_THU} | Mon 09:00-15:00;Wed 09:00-15:00")],
    )
    assert codes(round_, pattern=pattern) == refused
