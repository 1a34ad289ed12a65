"""Check: ids that are there twice, and rows that say something about the same thing twice."""

from __future__ import annotations

from collections.abc import Iterator

from matcher.check.base import Scene
from matcher.domain import Row
from matcher.errors import Issue

_KEYS: dict[str, tuple[str, ...]] = {
    "schools": ("school_id",),
    "students": ("student_id",),
    "sites": ("site_id",),
    "mentors": ("mentor_id",),
    "opportunities": ("opportunity_id",),
    "vans": ("van_id",),
    "requests": ("student_id", "opportunity_id"),
    "travel": ("from_id", "site_id", "mode"),
    "previous": ("student_id",),
}
_ABOUT = {
    "requests": "is the same student and opportunity",
    "travel": "is the same trip with the same mode",
    "previous": "is the same student, who can be at one place only,",
}


def check(scene: Scene) -> Iterator[Issue]:
    """`duplicate_id`, `duplicate_row`, `ambiguous_id`: the later row is named."""
    for table, columns in _KEYS.items():
        yield from _repeated(scene, table, columns)
    for mentor in scene.round.mentors:
        if mentor.mentor_id in scene.ids["students"]:
            message = "is the id of a student too, so that decisions would be ambiguous"
            yield from scene.error(mentor, "mentor_id", "ambiguous_id", message, "Maybe put an M before the ids of mentors.")
    for trip in scene.round.travel:
        if trip.from_id in scene.ids["students"] and trip.from_id in scene.ids["schools"]:
            message = "is the id of a student and of a school; it is read as the student"
            yield from scene.warning(trip, "from_id", "ambiguous_id", message, "Maybe give the school another id.")


def _repeated(scene: Scene, table: str, columns: tuple[str, ...]) -> Iterator[Issue]:
    first: dict[tuple[str, ...], Row] = {}
    rows: tuple[Row, ...] = getattr(scene.round, table)
    for row in sorted(rows, key=lambda row: scene.line(row) or 0):
        key = tuple(getattr(row, column) for column in columns)
        if not scene.sound(row, *columns):
            continue
        if key not in first:
            first[key] = row
            continue
        line = scene.line(first[key])
        where = f"as in row {line}" if line else "as in another row"
        if table in _ABOUT:
            yield from scene.error(row, columns[0], "duplicate_row", f"{_ABOUT[table]} {where}", "Maybe delete one of the two rows.")
        else:
            yield from scene.error(row, columns[0], "duplicate_id", f"is the same id {where}", "Maybe delete or rename one of the two.")
