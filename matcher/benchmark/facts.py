"""What measures read of one solved round: a row for each student of the table, and a few numbers about supply."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import dataclass

import numpy as np

from matcher.benchmark.papers import gates_in_date
from matcher.domain import SolveStatus, Student
from matcher.instants import standing
from matcher.pipeline import Run
from matcher.solver.greedy import orders, take_in_order

DRAW = 1
"""Seed of the baseline that takes students in random order."""


@dataclass(frozen=True)
class Facts:
    """One solved round.

    Attributes
    ----------
    label : names the round in the tables; unique in a benchmark.
    schools : id and name of each school, by id.
    keys : school id and student id of each student; never published.
    school : int32 [students], place in `schools`.
    seeking, before, placed : bool [students]: takes part, has a place since before this round, got a place in this round.
    options : int32 [students], lawful opportunities of a seeking student.
    better, level : int32 [students], other lawful opportunities with more points than the placement, and with as many.
    minutes, transfers : int32 [students] of the placement.
    gates : bool [students]: every paper of the placement is in date on the day `on`.
    share : float64 [students], seats within reach: each open seat split evenly among the seeking students who may lawfully take it.
    site, opportunity, mentor : ids of the placement, blank without one.
    had, kept : bool [students]: has a row in `previous`; is placed at the same opportunity.
    groups : for each way to group students, the group of each.
    baselines : for each plan without a solver, bool [students]: whom it places.
    points : total points of the plan and of each baseline.
    seats, held : seats of all offers; of them held since before this round.
    gap : how far the most important number of placed students is from its proven bound, as a share of the bound.
    """

    label: str
    round_id: str
    name: str
    starts: dt.date
    on: dt.date
    schools: tuple[tuple[str, str], ...]
    keys: tuple[tuple[str, str], ...]
    school: np.ndarray
    seeking: np.ndarray
    before: np.ndarray
    placed: np.ndarray
    options: np.ndarray
    better: np.ndarray
    level: np.ndarray
    minutes: np.ndarray
    transfers: np.ndarray
    gates: np.ndarray
    share: np.ndarray
    site: tuple[str, ...]
    opportunity: tuple[str, ...]
    mentor: tuple[str, ...]
    had: np.ndarray
    kept: np.ndarray
    groups: dict[str, tuple[str, ...]]
    baselines: dict[str, np.ndarray]
    points: dict[str, int]
    seats: int
    held: int
    gap: float
    proven: bool
    mentors: frozenset[str]


def facts_of(run: Run, label: str, on: dt.date | None = None) -> Facts:
    """The facts of a solved round; `on` is the day on which papers are looked at, the first day of the round when left out."""
    round_, day = run.world.round, on or run.world.first
    students, n = round_.students, len(round_.students)
    place = {s.student_id: i for i, s in enumerate(students)}
    seek = np.array([place[s.student_id] for s in run.world.students], dtype=np.int64)
    where = np.array([place[p.student.student_id] for p in run.placements], dtype=np.int64)
    schools = tuple((s.school_id, s.name) for s in round_.schools)
    school_place = {school_id: i for i, (school_id, _) in enumerate(schools)}
    earlier = {row.student_id: row.opportunity_id for row in round_.previous}
    offers = _Offers(run)

    def spread(values: np.ndarray | list[int], at: np.ndarray, kind: type = np.int32) -> np.ndarray:
        found: np.ndarray = np.zeros(n, dtype=kind)
        found[at] = values
        return found

    def named(names: list[str]) -> tuple[str, ...]:
        found = [""] * n
        for i, name in zip(where.tolist(), names, strict=True):
            found[i] = name
        return tuple(found)

    better, level = offers.beside(run)
    baselines, points = _baselines(run, n, seek)
    return Facts(
        label=label,
        round_id=round_.settings.round.id,
        name=round_.settings.round.name,
        starts=run.world.first,
        on=day,
        schools=schools,
        keys=tuple((s.school_id, s.student_id) for s in students),
        school=np.array([school_place[s.school_id] for s in students], dtype=np.int32),
        seeking=spread([1] * len(seek), seek, bool),
        before=np.array([s.status == "placed" for s in students], dtype=bool),
        placed=spread([1] * len(where), where, bool),
        options=spread(offers.options, seek),
        better=spread(better, where),
        level=spread(level, where),
        minutes=spread([p.minutes for p in run.placements], where),
        transfers=spread([p.transfers for p in run.placements], where),
        gates=spread([gates_in_date(run.world, p, day) for p in run.placements], where, bool),
        share=spread(offers.share, seek, np.float64),
        site=named([p.variant.site.site_id for p in run.placements]),
        opportunity=named([p.variant.opportunity.opportunity_id for p in run.placements]),
        mentor=named([p.variant.mentor.mentor_id for p in run.placements]),
        had=np.array([s.student_id in earlier for s in students], dtype=bool),
        kept=spread([earlier.get(p.student.student_id) == p.variant.opportunity.opportunity_id for p in run.placements], where, bool),
        groups={name: tuple(told(s) for s in students) for name, told in GROUPS.items()},
        baselines=baselines,
        points=points,
        seats=offers.seats,
        held=offers.held,
        gap=_gap(run),
        proven=run.solution.status == SolveStatus.OPTIMAL,
        mentors=frozenset(m for o in round_.opportunities for m in o.mentors),
    )


class _Offers:
    """Lawful pairs of students and opportunities, each once, with the best points among its ways."""

    def __init__(self, run: Run) -> None:
        world, candidates = run.world, run.lawful.candidates
        offers = world.round.opportunities
        index = {o.opportunity_id: i for i, o in enumerate(offers)}
        of_variant = np.array([index[v.opportunity.opportunity_id] for v in world.variants], dtype=np.int64)
        key = candidates.student.astype(np.int64) * max(1, len(offers)) + of_variant[candidates.variant]
        self.pairs, first = np.unique(key, return_inverse=True)
        self.best = np.zeros(len(self.pairs), dtype=np.int64)
        np.maximum.at(self.best, first, candidates.points)
        self.student, offer = self.pairs // max(1, len(offers)), self.pairs % max(1, len(offers))
        self.options = np.bincount(self.student, minlength=len(world.students))
        held = Counter(stays.variant.opportunity.opportunity_id for stays in standing(world))
        seats = np.array([o.seats * len(o.sessions) for o in offers], dtype=np.int64)
        taken = np.array([min(held[o.opportunity_id], o.seats * len(o.sessions)) for o in offers], dtype=np.int64)
        self.seats, self.held = int(seats.sum()), int(taken.sum())
        rivals = np.bincount(offer, minlength=len(offers))
        each = (seats - taken) / np.maximum(rivals, 1)
        self.share = np.bincount(self.student, weights=each[offer], minlength=len(world.students))
        self._index, self._many = index, max(1, len(offers))

    def beside(self, run: Run) -> tuple[list[int], list[int]]:
        """For each placement, how many other lawful opportunities of the student have more points, and how many have as many."""
        starts = np.searchsorted(self.student, np.arange(len(run.world.students) + 1))
        better, level = [], []
        for p in run.placements:
            i = run.world.student_place[p.student.student_id]
            mine = slice(starts[i], starts[i + 1])
            others = self.best[mine][self.pairs[mine] % self._many != self._index[p.variant.opportunity.opportunity_id]]
            better.append(int((others > p.points).sum()))
            level.append(int((others == p.points).sum()))
        return better, level


def _baselines(run: Run, n: int, seek: np.ndarray) -> tuple[dict[str, np.ndarray], dict[str, int]]:
    problem = run.model.problem
    found: dict[str, np.ndarray] = {}
    points = {"plan": int(problem.points[run.solution.chosen].sum())}
    for name, order in orders(problem, DRAW).items():
        taken = take_in_order(problem, order)
        found[name] = np.zeros(n, dtype=bool)
        found[name][seek[problem.student[taken]]] = True
        points[name] = int(problem.points[taken].sum())
    return found, points


def _gap(run: Run) -> float:
    """Distance of the placed from what is proven possible; 0 where no stage counts them."""
    stage = next((s for s in run.solution.stages if s.name == "most_placed"), None)
    return 0.0 if stage is None else max(0, stage.bound - stage.value) / max(1, stage.bound)


def _grade(student: Student) -> str:
    return "not known" if student.grade is None else f"grade {student.grade}"


def _language(student: Student) -> str:
    names = {name.lower() for name in student.languages}
    return "not known" if not names else "English only" if names == {"en"} else "another language, alone or beside English"


def _travel(student: Student) -> str:
    modes = set(student.travel_modes)
    if modes & {"drive", "dropoff"}:
        return "by car (own or dropped off)"
    return "by bus, train or van, no car" if modes & {"transit", "van"} else "on foot or by bike only"


def _needs(student: Student) -> str:
    return "a need that the site must answer" if student.needs else "no such need"


GROUPS = {"grade": _grade, "language": _language, "travel": _travel, "needs": _needs}
"""Ways to group students for the gaps; an advisory is too small to compare."""
