"""`sessions`: a pair without any dated session is refused."""

import pytest

from tests.builders import a_round, day_off, mentor, opportunity, site
from tests.rules.helpers import codes

REFUSED = {"sessions"}


@pytest.mark.parametrize(
    ("dates", "refused"),
    [
        ({"starts": "2026-12-17"}, set()),  # Thursday 17 December: one session is enough
        ({"starts": "2026-12-18"}, REFUSED),  # Friday 18 December, the round's last day: no Tuesday or Thursday is left
        ({"starts": "2026-12-19"}, REFUSED),  # after the round
        ({"ends": "2026-09-08"}, set()),  # Tuesday 8 September, the first day
        ({"ends": "2026-09-07"}, REFUSED),
        ({"starts": "2026-10-07", "ends": "2026-10-07"}, REFUSED),  # a Wednesday
        ({"starts": "2026-10-07", "ends": "2026-10-08"}, set()),
    ],
)
def test_dates_of_the_opportunity(dates, refused):
    assert codes(a_round(opportunities=[opportunity(**dates)])) == refused


ONE_WEEK = opportunity(starts="2026-10-05", ends="2026-10-09")  # Tuesday 6 and Thursday 8 October


@pytest.mark.parametrize(
    ("tables", "refused"),
    [
        ({"calendar": [day_off("2026-10-06")]}, set()),
        ({"calendar": [day_off("2026-10-06"), day_off("2026-10-08", "K1", "no_lti")]}, REFUSED),
        ({"calendar": [day_off("2026-10-06"), day_off("2026-10-08", "K2")]}, set()),  # another school's day
        ({"sites": [site(closures="2026-10-06..2026-10-08")]}, REFUSED),
        ({"sites": [site(closures="2026-10-07..2026-10-08")]}, set()),
        ({"mentors": [mentor(leave="2026-10-06;2026-10-08")]}, REFUSED),
        ({"mentors": [mentor(leave="2026-10-06")]}, set()),
    ],
)
def test_every_session_taken_away(tables, refused):
    assert codes(a_round(opportunities=[ONE_WEEK], **tables)) == refused
