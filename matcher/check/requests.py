"""Check: requests that wait for an answer beyond their date."""

from __future__ import annotations

from collections.abc import Iterator

from matcher.check.base import Scene
from matcher.errors import Issue


def check(scene: Scene) -> Iterator[Issue]:
    """`no_answer`: what is pursued has expired before students begin to ask, so it is no live promise any more."""
    if not scene.origin.settings_known:
        return
    today = scene.round.settings.today
    for request in scene.round.requests:
        if request.state == "pursuing" and request.expires is not None and request.expires < today:
            days = (today - request.expires).days
            told = (
                f"passed {days} {'day' if days == 1 else 'days'} before {today} without an answer, so this request holds no place any more"
            )
            yield from scene.warning(request, "expires", "no_answer", told, "Maybe ask again and give a new date, or set it to declined.")
