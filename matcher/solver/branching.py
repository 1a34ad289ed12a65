"""One objective over a union of faces: relaxations and cuts prove what they can, branching splits what stays fractional."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from scipy import sparse

from matcher.solver.certificate import Beaten, Empty, Priced, Searched, Step, Trail
from matcher.solver.cuts import add_cut, find_cuts
from matcher.solver.face import FREE, Face, Proof, empty_by, keeps, narrow, prove, whole_plan
from matcher.solver.linear import Answer, Program, guess_whole, ray_of, solve_whole
from matcher.solver.relaxation import Relaxation

FIRST_GUESS = 3_000
"""Pairs that a guess has at least; more when there are many students."""
GUESS_PER_STUDENT = 3
GUESS_NODES = 200
"""Nodes after which a guess in a large problem ends with what it has; what is not proven then is split."""
NODES = 300
"""Relaxations per objective before CP-SAT takes over."""
WEIGHTED = 200
"""Open pairs above which a face whose pairs weigh differently in a limit goes to CP-SAT: relaxations are weak there, branching is slow."""
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

    @property
    def proven(self) -> bool:
        """Whether the prices prove the value, and not CP-SAT."""
        return self.proof.bound // self.proof.scale == self.value


@dataclass(frozen=True)
class Settled:
    """One objective over all faces: the parts that reach the best value, the road taken, and how all other parts ended."""

    parts: list[Part]
    road: str
    closed: list[Trail]


@dataclass(frozen=True)
class Goal:
    """What one objective asks: weights to maximise, and a guide that breaks its ties inside the relaxation.

    Attributes
    ----------
    stage : which stage this is.
    plans : the plans found so far; one that is on the face and reaches the bound is enough.
    weighted : whether pairs weigh differently in some limit.
    """

    weights: np.ndarray
    guide: np.ndarray
    stage: int
    workers: int = 1
    plans: tuple[np.ndarray, ...] = field(default=(), repr=False)
    weighted: bool = False

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


def settle(faces: list[Face], goal: Goal) -> Settled:
    """The parts of the faces that reach the best value, narrowed to exactly the plans that reach it.

    No part is left only if no face holds a whole plan.
    """
    nodes: list[tuple[float, Face, Proof | None]] = [(np.inf, face, None) for face in faces]
    parts: list[Part] = []
    closed: list[Trail] = []
    road, known = "linear", -FREE
    for _ in range(NODES):
        known = max([known, *(part.value for part in parts)])
        closed += [(*face.trail, _beaten(goal, proof)) for value, face, proof in nodes if value < known]
        nodes = sorted((node for node in nodes if node[0] >= known), key=lambda node: -node[0])
        if not nodes:
            break
        face = nodes.pop(0)[1]
        part = _relax(face, goal)
        if isinstance(part, Empty | Searched):
            closed.append((*face.trail, part))
        elif part.branch_on is None:
            road = road if part.proven else "linear + CP-SAT"
            parts.append(part)
        else:
            road = "linear + branching"
            known = max(known, part.known)
            nodes += [(part.value, half, part.proof) for half in face.split(part.branch_on)]
    else:
        road = "linear + CP-SAT"
        for _, face, _ in nodes:
            part = _by_sat(face, goal)
            parts += [part] if isinstance(part, Part) else []
            closed += [] if isinstance(part, Part) else [(*face.trail, part)]
    best = max((part.value for part in parts), default=None)
    for part in parts:
        if part.value == best:
            _keep(part, goal)
        else:
            closed.append((*part.face.trail, _beaten(goal, part.proof) if part.proven else Searched(goal.stage)))
    kept = [part for part in parts if part.value == best]
    if road == "linear" and any(any(part.face.cuts) for part in kept):
        road = "linear + cuts"
    return Settled(kept, road, closed)


def settle_by(face: Face, goal: Goal, plan: np.ndarray, prices: np.ndarray) -> Settled | None:
    """The one part of a face, where a plan and whole-number prices of its rows prove each other; None where they do not."""
    value = int(goal.weights[plan].sum())
    proof = prove(face, goal.weights, prices, value)
    if proof.bound != proof.scale * value:
        return None
    part = Part(face, value, proof, plan)
    _keep(part, goal)
    return Settled([part], "shortest paths", [])


def _keep(part: Part, goal: Goal) -> None:
    """Narrow a part to the plans that reach its value, and note how."""
    step = Priced(goal.stage, part.proof.prices, part.proof.scale) if part.proven else Searched(goal.stage)
    part.face.trail = (*part.face.trail, step)
    narrow(part.face, goal.weights, part.proof, part.value)


def _beaten(goal: Goal, proof: Proof | None) -> Step:
    return Searched(goal.stage) if proof is None else Beaten(goal.stage, proof.prices, proof.scale)


def _relax(face: Face, goal: Goal) -> Part | Empty | Searched:
    """The relaxation of one face, with cuts: a proven part, one with the pairs to branch on, or how it ends without a plan."""
    relaxation = Relaxation.of(face, goal.cost)
    lift, plan, value = goal.lift, *_known(face, goal)
    for rounds in range(CUT_ROUNDS + 1):
        answer = relaxation.solve()
        if not answer.feasible:
            return _empty(face, goal, answer.prices)
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


def _stuck(face: Face, goal: Goal, relaxation: Relaxation, answer: Answer, proof: Proof, value: int | None) -> Part | Empty | Searched:
    """No cut helps: a good guess may meet the bound; otherwise branch, and where nothing is fractional ask CP-SAT."""
    fraction = np.abs(answer.x - np.rint(answer.x))
    if fraction.max(initial=0) < 1e-6:
        return _by_sat(face, goal)
    ceiling = proof.bound // proof.scale
    guessed, known = _guess(face, goal, relaxation.cost, answer.prices, relaxation.pairs[answer.x > 1e-9])
    if known == ceiling:
        return Part(face, ceiling, proof, guessed)
    if goal.weighted and face.open.sum() > WEIGHTED:
        return _by_sat(face, goal, None if known is None else guessed)
    group = _together(face, int(relaxation.pairs[np.argmax(fraction)]))
    return Part(face, ceiling, proof, None, group, max((v for v in (known, value) if v is not None), default=-FREE))


def _known(face: Face, goal: Goal) -> tuple[np.ndarray | None, int | None]:
    """The best plan so far that is on this face, and its value."""
    here = [plan for plan in goal.plans if keeps(face, plan)]
    best = max(here, key=lambda plan: int(goal.weights[plan].sum()), default=None)
    return best, None if best is None else int(goal.weights[best].sum())


def _program(face: Face, pairs: np.ndarray, cost: np.ndarray) -> Program:
    return Program(face.of(pairs), face.low, face.high, cost[pairs])


def _empty(face: Face, goal: Goal, ray: np.ndarray) -> Empty | Searched:
    """How a face without a plan ends: by prices; infeasibility without a proof is believed only if CP-SAT agrees."""
    prices = empty_by(face, ray)
    if prices is None:
        program = _program(face, np.flatnonzero(face.open), goal.weights)
        prices = empty_by(face, ray_of(program))
        if prices is None and solve_whole(program, goal.workers).feasible:
            raise RuntimeError("the relaxation of a feasible face was called infeasible")
    return Searched(goal.stage) if prices is None else Empty(prices)


def _together(face: Face, pair: int) -> np.ndarray:
    """The open pairs of the same student that a coupling limit (one with negative coefficients) treats like this pair."""
    own = np.flatnonzero(face.open & (face.student == face.student[pair]))
    coupling = face.coupling
    if not len(coupling):
        return np.array([pair])
    columns = face.columns[:, own].tocsr()[coupling].toarray()
    like = (columns == columns[:, [int(np.flatnonzero(own == pair)[0])]]).all(axis=0)
    return own[like] if columns[:, own == pair].any() else np.array([pair])


def _guess(face: Face, goal: Goal, cost: np.ndarray, prices: np.ndarray, support: np.ndarray) -> tuple[np.ndarray, int | None]:
    """Some good whole plan and its value, by HiGHS on the likeliest open pairs and those in use; checked in whole numbers."""
    pairs, paid = face.paid(prices)
    free, margin = pairs[face.open[pairs]], (cost[pairs] - paid)[face.open[pairs]]
    size = max(FIRST_GUESS, GUESS_PER_STUDENT * len(np.unique(face.student[free])))
    if len(free) > size:
        free = np.union1d(free[np.argsort(-margin, kind="stable")[:size]], support)
    answer = guess_whole(_program(face, free, cost), None if len(free) <= FIRST_GUESS else GUESS_NODES)
    return whole_plan(face, free, answer.x, goal.weights) if answer.feasible else (np.zeros(0, np.int32), None)


def _by_sat(face: Face, goal: Goal, known: np.ndarray | None = None) -> Part | Empty | Searched:
    """CP-SAT over a face: its best whole plan, asked for a better one until there is none; no part when there is no plan."""
    relaxation = Relaxation.of(face, goal.weights)
    answer = relaxation.solve()
    if not answer.feasible:
        return _empty(face, goal, answer.prices)
    if known is None:
        chosen, value = _guess(face, goal, goal.weights, answer.prices, relaxation.pairs[answer.x > 1e-9])
    else:
        chosen, value = known, int(goal.weights[known].sum())
    proof = prove(face, goal.weights, answer.prices, value)
    while True:
        room = FREE if value is None else proof.bound - proof.scale * (value + 1)
        able = np.flatnonzero(face.open & (-proof.reduced <= room))
        program = _program(face, able, goal.weights)
        rows = sparse.vstack([program.rows, sparse.csr_matrix(program.cost)], format="csr")
        least = -FREE if value is None else value + 1
        found = solve_whole(Program(rows, np.append(face.low, least), np.append(face.high, FREE), program.cost), goal.workers)
        if not found.feasible:
            return Searched(goal.stage) if value is None else Part(face, value, proof, chosen)
        chosen = able[found.x > 0.5].astype(np.int32)
        value = int(goal.weights[chosen].sum())
