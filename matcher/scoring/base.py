"""What a score component is, and how components add up to points."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from matcher.domain import MODES, Student
from matcher.errors import InputError
from matcher.registry import members
from matcher.rules.trip import TripBlock
from matcher.world import Variant, World

if TYPE_CHECKING:
    from matcher.candidates import Candidates


@dataclass(frozen=True)
class Way:
    """How the student of one pair travels."""

    mode: str
    minutes: int
    transfers: int


@dataclass(frozen=True)
class Component:
    """One reason for a score.

    Attributes
    ----------
    name : the key in ``[weights]``; also the file's name.
    sentence : what it rewards, in one sentence.
    weight : its weight when round.toml does not say.
    prepare : what it needs of a round, computed once.
    block : float64 [students, variants] from 0 to 1 for a block of students.
    say : the reason for one pair in words a student understands, or "" when there is nothing to say.
    """

    name: str
    sentence: str
    weight: float
    prepare: Callable[[World], Any]
    block: Callable[[World, Any, slice, TripBlock], np.ndarray]
    say: Callable[[World, Any, Student, Variant, Way], str]


def components() -> list[Component]:
    """Every score component, by name."""
    return [c for c in members("matcher.scoring", "COMPONENT") if isinstance(c, Component)]


class Scorer:
    """The components of a round with their weights: points for blocks, words for pairs.

    points = floor(1000 * sum(weight * value) / sum(weight) + 1/2), a whole number from 0 to 1000.
    """

    def __init__(self, world: World) -> None:
        self.world = world
        given = world.settings.weights
        found = components()
        if unknown := sorted(set(given) - {c.name for c in found}):
            raise InputError(f"round.toml: [weights] names {unknown[0]!r}; known: {', '.join(c.name for c in found)}")
        weights = [(c, given.get(c.name, c.weight)) for c in found]
        self.used = [(c, w, c.prepare(world)) for c, w in weights if w > 0]
        self.total = sum(w for _, w, _ in self.used)
        if not self.used:
            raise InputError("round.toml: [weights] leaves no component above 0. Maybe set interests = 0.5.")

    def __call__(self, world: World, block: slice, trips: TripBlock) -> np.ndarray:
        """int32 [students, variants]: the points of a block of students."""
        summed, part = np.zeros(trips.mode.shape), np.empty(trips.mode.shape)
        for component, weight, prepared in self.used:
            summed += np.multiply(weight, component.block(world, prepared, block, trips), out=part)
        summed *= 1000
        summed /= self.total
        summed += 0.5
        return np.floor(summed, out=part).astype(np.int32)

    def values(self, student: int, variant: int, way: Way) -> dict[str, float]:
        """Each component's value for one pair."""
        trips = _one_trip(len(self.world.variants), way)
        block = slice(student, student + 1)
        return {c.name: float(c.block(self.world, prepared, block, trips)[0, variant]) for c, _, prepared in self.used}

    def words(self, student: Student, variant: Variant, way: Way, most: int = 3) -> str:
        """Why these points, at most so many reasons, the weightiest components first."""
        ranked = sorted(self.used, key=lambda item: (-item[1], item[0].name))
        said = [c.say(self.world, prepared, student, variant, way) for c, _, prepared in ranked]
        return " ".join([s for s in said if s][:most])


def _one_trip(variants: int, way: Way) -> TripBlock:
    shape = (1, variants)
    mode, minutes = np.full(shape, MODES.index(way.mode), np.int8), np.full(shape, way.minutes, np.int32)
    return TripBlock(mode, minutes, np.full(shape, way.transfers, np.int8))


def way_of(candidates: Candidates, pair: int) -> Way:
    """How the student of a pair travels."""
    return Way(MODES[candidates.mode[pair]], int(candidates.minutes[pair]), int(candidates.transfers[pair]))


def in_spanish(student: Student) -> bool:
    """Whether reasons are told to this student in Spanish: it is the first of their languages."""
    return student.languages[:1] == ("es",)


def listed(words: Sequence[str], spanish: bool) -> str:
    """Words in quotation marks, with "and" before the last."""
    told = [f"“{word}”" for word in words]
    return told[0] if len(told) == 1 else f"{', '.join(told[:-1])} {'y' if spanish else 'and'} {told[-1]}"
