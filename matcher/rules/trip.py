"""Rule: some mode of travel brings the student to the site in time and back in time."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from matcher.cells import Window, clock
from matcher.domain import MODES, Student
from matcher.rules.base import once
from matcher.settings import DEFAULT_CAP
from matcher.travel.base import UNKNOWN, Travel, Trips
from matcher.travel.transit import Transit
from matcher.vans import rides_van, room, serving
from matcher.world import Variant, World

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
                    lawful = _vans_fit(world, riders, trips) & (best[users] == _NONE)
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

    def to_open(self, world: World, student: Student, variants: np.ndarray) -> str:
        """What would help at these variants (int64, their places).

        Where a way has no known times it is these; a longer limit only where a known way is over it.
        """
        unknown, over = dict.fromkeys(MODES, False), False
        cap = int(caps(world, [student])[0])
        for mode in student.travel_modes:
            trips, column = trips_of(world, [student], mode)
            at = column[variants]
            longer = np.maximum(trips.out[0, at], trips.back[0, at])
            unknown[mode] = bool((longer >= UNKNOWN).any())
            over |= bool(((longer < UNKNOWN) & (longer > cap)).any())
        missing = [mode for mode in MODES if unknown[mode]]
        if not missing:
            return self.remedy
        by_feed = "minutes in the table travel" if world.settings.gtfs.feeds else "in the table travel, or a timetable"
        times = f"the times by {' and '.join(missing)} ({by_feed}), "
        return times + (self.remedy if over else "or another way to travel")

    def _mode_reason(self, world: World, student: Student, variant: Variant, mode: str, trip: tuple[int, int, int, int]) -> str:
        out, back, transfers, cap = trip
        if max(out, back) >= UNKNOWN:
            silent = transit_of(world).silent if mode == "transit" and world.settings.gtfs.feeds else ""
            return f"{mode}: the travel time is not known: {silent or 'the table travel has no times of it, and there is no timetable'}"
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


def _vans_fit(world: World, students: list[Student], trips: Trips) -> np.ndarray:
    """Bool [students, variants]: whether for every window some van of the student's school fits their minutes."""
    good = np.zeros((len(students), len(world.variants)), dtype=bool)
    schools = np.array([s.school_id for s in students])
    for school_id in np.unique(schools):
        rows, served = np.flatnonzero(schools == school_id), _served(world, str(school_id))
        if not len(served.variants):
            continue
        fits = (trips.out[np.ix_(rows, served.site)] <= served.there) & (trips.back[np.ix_(rows, served.site)] <= served.home)
        some_van = np.logical_or.reduceat(fits, served.window_from, axis=1)
        every_window = np.logical_and.reduceat(some_van, served.group_from, axis=1)
        good[np.ix_(rows, served.variants)] = np.repeat(every_window, served.sizes, axis=1)
    return good


@dataclass(frozen=True)
class _Served:
    """Where vans of a school run to, in groups of variants with one site and the same windows.

    Attributes
    ----------
    variants, sizes : int64: the places of all variants, group after group, and how many a group has.
    site, there, home : int64 [each van of each window of each group]: the site, and the most minutes there and back.
    window_from, group_from : int64: where each window begins among these vans, and each group among these windows.
    """

    variants: np.ndarray
    sizes: np.ndarray
    site: np.ndarray
    there: np.ndarray
    home: np.ndarray
    window_from: np.ndarray
    group_from: np.ndarray


def _served(world: World, school_id: str) -> _Served:
    """To which variants vans of the school run; remembered."""

    def served() -> _Served:
        mine = [van for van in world.round.vans if van.school_id == school_id]
        anywhere, sites = any(not van.sites for van in mine), {site_id for van in mine for site_id in van.sites}
        groups: list[np.ndarray] = []
        window_from: list[int] = []
        group_from: list[int] = []
        rooms: list[tuple[int, int]] = []
        site: list[int] = []
        for (site_id, windows), variants in once(world, "alike in travel", lambda: _alike(world)).items():
            vans = [serving(world, school_id, site_id, window) for window in windows] if anywhere or site_id in sites else [[]]
            if not all(vans):
                continue
            groups.append(variants)
            group_from.append(len(window_from))
            for window, found in zip(windows, vans, strict=True):
                window_from.append(len(rooms))
                rooms += [room(world, van, window) for van in found]
                site += [int(world.variant_site[variants[0]])] * len(found)
        there, home = np.array(rooms, dtype=np.int64).reshape(-1, 2).T
        places = np.concatenate([np.zeros(0, np.int64), *groups])
        sizes = np.array([len(group) for group in groups], dtype=np.int64)
        return _Served(places, sizes, np.array(site, np.int64), there, home, np.array(window_from), np.array(group_from))

    return once(world, ("served", school_id), served)


def _alike(world: World) -> dict[tuple[str, tuple[Window, ...]], np.ndarray]:
    """Places of the variants of each site with the same windows."""
    groups: dict[tuple[str, tuple[Window, ...]], list[int]] = {}
    for i, variant in enumerate(world.variants):
        groups.setdefault((variant.site.site_id, variant.windows), []).append(i)
    return {key: np.array(places) for key, places in groups.items()}


RULE = TripRule()
