"""One independent part of a problem on its way through the objectives: the faces left, how all others ended, and the proofs."""

from __future__ import annotations

from itertools import takewhile

import numpy as np

from matcher.solver.branching import settle, settle_by
from matcher.solver.certificate import Certificate, Open, Trail
from matcher.solver.control import Control, OutOfTimeError
from matcher.solver.face import Face, Proof
from matcher.solver.goal import Goal
from matcher.solver.join import Joined, join
from matcher.solver.objectives.base import Stage
from matcher.solver.part import Part, Settled
from matcher.solver.presolve import close_impossible
from matcher.solver.problem import LEFT_OPEN, Problem, StageResult
from matcher.solver.seats import Head, settle_head


def first_face(problem: Problem, control: Control | None = None) -> tuple[Joined, np.ndarray]:
    """All plans of a problem, as its objectives begin with them: linked students joined, impossible choices shut.

    Also int64 [k, 2], the pairs that were shut, each with the limit that shuts it; joined students are in no such limit.
    """
    joined = join(problem, control or Control())
    shut = close_impossible(joined.face)
    shut[:, 0] = joined.pairs.indices[joined.pairs.indptr[shut[:, 0]]]
    return joined, shut


class Piece:
    """A problem and what is known about it after the objectives settled so far.

    Attributes
    ----------
    results : the settled objectives; after the budget ran out also the one that was left open, with its bound.
    left : what was left open, with what is proven about it.
    likely : int64 [k], pairs that the last relaxation before that takes, those most nearly whole first.
    """

    def __init__(self, problem: Problem, stages: list[Stage], control: Control, workers: int) -> None:
        self.problem, self.stages, self.control, self.workers = problem, stages, control, workers
        self.joined, self._shut = first_face(problem, control)
        control.obey()
        self._faces, self._parts, self._closed = [self.joined.face], list[Part](), list[Trail]()
        self._guide, self._weighted = self.joined.weights(_guide(problem, stages)), _weighted(problem)
        self._head: Head | None = None
        self._best: np.ndarray | None = None
        self.results: list[StageResult] = []
        self.left: tuple[tuple[Face, Proof], ...] = ()
        self.likely = np.zeros(0, np.int64)

    def settle(self, k: int) -> bool:
        """Settle the next objective, or leave it open when time is up; False when there is no plan."""
        name, weights = self.stages[k]
        plans = tuple(part.plan for part in self._parts if part.plan is not None)
        cost = self.joined.weights(weights)
        goal = Goal(cost, self._guide, k, self.control, name, self.workers, plans, self._weighted, k == len(self.stages) - 1)
        try:
            self.control.look()
            if k == 0:
                self._head = settle_head(self.problem, self.stages, self.control)
        except OutOfTimeError:
            return self._leave(goal, tuple((face, goal.left(face, None)) for face in self._faces))
        settled = self._by_paths(goal) or settle(self._faces, goal)
        self._closed += settled.closed
        if settled.left:
            return self._leave(goal, settled.left)
        self._parts, self._faces = settled.parts, [part.face for part in settled.parts]
        if not self._parts:
            return False
        self._best = self._parts[0].plan
        self.results.append(_result(name, self._parts[0].value, self._parts[0].face, self._parts[0].proof, settled.road))
        return True

    def _by_paths(self, goal: Goal) -> Settled | None:
        head = self._head
        known = head is not None and goal.stage < len(head.prices)
        return settle_by(self._faces[0], goal, head.plan, head.prices[goal.stage]) if head is not None and known else None

    def _leave(self, goal: Goal, left: tuple[tuple[Face, Proof], ...]) -> bool:
        """Note the best plan so far, and what may still be better."""
        self._best = self._best if goal.best() is None else goal.best()
        self.left = left
        if goal.seen.vertex is not None:
            taken = self.joined.pairs[goal.seen.vertex].indices
            self.likely = np.array(list(dict.fromkeys(taken.tolist())), np.int64)
        face, proof = max(left, key=lambda one: one[1].bound / one[1].scale)
        self.results.append(_result(goal.name, proof.bound // proof.scale, face, proof, LEFT_OPEN))
        return True

    def plan(self) -> np.ndarray | None:
        """int32 [k]: the best plan so far, as pairs; None when none is known."""
        return None if self._best is None else self.joined.chosen(self._best)

    def certificate(self) -> Certificate:
        """All parts that the plans were split into."""
        trails = [(*face.trail, Open(len(self.results) - 1, proof.prices, proof.scale, packed=proof.packed)) for face, proof in self.left]
        columns = self.joined.pairs if self.joined.groups else None
        return Certificate((*(trails or [face.trail for face in self._faces]), *self._closed), self._shut, self.joined.groups, columns)


def _weighted(problem: Problem) -> bool:
    """Whether pairs weigh differently in a limit: relaxations are weak then and branching on them is slow."""
    return int(np.abs(problem.limits.data).max(initial=0)) > 1


def _guide(problem: Problem, stages: list[Stage]) -> np.ndarray:
    """int64 [n]: points, and more for each counting objective before the first that does not count."""
    guide = problem.points.astype(np.int64)
    step = 5 * int(np.abs(guide).max(initial=1))
    for _, weights in takewhile(lambda stage: stage[1].max(initial=0) <= 1, stages):
        guide = guide + step * weights
    return guide


def _result(name: str, value: int, face: Face, proof: Proof, road: str) -> StageResult:
    cuts = face.cuts[: len(proof.prices) - face.rows.shape[0]]
    return StageResult(name, value, value, proof.prices, proof.scale, road, cuts)
