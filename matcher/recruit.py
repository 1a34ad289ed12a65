"""Which new places to recruit next: kinds of offers that students left out could lawfully take."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

import numpy as np

from matcher.cells import WEEKDAYS
from matcher.pipeline import Run


@dataclass(frozen=True)
class Recruit:
    """A kind of offer to look for, and who would be placed by it."""

    rank: int
    cluster: str
    weekdays: str
    area: str
    seats: int
    places: int
    who: str


def recruit_next(run: Run) -> list[Recruit]:
    """The kinds of places (cluster, weekdays, area) that place most students who are left out, greedily one after another.

    A student left out counts for a kind when some existing offer of that kind is lawful for them: one more like it would be
    too. Each kind places as many students as it gets seats, and every student is counted once.
    """
    candidates, world = run.lawful.candidates, run.world
    left_out = np.ones(len(world.students), dtype=bool)
    left_out[candidates.student[run.solution.chosen]] = False
    open_pairs = left_out[candidates.student]
    kinds = [_kind(run, v) for v in range(len(world.variants))]
    wanted: dict[tuple[str, str, str], set[int]] = defaultdict(set)
    links = np.unique(np.stack([candidates.student[open_pairs], candidates.variant[open_pairs]], axis=1), axis=0)
    for student, variant in links.tolist():
        wanted[kinds[variant]].add(student)
    found: list[Recruit] = []
    while wanted:
        kind = min(wanted, key=lambda k: (-len(wanted[k]), k))
        students = wanted.pop(kind)
        if not students:
            break
        who = ";".join(world.students[s].student_id for s in sorted(students))
        found.append(Recruit(len(found) + 1, *kind, len(students), len(students), who))
        for kind_of_others in wanted:
            wanted[kind_of_others] -= students
    return found


def _kind(run: Run, variant: int) -> tuple[str, str, str]:
    found = run.world.variants[variant]
    weekdays = "+".join(WEEKDAYS[w.weekday] for w in found.windows)
    return (found.opportunity.cluster or found.site.cluster or "any", weekdays, run.world.region_of_site[found.site.site_id])
