"""A round kept warm: the best lawful options of one student at a time, judged from arrays made once."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from copy import copy
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from matcher.candidates import pair_rules
from matcher.cells import show_windows
from matcher.domain import MODES, Opportunity, Request, Round, Student
from matcher.rules.base import PairRule
from matcher.rules.trip import TripBlock, TripRule
from matcher.scoring.base import Scorer, Way
from matcher.scoring.goals import OCCASIONS, readings
from matcher.scoring.text.documents import Offers, offers
from matcher.warm_law import WarmLaw
from matcher.warm_world import NextWorld, same_terms, supplied
from matcher.world import World

MOST_ANSWERS = 4096
"""Answers remembered: the same facts of a student and the same wishes have the same answer."""


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


class Warm:
    """What does not change from student to student, ready to answer; safe to share between threads.

    The answers are those of `matcher.answers.suggestions`: the same rules, scores and ties.
    """

    _world: World
    _laws: list[WarmLaw]

    def __init__(self, round_: Round, folder: Path | None = None, before: Warm | None = None) -> None:
        """Make everything ready.

        Parameters
        ----------
        before : the same round before some change, in the same folder: what did not change is taken over, and the answers are the same.
        """
        self._world, known = _world_of_round(supplied(round_), folder, before)
        for name in ("variants_at", "variant_place", "site_index", "variant_site"):
            getattr(self._world, name)
        for name in ("school", "site", "mentor", "opportunity"):
            getattr(self._world.round, name)
        self._read_texts(before, known)
        self._scorer = Scorer(self._world)
        rules = pair_rules()
        lasting = known is not None and before is not None and before.round.decisions == round_.decisions
        laws = {law.rule.name: law for law in before._laws} if before is not None and known is not None else {}
        pair_laws = [r for r in rules if isinstance(r, PairRule)]
        made = [WarmLaw(self._world, r, laws.get(r.name), known if lasting or not r.by_decision else None) for r in pair_laws]
        self._laws = sorted(made, key=lambda law: bool(law.rule.mode))
        self._trip = next(r for r in rules if isinstance(r, TripRule))
        self._answers: dict[Hashable, list[Option]] = {}
        self.opportunities = self._world.round.opportunities
        self._opportunity = np.repeat(np.arange(len(self.opportunities), dtype=np.int32), [self._variants(o) for o in self.opportunities])

    def _variants(self, offer: Opportunity) -> int:
        """How many variants an opportunity has; they stand together, in the order of opportunities."""
        found = self._world.variants_at.get(offer.opportunity_id, slice(0, 0))
        return int(found.stop - found.start)

    def _read_texts(self, before: Warm | None, known: np.ndarray | None) -> None:
        """Texts that are new; and how each learning goal fits every text, for students share their goals."""
        memory = self._world.memory
        if before is not None and before._world.settings.text == self._world.settings.text:
            nowhere = np.full(len(self._world.variants), -1)
            memory["offers"] = offers(before._world).following(self._world, nowhere if known is None else known)
        offers(self._world).fits([reading for goal in OCCASIONS for reading in readings(goal)])

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
        found = self._answers.get(asked)
        if found is None:
            if len(self._answers) >= MOST_ANSWERS:
                self._answers.clear()
            found = self._answers[asked] = self._options(student, asked[1], wanted)
        return list(found)

    def prepare(self, student: Student) -> None:
        """Read what the student writes and judge the laws for their kind, so that their first answer comes sooner."""
        if self._world.variants:
            world = self._world_of(student, ())
            found, trips = self._judge(world, student)
            self._scorer_of(world, found)(world, slice(0, 1), trips)

    def _options(self, student: Student, requests: tuple[Request, ...], wanted: Wanted) -> list[Option]:
        world = self._world_of(student, requests)
        found, trips = self._judge(world, student)
        if wanted.allowed is not None:
            found = found[wanted.allowed[self._opportunity[found]]]
        if wanted.most_minutes is not None:
            found = found[trips.minutes[0, found] <= wanted.most_minutes]
        scorer = self._scorer_of(world, found)
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

    def _scorer_of(self, world: World, found: np.ndarray) -> Scorer:
        """The scorer with this student's requests; texts are compared only where the student may go."""
        scorer, few = copy(self._scorer), offers(self._world).few(found)
        scorer.world = world
        scorer.used = [
            (c, w, c.prepare(world) if c.name == "requests" else few if isinstance(prepared, Offers) else prepared)
            for c, w, prepared in self._scorer.used
        ]
        return scorer

    def _judge(self, world: World, student: Student) -> tuple[np.ndarray, TripBlock]:
        """The lawful variants, ascending, and how the student travels: trips first, then each law where none before it refuses."""
        trips = self._trip.block(world, [student], {})
        found = np.flatnonzero(trips.mode[0] >= 0)
        forbidden: dict[str, np.ndarray] = {}
        for law in self._laws:
            mode = law.rule.mode
            if not len(found) or (mode and mode not in student.travel_modes):
                continue
            refused = law.refused(world, student, found)
            if mode and refused.any():
                forbidden.setdefault(mode, np.zeros(trips.mode.shape, dtype=bool))[0, found[refused]] = True
            elif not mode:
                found = found[~refused]
        if forbidden:
            trips = self._trip.block(world, [student], forbidden)
            found = found[trips.mode[0, found] >= 0]
        return found, trips

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


def _world_of_round(round_: Round, folder: Path | None, before: Warm | None) -> tuple[World, np.ndarray | None]:
    """The world of a round and, where it could follow the one before, int64 [variants]: where each variant stood there."""
    if before is None or not same_terms(before.round, round_):
        return World(round_, folder), None
    world = NextWorld(round_, folder, before._world)
    known = world.known()
    world.forget()
    return world, known


def _way(trips: TripBlock, place: int) -> Way:
    return Way(MODES[trips.mode[0, place]], int(trips.minutes[0, place]), int(trips.transfers[0, place]))


def mask(warm: Warm, keep: Sequence[bool]) -> np.ndarray:
    """Bool [opportunities] for `Wanted.allowed`."""
    return np.array(keep, dtype=bool).reshape(len(warm.opportunities))
