"""Packed limits: where pairs weigh differently in the one limit they are in, knapsacks bound better than any prices of limits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from matcher.solver.certificate import Beaten, Empty, Sieve
from matcher.solver.control import Control
from matcher.solver.face import FREE, Face, Proof, bound_of, keeps
from matcher.solver.insertion import NEVER, NO_PAIR
from matcher.solver.knapsack import ascend, bound_at
from matcher.solver.part import Part

if TYPE_CHECKING:
    from matcher.solver.goal import Goal

SCALE = 2520
"""Denominator of the students' prices."""
MOST_CELLS = 4_000_000
"""Members times room of one limit, above which its knapsack is not filled."""
ROUNDS, NODE_ROUNDS = 600, 30
"""Rounds of prices at first, and in each part of a split."""
DIVES = 12
"""Steps in which a dive settles all students."""


@dataclass(frozen=True)
class Packing:
    """The open pairs of a face by limit; those in no limit are in one more, where they need nothing.

    Attributes
    ----------
    pairs, student, need : int64 [k].
    first : int64 [limits + 2], where each limit begins. room : int64 [limits + 1].
    must : bool [students].
    """

    pairs: np.ndarray
    student: np.ndarray
    need: np.ndarray
    first: np.ndarray
    room: np.ndarray
    must: np.ndarray

    @classmethod
    def of(cls, face: Face) -> Packing | None:
        """None where a pair is in several limits, a limit couples or is too large, or an objective is held beside the limits.

        Cuts are left out: whole plans keep them anyway. So are demands of limits; a bound without them is a bound.
        """
        if face.added is not None and not all(face.cuts):
            return None
        open_ones = np.flatnonzero(face.open)
        columns = face.columns[:, open_ones]
        inside = columns.indices < face.limits
        owner = np.repeat(np.arange(len(open_ones)), np.diff(columns.indptr))[inside]
        limit, need = np.full(len(open_ones), face.limits), np.zeros(len(open_ones), np.int64)
        if len(owner) > len(np.unique(owner)) or (columns.data < 0).any() or (face.high[: face.limits] < 0).any():
            return None
        limit[owner], need[owner] = columns.indices[inside], columns.data[inside]
        used = np.bincount(limit, need, face.limits + 1).astype(np.int64)
        room = np.minimum(used, np.append(face.high[: face.limits], 0))
        if (np.bincount(limit, minlength=face.limits + 1) * (room + 1)).max() > MOST_CELLS:
            return None
        order = np.argsort(limit, kind="stable")
        first = np.searchsorted(limit[order], np.arange(face.limits + 2))
        own, pairs = face.own, open_ones[order]
        return cls(pairs, face.student[pairs].astype(np.int64), need[order], first, room, face.low[own] > 0)

    def proof(self, face: Face, weights: np.ndarray, price: np.ndarray, scale: int) -> Proof:
        """What these whole-number prices of students prove, with every limit's knapsack filled."""
        gain = weights[self.pairs].astype(np.int64) * scale
        bound, give = bound_at(self.student, self.first, self.need, self.room, gain, self.must, price)
        prices, reduced = np.zeros(len(face.low), np.int64), np.full(len(face.open), -FREE)
        prices[face.own], reduced[self.pairs] = price, give
        return Proof(prices, scale, int(bound), reduced, packed=True)


def relax_packed(face: Face, packing: Packing, goal: Goal, start: np.ndarray) -> Part | Beaten | Empty | None:
    """What prices of students (float64 [students], times `SCALE`) that begin with these prove about a face.

    A part whose plan meets the bound, or with the pair to branch on; how it ends; or None when no choice is left and nothing is
    settled. Pairs that are in no better plan are shut, and the prices are left on the face for its halves.
    """
    goal.control.look()
    if (prices := no_plan(face, packing)) is not None:
        return Empty(prices, packed=True)
    known = NEVER if goal.seen.best is None else SCALE * goal.seen.best[1]
    useful = -FREE if goal.seen.best is None else goal.seen.best[1] + goal.last
    rounds = ROUNDS if face.packed is None else NODE_ROUNDS
    gain = goal.weights[packing.pairs].astype(np.int64) * SCALE
    where = packing.student, packing.first, packing.need, packing.room, gain, packing.must
    price, _, often, made, _ = _ascend(goal.control, *where, start, known, SCALE * useful if useful > -FREE else NEVER, SCALE, rounds)
    proof = packing.proof(face, goal.weights, price, SCALE)
    ceiling, first, face.packed = proof.bound // SCALE, face.packed is None, price.astype(float)
    _offer(face, packing, goal, made)
    if first and ceiling >= useful:
        _offer(face, packing, goal, _dive(packing, goal.control, gain, price, often, known))
    goal.tell(face, proof)
    if goal.seen.best is not None:
        plan, value = goal.seen.best
        if value == ceiling and keeps(face, plan):
            return Part(face, value, proof, plan)
        useful = max(useful, value + goal.last)
    if ceiling < useful:
        return Beaten(goal.stage, proof.prices, SCALE, packed=True)
    kept = face.open & (-proof.reduced <= proof.bound - SCALE * useful)
    if not kept[face.open].all():
        face.open = kept
        face.trail = (*face.trail, Sieve(goal.stage, proof.prices, SCALE, useful, packed=True))
    pair = _undecided(face, packing, often)
    return None if pair < 0 else Part(face, ceiling, proof, None, np.array([pair]), useful - goal.last)


def _ascend(control: Control, *what: Any) -> Any:
    """`ascend`, ended when the control says so."""
    stop = np.zeros(1, np.uint8)
    return control.run(lambda: ascend(*(*what, stop)), lambda: stop.fill(1))


def _offer(face: Face, packing: Packing, goal: Goal, made: np.ndarray) -> None:
    plan, value = _plan(face, packing, made, goal.weights)
    if plan is not None:
        goal.offer(plan, value)


def _dive(packing: Packing, control: Control, gain: np.ndarray, price: np.ndarray, often: np.ndarray, known: int) -> np.ndarray:
    """int64 [students]: the best plan made while more and more students keep the pair they are given most often (-1: none)."""
    gain, start, best, plan = gain.copy(), price.astype(float), known, np.full(len(price), NO_PAIR)
    fixed, far = np.zeros(len(price), bool), 1 + 2 * int(np.abs(gain).max(initial=0)) + 2 * int(np.abs(price).max(initial=0))
    while not fixed.all():
        likely = np.lexsort((-often, packing.student))
        likely = likely[np.unique(packing.student[likely], return_index=True)[1]]
        likely = likely[~fixed[packing.student[likely]]]
        if not len(likely):
            break
        for j in likely[np.argsort(-often[likely], kind="stable")[: len(price) // DIVES + 1]]:
            s = packing.student[j]
            others = packing.student == s
            others[j] = False
            gain[others], start[s], fixed[s] = gain[others] - far, gain[j] - far, True
        where = packing.student, packing.first, packing.need, packing.room, gain, packing.must
        start, _, often, made, value = _ascend(control, *where, start.astype(float), best, NEVER, SCALE, NODE_ROUNDS)
        if value > best:
            plan, best = made, value
    return plan


def make_plan(face: Face, packing: Packing, control: Control, cost: np.ndarray, start: np.ndarray) -> np.ndarray | None:
    """int32 [k]: a good plan of this face by cost; None when none was made."""
    gain = cost[packing.pairs].astype(np.int64) * SCALE
    where = packing.student, packing.first, packing.need, packing.room, gain, packing.must
    made = _ascend(control, *where, start, NEVER, NEVER, SCALE, NODE_ROUNDS)[3]
    return _plan(face, packing, made, cost)[0]


def no_plan(face: Face, packing: Packing) -> np.ndarray | None:
    """Prices that prove that a face is empty, because a student who must be placed has no pair left; None otherwise."""
    lonely = np.flatnonzero(packing.must & (np.bincount(packing.student, minlength=len(packing.must)) == 0))
    if not len(lonely):
        return None
    prices = np.zeros(len(face.low), np.int64)
    prices[face.limits + lonely[0]] = -1
    return prices


def _plan(face: Face, packing: Packing, made: np.ndarray, weights: np.ndarray) -> tuple[np.ndarray | None, int]:
    chosen = np.sort(packing.pairs[made[made != NO_PAIR]]).astype(np.int32)
    return (chosen, int(weights[chosen].sum())) if keeps(face, chosen) else (None, NEVER)


def _undecided(face: Face, packing: Packing, often: np.ndarray) -> int:
    """The open pair that is taken about every other time; -1 when no student has a choice left."""
    still = face.open[packing.pairs]
    choices = np.bincount(packing.student[still], minlength=len(packing.must)) - packing.must
    able = still & (choices[packing.student] > 0)
    if not able.any():
        return -1
    return int(packing.pairs[np.argmin(np.where(able, np.abs(often - 0.5), 1))])


def bound_again(face: Face, weights: np.ndarray, proof: Proof) -> Proof:
    """What the prices of a proof prove about another face, in the same way."""
    if not proof.packed:
        return bound_of(face, weights, proof.prices, proof.scale)
    packing = Packing.of(face)
    if packing is None:
        raise RuntimeError("a part of a packed face is not packed")
    return packing.proof(face, weights, proof.prices[face.own], proof.scale)
