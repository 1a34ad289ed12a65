"""Rule: the weekly windows lie inside the hours of the school and of the student."""

from __future__ import annotations

from matcher.cells import Window
from matcher.domain import Student
from matcher.rules.base import PairRule
from matcher.world import Variant, World


def _hours(world: World, student: Student) -> tuple[tuple[Window, ...], tuple[Window, ...]]:
    return joined(world.school_of(student).windows), joined(student.available)


def _windows(_: World, variant: Variant) -> tuple[Window, ...]:
    return variant.windows


def joined(windows: tuple[Window, ...]) -> tuple[Window, ...]:
    """Windows that touch or overlap as one."""
    out: list[Window] = []
    for window in sorted(windows):
        if out and out[-1].weekday == window.weekday and window.start <= out[-1].end:
            out[-1] = Window(window.weekday, out[-1].start, max(out[-1].end, window.end))
        else:
            out.append(window)
    return tuple(out)


def _inside(window: Window, hours: tuple[Window, ...]) -> bool:
    return any(h.weekday == window.weekday and h.start <= window.start and window.end <= h.end for h in hours)


def _refuse(_: World, hours: tuple[tuple[Window, ...], tuple[Window, ...]], windows: tuple[Window, ...]) -> str | None:
    school, own = hours
    for window in windows:
        if not _inside(window, school):
            return f"{window} is outside the school's hours for internships"
        if own and not _inside(window, own):
            return f"{window} is outside the hours in which the student is free"
    return None


RULE = PairRule(
    "schedule",
    "Sessions lie inside the school's hours and the student's own.",
    _hours,
    _windows,
    _refuse,
    rank=20,
    remedy="free hours of student and school that hold the sessions",
)
