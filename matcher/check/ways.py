"""Check: ways to travel by which nobody can be sent, because nothing in the round says how."""

from __future__ import annotations

from collections.abc import Iterator

from matcher.check.base import Scene
from matcher.domain import Student
from matcher.errors import Issue


def check(scene: Scene) -> Iterator[Issue]:
    """`no_transit_times`, `no_vans`."""
    seeking = [s for s in scene.round.students if s.status == "seeking"]
    if scene.origin.settings_known and "travel" not in scene.origin.unreadable:
        yield from _transit(scene, [s for s in seeking if "transit" in s.travel_modes])
    if "vans" not in scene.origin.unreadable:
        schools = {van.school_id for van in scene.round.vans}
        yield from _vans([s for s in seeking if "van" in s.travel_modes and s.school_id not in schools])


def _transit(scene: Scene, riders: list[Student]) -> Iterator[Issue]:
    """Public transport is the one way whose times are never computed from a distance."""
    if riders and not scene.round.settings.gtfs.feeds and not any(trip.mode == "transit" for trip in scene.round.travel):
        message = (
            f"{_who(riders, 'transit')}, and there is no table travel with times by transit and no timetable: nobody can be sent by transit"
        )
        hint = "Maybe add the table travel with the minutes by transit, or name a timetable in round.toml: feeds under [gtfs]."
        yield _issue("no_transit_times", "transit", message, hint)


def _vans(riders: list[Student]) -> Iterator[Issue]:
    if riders:
        schools = ", ".join(sorted({s.school_id for s in riders}))
        message = f"{_who(riders, 'van')}, and the table vans has no van of their school ({schools}): they cannot be sent by van"
        yield _issue("no_vans", "van", message, "Maybe add the school's vans to the table vans, or another way to travel.")


def _who(riders: list[Student], mode: str) -> str:
    """How many travel so, and how many of them in no other way."""
    alone = sum(set(s.travel_modes) == {mode} for s in riders)
    other = {0: "and in another way too", len(riders): "and in no other way"}.get(alone, f"{alone} of them in no other way")
    return f"{len(riders)} seeking student{' travels' if len(riders) == 1 else 's travel'} by {mode} ({other})"


def _issue(code: str, mode: str, message: str, hint: str) -> Issue:
    return Issue("students", None, "travel_modes", code, "warning", mode, message, hint)
