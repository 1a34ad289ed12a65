"""A GTFS feed as arrays: stops, connections from one stop to the next, and on which dates each service runs."""

from __future__ import annotations

import datetime as dt
import re
from array import array
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

import numpy as np

from matcher.errors import Issue
from matcher.travel.feed_files import FeedFiles, feed_path
from matcher.travel.straight import Point

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
NO_CALL = {"1", "2"}
"""Values of pickup_type and drop_off_type that do not count: none at all, or only after a telephone call."""
BLANK = -1
MOST_HOURS = 72
_TIME = re.compile(r"(\d{1,2}):([0-5]\d):([0-5]\d)")


@dataclass
class Service:
    """On which dates a service runs: weekdays of a span, dates added, dates taken away."""

    weekdays: frozenset[int] = frozenset()
    first: dt.date = dt.date.max
    last: dt.date = dt.date.min
    added: set[dt.date] = field(default_factory=set)
    removed: set[dt.date] = field(default_factory=set)

    def runs(self, day: dt.date) -> bool:
        """Whether it runs on a date."""
        return day in self.added or (day.weekday() in self.weekdays and self.first <= day <= self.last and day not in self.removed)


@dataclass(frozen=True)
class Feed:
    """One feed.

    Attributes
    ----------
    points : where the stops are, those without a call left out.
    departs, arrives : int32 [connections], seconds after the midnight of the service day (noon less 12 hours); may pass 24 hours.
    start, end : int32 [connections], places of the stops.
    trip, place : int32 [connections]: the trip, and where in the trip the connection stands.
    boards, alights : bool [connections]: whether one may get on at its start and off at its end.
    service_of_trip : int32 [trips], places in `services`.
    first, last : the dates that the feed covers, both included.
    """

    name: str
    points: tuple[Point, ...]
    departs: np.ndarray
    arrives: np.ndarray
    start: np.ndarray
    end: np.ndarray
    trip: np.ndarray
    place: np.ndarray
    boards: np.ndarray
    alights: np.ndarray
    service_of_trip: np.ndarray
    services: tuple[Service, ...]
    first: dt.date
    last: dt.date

    def covers(self, day: dt.date) -> bool:
        """Whether the feed says anything about a date."""
        return self.first <= day <= self.last


def read_feed(folder: Path, name: str) -> tuple[Feed | None, tuple[Issue, ...]]:
    """Read a feed by its path from the round folder.

    Returns
    -------
    The feed, None when there is an error; and every issue.
    """
    path = feed_path(folder, name)
    tables = [path, *sorted(path.glob("*.txt"))] if path is not None and path.is_dir() else [path]
    stamp = tuple((t.stat().st_mtime_ns, t.stat().st_size) for t in tables if t is not None and t.exists())
    return _read(name, path, stamp)


@lru_cache(maxsize=8)
def _read(name: str, path: Path | None, _: tuple[tuple[int, int], ...]) -> tuple[Feed | None, tuple[Issue, ...]]:
    files = FeedFiles(name, path)
    feed = _build(files) if files.sound else None
    files.tell_rest()
    files.close()
    return (feed if files.sound else None), tuple(files.issues)


def _build(files: FeedFiles) -> Feed | None:
    services, span = _services(files)
    points, stops = _stops(files)
    trips, service_of_trip = _trips(files, services)
    calls = _calls(files, trips, stops)
    if not files.sound or calls is None:
        return None
    stop, connections = calls
    used, place = np.unique(stop, return_inverse=True)
    where = [points[i] for i in used.tolist()]
    for index, point in zip(used.tolist(), where, strict=True):
        if point is None:
            message = "has calls and no coordinates"
            files.fault("stops.txt", None, "stop_lat", "gtfs_bad_value", list(stops)[index], message, "Maybe the row is damaged.")
    if not files.sound:
        return None
    one, two = connections.pop("from"), connections.pop("to")
    first, last = span
    return Feed(
        files.name,
        tuple(p for p in where if p is not None),
        start=place[one].astype(np.int32),
        end=place[two].astype(np.int32),
        service_of_trip=np.array(service_of_trip, dtype=np.int32),
        services=tuple(services.values()),
        first=first,
        last=last,
        **connections,
    )


def _services(files: FeedFiles) -> tuple[dict[str, Service], tuple[dt.date, dt.date]]:
    """Services by id, and the dates that the feed covers: those of its services, within those of feed_info.txt."""
    services: dict[str, Service] = {}
    if files.has("calendar.txt") or not files.has("calendar_dates.txt"):
        for row, (service_id, *days, first, last) in files.rows("calendar.txt", ("service_id", *WEEKDAYS, "start_date", "end_date")):
            if service_id in services:
                files.fault("calendar.txt", row, "service_id", "gtfs_duplicate", service_id, "stands twice", "Maybe delete one of them.")
            for name, day in zip(WEEKDAYS, days, strict=True):
                if day not in {"0", "1"}:
                    files.fault("calendar.txt", row, name, "gtfs_bad_value", day, "is neither 0 nor 1", "Maybe the row is damaged.")
            weekdays = frozenset(i for i, day in enumerate(days) if day == "1")
            span = (_date(files, "calendar.txt", row, "start_date", first), _date(files, "calendar.txt", row, "end_date", last))
            services[service_id] = Service(weekdays, *span)
    if files.has("calendar_dates.txt"):
        for row, (service_id, day, kind) in files.rows("calendar_dates.txt", ("service_id", "date", "exception_type")):
            service = services.setdefault(service_id, Service())
            date = _date(files, "calendar_dates.txt", row, "date", day)
            if kind not in {"1", "2"}:
                files.fault("calendar_dates.txt", row, "exception_type", "gtfs_bad_value", kind, "is neither 1 nor 2", "Maybe 1: added.")
            (service.added if kind == "1" else service.removed).add(date)
    firsts = [s.first for s in services.values() if s.weekdays] + [d for s in services.values() for d in s.added]
    lasts = [s.last for s in services.values() if s.weekdays] + [d for s in services.values() for d in s.added]
    return services, _told_span(files, min(firsts, default=dt.date.max), max(lasts, default=dt.date.min))


def _told_span(files: FeedFiles, first: dt.date, last: dt.date) -> tuple[dt.date, dt.date]:
    """The span of the services, within what feed_info.txt says."""
    if files.has("feed_info.txt"):
        for row, (begins, ends) in files.rows("feed_info.txt", (), ("feed_start_date", "feed_end_date")):
            first = max(first, _date(files, "feed_info.txt", row, "feed_start_date", begins)) if begins else first
            last = min(last, _date(files, "feed_info.txt", row, "feed_end_date", ends)) if ends else last
    return first, last


def _stops(files: FeedFiles) -> tuple[list[Point | None], dict[str, int]]:
    """Coordinates (None when blank) and place of each stop."""
    points: list[Point | None] = []
    places: dict[str, int] = {}
    for row, (stop_id, lat, lon) in files.rows("stops.txt", ("stop_id",), ("stop_lat", "stop_lon")):
        if stop_id in places:
            files.fault("stops.txt", row, "stop_id", "gtfs_duplicate", stop_id, "stands twice", "Maybe delete one of them.")
        places[stop_id] = len(points)
        degrees = [_degrees(files, row, *cell) for cell in (("stop_lat", lat, 90), ("stop_lon", lon, 180)) if lat or lon]
        points.append((degrees[0], degrees[1]) if degrees else None)
    return points, places


def _degrees(files: FeedFiles, row: int, column: str, text: str, most: int) -> float:
    if re.fullmatch(r"[+-]?\d{1,3}(\.\d+)?", text) and abs(float(text)) <= most:
        return float(text)
    files.fault("stops.txt", row, column, "gtfs_bad_value", text, "is not a coordinate in degrees", "Maybe the row is damaged.")
    return 0.0


def _trips(files: FeedFiles, services: dict[str, Service]) -> tuple[dict[str, int], list[int]]:
    """Place of each trip, and the service of each; a trip by frequency never runs here, for nobody knows when it comes."""
    by_headway = {trip_id for _, (trip_id,) in files.rows("frequencies.txt", ("trip_id",))} if files.has("frequencies.txt") else set()
    if by_headway:
        message = f"has {len(by_headway):,} trips without fixed times, which are not used"
        files.fault("frequencies.txt", None, None, "gtfs_frequencies", "", message, "Maybe give these ways in travel.", "warning")
    places: dict[str, int] = {}
    of: list[int] = []
    known = {service_id: i for i, service_id in enumerate(services)}
    for row, (trip_id, service_id) in files.rows("trips.txt", ("trip_id", "service_id")):
        if trip_id in places:
            files.fault("trips.txt", row, "trip_id", "gtfs_duplicate", trip_id, "stands twice", "Maybe delete one of them.")
        places[trip_id] = len(of)
        if service_id not in known:
            message, hint = "is a service without dates, so this trip never runs", "Maybe a calendar row is missing."
            files.fault("trips.txt", row, "service_id", "gtfs_no_service", service_id, message, hint, "warning")
        of.append(BLANK if trip_id in by_headway else known.get(service_id, BLANK))
    return places, of


def _calls(files: FeedFiles, trips: dict[str, int], stops: dict[str, int]) -> tuple[np.ndarray, dict[str, np.ndarray]] | None:
    """The stop of each call, and the connections between calls that follow each other (`from` and `to` are places of calls)."""
    columns = [array("q") for _ in range(8)]
    needed = ("trip_id", "arrival_time", "departure_time", "stop_id", "stop_sequence")
    for row, (trip_id, arrival, departure, stop_id, sequence, pickup, drop) in files.rows(
        "stop_times.txt", needed, ("pickup_type", "drop_off_type")
    ):
        trip, stop = trips.get(trip_id, BLANK), stops.get(stop_id, BLANK)
        if BLANK in {trip, stop}:
            name, value = ("trip_id", trip_id) if trip == BLANK else ("stop_id", stop_id)
            message = f"is not in {name[:-3]}s.txt"
            files.fault("stop_times.txt", row, name, "gtfs_unknown_reference", value, message, "Maybe a row is missing there.")
        times = [seconds(arrival or departure), seconds(departure or arrival)]
        if None in times or not re.fullmatch(r"\d{1,9}", sequence):
            name, value = ("stop_sequence", sequence) if None not in times else ("departure_time", arrival or departure)
            files.fault("stop_times.txt", row, name, "gtfs_bad_value", value, "cannot be read", "Maybe write times like 08:05:00.")
            continue
        cells = (trip, int(sequence), times[0], times[1], stop, pickup not in NO_CALL, drop not in NO_CALL, row)
        for column, cell in zip(columns, cells, strict=True):
            column.append(int(cell or 0))
    if not files.sound:
        return None
    return _connections(files, [np.frombuffer(c, dtype=np.int64) if c else np.zeros(0, np.int64) for c in columns])


def _connections(files: FeedFiles, columns: list[np.ndarray]) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    order = np.lexsort((columns[1], columns[0]))
    trip, sequence, arrives, departs, stop, boards, alights, row = (c[order] for c in columns)
    same = trip[1:] == trip[:-1]

    def tell(where: np.ndarray, column: str, code: str, message: str) -> None:
        for i in np.sort(row[where]).tolist():
            files.fault("stop_times.txt", int(i), column, code, "", message, "Maybe a row is damaged.")

    tell(np.flatnonzero(same & (sequence[1:] == sequence[:-1])) + 1, "stop_sequence", "gtfs_duplicate", "stands twice in its trip")
    ends = np.flatnonzero(np.diff(trip, prepend=-1, append=-1) != 0)
    edges = np.concatenate([ends[:-1], ends[1:] - 1])
    tell(edges[arrives[edges] == BLANK], "departure_time", "gtfs_bad_value", "is blank at an end of its trip")
    if files.sound:
        arrives, departs = _filled(arrives, departs)
    tell(np.flatnonzero(departs < arrives), "departure_time", "gtfs_unordered_times", "is before the arrival")
    tell(np.flatnonzero(same & (arrives[1:] < departs[:-1])) + 1, "arrival_time", "gtfs_unordered_times", "is before the call before it")
    one = np.flatnonzero(same)
    found = {"departs": departs[one], "arrives": arrives[one + 1], "trip": trip[one]}
    whole = {name: values.astype(np.int32) for name, values in found.items()} | {"place": one.astype(np.int32)}
    return stop, whole | {"from": one, "to": one + 1, "boards": boards[one] == 1, "alights": alights[one + 1] == 1}


def _filled(arrives: np.ndarray, departs: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Blank times spread evenly, in whole seconds, between the calls with times."""
    arrives, departs = arrives.copy(), departs.copy()
    for i in np.flatnonzero(arrives == BLANK).tolist():
        if arrives[i] == BLANK:
            after = i + int(np.argmax(arrives[i:] != BLANK))
            begun, span, parts = int(departs[i - 1]), int(arrives[after] - departs[i - 1]), after - i + 1
            times = [begun + span * (k + 1) // parts for k in range(after - i)]
            arrives[i:after] = departs[i:after] = times
    return arrives, departs


@lru_cache(maxsize=1 << 17)
def seconds(text: str) -> int | None:
    """``25:10:00`` as seconds after midnight, BLANK when blank; None when it cannot be read."""
    if not text:
        return BLANK
    found = _TIME.fullmatch(text)
    if not found or int(found[1]) >= MOST_HOURS:
        return None
    return int(found[1]) * 3600 + int(found[2]) * 60 + int(found[3])


def _date(files: FeedFiles, table: str, row: int, column: str, text: str) -> dt.date:
    try:
        return dt.datetime.strptime(text, "%Y%m%d").date() if len(text) == 8 else dt.date.fromisoformat("")
    except ValueError:
        files.fault(table, row, column, "gtfs_bad_value", text, "is not a date", "Maybe write it like 20260915.")
        return dt.date.min
