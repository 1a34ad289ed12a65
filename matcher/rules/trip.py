"""Rule: some mode of travel brings the student to the site in time and back in time."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from matcher.cells import Window, clock
from matcher.domain import MODES, Student
from matcher.rules.base import once
from matcher.travel.base import UNKNOWN, Travel, Trips
from matcher.travel.transit import Transit
from matcher.vans import fits, rides_van, serving
from matcher.world import Variant, World

DEFAULT_CAP = 60
"""Minutes one way for a student without a value of their own in a round without one."""
_NONE = np.iinfo(np.int32).max
VAN = MODES.index("van")


@dataclass(frozen=True)
class TripBlock:
    """The mode that each pair of a block uses: arrays [students, variants]; `mode` is -1 where no mode is lawful."""

    mode: np.ndarray
    minutes: np.ndarray
    transfers: np.ndarray


@dataclass(frozen=True)
class TripRule:
    """The one rule on numbers: travel minutes against what the sessions and the caps leave."""

    name: str = "trip"
    sentence: str = "Some mode of travel is lawful, short enough and in time, there and back."
    rank: int = 60
    remedy: str = "another way to travel, or a longer travel limit"
    laws: tuple[str, ...] = ()

    def block(self, world: World, students: list[Student], forbidden: dict[str, np.ndarray]) -> TripBlock:
        """Judge every variant for these students.

        Parameters
        ----------
        forbidden : per mode, bool [students, variants]: where a rule of that mode forbids it.
        """
        early, late = _spare(world, students)
        best = np.full((len(students), len(world.variants)), _NONE, np.int32)
        for index, mode in enumerate(MODES):
            if users := [i for i, s in enumerate(students) if mode in s.travel_modes and (mode != "van" or rides_van(s))]:
                riders = [students[i] for i in users]
                trips, column = trips_of(world, riders, mode)
                longer = np.maximum(trips.out, trips.back)
                longest = np.minimum(caps(world, riders), UNKNOWN - 1)
                short = (longer <= longest[:, None]) & (trips.transfers <= world.settings.limits.max_transfers)
                key = np.where(short, (longer * 32 + trips.transfers) * 8 + index, _NONE).astype(np.int32)[:, column]
                if mode == "van":
                    lawful = _vans_fit(world, riders, trips, key < _NONE) & (best[users] == _NONE)
                else:
                    lawful = early[users] >= trips.out[:, column]
                    lawful &= late[users] >= trips.back[:, column]
                if mode in forbidden:
                    lawful &= ~forbidden[mode][users]
                best[users] = np.minimum(best[users], np.where(lawful, key, _NONE))
        mode_used = (best & 7).astype(np.int8)
        mode_used[best == _NONE] = -1
        return TripBlock(mode_used, best >> 8, (best >> 3 & 31).astype(np.int8))

    def reason(self, world: World, student: Student, variant: Variant, forbidden: dict[str, str]) -> str:
        """Why no mode is lawful for this one pair; `forbidden` says why a rule forbids a mode."""
        if not student.travel_modes:
            return "no mode of travel is given for the student"
        cap = int(caps(world, [student])[0])
        why = []
        for mode in student.travel_modes:
            trips, column = trips_of(world, [student], mode)
            at = column[world.variant_place[variant.key]]
            out, back, transfers = (int(values[0, at]) for values in (trips.out, trips.back, trips.transfers))
            why.append(forbidden.get(mode) or self._mode_reason(world, student, variant, mode, (out, back, transfers, cap)))
        return "; ".join(why)

    def _mode_reason(self, world: World, student: Student, variant: Variant, mode: str, trip: tuple[int, int, int, int]) -> str:
        out, back, transfers, cap = trip
        if max(out, back) >= UNKNOWN:
            silent = transit_of(world).silent if mode == "transit" and world.settings.gtfs.feeds else ""
            return f"{mode}: the travel time is not known" + (f": {silent}" if silent else "")
        if max(out, back) > cap:
            return f"{mode}: {max(out, back)} minutes, the limit is {cap}"
        if transfers > world.settings.limits.max_transfers:
            return f"{mode}: {transfers} transfers, the limit is {world.settings.limits.max_transfers}"
        if mode == "van":
            return "van: no van of the school runs there at these times"
        school = world.school_of(student)
        early, late = min(w.start for w in variant.windows), max(w.end for w in variant.windows)
        return (
            f"{mode}: {out} minutes there and {back} back do not fit between {clock(school.leave_after or 0)} and "
            f"{clock(school.return_by or 1440)} around {clock(early)}-{clock(late)}"
        )


def travel_of(world: World) -> Travel:
    """The travel times of the round."""
    return once(world, "travel", lambda: Travel(world.round))


def transit_of(world: World) -> Transit:
    """The times of public transport by the round's feeds."""

    def made() -> Transit:
        return Transit(world.round, world.folder, list(once(world, "alike in travel", lambda: _alike(world))), travel_of(world))

    return once(world, "transit", made)


def trips_of(world: World, students: list[Student], mode: str) -> tuple[Trips, np.ndarray]:
    """Trips of these students by a mode, and int64 [variants]: the column of each variant in them.

    There is a column for each site; of public transport by feeds, whose times depend on the hours, one for each site with windows.
    """
    if mode != "transit" or not world.settings.gtfs.feeds:
        return travel_of(world).trips(students, mode), world.variant_site
    return transit_of(world).trips(students), once(world, "columns of transit", lambda: _columns(world))


def _columns(world: World) -> np.ndarray:
    column = np.zeros(len(world.variants), dtype=np.int64)
    for i, places in enumerate(once(world, "alike in travel", lambda: _alike(world)).values()):
        column[places] = i
    return column


def caps(world: World, students: list[Student]) -> np.ndarray:
    """int32 [students]: the most minutes one way, the strictest of the student's and the round's."""
    limit = world.settings.limits.max_travel_minutes

    def cap(student: Student) -> int:
        given = [c for c in (student.max_travel_minutes, limit) if c is not None]
        return min(given) if given else DEFAULT_CAP

    return np.array([cap(s) for s in students], dtype=np.int32)


def _spare(world: World, students: list[Student]) -> tuple[np.ndarray, np.ndarray]:
    """int32 [students, variants] twice: minutes left before the earliest start and after the latest end."""
    early, late = once(world, "first and last", lambda: _first_and_last(world))
    schools = [world.school_of(s) for s in students]
    leave = np.array([-UNKNOWN if k.leave_after is None else k.leave_after for k in schools], dtype=np.int32)
    back_by = np.array([2 * UNKNOWN if k.return_by is None else k.return_by for k in schools], dtype=np.int32)
    buffer = world.settings.limits.arrival_buffer_minutes
    return early[None, :] - leave[:, None] - buffer, back_by[:, None] - late[None, :]


def _first_and_last(world: World) -> tuple[np.ndarray, np.ndarray]:
    """int32 [variants] twice: the earliest start and the latest end of the windows."""
    early = np.array([min(w.start for w in v.windows) for v in world.variants], dtype=np.int32)
    return early, np.array([max(w.end for w in v.windows) for v in world.variants], dtype=np.int32)


def _vans_fit(world: World, students: list[Student], trips: Trips, wanted: np.ndarray) -> np.ndarray:
    """Bool [students, variants]: whether vans of the student's school fit; asked only where `wanted`."""
    good = np.zeros(wanted.shape, dtype=bool)
    schools = np.array([s.school_id for s in students])
    for school_id in np.unique(schools):
        rows = np.flatnonzero(schools == school_id)
        for variants in _served(world, str(school_id)):
            if wanted[np.ix_(rows, variants)].any():
                site = world.variant_site[variants[0]]
                fit = fits(world, str(school_id), world.variants[variants[0]], trips.out[rows, site], trips.back[rows, site])
                good[np.ix_(rows, variants)] = fit[:, None]
    return good


def _served(world: World, school_id: str) -> list[np.ndarray]:
    """Places of the variants to which vans of the school run, in groups of one site and the same windows; remembered."""

    def served() -> list[np.ndarray]:
        vans = [van for van in world.round.vans if van.school_id == school_id]
        anywhere, sites = any(not van.sites for van in vans), {site_id for van in vans for site_id in van.sites}
        return [
            variants
            for (site_id, windows), variants in once(world, "alike in travel", lambda: _alike(world)).items()
            if (anywhere or site_id in sites) and all(serving(world, school_id, site_id, w) for w in windows)
        ]

    return once(world, ("served", school_id), served)


def _alike(world: World) -> dict[tuple[str, tuple[Window, ...]], np.ndarray]:
    """Places of the variants of each site with the same windows."""
    groups: dict[tuple[str, tuple[Window, ...]], list[int]] = {}
    for i, variant in enumerate(world.variants):
        groups.setdefault((variant.site.site_id, variant.windows), []).append(i)
    return {key: np.array(places) for key, places in groups.items()}


RULE = TripRule()
