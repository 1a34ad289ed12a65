"""Who is where at every instant: capacity limits of opportunities, mentors and sites, without a loop over pairs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from matcher.calendar import Session
from matcher.cells import Window
from matcher.domain import Student
from matcher.rules.base import Limit
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
        pairs = [np.sort(np.concatenate(parts)) for parts in by_sessions.values()]
        students = len(np.unique(candidates.student[np.concatenate(pairs)]))
        if students + len(taken[resource]) <= room:
            continue
        for members, used, when in _crowds(list(by_sessions), taken[resource]):
            together = np.sort(np.concatenate([pairs[i] for i in members]))
            yield Limit(rule, f"{resource}, {when}", together, max(0, room - used))


def _groups(world: World, candidates: Candidates, uses: Uses) -> dict[str, dict[Sessions, list[np.ndarray]]]:
    schools = sorted({s.school_id for s in world.students})
    place = {school_id: i for i, school_id in enumerate(schools)}
    school = np.array([place[s.school_id] for s in world.students], dtype=np.int64)[candidates.student]
    key = candidates.variant.astype(np.int64) * max(1, len(schools)) + school
    order = np.argsort(key, kind="stable")
    bounds = np.flatnonzero(np.diff(key[order], prepend=-1, append=-1))
    groups: dict[str, dict[Sessions, list[np.ndarray]]] = defaultdict(lambda: defaultdict(list))
    for start, end in zip(bounds, bounds[1:], strict=False):
        variant = world.variants[int(key[order[start]]) // len(schools)]
        school_id = schools[int(key[order[start]]) % len(schools)]
        for resource, sessions in uses(world, variant, school_id, world.sessions(school_id, variant.schedule)):
            groups[resource][sessions].append(order[start:end])
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
    placed = world.memory.setdefault("standing", standing(world)) if world.round.previous else []
    for stays in placed:
        if stays.student.student_id in {one, other}:
            yield candidates.of_students(*({one, other} - {stays.student.student_id})), stays


def _crowds(groups: list[Sessions], taken: list[Sessions]) -> list[tuple[tuple[int, ...], int, str]]:
    """The largest sets of groups in session at one instant, with the places already taken then, and when."""
    if len(groups) == 1 and not taken:
        return [((0,), 0, _when(groups[0][0]))]
    found: dict[tuple[tuple[int, ...], int], Session] = {}
    for day, at in sorted({(s.date, s.start) for sessions in (*groups, *taken) for s in sessions}):
        present = tuple(i for i, sessions in enumerate(groups) if _at(sessions, day, at))
        used = sum(_at(sessions, day, at) for sessions in taken)
        if present:
            found.setdefault((present, used), Session(day, at, at))
    crowds = [(set(members), used, session) for (members, used), session in found.items()]
    return [
        (tuple(sorted(members)), used, _when(session))
        for members, used, session in crowds
        if not any((members < m and used <= u) or (members == m and used < u) for m, u, _ in crowds)
    ]


def _at(sessions: Sessions, day: Hashable, at: int) -> bool:
    return any(s.date == day and s.start <= at < s.end for s in sessions)


def _when(session: Session) -> str:
    return f"{session.date:%a} {session.start // 60:02d}:{session.start % 60:02d}"
