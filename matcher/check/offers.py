"""Check: opportunities that nobody could take up as they are written."""

from __future__ import annotations

import re
from collections.abc import Iterator

from matcher.cells import Window, show_windows
from matcher.check.base import Scene
from matcher.check.people import AGES, GRADES
from matcher.domain import Opportunity
from matcher.errors import Issue

HAZARDOUS = frozenset(f"HO-{number}" for number in range(1, 18))
_HAZARD = re.compile(r"ho[\s_.-]*(\d+).*|ho-.*", re.IGNORECASE)


def check(scene: Scene) -> Iterator[Issue]:
    """`mentor_elsewhere`, `unknown_hazard`, `unlikely_min_age`, `unlikely_min_grade`, `outside_hours`, `mentors_take_fewer`."""
    for offer in scene.round.opportunities:
        yield from _mentors(scene, offer)
        yield from _hazards(scene, offer)
        if offer.min_age is not None and offer.min_age not in AGES:
            message = f"is not an age from {AGES[0]} to {AGES[-1]}"
            yield from scene.warning(offer, "min_age", "unlikely_min_age", message, "Maybe there is a typing error.")
        if offer.min_grade is not None and offer.min_grade not in GRADES:
            message = f"is not a grade from {GRADES[0]} to {GRADES[-1]}"
            yield from scene.warning(offer, "min_grade", "unlikely_min_grade", message, "Maybe there is a typing error.")
        yield from _hours(scene, offer)
        yield from _room(scene, offer)


def _mentors(scene: Scene, offer: Opportunity) -> Iterator[Issue]:
    for mentor_id in offer.mentors:
        mentor = scene.round.mentor.get(mentor_id)
        if mentor and scene.sound(mentor, "site_id") and offer.site_id in scene.ids["sites"] and mentor.site_id != offer.site_id:
            message = f"is a mentor at the site {mentor.site_id}, not at the site of this opportunity"
            hint = "Maybe the site is wrong in one of the two tables."
            yield from scene.error(offer, "mentors", "mentor_elsewhere", message, hint, value=mentor_id)


def _hazards(scene: Scene, offer: Opportunity) -> Iterator[Issue]:
    for tag in offer.tasks:
        match = _HAZARD.fullmatch(tag)
        if match and tag not in HAZARDOUS:
            right = f"HO-{int(match[1])}" if match[1] and len(match[1]) < 4 else ""
            hint = f"Maybe {right}." if right in HAZARDOUS else "Maybe look the number up: HO-1 to HO-17."
            yield from scene.error(offer, "tasks", "unknown_hazard", "is not one of the hazardous orders", hint, value=tag)


def _hours(scene: Scene, offer: Opportunity) -> Iterator[Issue]:
    """Alternatives outside the hours of every school whose students may come."""
    site = scene.round.site.get(offer.site_id)
    schools = [s for s in scene.round.schools if site is None or not site.schools or s.school_id in site.schools]
    if not schools or not all(scene.sound(s, "windows") for s in schools):
        return
    for pattern in offer.sessions:
        if not any(all(within(window, school.windows) for window in pattern) for school in schools):
            message = "is an alternative outside the hours of every school whose students may come"
            hint = "Maybe the hours or the weekday have a typing error."
            yield from scene.warning(offer, "sessions", "outside_hours", message, hint, value=show_windows(pattern))


def within(window: Window, hours: tuple[Window, ...]) -> bool:
    """Whether the hours, taken together where they touch, hold all of the window."""
    reach = window.start
    for hour in sorted(hours):
        if hour.weekday == window.weekday and hour.start <= reach:
            reach = max(reach, hour.end)
    return reach >= window.end


def _room(scene: Scene, offer: Opportunity) -> Iterator[Issue]:
    """Seats that nobody can have, because the mentors together take fewer students at a time."""
    mentors = [scene.round.mentor[mentor_id] for mentor_id in dict.fromkeys(offer.mentors) if mentor_id in scene.round.mentor]
    if not mentors or len(mentors) < len(set(offer.mentors)) or not all(scene.sound(m, "max_students") for m in mentors):
        return
    room = sum(mentor.max_students for mentor in mentors)
    if offer.seats > room:
        blank = [m.mentor_id for m in mentors if not scene.given(m, "max_students")]
        why = f" (max_students of {', '.join(blank)} is blank, so 1)" if blank else ""
        whose = "its mentor takes" if len(mentors) == 1 else f"its {len(mentors)} mentors together take"
        message = f"is more seats than can be filled: {whose} {room} at a time{why}"
        hint = f"Maybe write max_students of {' or '.join(m.mentor_id for m in mentors)} in the table mentors, or fewer seats."
        yield from scene.warning(offer, "seats", "mentors_take_fewer", message, hint)
