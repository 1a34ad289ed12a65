"""Check: students whose age, grade or status cannot be, and vans with more seats than the law lets count."""

from __future__ import annotations

from collections.abc import Iterator

from matcher.check.base import Scene
from matcher.domain import Student, age_on
from matcher.errors import Issue

AGES = range(10, 23)
GRADES = range(14)
VAN_SEATS = 9


def check(scene: Scene) -> Iterator[Issue]:
    """`future_birth_date`, `unlikely_age`, `unlikely_grade`, `no_previous`, `unknown_sessions`, `van_seats`."""
    placed_before = {row.student_id for row in scene.round.previous}
    for student in scene.round.students:
        yield from _student(scene, student)
        if student.status == "placed" and "previous" not in scene.origin.unreadable and student.student_id not in placed_before:
            message = "is placed, but no row of the table previous says where, so no seat is kept"
            yield from scene.warning(student, "status", "no_previous", message, "Maybe add the row to previous, or write seeking.")
    for row in scene.round.previous:
        offer = scene.round.opportunity.get(row.opportunity_id)
        if offer and scene.sound(offer, "sessions") and row.sessions and row.sessions not in offer.sessions:
            message = f"are not among the sessions of {offer.opportunity_id} today"
            yield from scene.warning(row, "sessions", "unknown_sessions", message, "Maybe the opportunity has changed since.")
    for van in scene.round.vans:
        if van.seats > VAN_SEATS:
            message = f"is more than the {VAN_SEATS} seats for riders that count: at most ten persons with the driver"
            yield from scene.warning(van, "seats", "van_seats", message, "Maybe it is a bus, or the driver was counted.")


def _student(scene: Scene, student: Student) -> Iterator[Issue]:
    if student.grade is not None and student.grade not in GRADES:
        message = f"is not a grade from {GRADES[0]} to {GRADES[-1]}"
        yield from scene.warning(student, "grade", "unlikely_grade", message, "Maybe there is a typing error.")
    if student.birth_date is None or not scene.origin.settings_known:
        return
    start = scene.round.settings.round.start
    age = age_on(student.birth_date, start)
    if student.birth_date > start:
        hint = "Maybe the year has a typing error."
        yield from scene.error(student, "birth_date", "future_birth_date", f"is after the round starts ({start})", hint)
    elif age not in AGES:
        message = f"makes this student {age} years old when the round starts"
        yield from scene.warning(student, "birth_date", "unlikely_age", message, "Maybe the year has a typing error.")
