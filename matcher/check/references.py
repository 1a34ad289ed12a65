"""Check: ids that point to a row of another table which is not there."""

from __future__ import annotations

from collections.abc import Iterator

from matcher.check.base import Scene
from matcher.domain import Row
from matcher.errors import Issue

_REFERENCES = (
    ("students", "school_id", ("schools",)),
    ("sites", "schools", ("schools",)),
    ("mentors", "site_id", ("sites",)),
    ("opportunities", "site_id", ("sites",)),
    ("opportunities", "mentors", ("mentors",)),
    ("requests", "student_id", ("students",)),
    ("requests", "opportunity_id", ("opportunities",)),
    ("calendar", "school_id", ("schools",)),
    ("travel", "from_id", ("students", "schools")),
    ("travel", "site_id", ("sites",)),
    ("vans", "school_id", ("schools",)),
    ("vans", "sites", ("sites",)),
    ("previous", "student_id", ("students",)),
    ("previous", "opportunity_id", ("opportunities",)),
)


def check(scene: Scene) -> Iterator[Issue]:
    """`unknown_reference`, one for each id of a cell that is not there."""
    for table, column, targets in _REFERENCES:
        if scene.origin.unreadable.isdisjoint(targets):
            known = set().union(*(scene.ids[target] for target in targets)) | ({"*"} if table == "calendar" else set())
            rows: tuple[Row, ...] = getattr(scene.round, table)
            for row in rows:
                cell = getattr(row, column)
                for id_ in (cell,) if isinstance(cell, str) else cell:
                    if id_ not in known:
                        yield from unknown(scene, row, column, id_, *targets)


def unknown(scene: Scene, row: Row, column: str, id_: str, *targets: str) -> Iterator[Issue]:
    """The issue that an id is in none of these tables."""
    message = f"is not an id of the table {' or '.join(targets)}"
    yield from scene.error(row, column, "unknown_reference", message, scene.suggestion(id_, *targets), value=id_)
