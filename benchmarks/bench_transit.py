"""What transit by timetable costs: `python benchmarks/bench_transit.py FEED.zip DATE`, with a date of a typical week of the feed.

First the times alone (600 homes near stops, every stop a site, Tuesdays and Thursdays, out and back), then a generated round of 200
students moved into the feed's area, whose rows of `travel` for transit are taken away, with and without the feed. Writes
benchmarks/results/transit.md.
"""

from __future__ import annotations

import argparse
import csv
import datetime as dt
import platform
import shutil
import sys
import tempfile
import time
from collections import Counter
from importlib.metadata import version
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))
RESULTS = ROOT / "benchmarks" / "results" / "transit.md"
SEED, STUDENTS, HOMES = 1, 200, 600


def times_alone(feed_path: Path, week: dt.date) -> list[str]:
    """Seconds to read a feed and to find all times, in a round that has nothing but homes and sites."""
    import numpy as np

    from matcher.cells import parse_windows
    from matcher.domain import Round, School, Site, Student
    from matcher.settings import Settings
    from matcher.travel.base import UNKNOWN, Travel
    from matcher.travel.gtfs import read_feed
    from matcher.travel.transit import Transit

    begun = time.process_time()
    feed, issues = read_feed(feed_path.parent, feed_path.name)
    read = time.process_time() - begun
    if feed is None:
        sys.exit(f"{feed_path} cannot be read: {issues[0]}")
    dice = np.random.default_rng(SEED)
    homes = np.array(feed.points)[dice.integers(0, len(feed.points), HOMES)] + dice.normal(0, 0.002, (HOMES, 2))
    school = School(school_id="K", state="US-CA", lat=homes[0][0], lon=homes[0][1], windows="Tue 08:00-16:00;Thu 08:00-16:00")
    students = [
        Student(student_id=f"S{i}", school_id="K", travel_modes="transit", starts_from="home", returns_to="home", lat=lat, lon=lon)
        for i, (lat, lon) in enumerate(homes)
    ]
    sites = tuple(Site(site_id=f"W{i}", state="US-CA", lat=lat, lon=lon) for i, (lat, lon) in enumerate(feed.points))
    settings = Settings.model_validate({"gtfs": {"feeds": [feed_path.name], "typical_weeks": [week]}})
    round_ = Round(settings=settings, schools=(school,), students=tuple(students), sites=sites)
    ways = [(site.site_id, parse_windows("Tue 09:00-15:00;Thu 09:00-15:00")) for site in sites]
    begun = time.process_time()
    found = Transit(round_, feed_path.parent, ways, Travel(round_)).trips(students)
    took = time.process_time() - begun
    known = (found.out < UNKNOWN) & (found.back < UNKNOWN)
    numbers = f"{len(feed.points):,} stops, {len(feed.service_of_trip):,} trips, {len(feed.departs):,} connections"
    out, back = (int(np.median(values[known])) for values in (found.out, found.back))
    return [
        f"{feed_path.name}: {numbers}; read in {read:.1f} CPU s.\n",
        f"{HOMES} homes x {len(sites)} sites, Tuesday and Thursday 09:00-15:00, out and back: {took:.1f} CPU s;",
        f"{known.mean():.0%} of the pairs have a trip both ways, in the median {out} minutes out and {back} back, waiting included.",
    ]


def moved_round(folder: Path, feed_path: Path, week: dt.date) -> None:
    """A generated round around the middle of the feed's stops, without transit rows, with the feed beside it."""
    import numpy as np

    from matcher.generate import generate
    from matcher.travel.gtfs import read_feed

    feed, _ = read_feed(feed_path.parent, feed_path.name)
    middle = np.median(np.array(feed.points), axis=0)
    generate(STUDENTS, 1, SEED, folder)
    there = [(float(r["lat"]), float(r["lon"])) for r in _read(folder / "schools.csv")]
    shift = middle - np.mean(there, axis=0)
    for table in ("schools", "students", "sites"):
        rows = _read(folder / f"{table}.csv")
        for row in rows:
            if row["lat"]:
                row["lat"], row["lon"] = f"{float(row['lat']) + shift[0]:.6f}", f"{float(row['lon']) + shift[1]:.6f}"
        _write(folder / f"{table}.csv", rows)
    _write(folder / "travel.csv", [row for row in _read(folder / "travel.csv") if row["mode"] != "transit"])
    shutil.copy(feed_path, folder / "bus.zip")
    with (folder / "round.toml").open("a", encoding="utf-8") as text:
        text.write(f'\n[gtfs]\nfeeds = ["bus.zip"]\ntypical_weeks = [{week}]\n')


def whole_round(folder: Path, out: Path) -> dict[str, Any]:
    """Seconds per stage, and how the placed students travel."""
    from matcher.pipeline import run_round
    from matcher.publish import publish

    run = run_round(folder)
    summary = publish(run, out)
    modes = Counter(p.mode for p in run.placements)
    return summary["seconds"] | {"placed": len(run.placements), "by bus": modes["transit"], "lawful pairs": len(run.lawful.candidates)}


def _read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as text:
        return list(csv.DictReader(text))


def _write(path: Path, rows: list[dict[str, str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as text:
        if rows:
            writer = csv.DictWriter(text, list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)
        else:
            text.write("from_id,site_id,mode,minutes,transfers\n")


def main() -> None:
    """Measure and write the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("feed", type=Path)
    parser.add_argument("week", type=dt.date.fromisoformat)
    asked = parser.parse_args()
    lines = times_alone(asked.feed, asked.week)
    with tempfile.TemporaryDirectory() as name:
        with_feed = Path(name) / "with"
        moved_round(with_feed, asked.feed, asked.week)
        without = Path(name) / "without"
        shutil.copytree(with_feed, without)
        text = (without / "round.toml").read_text(encoding="utf-8")
        (without / "round.toml").write_text(text.partition("\n[gtfs]")[0], encoding="utf-8")
        found = {label: whole_round(folder, Path(name) / f"{label} plan") for label, folder in (("without", without), ("with", with_feed))}
    keys = list(found["with"])
    page = [
        "# Transit by timetable\n",
        f"Written by `python benchmarks/bench_transit.py {asked.feed.name} {asked.week}` on {dt.date.today().isoformat()}; do not edit.",
        f"{platform.system()} {platform.release()}, Python {platform.python_version()}, numpy {version('numpy')}, one core;",
        "other work may share the machine, and the first round loads the packages.\n",
        *lines,
        f"\nA generated round of {STUDENTS} students moved there, wall-clock seconds:\n",
        f"| feed | {' | '.join(keys)} |",
        f"|---|{'---:|' * len(keys)}",
        *(f"| {label} | {' | '.join(str(found[label][key]) for key in keys)} |" for label in found),
    ]
    RESULTS.write_text("\n".join(page) + "\n", encoding="utf-8")
    print("\n".join(page))


if __name__ == "__main__":
    main()
