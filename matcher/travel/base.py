"""All ways from each student to each site: given rows first, computed times otherwise."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from matcher.domain import Round, Student
from matcher.travel.straight import Point, kilometres, minutes

UNKNOWN = 9999
"""Minutes of a trip that nothing is known about."""
REMEMBERED = 1024
"""Points whose distances to all sites are kept at a time."""


@dataclass(frozen=True)
class Trips:
    """One mode for a block of students: int32 arrays [students, sites]; UNKNOWN minutes where there is no way."""

    out: np.ndarray
    back: np.ndarray
    transfers: np.ndarray


Given = tuple[np.ndarray, np.ndarray, np.ndarray]
"""Rows of the table `travel` of one origin and mode: places of the sites, minutes, transfers."""


class Origin(NamedTuple):
    """Where a trip starts or ends: the point, and whose given rows count, the stronger later."""

    point: Point
    names: tuple[str, ...]


class Travel:
    """Travel times of a round."""

    def __init__(self, round_: Round) -> None:
        self.round = round_
        self._site = {site.site_id: i for i, site in enumerate(round_.sites)}
        self._site_points = np.array([(s.lat, s.lon) for s in round_.sites], dtype=float).reshape(-1, 2)
        self._given = self._by_origin()
        self._named = {name for name, _ in self._given}
        self._near: dict[Point, np.ndarray] = {}

    def _by_origin(self) -> dict[tuple[str, str], Given]:
        rows: dict[tuple[str, str], list[tuple[int, int, int]]] = defaultdict(list)
        for row in self.round.travel:
            rows[row.from_id, row.mode].append((self._site[row.site_id], row.minutes, row.transfers))
        return {key: tuple(np.array(found, dtype=np.int64).T) for key, found in rows.items()}

    def trips(self, students: Sequence[Student], mode: str) -> Trips:
        """Minutes there and back and transfers of one mode; students who do not use the mode have UNKNOWN minutes."""
        place: dict[Origin | None, int] = {}
        out, back = (
            [place.setdefault(self.origin(s, getattr(s, side)) if mode in s.travel_modes else None, len(place)) for s in students]
            for side in ("starts_from", "returns_to")
        )
        time, transfers = self._times(list(place), mode)
        return Trips(time[out], time[back], np.maximum(transfers[out], transfers[back]))

    def _times(self, origins: list[Origin | None], mode: str) -> tuple[np.ndarray, np.ndarray]:
        """int32 [origins, sites] twice: minutes and transfers; UNKNOWN minutes where there is no origin."""
        shape = (len(origins), len(self.round.sites))
        time, transfers = np.full(shape, UNKNOWN, np.int32), np.zeros(shape, np.int32)
        known = [(i, origin) for i, origin in enumerate(origins) if origin is not None]
        if known and mode != "transit":
            km = self._kilometres([origin.point for _, origin in known])
            time[[i for i, _ in known]] = minutes(km, getattr(self.round.settings.travel, mode))
        self.put_given([() if origin is None else origin.names for origin in origins], mode, time, transfers)
        return time, transfers

    def put_given(self, names: list[tuple[str, ...]], mode: str, time: np.ndarray, transfers: np.ndarray) -> None:
        """Write the rows of `travel` of these origins' names over minutes and transfers, [origins, sites]; later names win."""
        for i, those in enumerate(names):
            for name in those:
                if (name, mode) in self._given:
                    sites, given, changes = self._given[name, mode]
                    time[i, sites], transfers[i, sites] = given, changes

    def _kilometres(self, points: list[Point]) -> np.ndarray:
        """Distances to the sites; the latest are remembered, for a block of students asks again for each mode."""
        new = [point for point in dict.fromkeys(points) if point not in self._near]
        if len(self._near) + len(new) > REMEMBERED:
            self._near, new = {}, list(dict.fromkeys(points))
        if new:
            self._near.update(zip(new, kilometres(new, self._site_points), strict=True))
        return np.array([self._near[point] for point in points])

    def origin(self, student: Student, place: str) -> Origin:
        """Where a trip from or to this place starts or ends; from school, the school's given rows win over the student's."""
        own = (student.student_id,) if student.student_id in self._named else ()
        if place == "home" and student.lat is not None and student.lon is not None:
            return Origin((student.lat, student.lon), own)
        school = self.round.school[student.school_id]
        return Origin((school.lat, school.lon), (*own, student.school_id))
