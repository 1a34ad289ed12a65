"""Until when each option of a slate holds: the waves in which students ask, counted in days of their own school."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from matcher.calendar import DAY
from matcher.slates import FIXED, Promise
from matcher.world import World

ASKED = 0
"""The wave of an option that the student has landed or pursues already."""


@dataclass(frozen=True)
class Hold:
    """One line of waves.csv.

    Attributes
    ----------
    wave : in which turn the student asks there; `ASKED` when that is done already.
    hold_until : the last day on which the option is the student's to ask for; without an answer the next one's turn begins.
    """

    student_id: str
    opportunity_id: str
    wave: int
    hold_until: dt.date


def holds(world: World, promises: Sequence[Promise]) -> list[Hold]:
    """The wave and date of each promise, in the same order.

    A student asks at one place a wave, by rank. What is landed or pursued keeps its own `expires`; without one, what is pursued
    holds through wave 1 and what is landed until the round ends.
    """
    asked = {(r.student_id, r.opportunity_id): r for r in world.round.live_requests() if r.state in FIXED}
    ends: dict[str, list[dt.date]] = {}
    found: list[Hold] = []
    wave, before = 0, ""
    for promise in promises:
        school_id = world.round.student[promise.student_id].school_id
        if school_id not in ends:
            ends[school_id] = wave_ends(world, school_id)
        wave, before = (wave if promise.student_id == before else 0), promise.student_id
        request = asked.get((promise.student_id, promise.opportunity_id))
        if request is None:
            wave += 1
            found.append(Hold(promise.student_id, promise.opportunity_id, wave, ends[school_id][wave - 1]))
        else:
            otherwise = world.last if request.state == "landed" else ends[school_id][0]
            found.append(Hold(promise.student_id, promise.opportunity_id, ASKED, request.expires or otherwise))
    return found


def wave_ends(world: World, school_id: str) -> list[dt.date]:
    """The last day of each wave: `waves.days` school days with LTI after the one before, at most the round's last day."""
    days, size = world.settings.waves.days, world.settings.limits.slate_size
    no_school, no_lti = world.calendar.days_off(school_id)
    off, counted, day = no_school | no_lti, 0, world.settings.today
    found: list[dt.date] = []
    while len(found) < size and day < world.last:
        counted += day.weekday() < 5 and day not in off
        if counted == days:
            found.append(day)
            counted = 0
        day += DAY
    return found + [world.last] * (size - len(found))
