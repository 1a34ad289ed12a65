"""Reads transit feeds for the auditor, with plain csv and dicts: trips with their calls, and the dates of each service."""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from matcher.audit.finding import Finding, about_file

DAY_NAMES = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
FEED_TABLES = ("stops.txt", "trips.txt", "stop_times.txt", "calendar.txt", "calendar_dates.txt", "feed_info.txt", "frequencies.txt")
NOBODY = ("1", "2")
MOST_BYTES = 1024 * 1024 * 1024

Place = tuple[float, float]


class Call(NamedTuple):
    """A stop of a trip: seconds after midnight, and whether one may get on and off."""

    arrives: int
    departs: int
    stop: str
    on: bool
    off: bool


@dataclass
class Service:
    """On which dates trips run."""

    weekdays: set[int] = field(default_factory=set)
    start: dt.date = dt.date.max
    end: dt.date = dt.date.min
    added: set[dt.date] = field(default_factory=set)
    removed: set[dt.date] = field(default_factory=set)

    def runs_on(self, day: dt.date) -> bool:
        """Say whether trips of this service run on a date."""
        if day in self.added:
            return True
        return day not in self.removed and day.weekday() in self.weekdays and self.start <= day <= self.end


@dataclass
class Feed:
    """A feed: where stops are, services, and the calls of each service's trips in order."""

    name: str
    stops: dict[str, Place] = field(default_factory=dict)
    services: dict[str, Service] = field(default_factory=dict)
    trips: dict[str, list[list[Call]]] = field(default_factory=dict)
    start: dt.date = dt.date.max
    end: dt.date = dt.date.min

    def says(self, day: dt.date) -> bool:
        """Say whether the feed covers a date."""
        return self.start <= day <= self.end


def read_feeds(names: tuple[str, ...], round_folder: Path) -> tuple[tuple[Feed, ...] | None, dict[str, str], list[Finding]]:
    """Read the feeds that round.toml names; None when one cannot be read. Also give the hashes of their files."""
    feeds: list[Feed] = []
    hashes: dict[str, str] = {}
    findings: list[Finding] = []
    for name in names:
        path = (round_folder / name).resolve()
        try:
            if not path.is_relative_to(round_folder.resolve()):
                raise ValueError("outside the round folder")
            texts = _texts(path)
            hashes.update(_hashes(name, path, texts))
            feeds.append(_feed(name, {table: content.decode("utf-8-sig") for table, content in texts.items()}))
        except (OSError, ValueError, KeyError, IndexError, zipfile.BadZipFile, csv.Error, RuntimeError) as error:
            findings.append(about_file("file_shape", f"feed {name} is not readable ({type(error).__name__})"))
    return (None if findings else tuple(feeds)), hashes, findings


def _texts(path: Path) -> dict[str, bytes]:
    if path.is_dir():
        return {table: (path / table).read_bytes() for table in FEED_TABLES if (path / table).is_file()}
    with zipfile.ZipFile(path) as archive:
        if any(entry.file_size > MOST_BYTES for entry in archive.infolist() if entry.filename in FEED_TABLES):
            raise ValueError("a table that is too big")
        return {table: archive.read(table) for table in FEED_TABLES if table in archive.namelist()}


def _hashes(name: str, path: Path, texts: dict[str, bytes]) -> dict[str, str]:
    if path.is_dir():
        return {f"{name}/{table}": hashlib.sha256(content).hexdigest() for table, content in texts.items()}
    return {name: hashlib.sha256(path.read_bytes()).hexdigest()}


def _records(texts: dict[str, str], table: str) -> Iterator[dict[str, str]]:
    """Give the rows of a table, none when it is not there."""
    rows = csv.reader(io.StringIO(texts.get(table, ""), newline=""), strict=True)
    names = [name.strip() for name in next(rows, [])]
    for row in rows:
        if row:
            yield dict(zip(names, [cell.strip() for cell in row], strict=False))


def _feed(name: str, texts: dict[str, str]) -> Feed:
    feed = Feed(name)
    for row in _records(texts, "stops.txt"):
        if row.get("stop_lat") and row.get("stop_lon"):
            feed.stops[row["stop_id"]] = (float(row["stop_lat"]), float(row["stop_lon"]))
    _read_services(feed, texts)
    without_times = {row["trip_id"] for row in _records(texts, "frequencies.txt")}
    service_of = {row["trip_id"]: row["service_id"] for row in _records(texts, "trips.txt") if row["trip_id"] not in without_times}
    calls: dict[str, list[tuple[int, dict[str, str]]]] = {}
    for row in _records(texts, "stop_times.txt"):
        calls.setdefault(row["trip_id"], []).append((int(row["stop_sequence"]), row))
    for trip_id, service_id in service_of.items():
        rows = [row for _, row in sorted(calls.get(trip_id, []), key=lambda numbered: numbered[0])]
        feed.trips.setdefault(service_id, []).append(_trip(rows))
    return feed


def _read_services(feed: Feed, texts: dict[str, str]) -> None:
    for row in _records(texts, "calendar.txt"):
        weekdays = {number for number, day in enumerate(DAY_NAMES) if row[day] == "1"}
        feed.services[row["service_id"]] = Service(weekdays, _day(row["start_date"]), _day(row["end_date"]))
    for row in _records(texts, "calendar_dates.txt"):
        service = feed.services.setdefault(row["service_id"], Service())
        (service.added if row["exception_type"] == "1" else service.removed).add(_day(row["date"]))
    for service in feed.services.values():
        for first, last in [(day, day) for day in service.added] + ([(service.start, service.end)] if service.weekdays else []):
            feed.start, feed.end = min(feed.start, first), max(feed.end, last)
    for row in _records(texts, "feed_info.txt"):
        feed.start = max(feed.start, _day(row["feed_start_date"])) if row.get("feed_start_date") else feed.start
        feed.end = min(feed.end, _day(row["feed_end_date"])) if row.get("feed_end_date") else feed.end


def _trip(rows: list[dict[str, str]]) -> list[Call]:
    """Give the calls of a trip; times left out are spread evenly between the calls that have some."""
    times: list[tuple[int, int] | None] = []
    for row in rows:
        arrives, departs = row.get("arrival_time", ""), row.get("departure_time", "")
        times.append((_clock(arrives or departs), _clock(departs or arrives)) if arrives or departs else None)
    for index, known in enumerate(times):
        if known is None:
            after = next(k for k in range(index, len(times)) if times[k] is not None)
            begun, ended = times[index - 1], times[after]
            if index == 0 or begun is None or ended is None:
                raise ValueError("a trip that begins without a time")
            # The call before has a time by now, so one even part of what is left is added.
            first_blank = index
            for k in range(first_blank, after):
                even = begun[1] + (ended[0] - begun[1]) * (k - first_blank + 1) // (after - first_blank + 1)
                times[k] = (even, even)
    return [
        Call(at[0], at[1], row["stop_id"], row.get("pickup_type") not in NOBODY, row.get("drop_off_type") not in NOBODY)
        for row, at in zip(rows, times, strict=True)
        if at is not None
    ]


def _clock(text: str) -> int:
    hours, minutes, seconds = text.split(":")
    return int(hours) * 3600 + int(minutes) * 60 + int(seconds)


def _day(text: str) -> dt.date:
    return dt.date(int(text[:4]), int(text[4:6]), int(text[6:8]))
