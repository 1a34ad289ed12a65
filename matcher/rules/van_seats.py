"""Rule: no more riders in a van on one weekday than it has seats, and never more persons than the law allows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from matcher.cells import WEEKDAYS
from matcher.rules.base import Limit, LimitRule, grouped
from matcher.world import World

if TYPE_CHECKING:
    from matcher.candidates import Candidates


def _limits(world: World, candidates: Candidates) -> Iterator[Limit]:
    riders: dict[tuple[str, int], list[np.ndarray]] = {}
    riding = np.flatnonzero(candidates.van >= 0)
    for _, places in grouped(candidates.van[riding].astype(np.int64) * len(world.variants) + candidates.variant[riding]):
        for ride in candidates.rides(int(riding[places[0]])):
            riders.setdefault(ride, []).append(riding[places])
    vans = {van.van_id: van for van in world.round.vans}
    for (van_id, weekday), pairs in sorted(riders.items()):
        state = world.round.school[vans[van_id].school_id].state
        persons = [law.values.max_persons for law in world.laws.of("van_persons", state) if law.in_force(world.last)]
        seats = min([vans[van_id].seats, *(p - 1 for p in persons)])
        yield Limit("van_seats", f"van {van_id} on {WEEKDAYS[weekday]}", np.sort(np.concatenate(pairs)), seats)


LIMITS = LimitRule("van_seats", "No more riders than seats, and at most 10 persons with the driver.", _limits, laws=("van_persons",))
