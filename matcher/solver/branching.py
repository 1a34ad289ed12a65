"""One objective over a union of faces: relaxations and cuts prove what they can, branching splits what stays fractional."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from scipy import sparse

from matcher.solver.cuts import add_cut, find_cuts
from matcher.solver.face import FREE, Face, Proof, keeps, narrow, prove, proves_empty, whole_plan
from matcher.solver.linear import Answer, Program, guess_whole, solve_whole
from matcher.solver.relaxation import Relaxation

FIRST_GUESS = 3_000
"""Pairs that a guess has at least; more when there are many students."""
GUESS_PER_STUDENT = 3
NODES = 300
"""Relaxations per objective before CP-SAT takes over."""
CUT_ROUNDS = 20
"""How often cuts are added to one relaxation."""
COUNTING = 8
"""An objective whose weights are no larger counts students; it ties almost everywhere."""
LIFT = 1 << 20
"""Weight of a counting objective beside the guide that breaks its ties inside the linear program."""
GUIDE = 1 << 15
"""Largest weight in a guide."""


@dataclass(frozen=True)
class Part:
    """A face after one objective: the value all its plans have, the proof, and a plan.

    Where `branch_on` names pairs, the value is only a ceiling, `known` is what some plan reaches, and the face is to be split.
    """

    face: Face
    value: int
    proof: Proof
    plan: np.ndarray | None
    branch_on: np.ndarray | None = None
    known: int = -FREE


@dataclass(frozen=True)
class Goal:
    """What one objective asks: weights to maximise, and a guide that breaks its ties inside the relaxation.

    Attributes
    ----------
    plans : the plans found so far; one that is on the face and reaches the bound is enough.
    """

    weights: np.ndarray
    guide: np.ndarray
    workers: int = 1
    plans: tuple[np.ndarray, ...] = field(default=(), repr=False)

    @property
    def lift(self) -> int:
        """Counting objectives tie almost everywhere, which stalls the simplex method; a guide breaks the ties."""
        return LIFT if self.weights.max(initial=0) <= COUNTING else 1

    @property
    def cost(self) -> np.ndarray:
        """int64 [n]: what the relaxation maximises."""
        if self.lift == 1:
            return self.weights
        largest = max(GUIDE, int(np.abs(self.guide).max(initial=0)))
        return np.asarray(self.weights * self.lift + self.guide * GUIDE // largest)


def settle(faces: list[Face], goal: Goal) -> tuple[list[Part], str]:
    """The parts of the faces that reach the best value, narrowed to exactly the plans that reach it; and the road taken.

    No part is left only if no face holds a whole plan.
    """
    nodes: list[tuple[float, Face]] = [(np.inf, face) for face in faces]
    parts: list[Part] = []
    road, known = "linear", -FREE
    for _ in range(NODES):
        known = max([known, *(part.value for part in parts)])
        nodes = sorted((node for node in nodes if node[0] >= known), key=lambda node: -node[0])
        if not nodes:
            break
        face = nodes.pop(0)[1]
        part = _relax(face, goal)
        if part is None:
            continue
        if part.branch_on is None:
            parts.append(part)
            continue
        road = "linear + branching"
        known = max(known, part.known)
        nodes += [(part.value, half) for half in face.split(part.branch_on)]
    else:
        road = "linear + CP-SAT"
        parts += [part for _, face in nodes if (part := _by_sat(face, goal)) is not None]
    best = max((part.value for part in parts), default=None)
    kept = [part for part in parts if part.value == best]
    for part in kept:
        narrow(part.face, goal.weights, part.proof, part.value)
    if road == "linear" and any(any(part.face.cuts) for part in kept):
        road = "linear + cuts"
    return kept, road


def _relax(face: Face, goal: Goal) -> Part | None:
    """The relaxation of one face, with cuts: a proven part, or one with the pairs to branch on; None if there is no plan."""
    relaxation = Relaxation.of(face, goal.cost)
    lift, plan, value = goal.lift, *_known(face, goal)
    for rounds in range(CUT_ROUNDS + 1):
        answer = relaxation.solve()
        if not answer.feasible:
            if not proves_empty(face, answer.prices):
                _check_empty(face, goal)
            return None
        found, reached = whole_plan(face, relaxation.pairs, answer.x, goal.weights)
        if reached is not None and (value is None or reached > value):
            plan, value = found, reached
        least = float(goal.weights[relaxation.pairs] @ answer.x)
        proof = prove(face, goal.weights, answer.prices / lift, value, least + 1e-6 * max(1.0, abs(least)))
        if plan is not None and value == proof.bound // proof.scale:
            return Part(face, value, proof, plan)
        if reached is not None and lift > 1:  # the guide spoke too loud
            lift, relaxation.cost = 1, goal.weights
            continue
        cuts = find_cuts(face, relaxation.pairs, answer.x) if rounds < CUT_ROUNDS else []
        if not cuts:
            break
        for cut in cuts:
            add_cut(face, cut)
    return _stuck(face, goal, relaxation, answer, proof, value)


def _stuck(face: Face, goal: Goal, relaxation: Relaxation, answer: Answer, proof: Proof, value: int | None) -> Part | None:
    """No cut helps: a good guess may meet the bound; otherwise branch, and where nothing is fractional ask CP-SAT."""
    fraction = np.abs(answer.x - np.rint(answer.x))
    if fraction.max(initial=0) < 1e-6:
        return _by_sat(face, goal)
    ceiling = proof.bound // proof.scale
    guessed, known = _guess(face, goal, relaxation.cost, answer.prices)
    if known == ceiling:
        return Part(face, ceiling, proof, guessed)
    group = _together(face, int(relaxation.pairs[np.argmax(fraction)]))
    return Part(face, ceiling, proof, None, group, max((v for v in (known, value) if v is not None), default=-FREE))


def _known(face: Face, goal: Goal) -> tuple[np.ndarray | None, int | None]:
    """The best plan so far that is on this face, and its value."""
    here = [plan for plan in goal.plans if keeps(face, plan)]
    best = max(here, key=lambda plan: int(goal.weights[plan].sum()), default=None)
    return best, None if best is None else int(goal.weights[best].sum())


def _program(face: Face, pairs: np.ndarray, cost: np.ndarray) -> Program:
    return Program(face.of(pairs), face.low, face.high, cost[pairs])


def _check_empty(face: Face, goal: Goal) -> None:
    """Infeasibility is believed only with a proof: where the ray was none in whole numbers, CP-SAT must agree."""
    if solve_whole(_program(face, np.flatnonzero(face.open), goal.weights), goal.workers).feasible:
        raise RuntimeError("the relaxation of a feasible face was called infeasible")


def _together(face: Face, pair: int) -> np.ndarray:
    """The open pairs of the same student that a coupling limit (one with negative coefficients) treats like this pair."""
    own = np.flatnonzero(face.open & (face.student == face.student[pair]))
    coupling = face.coupling
    if not len(coupling):
        return np.array([pair])
    columns = face.columns[:, own].tocsr()[coupling].toarray()
    like = (columns == columns[:, [int(np.flatnonzero(own == pair)[0])]]).all(axis=0)
    return own[like] if columns[:, own == pair].any() else np.array([pair])


def _guess(face: Face, goal: Goal, cost: np.ndarray, prices: np.ndarray) -> tuple[np.ndarray, int | None]:
    """Some good whole plan and its value, by HiGHS on the likeliest open pairs; checked in whole numbers."""
    pairs, paid = face.paid(prices)
    free, margin = pairs[face.open[pairs]], (cost[pairs] - paid)[face.open[pairs]]
    size = max(FIRST_GUESS, GUESS_PER_STUDENT * len(np.unique(face.student[free])))
    if len(free) > size:
        free = np.sort(free[np.argsort(-margin, kind="stable")[:size]])
    return whole_plan(face, free, guess_whole(_program(face, free, cost)).x, goal.weights)


def _by_sat(face: Face, goal: Goal) -> Part | None:
    """CP-SAT over a face: its best whole plan, asked for a better one until there is none; None when there is no plan."""
    relaxation = Relaxation.of(face, goal.weights)
    answer = relaxation.solve()
    if not answer.feasible:
        return None
    chosen, value = _guess(face, goal, goal.weights, answer.prices)
    proof = prove(face, goal.weights, answer.prices, value)
    while True:
        room = FREE if value is None else proof.bound - proof.scale * (value + 1)
        able = np.flatnonzero(face.open & (-proof.reduced <= room))
        program = _program(face, able, goal.weights)
        rows = sparse.vstack([program.rows, sparse.csr_matrix(program.cost)], format="csr")
        least = -FREE if value is None else value + 1
        found = solve_whole(Program(rows, np.append(face.low, least), np.append(face.high, FREE), program.cost), goal.workers)
        if not found.feasible:
            return None if value is None else Part(face, value, proof, chosen)
        chosen = able[found.x > 0.5].astype(np.int32)
        value = int(goal.weights[chosen].sum())
