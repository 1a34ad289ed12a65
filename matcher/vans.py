"""Which vans of a school can carry a student to a variant and back, window by window."""

from __future__ import annotations

from itertools import product

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


def room(world: World, van: Van, window: Window) -> tuple[int, int]:
    """The most minutes that a van may take to be there by the start, and back in time."""
    return window.start - world.settings.limits.arrival_buffer_minutes - van.departs, van.returns - window.end


def rides_van(student: Student) -> bool:
    """Vans carry students from the school and back to it."""

    def school(place: str) -> bool:
        return place == "school" or student.lat is None or student.lon is None

    return "van" in student.travel_modes and school(student.starts_from) and school(student.returns_to)


def choices(world: World, school_id: str, variant: Variant, out: int, back: int) -> list[tuple[str, ...]]:
    """Every way to choose one fitting van per window, as van ids."""

    def fitting(window: Window) -> list[str]:
        vans = serving(world, school_id, variant.site.site_id, window)
        rooms = [room(world, van, window) for van in vans]
        return [van.van_id for van, (there, home) in zip(vans, rooms, strict=True) if out <= there and back <= home]

    return list(product(*map(fitting, variant.windows)))
