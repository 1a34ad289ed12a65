"""Minutes and transfers by public transport, computed from the timetables of a round for every way to take up an opportunity."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path

import numpy as np

from matcher.cells import Window
from matcher.domain import Round, Student
from matcher.travel.base import UNKNOWN, Travel, Trips
from matcher.travel.gtfs import read_feed
from matcher.travel.scan import best, earliest
from matcher.travel.straight import Point
from matcher.travel.timetable import MOST_MINUTES, Runs, Timetable

Way = tuple[str, tuple[Window, ...]]
"""A site and weekly windows."""
Question = tuple[bool, int, Runs]
"""Outward or not, at which second of the day a trip must end (outward) or starts, and what runs then."""
SITES = 128
"""Sites that one scan starts from."""
Times = tuple[np.ndarray, np.ndarray]


class Transit:
    """Transit times between students and ways.

    For each window of a way, and each different timetable that runs on the round's dates of its weekday, the trip outward leaves as late
    as possible and arrives by the start less the buffer; minutes count from leaving to that time. The trip back begins at the end;
    minutes count from then to the arrival. The worst over windows and timetables counts.
    """

    def __init__(self, round_: Round, folder: Path | None, ways: Sequence[Way], travel: Travel) -> None:
        self.round, self.ways, self.travel = round_, list(ways), travel
        names = round_.settings.gtfs.feeds
        feeds = [read_feed(folder, name)[0] for name in names] if folder else [None] * len(names)
        found = tuple(feed for feed in feeds if feed is not None)
        self.timetable = Timetable(round_, found) if found and len(found) == len(names) else None
        self.silent = self._why_silent()
        self._place: dict[Point, int] = {}
        self._times: dict[bool, Times] = {side: _unknown(0, len(ways)) for side in (True, False)}

    def _why_silent(self) -> str:
        """Why the feeds may say nothing, in words; blank when they cover the round."""
        if self.timetable is None:
            return "a feed cannot be read"
        for i, feed in enumerate(self.timetable.feeds):
            if any(not feed.covers(self.timetable.told_by(i, day)) for weekday in range(7) for day in self.timetable.dates(weekday)):
                return f"the timetable {feed.name} covers {feed.first} to {feed.last} only"
        return f"no trip of at most {MOST_MINUTES} minutes by bus or train fits these hours"

    def trips(self, students: Sequence[Student]) -> Trips:
        """Minutes there and back and transfers for each way; rows of `travel` win."""
        sides = {}
        for side, end in ((True, "starts_from"), (False, "returns_to")):
            origins = [self.travel.origin(s, getattr(s, end)) for s in students]
            self._learn([origin.point for origin in origins])
            places = [self._place[origin.point] for origin in origins]
            minutes, changes = (values[places].astype(np.int32) for values in self._times[side])
            given, given_changes = (values.astype(np.int32) for values in _unknown(len(origins), len(self.round.sites)))
            self.travel.put_given([origin.names for origin in origins], "transit", given, given_changes)
            known = given[:, self._site] < UNKNOWN
            sides[side] = (np.where(known, given[:, self._site], minutes), np.where(known, given_changes[:, self._site], changes))
        return Trips(sides[True][0], sides[False][0], np.maximum(sides[True][1], sides[False][1]))

    @cached_property
    def _site(self) -> np.ndarray:
        place = {site.site_id: i for i, site in enumerate(self.round.sites)}
        return np.array([place[site_id] for site_id, _ in self.ways], dtype=np.int64)

    def _learn(self, points: list[Point]) -> None:
        """Compute the times of points that are new, with those of all students who seek when it is the first time."""
        everybody = [s for s in self.round.students if s.status == "seeking" and "transit" in s.travel_modes] if not self._place else []
        homes = [self.travel.origin(s, end).point for s in everybody for end in (s.starts_from, s.returns_to)]
        new = [point for point in dict.fromkeys([*homes, *points]) if point not in self._place]
        if not new:
            return
        self._place |= {point: len(self._place) + i for i, point in enumerate(new)}
        for side in (True, False):
            minutes, changes = self._computed(side, new)
            known, known_changes = self._times[side]
            self._times[side] = (np.vstack([known, minutes]), np.vstack([known_changes, changes]))

    def _computed(self, outward: bool, points: list[Point]) -> Times:
        """Minutes and changes, [points, ways]; UNKNOWN minutes where some window has no trip."""
        minutes, changes = _unknown(len(points), len(self.ways))
        if self.timetable is None:
            return minutes, changes
        minutes[:] = 0
        questions, dark = self._questions(self.timetable, outward)
        settings = self.round.settings
        ends = self.timetable.near(points, settings.gtfs.max_walk_minutes)
        near = self.timetable.near([(site.lat, site.lon) for site in self.round.sites], settings.gtfs.max_walk_minutes)
        sites = {site.site_id: links for site, links in zip(self.round.sites, near, strict=True)}
        for (_, at, runs), ways_at in questions.items():
            first, last = (at - MOST_MINUTES * 60, at) if outward else (at, at + MOST_MINUTES * 60)
            rides = self.timetable.rides(runs, first, last, turned=outward)
            begin, names = (-at if outward else at), sorted(ways_at)
            for start in range(0, len(names), SITES):
                some = names[start : start + SITES]
                arrival = earliest(rides, self.timetable.changes, [sites[name] for name in some], begin, settings.limits.max_transfers + 1)
                found, transfers = best(arrival, ends, begin)
                found[found > MOST_MINUTES] = UNKNOWN
                for column, name in enumerate(some):
                    ways = ways_at[name]
                    minutes[:, ways] = np.maximum(minutes[:, ways], found[:, [column]])
                    changes[:, ways] = np.maximum(changes[:, ways], transfers[:, [column]])
        minutes[:, dark] = UNKNOWN
        return minutes, changes

    def _questions(self, timetable: Timetable, outward: bool) -> tuple[dict[Question, dict[str, list[int]]], list[int]]:
        """What has to be computed for which ways (by site); and ways about which the timetables say nothing."""
        asked: dict[Question, dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
        buffer = self.round.settings.limits.arrival_buffer_minutes
        dark = []
        for way, (site_id, windows) in enumerate(self.ways):
            found: set[Question] = set()
            for window in windows:
                at = (window.start - buffer if outward else window.end) * 60
                first, last = (at - MOST_MINUTES * 60, at) if outward else (at, at + MOST_MINUTES * 60)
                runs = timetable.runs(window.weekday, first, last)
                if runs is None:
                    found.clear()
                    break
                found |= {(outward, at, each) for each in runs}
            for question in sorted(found, key=lambda q: (q[1], sorted(q[2]))):
                asked[question][site_id].append(way)
            if not found:
                dark.append(way)
        return asked, dark


def _unknown(rows: int, columns: int) -> Times:
    """int16 minutes and int8 changes: they are held for every student and way."""
    return np.full((rows, columns), UNKNOWN, np.int16), np.zeros((rows, columns), np.int8)
