"""Check: decisions that name the wrong kind of thing, contradict each other or have run out."""

from __future__ import annotations

from collections.abc import Iterator

from matcher.check.base import Scene
from matcher.check.references import unknown
from matcher.domain import Decision
from matcher.errors import Issue

_PAIR = (("a", ("students",)), ("b", ("opportunities",)))
_PERSONS = (("a", ("students", "mentors")), ("b", ("students", "mentors")))
_SINGULAR = {"schools": "a school", "students": "a student", "sites": "a site", "mentors": "a mentor", "opportunities": "an opportunity"}


def check(scene: Scene) -> Iterator[Issue]:
    """`unknown_reference`, `wrong_kind`, `same_person`, `no_effect`, `expired`, `pin_and_ban`."""
    for decision in scene.round.decisions:
        if scene.sound(decision, "kind"):
            yield from _kinds(scene, decision)
            yield from _persons(scene, decision)
        if scene.origin.settings_known and decision.until and decision.until < scene.round.settings.round.start:
            message = "is before the round starts, so this decision no longer counts"
            yield from scene.warning(decision, "until", "expired", message, "Maybe delete the row, or give it a later date.")
    if scene.origin.settings_known:
        yield from _pin_and_ban(scene)


def _kinds(scene: Scene, decision: Decision) -> Iterator[Issue]:
    for column, targets in _PAIR if decision.kind in {"pin", "ban"} else _PERSONS:
        id_ = getattr(decision, column)
        if any(id_ in scene.ids[target] for target in targets) or not scene.origin.unreadable.isdisjoint(targets):
            continue
        other = next((table for table, ids in scene.ids.items() if id_ in ids), None)
        if other is None:
            yield from unknown(scene, decision, column, id_, *targets)
        else:
            wanted = " or ".join(_SINGULAR[target] for target in targets)
            message = f"is {_SINGULAR[other]}, but {decision.kind} needs {wanted} here"
            yield from scene.error(decision, column, "wrong_kind", message, "Maybe a and b are swapped.")


def _persons(scene: Scene, decision: Decision) -> Iterator[Issue]:
    if decision.kind in {"pin", "ban"} or not scene.sound(decision, "a", "b"):
        return
    if decision.a == decision.b:
        yield from scene.error(decision, "b", "same_person", "is the same person as in column a", "Maybe the second id is a typing error.")
    elif {decision.a, decision.b} <= scene.ids["mentors"] - scene.ids["students"]:
        message = "is a mentor, as in column a: only students are placed, so this decision does nothing"
        yield from scene.warning(decision, "b", "no_effect", message, "Maybe one of them should be a student.")


def _pin_and_ban(scene: Scene) -> Iterator[Issue]:
    first: dict[tuple[str, str], Decision] = {}
    rows = [d for d in scene.round.decisions_in_force("pin", "ban") if scene.sound(d, "kind", "a", "b", "until")]
    for decision in sorted(rows, key=lambda d: scene.line(d) or 0):
        other = first.setdefault((decision.a, decision.b), decision)
        if other.kind != decision.kind:
            where = f"in row {scene.line(other)}" if scene.line(other) else "in another row"
            message = f"contradicts the {other.kind} of the same student and opportunity {where}"
            yield from scene.warning(decision, "kind", "pin_and_ban", message, "Maybe delete the older of the two.")
