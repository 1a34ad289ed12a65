"""Which new places to recruit next: kinds of offers that would place students who are left out, and how many for certain."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from matcher.candidates import Candidates, Judge, build
from matcher.cells import WEEKDAYS
from matcher.domain import MODES, SolveStatus, Student, age_on
from matcher.new_offers import NewOffer, with_offers
from matcher.pipeline import Run
from matcher.plan import build_model
from matcher.scoring.base import Scorer
from matcher.solver.exact import solve
from matcher.solver.greedy import take_in_order
from matcher.world import Variant, World

MOST_ROWS = 10
MOST_PATTERNS = 300
"""Offers that new ones are modelled on: those that most students left out could take, one of each kind and site."""
NEARLY = 80
"""Percent of the points of a student's best new offer that make another one good enough."""


@dataclass(frozen=True)
class Recruit:
    """A kind of offer to look for, and who is placed by it; the first seven stand in recruit.csv.

    Attributes
    ----------
    like : an offer to take as the pattern.
    youngest : age of the youngest of them on the round's first day; None when none is known.
    modes : how many of them come by each mode.
    minutes : the longest of their trips, one way.
    empty : offers of this kind that have empty seats for students left out, with a mentor whose `max_students` alone keeps them empty.
    """

    rank: int
    cluster: str
    weekdays: str
    area: str
    seats: int
    places: int
    who: str
    like: Variant | None = None
    youngest: int | None = None
    modes: tuple[tuple[str, int], ...] = ()
    minutes: int = 0
    empty: tuple[str, ...] = ()

    @property
    def row(self) -> tuple[int, str, str, str, int, int, str]:
        """The row of recruit.csv."""
        return (self.rank, self.cluster, self.weekdays, self.area, self.seats, self.places, self.who)


def exact(run: Run) -> bool:
    """Whether `places` is proven: the plan is proven best, and nothing that counts before the number placed can stand against it.

    Priority classes cannot when all students above the lowest are placed and no plan without priorities places more (found by a solve).
    """
    if run.solution.status != SolveStatus.OPTIMAL:
        return False
    names = run.model.problem.objectives
    before = names[: names.index("most_placed")] if "most_placed" in names else None
    placed, classes = {p.student.student_id for p in run.placements}, {s.priority for s in run.world.students}
    if before == () or (before == ("priority_classes",) and len(classes) < 2):
        return True
    waiting = any(s.priority > min(classes) and s.student_id not in placed for s in run.world.students)
    if before != ("priority_classes",) or waiting:
        return False
    most = solve(replace(run.model.problem, objectives=("most_placed",)), control=run.control.aside())
    return most.status == SolveStatus.OPTIMAL and len(most.chosen) == len(placed)


def recruit_next(run: Run) -> list[Recruit]:
    """Up to ten kinds of places (cluster, weekdays, area), each placing most of those whom the rows above it leave out.

    `places` is exact: added to the round with all rows above, the seats of a row place so many students more. At least so many,
    because plan and new placements together keep every limit; at most so many, because without its new seats any plan is one of
    the round as it is. This holds where the plan is proven best and the
    number placed is the first thing that counts (`exact`); else it is what the seats could take.
    """
    left = _left_out(run)
    patterns = _patterns(run, left)
    if not len(left) or not patterns:
        return []
    judged = _judged(run, left, [NewOffer(variant, 1) for variant in patterns])
    chosen = _cover(judged, len(left), [(_kind(run, v), v.key) for v in patterns])
    placed = _that_fit(run, [(patterns[column], [int(left[i]) for i in who]) for column, who in chosen])
    found: list[Recruit] = []
    empty = _only_a_mentor_short(run, left)
    for variant, pairs, candidates in placed:
        students = [candidates.student_of(p) for p in pairs]
        who = ";".join(s.student_id for s in students)
        modes = Counter(MODES[candidates.mode[p]] for p in pairs)
        told = tuple(sorted(modes.items(), key=lambda item: (-item[1], item[0])))
        seats, minutes = len(students), max(int(candidates.minutes[p]) for p in pairs)
        kind, youngest = _kind(run, variant), _youngest(run, students)
        offers = tuple(sorted(empty.get(kind, ())))
        found.append(Recruit(len(found) + 1, *kind, seats, seats, who, variant, youngest, told, minutes, offers))
    return found


def _left_out(run: Run) -> np.ndarray:
    """int64: places of the seeking students whom the plan does not place."""
    left = np.ones(len(run.world.students), dtype=bool)
    left[run.lawful.candidates.student[run.solution.chosen]] = False
    return np.flatnonzero(left)


def _only_a_mentor_short(run: Run, left: np.ndarray) -> dict[tuple[str, str, str], set[str]]:
    """Per kind the offers that somebody left out could take now, were it not for the students whom the mentor has already."""
    problem, candidates = run.model.problem, run.lawful.candidates
    use = np.zeros(len(problem), np.int64)
    use[run.solution.chosen] = 1
    mentor, other = (np.zeros(problem.limits.shape[0], np.int64) for _ in range(2))
    for i in np.flatnonzero(problem.limits @ use >= problem.at_most).tolist():
        rules = {limit.rule for limit in run.model.meaning[i] if limit.at_most == problem.at_most[i]}
        (mentor if rules == {"mentor_capacity"} else other)[i] = 1
    stopped = (problem.limits.T @ mentor > 0) & (problem.limits.T @ other == 0) & np.isin(candidates.student, left)
    found: dict[tuple[str, str, str], set[str]] = {}
    for place in np.unique(candidates.variant[stopped]).tolist():
        variant = run.world.variants[place]
        found.setdefault(_kind(run, variant), set()).add(variant.opportunity.opportunity_id)
    return found


def _kind(run: Run, variant: Variant) -> tuple[str, str, str]:
    weekdays = "+".join(dict.fromkeys(WEEKDAYS[w.weekday] for w in variant.windows))
    return (variant.opportunity.cluster or variant.site.cluster or "any", weekdays, run.world.region_of_site[variant.site.site_id])


def _patterns(run: Run, left: np.ndarray) -> list[Variant]:
    """For each kind and site the variant that most students left out could lawfully take (then most students at all, then the first)."""
    candidates, variants = run.lawful.candidates, run.world.variants
    size = len(variants)
    out = np.isin(candidates.student, left)
    wanted, lawful = np.bincount(candidates.variant[out], minlength=size), np.bincount(candidates.variant, minlength=size)
    order = np.lexsort((np.arange(size), -lawful, -wanted)).tolist()
    best: dict[tuple[tuple[str, str, str], str], Variant] = {}
    for i in order:
        best.setdefault((_kind(run, variants[i]), variants[i].site.site_id), variants[i])
    return list(best.values())[:MOST_PATTERNS]


def _judged(run: Run, students: np.ndarray, new: Sequence[NewOffer]) -> Candidates:
    """The lawful pairs of these students with new offers, by all rules and scores, as if the offers stood in the tables."""
    extended, ids = with_offers(run.world.round, new)
    those = set(ids)
    people = tuple(run.world.students[i] for i in students)
    tables: dict[str, Any] = {
        "sites": tuple(s for s in extended.sites if s.site_id in those),
        "mentors": tuple(m for m in extended.mentors if m.mentor_id in those),
        "opportunities": tuple(o for o in extended.opportunities if o.opportunity_id in those),
        "travel": tuple(t for t in extended.travel if t.site_id in those),
    }
    world = World(replace(extended, students=people, previous=(), **tables), run.folder, run.world.laws)
    return build(world, Scorer(world), judge=Judge(world)).candidates


def _cover(judged: Candidates, students: int, names: list[tuple[tuple[str, str, str], str]]) -> list[tuple[int, np.ndarray]]:
    """New offers one after another, each good for most of those not served yet: its place, and who (int64, places in the judged world).

    A student counts for an offer that fits nearly as well as the best one the student could have.
    """
    points = np.full((students, len(names)), -1, dtype=np.int64)
    np.maximum.at(points, (judged.student, judged.variant), judged.points)
    good = (points >= 0) & (points * 100 >= NEARLY * points.max(axis=1, keepdims=True, initial=0))
    found: list[tuple[int, np.ndarray]] = []
    while len(found) < MOST_ROWS and (count := good.sum(axis=0)).any():
        worth = np.where(good, points, 0).sum(axis=0)
        column = min(range(len(names)), key=lambda k: (-count[k], -worth[k], names[k]))
        who = np.flatnonzero(good[:, column])
        found.append((column, who))
        good[who] = False
    return found


def _that_fit(run: Run, rows: list[tuple[Variant, list[int]]]) -> list[tuple[Variant, list[int], Candidates]]:
    """Of each row, the pairs that hold together with the plan and the rows above it; rows without any are left out."""
    new = [NewOffer(variant, len(who)) for variant, who in rows]
    extended, ids = with_offers(run.world.round, new)
    judged = _judged(run, np.array(sorted({s for _, who in rows for s in who}), dtype=np.int64), new)
    world = World(extended, run.folder, run.world.laws)
    served = {(run.world.students[s].student_id, ids[i]) for i, (_, who) in enumerate(rows) for s in who}
    direct = [p for p in range(len(judged)) if (judged.student_of(p).student_id, judged.variant_of(p).opportunity.opportunity_id) in served]
    candidates, planned = _side_by_side(run, world, judged, np.array(direct, dtype=np.int64))
    problem = build_model(candidates).problem
    order = np.concatenate([np.flatnonzero(planned), np.flatnonzero(~planned)])
    taken = take_in_order(problem, order)
    if problem.violated(taken).size or planned[taken].sum() != len(run.solution.chosen):
        raise RuntimeError("the plan does not hold beside new offers; this is an error in the engine")
    pairs: dict[str, list[int]] = {name: [] for name in ids}
    for pair in taken[~planned[taken]].tolist():
        pairs[candidates.variant_of(pair).opportunity.opportunity_id].append(pair)
    return [(variant, pairs[name], candidates) for (variant, _), name in zip(rows, ids, strict=True) if pairs[name]]


def _side_by_side(run: Run, world: World, judged: Candidates, direct: np.ndarray) -> tuple[Candidates, np.ndarray]:
    """The plan's pairs and the new ones as candidates of one world, sorted; and which (bool) are the plan's."""
    old, chosen = run.lawful.candidates, run.solution.chosen
    parts = []
    for source, pairs, offset in ((old, chosen, 0), (judged, direct, len(old.van_choices))):
        students = [world.student_place[source.student_of(int(p)).student_id] for p in pairs]
        variants = [world.variant_place[source.variant_of(int(p)).key] for p in pairs]
        van = np.where(source.van[pairs] >= 0, source.van[pairs] + offset, -1)
        columns = (source.points[pairs], source.mode[pairs], source.minutes[pairs], source.transfers[pairs], van)
        parts.append([np.array(students, np.int32), np.array(variants, np.int32), *columns])
    columns_of = [np.concatenate(columns) for columns in zip(*parts, strict=True)]
    order = np.lexsort((columns_of[1], columns_of[0]))
    student, variant, points, mode, minutes, transfers, vans = (column[order] for column in columns_of)
    choices = old.van_choices + judged.van_choices
    candidates = Candidates(world, student, variant, points, mode, minutes, transfers, vans.astype(np.int32), choices)
    return candidates, order < len(chosen)


def _youngest(run: Run, students: Sequence[Student]) -> int | None:
    first = run.world.first
    return min((age_on(s.birth_date, first) for s in students if s.birth_date), default=None)
