"""Slates: which live options each student is told to pursue, so that no site is flooded."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from matcher.pipeline import Run

ODDS = {"landed": 0.95, "pursuing": 0.6, "wish": 0.4}
"""Chance of landing a requested option, by the state of the request: defaults, to be replaced by a school's own history."""
ODDS_BY_APPETITE = {"open": 0.3, "interested": 0.35}
"""Chance of landing an option nobody asked for yet, by the site's appetite."""


@dataclass(frozen=True)
class Promise:
    """One line of a slate."""

    student_id: str
    rank: int
    opportunity_id: str
    points: int
    odds: float
    reason: str


def build_slates(run: Run) -> list[Promise]:
    """A slate for every seeking student.

    The plan's own placement comes first, requests being pursued next; the rest is a draft: in rounds, the student with the
    fewest options picks first and takes the best option left, until an opportunity is promised to `promises_per_seat`
    students per seat or the slate is full.
    """
    world, limits = run.world, run.world.settings.limits
    options = _options(run)
    room = Counter({o.opportunity_id: o.seats * limits.promises_per_seat for o in world.round.opportunities})
    slates: dict[int, list[int]] = {student: [] for student in range(len(world.students))}
    placed = {int(run.lawful.candidates.student[p]): int(p) for p in run.solution.chosen}
    for student, pair in placed.items():
        _promise(run, slates[student], room, pair)
    order = sorted(slates, key=lambda s: (len(options[s]), world.students[s].student_id))
    for _ in range(limits.slate_size):
        for student in order:
            if len(slates[student]) < limits.slate_size:
                taken = {_opportunity(run, p) for p in slates[student]}
                pick = next((p for p in options[student] if _opportunity(run, p) not in taken and room[_opportunity(run, p)] > 0), None)
                if pick is not None:
                    _promise(run, slates[student], room, pick)
    odds = _odds(run)
    return [
        Promise(
            world.students[s].student_id,
            rank,
            _opportunity(run, p),
            int(run.lawful.candidates.points[p]),
            odds(s, p),
            _why(p, placed.get(s)),
        )
        for s in range(len(world.students))
        for rank, p in enumerate(slates[s], 1)
    ]


def _options(run: Run) -> list[list[int]]:
    """Each student's pairs, best first; one pair per opportunity, requests being pursued before everything."""
    candidates, world = run.lawful.candidates, run.world
    opportunity = {o.opportunity_id: i for i, o in enumerate(world.round.opportunities)}
    of_variant = np.array([opportunity[v.opportunity.opportunity_id] for v in world.variants], dtype=np.int64)
    active = {(r.student_id, r.opportunity_id) for r in world.round.live_requests() if r.state in {"pursuing", "landed"}}
    places = {(world.student_place[s], opportunity[o]) for s, o in active if s in world.student_place}
    key = candidates.student * np.int64(len(opportunity)) + of_variant[candidates.variant]
    pursued = np.isin(key, [s * len(opportunity) + o for s, o in places])
    order = np.lexsort((np.arange(len(candidates)), -candidates.points, ~pursued, candidates.student))
    first = np.sort(np.unique(key[order], return_index=True)[1])
    kept = order[first]
    bounds = np.searchsorted(candidates.student[kept], np.arange(len(world.students) + 1))
    return [kept[bounds[i] : bounds[i + 1]].tolist() for i in range(len(world.students))]


def _promise(run: Run, slate: list[int], room: Counter[str], pair: int) -> None:
    slate.append(pair)
    room[_opportunity(run, pair)] -= 1


def _opportunity(run: Run, pair: int) -> str:
    return str(run.world.variants[run.lawful.candidates.variant[pair]].opportunity.opportunity_id)


def _odds(run: Run) -> Callable[[int, int], float]:
    state = {(r.student_id, r.opportunity_id): r.state for r in run.world.round.live_requests()}

    def odds(student: int, pair: int) -> float:
        opportunity = run.world.variants[run.lawful.candidates.variant[pair]].opportunity
        asked = state.get((run.world.students[student].student_id, opportunity.opportunity_id), "")
        return ODDS.get(asked) or ODDS_BY_APPETITE[opportunity.appetite]

    return odds


def _why(pair: int, placed: int | None) -> str:
    if pair == placed:
        return "The round's plan has you here."
    return "You are free to pursue it: the plan leaves this choice open."
