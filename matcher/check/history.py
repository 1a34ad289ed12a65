"""Check: what came of earlier asks, as far as this round can use it."""

from __future__ import annotations

from collections.abc import Iterator

from matcher.check.base import Scene
from matcher.errors import Issue


def check(scene: Scene) -> Iterator[Issue]:
    """`out_of_range` where more landed than asked; `no_effect` for a site that this round does not have."""
    for row in scene.round.history:
        if scene.sound(row, "asked", "landed") and row.landed > row.asked:
            message = f"is more than the {row.asked} who asked"
            yield from scene.error(row, "landed", "out_of_range", message, "Maybe the two columns are swapped.")
        if row.site_id not in scene.ids["sites"] and "sites" not in scene.origin.unreadable:
            message = "is no site of this round, so this row does nothing"
            yield from scene.warning(row, "site_id", "no_effect", message, scene.suggestion(row.site_id, "sites"))
