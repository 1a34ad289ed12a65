"""A round kept warm: the best lawful options of one student at a time, judged from arrays made once."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from copy import copy
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from matcher.candidates import pair_rules
from matcher.cells import show_windows
from matcher.domain import MODES, Request, Round, Student
from matcher.rules.base import FirstOffence, PairRule, Tabled, Worker
from matcher.rules.trip import TripBlock, TripRule
from matcher.scoring.base import Scorer, Way
from matcher.world import World

MOST_ANSWERS = 4096
"""Answers remembered: the same facts of a student and the same wishes have the same answer."""
MOST_ROWS = 4096
"""Verdicts remembered per rule, one per kind of student."""

EVERYBODY = "(everybody)"


@dataclass(frozen=True)
class Option:
    """A lawful opportunity for one student, in its best variant."""

    opportunity_id: str
    title: str
    site_id: str
    site: str
    mentor_id: str
    cluster: str
    placement_kind: str
    sessions: str
    seats: int
    points: int
    mode: str
    minutes: int
    transfers: int
    reason: str


@dataclass(frozen=True)
class Wanted:
    """What somebody wants to see among the lawful options.

    Attributes
    ----------
    allowed : bool [opportunities], or None for all of them.
    most_minutes : travel one way.
    """

    count: int = 10
    allowed: np.ndarray | None = None
    most_minutes: int | None = None


class _Law:
    """One pair rule over the variants of a round: a row of verdicts per kind of student, remembered."""

    def __init__(self, world: World, rule: PairRule) -> None:
        self.rule = rule
        place: dict[Hashable, int] = {}
        keys = [rule.variant_key(world, v) for v in world.variants]
        self._index = np.array([place.setdefault(key, len(place)) for key in keys], dtype=np.int32)
        self._keys: list[Any] = list(place)
        self._rows: dict[Hashable, np.ndarray | None] = {}
        self._days: dict[Hashable, tuple[np.ndarray, np.ndarray]] = {}

    def refused(self, world: World, student: Student) -> np.ndarray | None:
        """Bool [variants]: where the rule refuses; None for nowhere."""
        key = self.rule.student_key(world, student)
        if key not in self._rows:
            if len(self._rows) >= MOST_ROWS:
                self._rows.clear()
            self._rows[key] = self._judge(world, key)
        return self._rows[key]

    def _judge(self, world: World, key: Any) -> np.ndarray | None:
        refuse = self.rule.refuse
        if isinstance(refuse, FirstOffence):
            row = self._hours(world, refuse, key)
        elif isinstance(refuse, Tabled):
            row = refuse.table(world, [key], self._keys).reshape(len(self._keys))
        else:
            row = np.array([refuse(world, key, v) is not None for v in self._keys], dtype=bool)
        return row[self._index] if row.any() else None

    def _hours(self, world: World, refuse: FirstOffence, who: Worker) -> np.ndarray:
        """As `FirstOffence.table`, from days remembered per school, programmes and age: birthdays differ between students."""
        if who.age is None:
            return np.array([terms is not None for terms in self._keys], dtype=bool)
        row = np.zeros(len(self._keys), dtype=bool)
        ages = [(who.age.at_start, 0), *((new, day.toordinal()) for day, new in who.age.steps)]
        for step, (age, begin) in enumerate(ages):
            end = ages[step + 1][1] if step + 1 < len(ages) else np.iinfo(np.int64).max
            key = (who.school_id, who.programmes, age)
            if key not in self._days:
                self._days[key] = self._offence_days(world, refuse, *key)
            place, days = self._days[key]
            row[place[(days >= begin) & (days < end)]] = True
        return row

    def _offence_days(
        self, world: World, refuse: FirstOffence, school_id: str, programmes: frozenset[str], age: int
    ) -> tuple[np.ndarray, np.ndarray]:
        """int64 [k] twice: the place of a key, and a day on which it offends."""
        found = [
            (i, day)
            for i, terms in enumerate(self._keys)
            if terms is not None
            for day in refuse.offence_days(world, school_id, terms, programmes & {terms.program}, age)
        ]
        flat = np.array(found, dtype=np.int64).reshape(-1, 2)
        return flat[:, 0], flat[:, 1]


class Warm:
    """What does not change from student to student, ready to answer; safe to share between threads.

    The answers are those of `matcher.answers.suggestions`: the same rules, scores and ties.
    """

    def __init__(self, round_: Round, folder: Path | None = None) -> None:
        self._world = World(replace(round_, students=(_everybody(round_),), requests=_everything(round_)), folder)
        for name in ("variants_at", "variant_place", "site_index", "variant_site"):
            getattr(self._world, name)
        for name in ("school", "site", "mentor", "opportunity"):
            getattr(self._world.round, name)
        self._scorer = Scorer(self._world)
        rules = pair_rules()
        self._laws = [_Law(self._world, r) for r in rules if isinstance(r, PairRule)]
        self._trip = next(r for r in rules if isinstance(r, TripRule))
        self._answers: dict[Hashable, list[Option]] = {}
        self.opportunities = self._world.round.opportunities
        place = {o.opportunity_id: i for i, o in enumerate(self.opportunities)}
        self._opportunity = np.array([place[v.opportunity.opportunity_id] for v in self._world.variants], dtype=np.int32)

    @property
    def round(self) -> Round:
        """The round without its students."""
        return self._world.round

    @cached_property
    def place(self) -> dict[str, int]:
        """The place of each opportunity by id."""
        return {o.opportunity_id: i for i, o in enumerate(self.opportunities)}

    def options(self, student: Student, requests: Iterable[Request] = (), wanted: Wanted | None = None) -> list[Option]:
        """The best lawful options, one per opportunity, best first (ties: the smaller id)."""
        wanted = wanted or Wanted()
        if not self._world.variants:
            return []
        allowed = None if wanted.allowed is None else wanted.allowed.tobytes()
        asked = (student, tuple(requests), wanted.count, allowed, wanted.most_minutes)
        if asked not in self._answers:
            if len(self._answers) >= MOST_ANSWERS:
                self._answers.clear()
            self._answers[asked] = self._options(student, asked[1], wanted)
        return list(self._answers[asked])

    def _options(self, student: Student, requests: tuple[Request, ...], wanted: Wanted) -> list[Option]:
        world = self._world_of(student, requests)
        lawful, trips = self._judge(world, student)
        if wanted.allowed is not None:
            lawful &= wanted.allowed[self._opportunity]
        if wanted.most_minutes is not None:
            lawful &= trips.minutes[0] <= wanted.most_minutes
        found = np.flatnonzero(lawful)
        scorer = self._scorer_of(world)
        points = scorer(world, slice(0, 1), trips)[0]
        order = found[np.lexsort((found, -points[found]))]
        _, first = np.unique(self._opportunity[order], return_index=True)
        best = order[np.sort(first)][: wanted.count]
        return [self._option(scorer, student, int(v), int(points[v]), _way(trips, int(v))) for v in best]

    def _world_of(self, student: Student, requests: tuple[Request, ...]) -> World:
        """The same world with this one student in it; what it remembers of offers and laws is shared."""
        world = copy(self._world)
        world.students = (student.model_copy(update={"status": "seeking"}),)
        world.round = copy(self._world.round)
        world.round.__dict__.update(students=world.students, requests=requests)
        world.round.__dict__.pop("student", None)
        for name in ("declined", "student_place"):
            world.__dict__.pop(name, None)
        return world

    def _scorer_of(self, world: World) -> Scorer:
        scorer = copy(self._scorer)
        scorer.world = world
        scorer.used = [(c, w, c.prepare(world) if c.name == "requests" else prepared) for c, w, prepared in self._scorer.used]
        return scorer

    def _judge(self, world: World, student: Student) -> tuple[np.ndarray, TripBlock]:
        refused = [(law.rule.mode, row) for law in self._laws if (row := law.refused(world, student)) is not None]
        trips = self._trip.block(world, [student], {mode: row[None, :] for mode, row in refused if mode})
        lawful = trips.mode[0] >= 0
        for mode, row in refused:
            if not mode:
                lawful &= ~row
        return lawful, trips

    def _option(self, scorer: Scorer, student: Student, place: int, points: int, way: Way) -> Option:
        variant = self._world.variants[place]
        offer, site = variant.opportunity, variant.site
        return Option(
            offer.opportunity_id,
            offer.title,
            site.site_id,
            site.name,
            variant.mentor.mentor_id,
            offer.cluster or site.cluster,
            offer.placement_kind,
            show_windows(variant.windows),
            offer.seats,
            points,
            way.mode,
            way.minutes,
            way.transfers,
            scorer.words(student, variant, way),
        )


def _everybody(round_: Round) -> Student:
    """Somebody with every need that a site answers: rules keep of a site only what some student of the world asks for."""
    needs = tuple(sorted({feature for site in round_.sites for feature in site.features}))
    school = min((s.school_id for s in round_.schools), default="")
    return Student(student_id=EVERYBODY, school_id=school, needs=needs)


def _everything(round_: Round) -> tuple[Request, ...]:
    """For the same reason, that body has declined everything."""
    return tuple(Request(student_id=EVERYBODY, opportunity_id=o.opportunity_id, state="declined") for o in round_.opportunities)


def _way(trips: TripBlock, place: int) -> Way:
    return Way(MODES[trips.mode[0, place]], int(trips.minutes[0, place]), int(trips.transfers[0, place]))


def mask(warm: Warm, keep: Sequence[bool]) -> np.ndarray:
    """Bool [opportunities] for `Wanted.allowed`."""
    return np.array(keep, dtype=bool).reshape(len(warm.opportunities))
