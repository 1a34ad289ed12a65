"""Who is where at every instant: capacity limits of opportunities, mentors and sites, without a loop over pairs."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from matcher.calendar import Session
from matcher.cells import Window
from matcher.domain import Student
from matcher.rules.base import Limit, once
from matcher.world import Variant, World

if TYPE_CHECKING:
    from matcher.candidates import Candidates

Sessions = tuple[Session, ...]
Uses = Callable[[World, Variant, str, Sessions], Iterable[tuple[str, Sessions]]]
"""Of a variant, a school and its dated sessions: which resource (by id) is used in which of the sessions."""


class Standing(NamedTuple):
    """A student of status `placed` and where the student is: the lead mentor's variant, with the windows that `previous` gives."""

    student: Student
    variant: Variant
    windows: tuple[Window, ...]
    sessions: Sessions


def capacity_limits(world: World, candidates: Candidates, rule: str, uses: Uses, capacity: dict[str, int | None]) -> Iterator[Limit]:
    """Limits that keep every resource within its capacity at every instant.

    Pairs with the same variant and school have the same sessions, so groups of pairs are handled, and of the groups at the
    instants only the largest count: a limit on a part follows from the limit on the whole.
    """
    groups = _groups(world, candidates, uses)
    taken = _occupied(world, uses)
    for resource in sorted(groups):
        room = capacity[resource]
        if room is None:
            continue
        by_sessions = groups[resource]
        pairs = [np.concatenate(parts) for parts in by_sessions.values()]
        if candidates.students_of(np.concatenate(pairs)) + len(taken[resource]) <= room:
            continue
        for members, used, when in crowds(world, list(by_sessions), taken[resource]):
            together = np.sort(np.concatenate([pairs[i] for i in members]))
            yield Limit(rule, f"{resource}, {when}", together, max(0, room - used))


def _groups(world: World, candidates: Candidates, uses: Uses) -> dict[str, dict[Sessions, list[np.ndarray]]]:
    groups: dict[str, dict[Sessions, list[np.ndarray]]] = defaultdict(lambda: defaultdict(list))
    for variant, school_id, pairs in candidates.by_school:
        for resource, sessions in uses(world, variant, school_id, world.sessions(school_id, variant.schedule)):
            groups[resource][sessions].append(pairs)
    return groups


def _occupied(world: World, uses: Uses) -> dict[str, list[Sessions]]:
    """Sessions of the places that students of status `placed` keep."""
    taken: dict[str, list[Sessions]] = defaultdict(list)
    for student, variant, _, sessions in standing(world):
        for resource, used in uses(world, variant, student.school_id, sessions):
            taken[resource].append(used)
    return taken


def standing(world: World) -> list[Standing]:
    """Placed students with where they are."""
    found = []
    for row in world.round.previous:
        student = world.round.student[row.student_id]
        if student.status == "placed":
            variant = world.variants_of(world.round.opportunity[row.opportunity_id])[0]
            windows = row.sessions or variant.windows
            schedule = variant.schedule._replace(windows=windows)
            found.append(Standing(student, variant, windows, world.sessions(student.school_id, schedule)))
    return found


def beside(world: World, candidates: Candidates, one: str, other: str) -> Iterator[tuple[np.ndarray, Standing]]:
    """Of two students: the pairs of the one who seeks, with where the other stands already."""
    placed = once(world, "standing", lambda: standing(world))
    for stays in placed:
        if stays.student.student_id in {one, other}:
            yield candidates.of_students(*({one, other} - {stays.student.student_id})), stays


Crowd = tuple[tuple[int, ...], int, str]
"""Places of the groups in session at one instant, how many places are already taken then, and when that is."""


def crowds(world: World, groups: list[Sessions], taken: list[Sessions]) -> list[Crowd]:
    """The largest sets of groups in session at one instant; most resources look alike, so answers are remembered."""
    if len(groups) == 1 and not taken and groups[0]:
        return [((0,), 0, _when(groups[0][0].date, groups[0][0].start))]
    return once(world, ("crowds", tuple(groups), tuple(taken)), lambda: _crowds(groups, taken))


def _crowds(groups: list[Sessions], taken: list[Sessions]) -> list[Crowd]:
    """Days on which the same groups meet at the same times are looked at once, the first of them."""
    days: dict[dt.date, list[tuple[int, int, int]]] = defaultdict(list)
    for i, sessions in enumerate((*groups, *taken)):
        for s in sessions:
            days[s.date].append((i, s.start, s.end))
    alike: dict[tuple[tuple[int, int, int], ...], dt.date] = {}
    for day in sorted(days):
        alike.setdefault(tuple(days[day]), day)
    found: dict[tuple[tuple[int, ...], int], str] = {}
    for met, day in alike.items():
        for at in sorted({start for _, start, _ in met}):
            here = sorted({i for i, start, end in met if start <= at < end})
            present = tuple(i for i in here if i < len(groups))
            if present:
                found.setdefault((present, len(here) - len(present)), _when(day, at))
    return _largest(found)


def _largest(found: dict[tuple[tuple[int, ...], int], str]) -> list[Crowd]:
    sets = [(frozenset(members), used) for members, used in found]
    return [
        (members, used, when)
        for (members, used), when in found.items()
        if not any((m.issuperset(members) and u >= used) and (len(m) > len(members) or u > used) for m, u in sets)
    ]


def _when(day: dt.date, at: int) -> str:
    return f"{day:%a} {at // 60:02d}:{at % 60:02d}"
