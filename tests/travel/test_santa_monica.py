"""A real timetable, Big Blue Bus of Santa Monica in the spring of 2020: times that a rider would know, and how fast they are found."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
import pytest

from matcher.audit.feeds import read_feeds
from matcher.audit.terms import Terms
from matcher.audit.times import Window as AuditWindow
from matcher.audit.transit import Planner
from matcher.audit.world import build_world
from matcher.cells import parse_windows
from matcher.travel.base import UNKNOWN, Travel
from matcher.travel.gtfs import read_feed
from matcher.travel.transit import Transit
from tests.builders import a_round, school, settings, site, student
from tests.patience import patient

NAME = "santa_monica_bbb_20200216.zip"
FOLDER = Path(__file__).parents[2] / ".." / "shared" / "data" / "gtfs"
TERM = ("2020-02-24", "2020-03-20")
WINDOWS = parse_windows("Tue 09:00-15:00;Thu 09:00-15:00")

pytestmark = pytest.mark.skipif(not (FOLDER / NAME).is_file(), reason=f"{NAME} is not in ../shared/data/gtfs: no real timetable is tried")


def city(homes: int, sites: int):
    """Homes a few hundred metres from stops, and sites at stops, drawn once and for all."""
    feed, issues = read_feed(FOLDER, NAME)
    assert issues == ()
    assert (len(feed.points), len(feed.service_of_trip), len(feed.departs)) == (923, 3563, 129_412 - 3563)
    dice = np.random.default_rng(7)
    near = [feed.points[i] for i in dice.integers(0, 923, homes)]
    places = [(lat + float(a), lon + float(b)) for (lat, lon), (a, b) in zip(near, dice.normal(0, 0.002, (homes, 2)), strict=True)]
    stops = [feed.points[i] for i in dice.permutation(923)[:sites]]
    learners = [
        student(f"S{i}", travel_modes="transit", starts_from="home", returns_to="home", lat=lat, lon=lon)
        for i, (lat, lon) in enumerate(places)
    ]
    return a_round(
        settings=settings(*TERM, gtfs={"feeds": [NAME]}),
        schools=[school(lat=34.0140, lon=-118.4909)],
        students=learners,
        sites=[site(f"W{i}", lat=lat, lon=lon) for i, (lat, lon) in enumerate(stops)],
    )


def test_six_hundred_homes_and_every_stop_in_seconds():
    round_ = city(600, 923)
    ways = [(place.site_id, WINDOWS) for place in round_.sites]
    begun = time.process_time()
    found = Transit(round_, FOLDER, ways, Travel(round_)).trips(round_.students)
    took = time.process_time() - begun
    known = (found.out < UNKNOWN) & (found.back < UNKNOWN)
    assert known.mean() > 0.8
    assert 20 < np.median(found.out[known]) < 80
    assert took < patient(60)


def test_the_auditor_agrees_with_fifty_of_them():
    round_ = city(10, 5)
    ways = [(place.site_id, WINDOWS) for place in round_.sites]
    found = Transit(round_, FOLDER, ways, Travel(round_)).trips(round_.students)
    start, end = round_.settings.round.start, round_.settings.round.end
    read, _, _ = read_feeds((NAME,), FOLDER)
    world, _ = build_world({}, Terms(start=start, end=end, feeds=(NAME,)), None)
    object.__setattr__(world, "schools", {"K1": None})
    planner = Planner(world, read)
    for row, learner in enumerate(round_.students):
        for column, place in enumerate(round_.sites):
            hours = [AuditWindow(*window) for window in WINDOWS]
            ends = (learner.lat, learner.lon), (place.lat, place.lon)
            there, back = (planner.ride(*ends, hours, side, 120) for side in (True, False))
            said = [int(values[row, column]) for values in (found.out, found.back)]
            assert [ride.minutes if ride else None for ride in (there, back)] == [m if m <= 120 else None for m in said]
            if there and back:
                assert max(there.transfers, back.transfers) == found.transfers[row, column]
