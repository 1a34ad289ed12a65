"""Chance that gives the same answers on every machine and every version of Python."""

from __future__ import annotations

import random
from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from itertools import accumulate
from typing import Generic, TypeVar

T = TypeVar("T")
_ROOT_THREE = 1.7320508075688772


class Dice:
    """A named stream of chance; only `random.Random.random` is used, whose values are promised not to change.

    Parameters
    ----------
    *name : what the stream is for; the same name gives the same stream.
    """

    def __init__(self, *name: object) -> None:
        self.throw = random.Random("/".join(map(str, name))).random

    def chance(self, share: float) -> bool:
        """True with this probability."""
        return self.throw() < share

    def whole(self, low: int, high: int) -> int:
        """A whole number, both ends included."""
        return low + int(self.throw() * (high - low + 1))

    def real(self, low: float, high: float) -> float:
        """A number between low and high."""
        return low + self.throw() * (high - low)

    def bell(self) -> float:
        """About normal, mean 0, spread 1, never beyond 3.5: four uniforms, so no logarithm of some other machine."""
        return (self.throw() + self.throw() + self.throw() + self.throw() - 2.0) * _ROOT_THREE

    def pick(self, things: Sequence[T]) -> T:
        """One of them."""
        return things[int(self.throw() * len(things))]

    def some(self, things: Iterable[T], count: int) -> list[T]:
        """Up to `count` different ones, in random order."""
        pool = list(things)
        count = min(count, len(pool))
        for i in range(count):
            j = i + int(self.throw() * (len(pool) - i))
            pool[i], pool[j] = pool[j], pool[i]
        return pool[:count]


class Urn(Generic[T]):
    """Things with weights, drawn with replacement."""

    def __init__(self, weights: Mapping[T, float]) -> None:
        self.things = tuple(weights)
        self._sums = tuple(accumulate(weights.values()))

    def draw(self, dice: Dice) -> T:
        """One thing, by weight."""
        return self.things[min(bisect_right(self._sums, dice.throw() * self._sums[-1]), len(self.things) - 1)]


class Deck(Generic[T]):
    """Things dealt without repeating until all have been dealt, then shuffled again."""

    def __init__(self, things: Sequence[T], dice: Dice) -> None:
        self._things, self._dice, self._left = things, dice, list[T]()

    def deal(self) -> T:
        """The next one."""
        if not self._left:
            self._left = self._dice.some(self._things, len(self._things))
        return self._left.pop()
