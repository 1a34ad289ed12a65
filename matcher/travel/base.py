"""All ways from each student to each site: given rows first, computed times otherwise."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from matcher.domain import Round, Student, Trip
from matcher.travel.straight import Point, kilometres, minutes

UNKNOWN = 9999
"""Minutes of a trip that nothing is known about."""


@dataclass(frozen=True)
class Trips:
    """One mode for a block of students: int32 arrays [students, sites]; UNKNOWN minutes where there is no way."""

    out: np.ndarray
    back: np.ndarray
    transfers: np.ndarray


class Travel:
    """Travel times of a round."""

    def __init__(self, round_: Round) -> None:
        self.round = round_
        self._rows: dict[str, list[Trip]] = defaultdict(list)
        for row in round_.travel:
            self._rows[row.from_id].append(row)
        self._site = {site.site_id: i for i, site in enumerate(round_.sites)}

    @cached_property
    def _site_points(self) -> list[tuple[float, float]]:
        return [(s.lat, s.lon) for s in self.round.sites]

    def trips(self, students: Sequence[Student], mode: str) -> Trips:
        """Minutes there and back and transfers of one mode; students who do not use the mode have UNKNOWN minutes."""
        out, out_transfers = self._one_way(students, mode, [s.starts_from for s in students])
        back, back_transfers = self._one_way(students, mode, [s.returns_to for s in students])
        return Trips(out, back, np.maximum(out_transfers, back_transfers))

    def _one_way(self, students: Sequence[Student], mode: str, places: list[str]) -> tuple[np.ndarray, np.ndarray]:
        shape = (len(students), len(self.round.sites))
        time, transfers = np.full(shape, UNKNOWN, np.int32), np.zeros(shape, np.int32)
        users = [i for i, s in enumerate(students) if mode in s.travel_modes]
        if users and mode != "transit":
            km = kilometres([self._origin(students[i], places[i]) for i in users], self._site_points)
            time[users] = minutes(km, getattr(self.round.settings.travel, mode))
        for i in users:
            for row in self._rows_for(students[i], places[i]):
                if row.mode == mode:
                    time[i, self._site[row.site_id]] = row.minutes
                    transfers[i, self._site[row.site_id]] = row.transfers
        return time, transfers

    def _origin(self, student: Student, place: str) -> Point:
        if place == "home" and student.lat is not None and student.lon is not None:
            return student.lat, student.lon
        school = self.round.school[student.school_id]
        return school.lat, school.lon

    def _rows_for(self, student: Student, place: str) -> list[Trip]:
        """Given rows, the stronger later: from school, the school's row wins over the student's."""
        own = self._rows.get(student.student_id, [])
        return own if at_home(student, place) else own + self._rows.get(student.school_id, [])


def at_home(student: Student, place: str) -> bool:
    """Whether a trip starts or ends at home: so written, and the home is known."""
    return place == "home" and student.lat is not None and student.lon is not None
