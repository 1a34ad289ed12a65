"""One law of a warm round: each kind of student is judged against each kind of variant once, when it is first asked for."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Hashable
from typing import Any

import numpy as np

from matcher.domain import Student
from matcher.rules.base import FirstOffence, Paid, PairRule, Tabled, Worker
from matcher.world import World

MOST_ROWS = 4096
"""Kinds of students whose verdicts are remembered per rule."""
_UNKNOWN, _LAWFUL, _REFUSED = -1, 0, 1


class WarmLaw:
    """A pair rule over the variants of a world; safe to share between threads.

    Parameters
    ----------
    before : the same rule of a round with the same schools, settings and calendar; its verdicts are shared: keys hold all they rest on.
    known : int64 [variants]: where each variant stood then, -1 for new ones; None when its keys may be others for all of them.
    """

    def __init__(self, world: World, rule: PairRule, before: WarmLaw | None = None, known: np.ndarray | None = None) -> None:
        self.rule = rule
        self._place: dict[Hashable, int] = {} if before is None else before._place
        self._keys: list[Any] = [] if before is None else before._keys
        self._rows: dict[Hashable, np.ndarray] = {} if before is None else before._rows
        self._days: dict[Hashable, list[int]] = {} if before is None else before._days
        old = np.full(len(world.variants), -1) if known is None else known
        self._index = np.zeros(len(old), dtype=np.int32)
        if before is not None and known is not None:
            self._index[old >= 0] = before._index[old[old >= 0]]
        self._index[old < 0] = [self._named(rule.variant_key(world, world.variants[i])) for i in np.flatnonzero(old < 0)]

    def _named(self, key: Hashable) -> int:
        if key not in self._place:
            self._keys.append(key)
            self._place[key] = len(self._keys) - 1
        return self._place[key]

    def refused(self, world: World, student: Student, at: np.ndarray) -> np.ndarray:
        """Bool [k]: which of these variants the rule refuses to the student."""
        kind, keys = self.rule.student_key(world, student), self._index[at]
        row = self._row(kind)
        new = np.unique(keys[row[keys] == _UNKNOWN])
        if len(new):
            row[new] = np.where(self._judge(world, kind, new), _REFUSED, _LAWFUL)
        return np.asarray(row[keys] == _REFUSED)

    def _row(self, kind: Hashable) -> np.ndarray:
        """int8, a verdict for each key."""
        row = self._rows.get(kind)
        if row is None or len(row) < len(self._keys):
            if len(self._rows) >= MOST_ROWS:
                self._rows.clear()
            more = np.full(len(self._keys) - (0 if row is None else len(row)), _UNKNOWN, dtype=np.int8)
            row = self._rows[kind] = more if row is None else np.concatenate([row, more])
        return row

    def _judge(self, world: World, kind: Any, places: np.ndarray) -> np.ndarray:
        refuse, keys = self.rule.refuse, [self._keys[i] for i in places]
        if isinstance(refuse, FirstOffence):
            return np.array([self._offends(world, refuse, kind, int(place)) for place in places], dtype=bool)
        if isinstance(refuse, Tabled):
            return refuse.table(world, [kind], keys).reshape(len(keys))
        return np.array([refuse(world, kind, key) is not None for key in keys], dtype=bool)

    def _offends(self, world: World, refuse: FirstOffence, who: Worker, place: int) -> bool:
        """As `FirstOffence.table`, from days remembered: birthdays differ between students, and schools of a state share their days."""
        terms: Paid | None = self._keys[place]
        if terms is None:
            return False
        if who.age is None:
            return bool(world.sessions(who.school_id, terms.schedule))
        used = who.programmes & {terms.program}
        state, off = world.round.school[who.school_id].state, world.calendar.days_off(who.school_id)
        ages = [(who.age.at_start, 0), *((new, day.toordinal()) for day, new in who.age.steps)]
        ends = [*(begin for _, begin in ages[1:]), np.inf]
        for (age, begin), end in zip(ages, ends, strict=True):
            key = (state, off, used, age, place)
            if key not in self._days:
                self._days[key] = refuse.offence_days(world, who.school_id, terms, used, age)
            days = self._days[key]
            first = bisect_left(days, begin)
            if first < len(days) and days[first] < end:
                return True
        return False
