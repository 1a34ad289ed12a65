"""Every lawful pair of a round as arrays, built in blocks of students so that the full matrix never stands in memory."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from matcher.calendar import Session
from matcher.domain import Student
from matcher.registry import members
from matcher.rules.base import LimitRule, PairRule, Tabled, grouped
from matcher.rules.trip import VAN, TripBlock, TripRule, travel_of
from matcher.vans import choices
from matcher.world import Variant, World

BLOCK = 256
Score = Callable[[World, slice, TripBlock], np.ndarray]


@dataclass(frozen=True)
class Candidates:
    """The lawful pairs, sorted by student, then variant.

    Attributes
    ----------
    student, variant : int32 [n], places in `world.students` and `world.variants`.
    points : int32 [n], 0 to 1000.
    mode, minutes, transfers : int8, int32, int8 [n], how the student travels.
    van : int32 [n], place in `van_choices`, or -1; a van rider has one pair for each way to choose vans.
    """

    world: World
    student: np.ndarray
    variant: np.ndarray
    points: np.ndarray
    mode: np.ndarray
    minutes: np.ndarray
    transfers: np.ndarray
    van: np.ndarray
    van_choices: tuple[tuple[str, ...], ...]

    def __len__(self) -> int:
        return len(self.student)

    @cached_property
    def site(self) -> np.ndarray:
        """int32 [n]: place of the site in the round's sites."""
        return np.asarray(self.world.variant_site[self.variant])

    @cached_property
    def _place(self) -> dict[str, int]:
        return {s.student_id: i for i, s in enumerate(self.world.students)}

    @cached_property
    def _first(self) -> np.ndarray:
        """int64 [students + 1]: where the pairs of each student begin."""
        return np.searchsorted(self.student, np.arange(len(self.world.students) + 1, dtype=self.student.dtype))

    def of_students(self, *student_ids: str) -> np.ndarray:
        """int64 [k]: the pairs of these students."""
        places = [self._place[i] for i in student_ids if i in self._place]
        ranges = [np.arange(self._first[p], self._first[p + 1]) for p in places]
        return np.sort(np.concatenate(ranges)) if ranges else np.zeros(0, dtype=np.int64)

    def students_of(self, pairs: np.ndarray) -> int:
        """How many students these pairs are of."""
        return int(np.count_nonzero(np.diff(np.sort(self.student[pairs]), prepend=-1)))

    @cached_property
    def by_school(self) -> list[tuple[Variant, str, np.ndarray]]:
        """The pairs (int64, ascending) of each variant and school, in this order: they share their dated sessions."""
        schools = sorted({s.school_id for s in self.world.students})
        place = {school_id: i for i, school_id in enumerate(schools)}
        school = np.array([place[s.school_id] for s in self.world.students], dtype=np.int64)[self.student]
        groups = grouped(self.variant.astype(np.int64) * max(1, len(schools)) + school)
        return [(self.world.variants[key // len(schools)], schools[key % len(schools)], pairs) for key, pairs in groups]

    def is_student(self, pairs: np.ndarray, student_id: str) -> np.ndarray:
        """Bool [k]: whether these pairs are of that student."""
        return np.asarray(self.student[pairs] == self._place.get(student_id, -1))

    def variant_of(self, pair: int) -> Variant:
        """The variant of one pair."""
        return self.world.variants[int(self.variant[pair])]

    def student_of(self, pair: int) -> Student:
        """The student of one pair."""
        return self.world.students[int(self.student[pair])]

    def sessions(self, pair: int) -> tuple[Session, ...]:
        """The dated sessions of one pair."""
        return self.world.sessions(self.student_of(pair).school_id, self.variant_of(pair).schedule)

    def vans(self, pair: int) -> list[str]:
        """The van of each window, by id; none where the student does not ride one."""
        return list(self.van_choices[self.van[pair]]) if self.van[pair] >= 0 else []

    def rides(self, pair: int) -> set[tuple[str, int]]:
        """The (van, weekday) seats that one pair takes."""
        if self.van[pair] < 0:
            return set()
        windows = self.variant_of(pair).windows
        return {(van, w.weekday) for van, w in zip(self.van_choices[self.van[pair]], windows, strict=True)}


@dataclass(frozen=True)
class Verdict:
    """One pair rule judged for every pair of keys: the keys of students and variants, and a table of refusals."""

    rule: PairRule
    student_key: np.ndarray
    variant_key: np.ndarray
    refused: np.ndarray

    @cached_property
    def _spread(self) -> np.ndarray:
        """Bool [student keys, variants]."""
        return np.take(self.refused, self.variant_key, axis=1)

    def block(self, students: slice) -> np.ndarray:
        """Bool [students, variants]: where the rule refuses."""
        return np.take(self._spread, self.student_key[students], axis=0)


def pair_rules() -> list[PairRule | TripRule]:
    """Every rule that refuses a pair, in the order in which they are asked."""
    found = [r for r in members("matcher.rules", "RULE") if isinstance(r, PairRule | TripRule)]
    return sorted(found, key=lambda r: (r.rank, r.name))


def limit_rules() -> list[LimitRule]:
    """Every rule that sets limits."""
    return [r for r in members("matcher.rules", "LIMITS") if isinstance(r, LimitRule)]


def judge_rule(world: World, rule: PairRule) -> Verdict:
    """Judge each distinct pair of keys once."""
    students, student_key = _distinct([rule.student_key(world, s) for s in world.students])
    variants, variant_key = _distinct([rule.variant_key(world, v) for v in world.variants])
    if isinstance(rule.refuse, Tabled):
        refused = rule.refuse.table(world, students, variants)
    else:
        refused = np.array([[rule.refuse(world, s, v) is not None for v in variants] for s in students], dtype=bool)
    return Verdict(rule, student_key, variant_key, refused.reshape(len(students), len(variants)))


def _distinct(keys: list) -> tuple[list, np.ndarray]:  # type: ignore[type-arg]
    place: dict[object, int] = {}
    index = np.array([place.setdefault(key, len(place)) for key in keys], dtype=np.int32)
    return list(place), index


class Judge:
    """All pair rules over a world: blocks of verdicts, and the reason for one pair."""

    def __init__(self, world: World, rules: list[PairRule | TripRule] | None = None, known: list[Verdict] | None = None) -> None:
        self.world = world
        self.rules = pair_rules() if rules is None else rules
        self.verdicts = [judge_rule(world, r) for r in self.rules if isinstance(r, PairRule)] if known is None else known
        self.trip = next((r for r in self.rules if isinstance(r, TripRule)), None)

    def without(self, name: str) -> Judge:
        """The same rules but one."""
        return Judge(self.world, [r for r in self.rules if r.name != name], [v for v in self.verdicts if v.rule.name != name])

    @cached_property
    def codes(self) -> list[str]:
        """Names of the rules that refuse pairs; `block` gives places in this list plus one."""
        return [v.rule.name for v in self.verdicts if not v.rule.mode] + ["trip"]

    def block(self, students: slice) -> tuple[np.ndarray, TripBlock]:
        """For a block of students: int8 [students, variants], 0 where lawful, else 1 + the place of the first rule that refuses."""
        trips = self._trips(students)
        first = np.where(trips.mode < 0, np.int8(len(self.codes)), np.int8(0))
        for code, verdict in reversed(self._refusing):
            np.copyto(first, np.int8(code), where=verdict.block(students))
        return first, trips

    @cached_property
    def _refusing(self) -> list[tuple[int, Verdict]]:
        """The verdicts that refuse some pair, each with 1 + its place among the codes."""
        verdicts = [v for v in self.verdicts if not v.rule.mode]
        return [(i, v) for i, v in enumerate(verdicts, start=1) if v.refused.any()]

    def _trips(self, students: slice) -> TripBlock:
        if self.trip is None:
            raise RuntimeError("the trip rule finds the mode of every pair and cannot be left out")
        forbidden = {v.rule.mode: v.block(students) for v in self.verdicts if v.rule.mode}
        return self.trip.block(self.world, list(self.world.students[students]), forbidden)

    def refusals(self, place: int) -> np.ndarray:
        """Bool [codes, variants]: which rules refuse which variants for the student at this place; the trip comes last."""
        one = slice(place, place + 1)
        rows = [v.block(one)[0] for v in self.verdicts if not v.rule.mode]
        return np.array([*rows, self._trips(one).mode[0] < 0])

    def reasons(self, student: Student, variant: Variant) -> Iterator[tuple[str, str]]:
        """Every rule that refuses this pair, with its reason, in the order in which they are asked."""
        forbidden = {}
        for rule in self.rules:
            if isinstance(rule, PairRule):
                why = rule.reason(self.world, student, variant)
                if why and rule.mode:
                    forbidden[rule.mode] = why
                elif why:
                    yield rule.name, why
        if self.trip is not None and self._trip_refused(student, variant):
            yield "trip", self.trip.reason(self.world, student, variant, forbidden)

    def _trip_refused(self, student: Student, variant: Variant) -> bool:
        place = self._place[student.student_id]
        return bool(self._trips(slice(place, place + 1)).mode[0, self.world.variant_place[variant.key]] < 0)

    @cached_property
    def _place(self) -> dict[str, int]:
        return {s.student_id: i for i, s in enumerate(self.world.students)}


@dataclass(frozen=True)
class Lawful:
    """What judging found: the candidates, and how many pairs there were and each rule refused first."""

    candidates: Candidates
    pairs: int
    refused: dict[str, int]


def build(world: World, score: Score, rules: list[PairRule | TripRule] | None = None, judge: Judge | None = None) -> Lawful:
    """Judge and score every pair, block by block."""
    judged = judge or Judge(world, rules)
    counts = np.zeros(len(judged.codes) + 1, dtype=np.int64)
    parts: list[list[np.ndarray]] = []
    for start in range(0, len(world.students), BLOCK):
        block = slice(start, min(start + BLOCK, len(world.students)))
        first, trips = judged.block(block)
        counts += np.bincount(first.ravel(), minlength=len(counts))
        rows, columns = np.nonzero(first == 0)
        points = score(world, block, trips)
        at = (rows, columns)
        parts.append([rows + start, columns, points[at], trips.mode[at], trips.minutes[at], trips.transfers[at]])
    columns_of = [np.concatenate(c) for c in zip(*parts, strict=True)] if parts else [np.zeros(0, np.int64)] * 6
    refused = {code: int(n) for code, n in zip(judged.codes, counts[1:], strict=True) if n}
    return Lawful(_with_vans(world, columns_of), int(counts.sum()), refused)


def _with_vans(world: World, columns: list[np.ndarray]) -> Candidates:
    """One pair for each way to choose vans, for those who ride a van."""
    student, variant, points, mode, minutes, transfers = columns
    riding = np.flatnonzero(mode == VAN)
    ways, kind, named = _ways(world, student[riding], variant[riding])
    many = np.array([len(w) for w in ways], dtype=np.int64)
    copies = np.ones(len(student), dtype=np.int64)
    copies[riding] = many[kind]
    index = np.repeat(np.arange(len(student)), copies)
    van = np.full(len(index), -1, dtype=np.int32)
    van[mode[index] == VAN] = [place for k in kind for place in ways[k]]
    return Candidates(
        world,
        student=student[index].astype(np.int32),
        variant=variant[index].astype(np.int32),
        points=points[index].astype(np.int32),
        mode=mode[index].astype(np.int8),
        minutes=minutes[index].astype(np.int32),
        transfers=transfers[index].astype(np.int8),
        van=van,
        van_choices=named,
    )


def _ways(world: World, student: np.ndarray, variant: np.ndarray) -> tuple[list[list[int]], np.ndarray, tuple[tuple[str, ...], ...]]:
    """Every way to choose vans for each kind of pair (alike in school, variant and minutes), the kind of each pair, and the ways."""
    out, back = _van_minutes(world, student, variant)
    schools = {school_id: i for i, school_id in enumerate(sorted(world.round.school))}
    school = np.array([schools[s.school_id] for s in world.students], dtype=np.int64)[student]
    facts = np.stack([school, variant, out, back]).astype(np.int64)
    shape = tuple(facts.max(axis=1, initial=0) + 1)
    _, first, kind = np.unique(np.ravel_multi_index(tuple(facts), shape), return_index=True, return_inverse=True)
    ways: list[list[int]] = [[] for _ in first]
    place: dict[tuple[str, ...], int] = {}
    for k in np.argsort(first):
        pair = first[k]
        school_id = world.students[student[pair]].school_id
        found = choices(world, school_id, world.variants[variant[pair]], int(out[pair]), int(back[pair]))
        ways[k] = [place.setdefault(way, len(place)) for way in found]
    return ways, kind, tuple(place)


def _van_minutes(world: World, student: np.ndarray, variant: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """int64 [k] twice: minutes in the van there and back of each of these pairs, which are sorted by student."""
    out, back = np.zeros(len(student), dtype=np.int64), np.zeros(len(student), dtype=np.int64)
    riders, row = np.unique(student, return_inverse=True)
    for start in range(0, len(riders), BLOCK):
        pairs = slice(*np.searchsorted(row, [start, start + BLOCK]))
        trips = travel_of(world).trips([world.students[i] for i in riders[start : start + BLOCK]], "van")
        at = (row[pairs] - start, world.variant_site[variant[pairs]])
        out[pairs], back[pairs] = trips.out[at], trips.back[at]
    return out, back
