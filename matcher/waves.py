"""Promises in waves: whoever is most likely to land nothing gets one more option, by an exact choice for all of them at once.

A student tries the options of a slate in order, so an option is tried only after all before it came to nothing, and lands with
its odds times the chance of that. Mathematics and sources: docs/model.md.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
from scipy import sparse

from matcher.domain import SolveStatus
from matcher.solver.control import Control
from matcher.solver.exact import solve
from matcher.solver.problem import Problem

CERTAIN = 1_000_000
"""Chances are whole millionths, odds whole thousandths: the same numbers on every machine."""
WIDTH = 12
"""Options of one student that one wave looks at, the best that still have room; a later wave looks at the next ones."""
CLASSES = 10
OBJECTIVES = ("priority_classes", "most_placed", "total_points", "public_draw")


@dataclass(frozen=True)
class Options:
    """Every lawful option of every student, sorted by student, then by worth (odds times points), the most first.

    Attributes
    ----------
    student, offer : int64 [n], places.
    odds : int64 [n], thousandths: chance of landing it for somebody who tries while there is room.
    points, lot : int64 [n].
    """

    student: np.ndarray
    offer: np.ndarray
    odds: np.ndarray
    points: np.ndarray
    lot: np.ndarray

    @classmethod
    def of(cls, student: np.ndarray, offer: np.ndarray, odds: np.ndarray, points: np.ndarray, lot: np.ndarray) -> Options:
        """The options sorted as they should be; equal worth: the smaller place of the offer."""
        order = np.lexsort((offer, -odds * points, student))
        return cls(*(column[order].astype(np.int64) for column in (student, offer, odds, points, lot)))

    def place(self, student: int, offer: int) -> int:
        """Where an option stands; -1 where it is none."""
        start, end = np.searchsorted(self.student, [student, student + 1])
        found = np.flatnonzero(self.offer[start:end] == offer)
        return int(start + found[0]) if len(found) else -1


class Pursuit:
    """Who is told to try what, growing promise by promise.

    Attributes
    ----------
    site : int64 [offers], where each is.
    apart : per student, those who must not be sent to the same site.
    seats : int64 [offers], the seats that are free.
    size, per_seat : most options on a slate, and most promises of one seat.
    missing : int64 [students], millionths: chance that all options promised so far come to nothing.
    landing : int64 [offers], millionths: how many are expected to land there.
    slates : per student, the options (places) in the order in which they are tried.

    A stop of the control ends the waves; its budget does not count, for every wave is best.
    """

    def __init__(
        self,
        options: Options,
        seats: np.ndarray,
        site: np.ndarray,
        apart: Sequence[Collection[int]],
        size: int,
        per_seat: int,
        control: Control | None = None,
    ) -> None:
        self._control = (control or Control()).for_an_answer()
        self.options, self.seats, self.site, self.apart = options, seats, site, apart
        self.size, self.per_seat = size, per_seat
        students = len(apart)
        self.missing = np.full(students, CERTAIN, dtype=np.int64)
        self.landing, self.promised = np.zeros(len(seats), np.int64), np.zeros(len(seats), np.int64)
        self.slates: list[list[int]] = [[] for _ in range(students)]
        self.count = np.zeros(students, np.int64)
        self._shut = np.zeros(len(options.student), dtype=bool)
        self.waves = 0

    def has_room(self, option: int) -> bool:
        """Whether the coordinator's cap and the length of a slate allow one more promise; the odds are not asked."""
        student, offer = self.options.student[option], self.options.offer[option]
        within = self.promised[offer] < self.per_seat * self.seats[offer]
        return bool(within and self.count[student] < self.size and not self._shut[option])

    def promise(self, options: np.ndarray) -> None:
        """Put options (int64 [k], of different students) at the end of their slates."""
        student, offer = self.options.student[options], self.options.offer[options]
        np.add.at(self.landing, offer, self._gain(options))
        np.add.at(self.promised, offer, 1)
        self.missing[student] -= self._gain(options)
        self.count[student] += 1
        self._shut[options] = True
        for who, option in zip(student.tolist(), options.tolist(), strict=True):
            self.slates[who].append(option)
            for other in self.apart[who]:
                start, end = np.searchsorted(self.options.student, [other, other + 1])
                self._shut[start:end] |= self.site[self.options.offer[start:end]] == self.site[self.options.offer[option]]

    def fill(self) -> None:
        """Wave after wave until nobody with room on the slate has an option left."""
        while len(live := self._live()):
            self.promise(self._wave(self._worst_off(live)))
            self.waves += 1

    def _gain(self, options: np.ndarray) -> np.ndarray:
        """int64 [k], millionths: chance that these land, being tried next."""
        return np.asarray(self.missing[self.options.student[options]] * self.options.odds[options] // 1000)

    def _live(self) -> np.ndarray:
        """int64: options that may be promised now. Nobody is expected to land where there is no seat for them."""
        open_offer = self.promised < self.per_seat * self.seats
        live = np.flatnonzero(~self._shut & open_offer[self.options.offer] & (self.count < self.size)[self.options.student])
        offer = self.options.offer[live]
        return np.asarray(live[self.landing[offer] + self._gain(live) <= CERTAIN * self.seats[offer]])

    def _worst_off(self, live: np.ndarray) -> np.ndarray:
        """Of these, those of students within one option of the worst-off, the best few of each; of two kept apart the second waits."""
        missing = self.missing[self.options.student[live]]
        worst, least = int(missing.max()), int(self.options.odds[live].min())
        taking = live[missing * 1000 > worst * (1000 - least)]
        student = self.options.student[taking]
        present = np.zeros(len(self.missing), dtype=bool)
        present[student] = True
        for second in np.flatnonzero(present).tolist():
            present[second] = not any(first < second and present[first] for first in self.apart[second])
        taking = taking[present[student]]
        student = self.options.student[taking]
        first_of_student = np.searchsorted(student, student)
        return np.asarray(taking[np.arange(len(taking)) - first_of_student < WIDTH])

    def _wave(self, options: np.ndarray) -> np.ndarray:
        """int64: at most one of these options for each student, as many students as can be, the worst-off first."""
        gain, offer = self._gain(options), self.options.offer[options]
        _, student = np.unique(self.options.student[options], return_inverse=True)
        offers, column = np.unique(offer, return_inverse=True)
        most_gain = np.ones(len(offers), np.int64)
        np.maximum.at(most_gain, column, gain)
        by_odds = (CERTAIN * self.seats[offers] - self.landing[offers]) // most_gain
        by_cap = self.per_seat * self.seats[offers] - self.promised[offers]
        missing = self.missing[self.options.student[options]]
        problem = Problem(
            student=student.astype(np.int32),
            points=(gain * self.options.points[options] // 1000).astype(np.int32),
            limits=sparse.csr_matrix(
                (np.ones(len(options), np.int64), (column, np.arange(len(options)))), shape=(len(offers), len(options))
            ),
            at_most=np.minimum(by_odds, by_cap),
            at_least=np.zeros(len(offers), np.int64),
            objectives=OBJECTIVES,
            priority=missing * CLASSES // missing.max(),
            draw=self.options.lot[options],
        )
        solution = solve(problem, control=self._control)
        if solution.status != SolveStatus.OPTIMAL or not len(solution.chosen):
            raise RuntimeError("a wave of promises found no best choice; this is an error in the solver")
        return np.asarray(options[solution.chosen])
