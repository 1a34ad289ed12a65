"""Works out one transit trip at a time from the feeds, in plain loops over trips and calls, as docs/rules.md section 4 says."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable

from matcher.audit.facts import Place, Ride, World
from matcher.audit.feeds import Call, Feed
from matcher.audit.geo import kilometres
from matcher.audit.times import ONE_DAY, Window

DAY_SECONDS = 24 * 3600
MOST_MINUTES = 240
KM_PER_DEGREE = 111.0

Stop = tuple[int, str]
"""A stop: the place of its feed among the feeds, and its id."""
Run = list[tuple[int, int, Stop, bool, bool]]
"""A trip in the order of travelling: at each stop when it comes and goes, whether one may get on, and off."""


class Planner:
    """Trips by the feeds of a round, each worked out once.

    Parameters
    ----------
    world : the facts of the round.
    feeds : its feeds.
    """

    def __init__(self, world: World, feeds: tuple[Feed, ...]) -> None:
        self.world, self.feeds = world, feeds
        self._answers: dict[tuple[Place, Place, Window, bool, int], Ride | None] = {}
        self._near: dict[tuple[Place, float], list[tuple[Stop, int]]] = {}
        self._changes: dict[Stop, list[tuple[Stop, int]]] = {}
        self._runs: dict[tuple[frozenset[tuple[int, str, int]], int, int, bool], list[Run]] = {}
        self._places = {(number, stop): place for number, feed in enumerate(feeds) for stop, place in feed.stops.items()}
        self._late = [
            {service for service, trips in feed.trips.items() if any(call.arrives >= DAY_SECONDS for trip in trips for call in trip)}
            for feed in feeds
        ]

    def ride(self, origin: Place, site: Place, windows: Iterable[Window], outward: bool, most: float) -> Ride | None:
        """Give the worst trip over windows and dates; None when one of them has none of at most so many minutes.

        Parameters
        ----------
        origin, site : the two ends.
        windows : the weekly windows of the pair.
        outward : from the origin to the site, or back.
        most : minutes after which the search ends.
        """
        found: list[Ride] = []
        limit = int(min(most, MOST_MINUTES))
        for window in windows:
            if not self._dates(window.weekday):
                continue
            key = (origin, site, window, outward, limit)
            if key not in self._answers:
                self._answers[key] = self._worst(origin, site, window, outward, limit)
            ride = self._answers[key]
            if ride is None:
                return None
            found.append(ride)
        return _worst_of(found)

    def _worst(self, origin: Place, site: Place, window: Window, outward: bool, limit: int) -> Ride | None:
        """Judge one window on every date of its weekday; dates with the same services have the same answer."""
        buffer = int(self.world.terms.buffer)
        at = (window.start - buffer) * 60 if outward else window.end * 60
        first, last = (at - limit * 60, at) if outward else (at, at + limit * 60)
        found: dict[frozenset[tuple[int, str, int]], Ride | None] = {}
        for day in self._dates(window.weekday):
            services = self._services(day, first, last)
            if services is None:
                return None
            if services not in found:
                runs = self._running(services, first, last, outward)
                found[services] = self._search(origin, site, runs, -at if outward else at, limit)
            if found[services] is None:
                return None
        return _worst_of([ride for ride in found.values() if ride is not None])

    def _dates(self, weekday: int) -> list[dt.date]:
        terms, closed = self.world.terms, self.world.closed_days
        days, day = [], terms.start
        while day <= terms.end:
            for_all = day in closed.get("*", {}) or all(day in closed.get(school, {}) for school in self.world.schools)
            if day.weekday() == weekday and not for_all:
                days.append(day)
            day += ONE_DAY
        return days

    def _services(self, day: dt.date, first: int, last: int) -> frozenset[tuple[int, str, int]] | None:
        """Give what runs about a date, as (feed, service, days off); None when a feed does not cover it."""
        running = set()
        weeks = self.world.terms.typical_weeks
        for number, feed in enumerate(self.feeds):
            asked = weeks[number] + (day.weekday() - weeks[number].weekday()) * ONE_DAY if weeks else day
            if not feed.says(asked):
                return None
            for off in (-1, 0, 1):
                if (off == 1 and last < DAY_SECONDS) or not feed.says(asked + off * ONE_DAY):
                    continue
                for name, service in feed.services.items():
                    matters = off != -1 or first < 0 or name in self._late[number]
                    if matters and service.runs_on(asked + off * ONE_DAY):
                        running.add((number, name, off))
        return frozenset(running)

    def _running(self, services: frozenset[tuple[int, str, int]], first: int, last: int, outward: bool) -> list[Run]:
        """Give the trips of services between two times; outward ones with time turned round, so that leaving late is arriving early."""
        key = (services, first, last, outward)
        if key not in self._runs:
            runs = []
            for number, name, off in sorted(services):
                for trip in self.feeds[number].trips.get(name, []):
                    shift = off * DAY_SECONDS
                    if len(trip) > 1 and trip[0].departs + shift <= last and trip[-1].arrives + shift >= first:
                        runs.append(_turned(trip, number, shift) if outward else _straight(trip, number, shift))
            self._runs[key] = runs
        return self._runs[key]

    def _search(self, origin: Place, site: Place, runs: list[Run], begin: int, limit: int) -> Ride | None:
        """Try one ride, two rides and so on; begin where the trip's time is fixed: at the site outward and back."""
        ends = dict(self._walks(origin, self.world.terms.max_walk))
        ready = {stop: begin + walk for stop, walk in self._walks(site, self.world.terms.max_walk)}
        best: Ride | None = None
        for rides in range(1, self.world.terms.max_transfers + 2):
            reached: dict[Stop, int] = {}
            for run in runs:
                aboard = False
                for comes, goes, stop, may_on, may_off in run:
                    if aboard and may_off and comes < reached.get(stop, begin + limit * 60 + 1):
                        reached[stop] = comes
                    if may_on and stop in ready and ready[stop] <= goes:
                        aboard = True
            for stop, seconds in reached.items():
                if stop in ends:
                    ride = Ride(-(-(seconds + ends[stop] - begin) // 60), rides - 1)
                    if ride.minutes is not None and ride.minutes <= limit and (best is None or (ride.minutes, ride.transfers) < best):
                        best = ride
            ready = {}
            for stop, seconds in reached.items():
                for other, change in self._changes_from(stop):
                    ready[other] = min(ready.get(other, seconds + change), seconds + change)
        return best

    def _changes_from(self, stop: Stop) -> list[tuple[Stop, int]]:
        if stop not in self._changes:
            spare = self.world.terms.change_minutes * 60
            walks = self._walks(self._places[stop], self.world.terms.max_change_walk)
            self._changes[stop] = [(other, walk + spare) for other, walk in walks]
        return self._changes[stop]

    def _walks(self, place: Place, most_minutes: float) -> list[tuple[Stop, int]]:
        """Give the stops within a walk, with its seconds."""
        key = (place, most_minutes)
        if key not in self._near:
            pace = self.world.terms.pace("walk")
            found = []
            for stop, there in self._places.items() if pace else ():
                if pace and abs(there[0] - place[0]) * KM_PER_DEGREE * pace.detour / pace.speed_kmh * 60 <= most_minutes + 1:
                    walk = math.ceil(3600 * pace.detour * kilometres(place, there) / pace.speed_kmh - 1e-6)
                    if walk <= most_minutes * 60:
                        found.append((stop, walk))
            self._near[key] = found
        return self._near[key]


def _straight(trip: list[Call], feed: int, shift: int) -> Run:
    return [(call.arrives + shift, call.departs + shift, (feed, call.stop), call.on, call.off) for call in trip]


def _turned(trip: list[Call], feed: int, shift: int) -> Run:
    """Run a trip backwards in time: who gets off gets on."""
    return [(-call.departs - shift, -call.arrives - shift, (feed, call.stop), call.off, call.on) for call in reversed(trip)]


def _worst_of(rides: list[Ride]) -> Ride | None:
    if not rides:
        return None
    return Ride(max(ride.minutes or 0 for ride in rides), max(ride.transfers for ride in rides))
