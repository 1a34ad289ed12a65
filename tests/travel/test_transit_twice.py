"""Engine and auditor, which share no code, find the same trips on random timetables; the auditor refuses what is published wrongly."""

from __future__ import annotations

import datetime as dt
import hashlib
import json

import numpy as np
import pytest

from matcher.audit import audit, read_feeds
from matcher.audit.terms import read_terms
from matcher.audit.times import Window as AuditWindow
from matcher.audit.transit import Planner
from matcher.audit.world import build_world
from matcher.cells import parse_windows
from matcher.pipeline import run_round
from matcher.publish import publish
from matcher.travel.base import UNKNOWN, Travel
from matcher.travel.transit import Transit
from tests import feeds
from tests.audit.plain_round import PlainRound, refused
from tests.builders import a_round, day_off, school, settings, site, student
from tests.folder import write_round

WINDOWS = [
    "Tue 09:00-15:00", "Thu 09:00-15:00", "Tue 09:00-15:00;Thu 09:00-15:00", "Mon 08:30-12:00;Wed 10:00-16:30", "Sat 01:00-24:00",
    "Sun 00:30-23:50", "Fri 20:00-24:00",
]  # fmt: skip
CALENDAR = ["weekday,1,1,1,1,1,0,0,20260907,20260927", "tuesday,0,1,0,0,0,0,0,20260901,20261003", "sunday,0,0,0,0,0,1,1,20260901,20261003"]
DATES = ["weekday,20260917,2", "tuesday,20260917,1", "special,20260915,1", "special,20260919,1", "sunday,20260913,2"]


def random_feed(dice: np.random.Generator) -> dict[str, str]:
    """Nine stops within some kilometres, trips of two to five calls through the day and the night, a few calls without times or entry."""
    clock = lambda s: f"{s // 3600:02d}:{s // 60 % 60:02d}:{s % 60:02d}"  # noqa: E731
    lines = []
    for number in range(int(dice.integers(10, 90))):
        service = dice.choice(["weekday", "weekday", "weekday", "tuesday", "sunday", "special", "nobody"])
        centre = dice.choice([8.3, 9, 12.2, 15.2, 16.5, 20, 23.9, 24.8, 0.7], p=[0.25, 0.1, 0.05, 0.25, 0.1, 0.05, 0.1, 0.05, 0.05])
        at = max(0, int((centre + dice.normal(0, 0.5)) * 3600) // 30 * 30)
        calls = []
        stops = dice.choice(list("ABCDEFGHI"), int(dice.integers(2, 6)), replace=False)
        for place, stop in enumerate(stops):
            wait = int(dice.integers(0, 3)) * 60
            blank = 0 < place < len(stops) - 1 and dice.random() < 0.2
            mark = str(dice.choice(["", "*", "!"], p=[0.9, 0.05, 0.05]))
            calls.append(stop if blank else f"{stop} {clock(at)}/{clock(at + wait)}{mark}")
            at += wait + int(dice.integers(0, 25)) * 30
        lines.append(f"T{number} {service}: {', '.join(calls)}")
    stops = {name: float(dice.uniform(0, 9)) for name in "ABCDEFGHI"}
    made = feeds.tables(stops, lines, CALENDAR, DATES)
    rows = made["stops.txt"].splitlines()
    moved = [f"{row.rsplit(',', 1)[0]},{-71.4128 + float(dice.normal(0, 0.01)):.6f}" for row in rows[1:]]
    return made | {"stops.txt": "\n".join([rows[0], *moved]) + "\n"}


@pytest.mark.parametrize("seed", range(40))
def test_the_same_trips(tmp_path, seed):
    dice = np.random.default_rng(seed)
    limits = {"max_transfers": int(dice.integers(0, 4)), "arrival_buffer_minutes": int(dice.integers(0, 2)) * 7}
    gtfs = {"feeds": ["bus.zip"], "max_walk_minutes": int(dice.integers(5, 40)), "max_change_walk_minutes": int(dice.integers(0, 20))}
    gtfs |= {"change_minutes": int(dice.integers(1, 6))} | ({"typical_weeks": ["2026-09-20"]} if seed % 3 == 0 else {})
    feeds.write(tmp_path, made=random_feed(dice))
    where = lambda: {"lat": feeds.north(float(dice.uniform(0, 9))), "lon": "-71.4128"}  # noqa: E731
    learners = [student(f"S{i}", travel_modes="transit", starts_from="home", returns_to="home", **where()) for i in range(4)]
    off = [day_off("2026-09-10"), day_off("2026-09-08", "K1")]
    round_ = a_round(
        settings=settings("2026-09-08", "2026-09-25", limits=limits, gtfs=gtfs), schools=[school(**where())], students=learners,
        sites=[site(f"W{i}", **where()) for i in range(3)], calendar=off,
    )  # fmt: skip
    ways = [(place.site_id, parse_windows(text)) for place in round_.sites for text in WINDOWS]
    found = Transit(round_, tmp_path, ways, Travel(round_)).trips(learners)

    section = "\n".join(f"{key} = {json.dumps(value)}" for key, value in gtfs.items() if key != "typical_weeks")
    week = "\ntypical_weeks = [2026-09-20]" if "typical_weeks" in gtfs else ""
    terms = read_terms(
        f"[round]\nstart = 2026-09-08\nend = 2026-09-25\n[limits]\nmax_transfers = {limits['max_transfers']}\n"
        f"arrival_buffer_minutes = {limits['arrival_buffer_minutes']}\n[gtfs]\n{section}{week}\n"
    )
    read, _, faults = read_feeds(terms.feeds, tmp_path)
    assert not faults
    world, _ = build_world({}, terms, None)
    closed = {"*": {dt.date(2026, 9, 10): {"no_school"}}, "K1": {dt.date(2026, 9, 8): {"no_school"}}}
    object.__setattr__(world, "closed_days", closed)
    object.__setattr__(world, "schools", {"K1": None})
    planner, known = Planner(world, read), 0
    for row, learner in enumerate(learners):
        for column, (site_id, windows) in enumerate(ways):
            there = next((s.lat, s.lon) for s in round_.sites if s.site_id == site_id)
            home, hours = (learner.lat, learner.lon), [AuditWindow(*w) for w in windows]
            rides = [planner.ride(home, there, hours, side, 999) for side in (True, False)]
            for ride, minutes in zip(rides, (found.out, found.back), strict=True):
                mine = None if minutes[row, column] >= UNKNOWN else int(minutes[row, column])
                assert (ride.minutes if ride else None) == mine, (learner.student_id, site_id, windows)
            if all(rides):
                known += 1
                assert max(ride.transfers for ride in rides) == found.transfers[row, column]
    assert known >= (5 if seed in RICH else 0)


RICH = {4, 6, 7, 9, 11, 12, 14, 16, 21, 24, 29, 31, 32, 33, 35, 36}
"""Seeds whose timetable has trips there and back for at least five pairs."""


def bus_round(tmp_path) -> PlainRound:
    """The school and the site are 10 km apart; the bus leaves at 08:20 and 15:10 on weekdays."""
    plain = PlainRound().change("sites", "X1", lat=feeds.north(10, 41.8)).change("students", "S1", travel_modes="transit;walk")
    plain.tables["travel"] = []
    plain.settings += '[gtfs]\nfeeds = ["bus.zip"]\n[travel.walk]\nspeed_kmh = 6\ndetour = 1\n'
    trips = ["T1 weekday: A 08:20:00, B 08:45:00", "T2 weekday: B 15:10:00, A 15:35:00"]
    made = feeds.tables({"A": 0.1997, "B": 9.9003}, trips)
    made["stops.txt"] = f"stop_id,stop_lat,stop_lon\nA,{feeds.north(0.1997, 41.8)},-71.4\nB,{feeds.north(9.9003, 41.8)},-71.4\n"
    for folder in ("right", "wrong", "late"):
        (tmp_path / folder / "round").mkdir(parents=True)
        feeds.write(tmp_path / folder / "round", made=made)
    return plain


def sealed(plain: PlainRound, folder):
    """Audit with the feed's hash in the manifest, as an engine writes it."""
    plain.audit(folder)
    manifest = json.loads((folder / "out" / "manifest.json").read_text(encoding="utf-8"))
    manifest["inputs"]["bus.zip"] = hashlib.sha256((folder / "round" / "bus.zip").read_bytes()).hexdigest()
    (folder / "out" / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    return audit(folder / "out", folder / "round")


def test_the_auditor_works_out_the_bus_itself(tmp_path):
    """42 minutes outward (2 on foot, and 14 of waiting at the site), 37 back."""
    plain = bus_round(tmp_path).place("S1", mode="transit", minutes="42")
    assert sealed(plain, tmp_path / "right") == []
    assert refused(sealed(plain.place("S1", mode="transit", minutes="41"), tmp_path / "wrong")) == {("S1", "minutes", None)}
    late = plain.place("S1", mode="transit", minutes="42").change("schools", "SC1", leave_after="08:19")
    assert refused(sealed(late, tmp_path / "late")) == {("S1", "trip", dt.date(2026, 9, 15))}


def test_another_feed_than_the_one_that_was_used_breaks_a_hash(tmp_path):
    plain = bus_round(tmp_path).place("S1", mode="transit", minutes="42")
    findings = plain.audit(tmp_path / "right")
    assert [finding.message for finding in findings] == ["bus.zip is not in inputs of manifest.json"]


def test_a_whole_round_by_bus(tmp_path):
    """The plan by bus is published and audited, and its manifest names the feed's tables."""
    made = feeds.tables(
        {"A": 0.1997, "B": 9.9003}, ["T1 weekday: A 08:20:00, B 08:45:00", "T2 weekday: B 15:10:00, A 15:35:00"]
    )  # fmt: skip
    places = [site(lat=feeds.north(10), lon="-71.4128")]
    plan = a_round(
        settings=settings(travel={"walk": {"speed_kmh": 6, "detour": 1}}, gtfs={"feeds": ["feeds/bus"]}),
        sites=places,
        students=[student(travel_modes="transit")],
        schools=[school(return_by="15:37")],
    )
    folder = write_round(tmp_path / "round", plan)
    feeds.write(folder, "feeds/bus", made)
    run = run_round(folder)
    publish(run, tmp_path / "out")
    (only,) = run.placements
    assert (only.mode, only.minutes, only.transfers) == ("transit", 42, 0)
    inputs = json.loads((tmp_path / "out" / "manifest.json").read_text(encoding="utf-8"))["inputs"]
    assert {name for name in inputs if "bus" in name} == {
        f"feeds/bus/{table}.txt" for table in ("stops", "trips", "stop_times", "calendar")
    }  # fmt: skip
    (folder / "feeds" / "bus" / "stop_times.txt").write_text(made["stop_times.txt"].replace("08:45:00", "08:46:00"), encoding="utf-8")
    assert any(finding.rule == "hash" for finding in audit(tmp_path / "out", folder))
