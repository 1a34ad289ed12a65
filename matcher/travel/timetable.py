"""All feeds of a round as one timetable: which services run on the dates of a weekday, and the rides of a stretch of time."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from matcher.domain import Round
from matcher.travel.gtfs import Feed
from matcher.travel.straight import Point, kilometres

DAY = 24 * 3600
MOST_MINUTES = 240
"""A longer trip is not looked for."""
BLOCK = 128

Runs = frozenset[tuple[int, int]]
"""Services that matter, each with the days (-1, 0 or 1) from the date that is asked about."""
Links = list[tuple[np.ndarray, np.ndarray]]
"""For each of some points: places of the stops near it and the seconds that walking takes."""


@dataclass(frozen=True)
class Rides:
    """Connections by time of departure; times are seconds from midnight of the date that is asked about.

    `trip` numbers the trips of these rides from 0; of rides that are `turned`, time runs backwards.
    """

    departs: np.ndarray
    arrives: np.ndarray
    start: np.ndarray
    end: np.ndarray
    trip: np.ndarray
    boards: np.ndarray
    alights: np.ndarray
    trips: int


class Timetable:
    """The feeds of a round, with their stops, trips and services numbered through."""

    def __init__(self, round_: Round, feeds: tuple[Feed, ...]) -> None:
        self.round, self.feeds = round_, feeds
        self.settings = round_.settings.gtfs
        self.points: list[Point] = [point for feed in feeds for point in feed.points]
        stops, trips, services = ([0, *np.cumsum(sizes).tolist()] for sizes in self._sizes())
        self.departs, self.arrives, self._place = (self._joined(name) for name in ("departs", "arrives", "place"))
        self._start, self._end = (self._joined(name, stops) for name in ("start", "end"))
        self._boards, self._alights = self._joined("boards"), self._joined("alights")
        self._trip = self._joined("trip", trips)
        of = [np.where(f.service_of_trip < 0, -1, f.service_of_trip + shift) for f, shift in zip(feeds, services, strict=False)]
        self.service = np.concatenate([*of, np.zeros(0, np.int64)]).astype(np.int64)[self._trip]
        self._first_service = services
        self._known: dict[tuple[int, int, int], set[Runs] | None] = {}

    def _sizes(self) -> tuple[list[int], list[int], list[int]]:
        return (
            [len(f.points) for f in self.feeds],
            [len(f.service_of_trip) for f in self.feeds],
            [len(f.services) for f in self.feeds],
        )

    def _joined(self, name: str, shifts: list[int] | None = None) -> np.ndarray:
        parts = [getattr(f, name) + (shifts[i] if shifts else 0) for i, f in enumerate(self.feeds)]
        return np.concatenate(parts) if parts else np.zeros(0, np.int64)

    @cached_property
    def _spans(self) -> dict[int, tuple[int, int]]:
        """First departure and last arrival of each service that has a connection."""
        found: dict[int, tuple[int, int]] = {}
        for service in np.unique(self.service[self.service >= 0]).tolist():
            rides = self.service == service
            found[service] = (int(self.departs[rides].min()), int(self.arrives[rides].max()))
        return found

    @cached_property
    def _free_days(self) -> frozenset[dt.date]:
        """Dates on which no school has LTI."""
        closed: dict[dt.date, set[str]] = {}
        for row in self.round.calendar:
            closed.setdefault(row.date, set()).add(row.school_id)
        schools = self.round.school.keys()
        return frozenset(day for day, names in closed.items() if "*" in names or names >= schools)

    def dates(self, weekday: int) -> list[dt.date]:
        """The dates of the round on a weekday, but those on which no school has LTI."""
        first, last = self.round.settings.round.start, self.round.settings.round.end
        day = first + dt.timedelta(days=(weekday - first.weekday()) % 7)
        found = [day + dt.timedelta(days=7 * week) for week in range((last - day).days // 7 + 1)]
        return [day for day in found if day not in self._free_days]

    def runs(self, weekday: int, first: int, last: int) -> set[Runs] | None:
        """What runs between two times of day on the dates of a weekday, each different set once; None when a feed does not say."""
        key = (weekday, first, last)
        if key not in self._known:
            self._known[key] = self._found_runs(weekday, first, last)
        return self._known[key]

    def _found_runs(self, weekday: int, first: int, last: int) -> set[Runs] | None:
        found: set[Runs] = set()
        for day in self.dates(weekday):
            running = set()
            for shift in (-1, 0, 1):
                services = self._running(day, shift)
                if services is None and shift == 0:
                    return None
                for service in services or ():
                    begins, ends = self._spans.get(service, (DAY * 9, 0))
                    if begins + shift * DAY <= last and ends + shift * DAY >= first:
                        running.add((service, shift))
            found.add(frozenset(running))
        return found

    def _running(self, day: dt.date, shift: int) -> list[int] | None:
        """Services of all feeds on the day before, of or after a date of the round; None when a feed does not cover the date itself."""
        found = []
        for i, feed in enumerate(self.feeds):
            asked = self.told_by(i, day) + dt.timedelta(days=shift)
            if shift == 0 and not feed.covers(asked):
                return None
            found += [self._first_service[i] + k for k, service in enumerate(feed.services) if feed.covers(asked) and service.runs(asked)]
        return found

    def told_by(self, feed: int, day: dt.date) -> dt.date:
        """The date whose timetable stands for a date of the round: itself, or that weekday of the feed's typical week."""
        if not self.settings.typical_weeks:
            return day
        week = self.settings.typical_weeks[feed]
        return week + dt.timedelta(days=day.weekday() - week.weekday())

    def rides(self, runs: Runs, first: int, last: int, turned: bool) -> Rides:
        """Connections between two times, in order of departure.

        `turned` runs time backwards: arrivals become departures at negative times, so that the earliest arrival is the latest departure.
        """
        parts = []
        for service, shift in sorted(runs):
            departs, arrives = self.departs + shift * DAY, self.arrives + shift * DAY
            which = np.flatnonzero((self.service == service) & (departs >= first) & (arrives <= last))
            parts.append((which, np.full(len(which), shift, np.int64)))
        which = np.concatenate([part[0] for part in parts] or [np.zeros(0, np.int64)])
        shifted = np.concatenate([part[1] for part in parts] or [np.zeros(0, np.int64)])
        departs, arrives = self.departs[which] + shifted * DAY, self.arrives[which] + shifted * DAY
        one, two, boards, alights = self._start[which], self._end[which], self._boards[which], self._alights[which]
        place = self._place[which]
        if turned:
            departs, arrives, one, two, boards, alights, place = -arrives, -departs, two, one, alights, boards, -place
        order = np.lexsort((place, departs))
        trips, trip = np.unique(self._trip[which] * 3 + shifted, return_inverse=True)
        return Rides(departs[order], arrives[order], one[order], two[order], trip[order], boards[order], alights[order], len(trips))

    @cached_property
    def changes(self) -> Links:
        """From each stop: the stops that one may change to, itself too, with the seconds that it takes."""
        spare = self.settings.change_minutes * 60
        near = self.near(self.points, self.settings.max_change_walk_minutes)
        return [(stops, walk + spare) for stops, walk in near]

    def near(self, points: list[Point], most_minutes: int) -> Links:
        """The stops within a walk of each point, a straight line with the settings' speed and detour; whole seconds, rounded up."""
        found: Links = []
        for begin in range(0, len(points), BLOCK):
            walk = self._walk(points[begin : begin + BLOCK])
            for row in walk:
                stops = np.flatnonzero(row <= most_minutes * 60)
                found.append((stops, row[stops]))
        return found

    def _walk(self, points: list[Point]) -> np.ndarray:
        """int64 [points, stops]: seconds on foot."""
        mode = self.round.settings.travel.walk
        exact = 3600.0 * mode.detour * kilometres(points, self.points) / mode.speed_kmh
        return np.ceil(np.minimum(exact, float(DAY)) - 1e-6).astype(np.int64)
