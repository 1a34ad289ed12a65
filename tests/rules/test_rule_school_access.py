"""`school_access`: a site serves the schools it lists, or else the schools of its region, which is that of the nearest school."""

import pytest

from tests.builders import a_round, school, site, student
from tests.rules.helpers import codes

HERE = {"lat": "41.8250", "lon": "-71.4130"}  # where the site of the builders stands


@pytest.mark.parametrize(("listed", "refused"), [("K1", set()), ("K2", {"school_access"}), ("K2;K1", set()), ("", set())])
def test_list_of_schools(listed, refused):
    assert codes(a_round(schools=[school(), school("K2", lat="42.0")], sites=[site(schools=listed)])) == refused


@pytest.mark.parametrize(
    ("near", "refused"),
    [
        ({"region": "hill"}, {"school_access"}),  # K2 stands on the site: its region is hill, S1's school is of bay
        ({"region": "bay"}, set()),
        ({"region": "hill", "lat": "41.9"}, set()),  # K2 is far: the nearest school is S1's own
        ({"region": "", "state": "US-RI"}, {"school_access"}),  # a blank region is the state US-RI, not bay
    ],
)
def test_region_of_the_nearest_school(near, refused):
    assert codes(a_round(schools=[school(), school("K2", **(HERE | near))])) == refused


@pytest.mark.parametrize(
    ("own", "near", "refused"),
    [
        ("US-RI", "US-RI", set()),
        ("US-RI", "US-MA", {"school_access"}),
    ],
)
def test_schools_without_region_have_their_state_as_region(own, near, refused):
    schools = [school(region="", state=own), school("K2", region="", state=near, **HERE)]
    assert codes(a_round(schools=schools)) == refused


def test_region_written_as_a_state_is_that_state():
    assert codes(a_round(schools=[school(region="US-RI"), school("K2", region="", state="US-RI", **HERE)])) == set()


def test_list_wins_over_region():
    assert codes(a_round(schools=[school(), school("K2", region="hill", **HERE)], sites=[site(schools="K1")])) == set()


@pytest.mark.parametrize(("other", "mine_refused", "other_refused"), [("K2", set(), {"school_access"}), ("K0", {"school_access"}, set())])
def test_tie_goes_to_the_smaller_school_id(other, mine_refused, other_refused):
    # both schools stand on the same spot; K1 is of bay, the other of hill: the smaller id gives the region
    round_ = a_round(schools=[school(), school(other, region="hill")], students=[student(), student("S2", school_id=other)])
    assert codes(round_) == mine_refused
    assert codes(round_, "S2") == other_refused


def test_nearest_by_kilometres_not_by_degrees():
    # K1 is 0.010 degrees of latitude north: 0.010 * 111.195 = 1.112 km.
    # K2 is 0.012 degrees of longitude east: 0.012 * 111.195 * cos(41.825 deg) = 0.012 * 111.195 * 0.7452 = 0.994 km: nearer.
    schools = [school(lat="41.8350", lon="-71.4130"), school("K2", region="hill", lat="41.8250", lon="-71.4010")]
    assert codes(a_round(schools=schools)) == {"school_access"}
