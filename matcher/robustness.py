"""How robust a plan is: every mentor and site taken away alone, and many mentors at random; what is lost, and what can be mended.

Mathematics: docs/model.md.
"""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from matcher.pipeline import Run
from matcher.solver.exact import solve
from matcher.solver.problem import Problem
from matcher.solver.whatif import Change, WhatIf, changed_problem
from matcher.world import Variant

MENDING = ("still_placed", "least_change", "total_points", "public_draw")
"""As many as possible of those who had a place have one, and then as few as possible of the others move."""


@dataclass(frozen=True)
class Loss:
    """What happens when one mentor or site is gone.

    Attributes
    ----------
    kind : ``mentor`` or ``site``.
    students : who lose their place.
    again : of them, placed again while nobody else moves.
    again_moving : placed again, when others may move.
    moves : the fewest others who then have another place, or another mentor at theirs.
    unplaced : ids of those without a place even then.
    """

    rank: int
    kind: str
    id: str
    students: int
    again: int
    again_moving: int
    moves: int
    unplaced: tuple[str, ...]


@dataclass(frozen=True)
class DropOuts:
    """What happens when each mentor drops out with the same chance, over so many draws.

    Attributes
    ----------
    mentors : mean number of mentors who drop out.
    lost, without : mean number of students who lose their place, and who have none after the repair (nobody else moves).
    error : half the width of the 95 % interval of the mean `without`, from the draws.
    low, high : in 95 % of the draws `without` is between them.
    """

    draws: int
    chance: float
    mentors: float
    lost: float
    without: float
    error: float
    low: int
    high: int


class Robustness:
    """Questions about one plan.

    Parameters
    ----------
    run : a solved run.
    """

    def __init__(self, run: Run, workers: int = 1) -> None:
        self.run, self.workers = run, workers
        self.candidates, chosen = run.lawful.candidates, run.solution.chosen
        self.pairs = np.flatnonzero(np.isin(self.candidates.student, self.candidates.student[chosen]))
        self.problem = self._of_the_placed()
        self.chosen = np.flatnonzero(np.isin(self.pairs, chosen))
        self.variant = self.candidates.variant[self.pairs]

    def losses(self, most: int) -> list[Loss]:
        """Of each kind the `most` mentors and sites with most students, each taken away alone; the worst first.

        The worst leaves most students without a place; then it takes most of them one, then it makes most others move.
        """
        found = [self._loss(kind, name, gone) for kind in ("mentor", "site") for name, gone in self._held(kind, most)]
        found.sort(key=lambda loss: (-len(loss.unplaced), -loss.students, loss.again, -loss.moves, loss.kind, loss.id))
        return [replace(loss, rank=rank) for rank, loss in enumerate(found, start=1)]

    def drop_outs(self, draws: int) -> DropOuts:
        """Each mentor drops out with the chance of the settings; the draws follow from the round's seed."""
        settings = self.run.world.settings
        seed = hashlib.sha256(f"{settings.round.seed}\ndrop-outs".encode()).digest()
        dice, chance = np.random.Generator(np.random.PCG64(int.from_bytes(seed[:8], "big"))), float(settings.repair.dropout)
        mentors = sorted(m.mentor_id for m in self.run.world.round.mentors)
        known: dict[bytes, tuple[int, int]] = {}
        told, dropped = [], 0
        for _ in range(draws):
            out = dice.random(len(mentors)) < chance
            dropped += int(out.sum())
            gone = self._gone(*(("mentor", mentors[i]) for i in np.flatnonzero(out).tolist()))
            key = hashlib.sha256(np.packbits(gone).tobytes()).digest()
            if key not in known:
                lost_now = len(self._losing(gone))
                known[key] = (lost_now, lost_now - self._again(gone))
            told.append(known[key])
        lost, without = np.array(told, dtype=np.int64).reshape(-1, 2).T
        edge = np.sort(without)[[int(0.025 * (draws - 1)), -1 - int(0.025 * (draws - 1))]].tolist()
        error = 1.96 * float(without.std(ddof=1)) / draws**0.5 if draws > 1 else 0.0
        means = (round(dropped / draws, 3), round(float(lost.mean()), 3), round(float(without.mean()), 3), round(error, 3))
        return DropOuts(draws, chance, *means, *edge)

    def _of_the_placed(self) -> Problem:
        """The problem of the students whom the plan places; what they have today is what the plan gives them."""
        candidates, whole = self.candidates, self.run.model.problem
        here = {candidates.student_of(int(p)).student_id: candidates.variant_of(int(p)) for p in self.run.solution.chosen}
        kept = [_same(here[candidates.student_of(int(p)).student_id], candidates.variant_of(int(p))) for p in self.pairs]
        absent = np.ones(len(whole), bool)
        absent[self.pairs] = False
        part, _ = changed_problem(whole, Change(), absent)
        _, student = np.unique(part.student, return_inverse=True)
        ones = np.ones(len(part), np.int64)
        return replace(part, student=student.astype(np.int32), objectives=MENDING, today=ones, kept=np.array(kept, dtype=np.int64))

    @cached_property
    def _whatif(self) -> WhatIf:
        return WhatIf(self.problem, solve(self.problem, self.workers), workers=self.workers)

    def _held(self, kind: str, most: int) -> list[tuple[str, np.ndarray]]:
        """The mentors or sites with most students, each with the pairs (bool) that go with it."""
        held = Counter(p.variant.mentor.mentor_id if kind == "mentor" else p.variant.site.site_id for p in self.run.placements)
        names = sorted(held, key=lambda name: (-held[name], name))[:most]
        return [(name, self._gone((kind, name))) for name in names]

    @cached_property
    def _variants_with(self) -> dict[tuple[str, str], list[int]]:
        """The places of the variants that are not lawful without a mentor, or without a site.

        Where another mentor of the offer is in charge the variant stays, unless that mentor has leave in the round: on those days
        somebody would have to stand in.
        """
        world, found = self.run.world, defaultdict[tuple[str, str], list[int]](list)
        for place, variant in enumerate(world.variants):
            found["site", variant.site.site_id].append(place)
            away = any(leave.last >= world.first and leave.first <= world.last for leave in variant.mentor.leave)
            for mentor in variant.mentors if away else (variant.mentor,):
                found["mentor", mentor.mentor_id].append(place)
        return found

    def _gone(self, *names: tuple[str, str]) -> np.ndarray:
        """Bool [pairs]: which pairs are not lawful without these (kind, id) mentors or sites."""
        gone = np.zeros(len(self.run.world.variants), bool)
        for name in names:
            gone[self._variants_with.get(name, [])] = True
        return np.asarray(gone[self.variant])

    def _losing(self, gone: np.ndarray) -> np.ndarray:
        """int32: the students whose place is gone."""
        return np.asarray(self.problem.student[self.chosen[gone[self.chosen]]])

    def _loss(self, kind: str, name: str, gone: np.ndarray) -> Loss:
        losing, after = self._losing(gone), self._mended(gone)
        placed = self.problem.student[after]
        stays = self.problem.student[after[self.problem.kept[after] > 0]] if self.problem.kept is not None else placed
        moves = np.setdiff1d(np.setdiff1d(placed, stays), losing)
        left = np.setdiff1d(self.problem.student, placed)
        ids = [self.candidates.student_of(int(self.pairs[np.searchsorted(self.problem.student, s)])).student_id for s in left]
        return Loss(0, kind, name, len(losing), self._again(gone), int(np.isin(losing, placed).sum()), len(moves), tuple(sorted(ids)))

    def _mended(self, gone: np.ndarray) -> np.ndarray:
        """int: the pairs of the best plan by `MENDING` without those that are gone; demands that went with them are dropped."""
        change, lapsed = Change(removed=tuple(np.flatnonzero(gone).tolist())), self._lapsed(gone)
        outcome = None if lapsed.any() else self._whatif.answer(change)
        if outcome is not None:
            return outcome.chosen
        least = np.where(lapsed, 0, self.problem.at_least)
        part, kept = changed_problem(replace(self.problem, at_least=least), change, np.zeros(len(gone), bool))
        return np.asarray(kept[solve(part, self.workers).chosen])

    def _lapsed(self, gone: np.ndarray) -> np.ndarray:
        """Bool [limits]: demands of which no pair is left, and those of students who lose their place: nobody makes room for a pin."""
        sizes = abs(self.problem.limits)
        left, others = sizes @ (~gone).astype(np.int64), sizes @ (~np.isin(self.problem.student, self._losing(gone))).astype(np.int64)
        return np.asarray((self.problem.at_least > 0) & ((left == 0) | (others == 0)))

    def _again(self, gone: np.ndarray) -> int:
        """How many of those whose place is gone can be placed while everybody else stays.

        Whoever is kept together with them may move along.
        """
        problem, losing = self.problem, self._losing(gone)
        free = self._with_company(losing)
        stay = self.chosen[~np.isin(problem.student[self.chosen], free)]
        open_ = np.flatnonzero(np.isin(problem.student, free) & ~gone)
        if not len(open_):
            return 0
        use = np.asarray(problem.limits[:, stay].sum(axis=1)).ravel()
        rows = np.flatnonzero(np.diff(problem.limits[:, open_].indptr))
        least = np.where(self._couples, problem.at_least - use, 0)
        _, student = np.unique(problem.student[open_], return_inverse=True)
        part = replace(
            problem,
            student=student.astype(np.int32),
            points=problem.points[open_],
            limits=problem.limits[rows][:, open_],
            at_most=(problem.at_most - use)[rows],
            at_least=least[rows],
            objectives=("most_placed",),
            priority=None,
            today=None,
            kept=None,
            landed=None,
            draw=None,
        )
        chosen = solve(part, self.workers).chosen
        return int(np.isin(problem.student[open_[chosen]], losing).sum())

    @cached_property
    def _couples(self) -> np.ndarray:
        """Bool [limits]: limits that tie students to each other."""
        return np.asarray(self.problem.limits.min(axis=1).toarray().ravel() < 0)

    @cached_property
    def _company(self) -> list[np.ndarray]:
        rows = self.problem.limits[self._couples]
        return [np.unique(self.problem.student[part]) for part in np.split(rows.indices, rows.indptr[1:-1])]

    def _with_company(self, students: np.ndarray) -> np.ndarray:
        found, before = np.unique(students), -1
        while before != len(found):
            before = len(found)
            found = np.unique(np.concatenate([found, *(group for group in self._company if np.isin(group, found).any())]))
        return found


def _same(one: Variant, other: Variant) -> bool:
    """Whether somebody who changes from one to the other stays where they are, with the same mentor."""
    return one.opportunity is other.opportunity and one.windows == other.windows and one.mentor is other.mentor


def row_of(loss: Loss) -> Sequence[object]:
    """The row of the table, in the order of `COLUMNS`."""
    return (loss.rank, loss.kind, loss.id, loss.students, loss.again, loss.again_moving, loss.moves, ";".join(loss.unplaced))


COLUMNS = ("rank", "kind", "id", "students", "again", "again_moving", "moves", "unplaced")
