"""Check: the transit feeds of a round, cell by cell, and whether they say anything about its dates."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from matcher.check.base import Scene
from matcher.errors import Issue, Severity
from matcher.travel.gtfs import Feed, read_feed


def check(scene: Scene) -> Iterator[Issue]:
    """What `matcher.travel.gtfs` finds in a feed; `gtfs_outside_term`, `gtfs_typical_week`."""
    folder, settings = scene.origin.folder, scene.round.settings
    if folder is None or not scene.origin.settings_known:
        return
    for i, name in enumerate(settings.gtfs.feeds):
        feed, issues = read_feed(folder, name)
        yield from issues
        if feed is not None and settings.gtfs.typical_weeks:
            yield from _typical(feed, settings.gtfs.typical_weeks[i])
        elif feed is not None and not (feed.covers(settings.round.start) and feed.covers(settings.round.end)):
            message = f"covers {feed.first} to {feed.last} and not the whole round: trips on other dates are not known"
            hint = "Maybe get the feed of that term, or set gtfs.typical_weeks to a week of this one."
            yield _issue("gtfs.feeds", "gtfs_outside_term", "warning", feed.name, message, hint)


def _typical(feed: Feed, day: dt.date) -> Iterator[Issue]:
    """A typical week has to lie in the feed from Monday to Sunday."""
    monday = day - dt.timedelta(days=day.weekday())
    if not (feed.covers(monday) and feed.covers(monday + dt.timedelta(days=6))):
        message = f"is in no whole week of {feed.name}, which covers {feed.first} to {feed.last}"
        yield _issue("gtfs.typical_weeks", "gtfs_typical_week", "error", str(day), message, "Maybe another week without holidays.")


def _issue(column: str, code: str, severity: Severity, value: str, message: str, hint: str) -> Issue:
    return Issue("round.toml", None, column, code, severity, value, message, hint)
