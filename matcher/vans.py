"""Which vans of a school can carry a student to a variant and back, window by window."""

from __future__ import annotations

from itertools import product

import numpy as np

from matcher.cells import WEEKDAYS, Window
from matcher.domain import Student, Van
from matcher.world import Variant, World


def serving(world: World, school_id: str, site_id: str, window: Window) -> list[Van]:
    """Vans of the school that run on that weekday to that site inside the school's travel hours, by id."""
    school = world.round.school[school_id]
    weekday = WEEKDAYS[window.weekday].lower()
    return [
        van
        for van in world.round.vans
        if van.school_id == school_id
        and weekday in van.weekdays
        and (not van.sites or site_id in van.sites)
        and (school.leave_after is None or van.departs >= school.leave_after)
        and (school.return_by is None or van.returns <= school.return_by)
    ]


def in_time(world: World, van: Van, window: Window, out: np.ndarray | int, back: np.ndarray | int) -> np.ndarray:
    """Whether a van that takes `out` and `back` minutes is there by the start and back in time (bool, shape of the minutes)."""
    buffer = world.settings.limits.arrival_buffer_minutes
    return np.asarray((van.departs + np.asarray(out) + buffer <= window.start) & (window.end + np.asarray(back) <= van.returns))


def rides_van(student: Student) -> bool:
    """Vans carry students from the school and back to it."""

    def school(place: str) -> bool:
        return place == "school" or student.lat is None or student.lon is None

    return "van" in student.travel_modes and school(student.starts_from) and school(student.returns_to)


def fits(world: World, school_id: str, variant: Variant, out: np.ndarray, back: np.ndarray) -> np.ndarray:
    """Bool of the shape of `out`: whether for every window some van fits these minutes."""
    good = np.ones(out.shape, dtype=bool)
    for window in variant.windows:
        vans = serving(world, school_id, variant.site.site_id, window)
        if not vans:
            return np.zeros(out.shape, dtype=bool)
        good &= np.any([in_time(world, van, window, out, back) for van in vans], axis=0)
    return good


def choices(world: World, school_id: str, variant: Variant, out: int, back: int) -> list[tuple[str, ...]]:
    """Every way to choose one fitting van per window, as van ids."""
    per_window = [
        [v.van_id for v in serving(world, school_id, variant.site.site_id, w) if in_time(world, v, w, out, back)] for w in variant.windows
    ]
    return list(product(*per_window))
