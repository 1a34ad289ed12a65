"""Check: dates and times that are reversed or lie outside the round."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from matcher.cells import DateRange, show_windows
from matcher.check.base import Scene
from matcher.domain import Opportunity
from matcher.errors import Issue


def check(scene: Scene) -> Iterator[Issue]:
    """`reversed_times`, `reversed_dates`, `outside_round`, `no_session`."""
    for school in scene.round.schools:
        if school.leave_after is not None and school.return_by is not None and school.return_by <= school.leave_after:
            yield from scene.error(school, "return_by", "reversed_times", "is not later than leave_after", "Maybe the two are swapped.")
    for van in scene.round.vans:
        if van.returns <= van.departs:
            yield from scene.error(van, "returns", "reversed_times", "is not later than departs", "Maybe the two are swapped.")
    for offer in scene.round.opportunities:
        if offer.starts and offer.ends and offer.ends < offer.starts:
            yield from scene.error(offer, "ends", "reversed_dates", "is before starts", "Maybe the two are swapped.")
        elif scene.origin.settings_known:
            yield from _offer(scene, offer)
    if scene.origin.settings_known:
        yield from _calendar(scene)


def _round(scene: Scene) -> DateRange:
    return DateRange(scene.round.settings.round.start, scene.round.settings.round.end)


def _calendar(scene: Scene) -> Iterator[Issue]:
    term = _round(scene)
    for day in scene.round.calendar:
        if day.date not in term:
            message = f"is outside the round ({term.first} to {term.last}), so it does not count"
            yield from scene.warning(day, "date", "outside_round", message, "Maybe the year has a typing error.")


def _offer(scene: Scene, offer: Opportunity) -> Iterator[Issue]:
    term = _round(scene)
    first, last = max(term.first, offer.starts or term.first), min(term.last, offer.ends or term.last)
    if offer.starts and offer.starts > term.last:
        message = f"is after the round ends ({term.last}), so nobody can be placed here"
        yield from scene.warning(offer, "starts", "outside_round", message, "Maybe the year has a typing error.")
    elif offer.ends and offer.ends < term.first:
        message = f"is before the round starts ({term.first}), so nobody can be placed here"
        yield from scene.warning(offer, "ends", "outside_round", message, "Maybe the year has a typing error.")
    else:
        weekdays = _open_weekdays(scene, offer, first, last)
        for pattern in offer.sessions:
            if not any(window.weekday in weekdays for window in pattern):
                message = "is an alternative without a single date in the round: closures and free days take them all"
                hint = "Maybe starts, ends, the closures of the site or the calendar have a typing error."
                yield from scene.warning(offer, "sessions", "no_session", message, hint, value=show_windows(pattern))


def _open_weekdays(scene: Scene, offer: Opportunity, first: dt.date, last: dt.date) -> set[int]:
    """Weekdays with a date on which neither the site nor every school is closed."""
    site = scene.round.site.get(offer.site_id)
    closures = site.closures if site else ()
    weekdays: set[int] = set()
    day = first
    while day <= last and len(weekdays) < 7:
        if day.weekday() not in weekdays and day not in scene.free_days and not any(day in closure for closure in closures):
            weekdays.add(day.weekday())
        day += dt.timedelta(days=1)
    return weekdays
