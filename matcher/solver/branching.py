"""One objective over a union of faces: relaxations prove what they can, branching splits what stays fractional."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from scipy import sparse

from matcher.solver.certificate import Beaten, Empty, Priced, Searched, Step, Trail
from matcher.solver.face import FREE, Face, Proof, empty_by, narrow, prove, whole_plan
from matcher.solver.linear import Program, guess_whole, ray_of, solve_relaxation, solve_whole

MASTER = 50_000
"""Pairs up to which the linear program holds all of them; above, it starts with the best of each student."""
BEST_PER_STUDENT = 12
FIRST_GUESS = 3_000
"""Pairs that a guess tries first, or in a large problem so many per student."""
GUESS_PER_STUDENT = 5
GUESS_NODES = 200
"""Nodes after which a guess in a large problem ends with what it has; what is not proven then is split."""
NODES = 300
"""Relaxations per objective before CP-SAT takes over."""
NEAR = 50
"""When pairs join the linear program, those this close to joining join too: fewer rounds."""
WEIGHTED = 200
"""Open pairs above which a face whose pairs weigh differently in a limit goes to CP-SAT: relaxations are weak there, branching is slow."""
LIFT = 1 << 14
"""Weight of a counting objective beside the points that break its ties inside the linear program."""


@dataclass(frozen=True)
class Part:
    """A face after one objective: the value all its plans have, the proof, and a plan (None while only assumed).

    Where `branch_on` names pairs, the value is only a ceiling, `known` is what some plan (`guess`) reaches, and the face is to be split.
    `support` has the pairs that the relaxation uses: with them the next program is feasible.
    """

    face: Face
    value: int
    proof: Proof
    plan: np.ndarray | None
    branch_on: np.ndarray | None = None
    known: int = -FREE
    guess: np.ndarray | None = None
    support: np.ndarray = field(default_factory=lambda: np.zeros(0, np.int64))

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
    """What one objective asks: weights to maximise, and points that break its ties inside the relaxation.

    Attributes
    ----------
    keep : pairs that the linear program always holds (the plan so far, so that it stays feasible).
    stage : which stage this is.
    may_assume : whether a whole bound at a fractional vertex may be taken for its value until a later objective confirms it.
    """

    weights: np.ndarray
    points: np.ndarray
    stage: int
    may_assume: bool
    workers: int = 1
    keep: np.ndarray = field(default_factory=lambda: np.zeros(0, np.int64))

    @property
    def lift(self) -> int:
        """Counting objectives tie almost everywhere, which stalls the simplex method; points break the ties."""
        return LIFT if self.weights.max(initial=0) <= 1 else 1

    @property
    def cost(self) -> np.ndarray:
        """int64 [n]: what the relaxation maximises."""
        return self.weights * self.lift + (self.points if self.lift > 1 else 0)


def settle(faces: list[Face], goal: Goal) -> Settled:
    """The parts of the faces that reach the best value, narrowed to exactly the plans that reach it.

    No part is left only if no face holds a whole plan.
    """
    nodes: list[tuple[float, Face, Proof | None]] = [(np.inf, face, None) for face in faces]
    parts: list[Part] = []
    closed: list[Trail] = []
    road, known = "linear", -FREE
    weighted = bool(faces) and faces[0].weighted
    for _ in range(NODES):
        known = max([known, *(part.value for part in parts)])
        closed += [(*face.trail, _beaten(goal, proof)) for value, face, proof in nodes if value < known]
        nodes = sorted((node for node in nodes if node[0] >= known), key=lambda node: -node[0])
        if not nodes:
            break
        face = nodes.pop(0)[1]
        part = _relax(face, goal)
        if weighted and isinstance(part, Part) and part.branch_on is not None and face.open.sum() > WEIGHTED:
            road, part = "linear + CP-SAT", _by_sat(face, goal, part.guess)
        if isinstance(part, Empty | Searched):
            closed.append((*face.trail, part))
        elif part.plan is not None or part.branch_on is None:
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
    return Settled([part for part in parts if part.value == best], road, closed)


def settle_by(face: Face, goal: Goal, plan: np.ndarray, prices: np.ndarray) -> Settled | None:
    """The one part of a face, where a plan and whole-number prices of its rows prove each other; None where they do not."""
    value = int(goal.weights[plan].sum())
    proof = prove(face, goal.weights, prices, value)
    if proof.bound != proof.scale * value:
        return None
    part = Part(face, value, proof, plan, support=plan.astype(np.int64))
    _keep(part, goal)
    return Settled([part], "shortest paths", [])


def _keep(part: Part, goal: Goal) -> None:
    """Narrow a part to the plans that reach its value, and note how."""
    step = Priced(goal.stage, part.proof.prices, part.proof.scale) if part.proven else Searched(goal.stage)
    part.face.trail = (*part.face.trail, step)
    narrow(part.face, goal.weights, part.proof, part.value)


def _beaten(goal: Goal, proof: Proof | None) -> Step:
    return Searched(goal.stage) if proof is None else Beaten(goal.stage, proof.prices, proof.scale)


def _program(face: Face, cost: np.ndarray) -> Program:
    free = np.flatnonzero(face.open)
    return Program(face.of(free), face.low, face.high, cost[free])


def _relax(face: Face, goal: Goal) -> Part | Empty | Searched:
    """The relaxation of one face: a proven or assumed part, one with the pairs to branch on, or how it ends without a plan."""
    cost = goal.cost
    master = _master(face, goal)
    while True:
        program = Program(face.of(master), face.low, face.high, cost[master])
        answer = solve_relaxation(program)
        if not answer.feasible:
            prices = empty_by(face, answer.prices)
            prices = empty_by(face, ray_of(program)) if prices is None else prices
            if prices is not None:
                return Empty(prices)
            if len(master) == face.open.sum():
                _check_empty(face, goal)
                return Searched(goal.stage)
            master = np.flatnonzero(face.open)
            continue
        chosen, value = whole_plan(face, master, answer.x, goal.weights)
        proof = prove(face, goal.weights, answer.prices / goal.lift, value)
        ceiling = proof.bound // proof.scale
        if value is not None and value == ceiling:
            return Part(face, value, proof, chosen, support=chosen)
        reached = float(goal.weights[master] @ answer.x)
        whole = proof.bound % proof.scale == 0 and abs(ceiling - reached) < 1e-6 * max(1.0, abs(reached))
        missing = _worth_adding(face, master, cost, answer.prices)
        if whole or not len(missing):
            break
        master = np.union1d(master, missing)
    fraction = np.abs(answer.x - np.rint(answer.x))
    if fraction.max(initial=0) < 1e-6:
        return _by_sat(face, goal)
    guessed, known = _guess(face, goal, answer.prices, master[answer.x > 1e-9])
    if known == ceiling:
        return Part(face, ceiling, proof, guessed, support=guessed)
    if goal.may_assume and whole:
        return Part(face, ceiling, proof, None, support=master[answer.x > 1e-9])
    group = _together(face, int(master[np.argmax(fraction)]))
    return Part(face, ceiling, proof, None, group, *((-FREE, None) if known is None else (known, guessed)))


def _check_empty(face: Face, goal: Goal) -> None:
    """Infeasibility is believed only with a proof: where the ray was none in whole numbers, CP-SAT must agree."""
    if solve_whole(_program(face, goal.weights), goal.workers).feasible:
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


def _master(face: Face, goal: Goal) -> np.ndarray:
    """The pairs to begin with: all open ones, or in a large problem the best of each student and whatever is demanded."""
    free = np.flatnonzero(face.open)
    if len(free) <= MASTER:
        return free
    order = free[np.lexsort((-goal.points[free], -goal.weights[free], face.student[free]))]
    owner = face.student[order]
    rank = np.arange(len(order)) - np.searchsorted(owner, owner)
    demands = np.flatnonzero(face.low[: face.limits] > 0)
    wanted = goal.keep if len(goal.keep) else np.unique(face.rows[demands].indices)
    return np.union1d(order[rank < BEST_PER_STUDENT], wanted[face.open[wanted]])


def _worth_adding(face: Face, master: np.ndarray, cost: np.ndarray, prices: np.ndarray) -> np.ndarray:
    """Open pairs outside the linear program, best margin first, if its prices show that any could improve it."""
    if len(master) == face.open.sum():
        return np.zeros(0, np.int64)
    pairs, rows = face.free
    margin = cost[pairs] - rows @ prices
    margin[np.searchsorted(pairs, master)] = -np.inf
    if margin.max(initial=-np.inf) <= 1e-6:
        return np.zeros(0, np.int64)
    likely = np.flatnonzero(margin > -NEAR)
    best = likely[np.argsort(-margin[likely], kind="stable")]
    return np.asarray(pairs[best[: max(MASTER // 4, int((margin > 1e-6).sum()))]])


def _guess(face: Face, goal: Goal, prices: np.ndarray, support: np.ndarray) -> tuple[np.ndarray, int | None]:
    """Some good whole plan and its value, by HiGHS on the likeliest open pairs and those in use; checked in whole numbers."""
    free, rows = face.free
    most = max(FIRST_GUESS, GUESS_PER_STUDENT * (face.own.stop - face.own.start))
    if len(free) > most:
        margin = goal.cost[free] - rows @ prices
        free = np.union1d(free[np.argsort(-margin, kind="stable")[:most]], support)
    program = Program(face.of(free), face.low, face.high, goal.weights[free])
    answer = guess_whole(program, None if len(free) <= FIRST_GUESS else GUESS_NODES)
    return whole_plan(face, free, answer.x, goal.weights) if answer.feasible else (np.zeros(0, np.int32), None)


def _by_sat(face: Face, goal: Goal, known: np.ndarray | None = None) -> Part | Searched:
    """CP-SAT over a face: its best whole plan, asked for a better one until there is none; no part when there is no plan."""
    free = np.flatnonzero(face.open)
    program = _program(face, goal.weights)
    answer = solve_relaxation(program)
    if not answer.feasible:
        return Searched(goal.stage)
    prices = answer.prices
    if known is None:
        chosen, value = whole_plan(face, free, guess_whole(program).x, goal.weights)
    else:
        chosen, value = known, int(goal.weights[known].sum())
    proof = prove(face, goal.weights, prices, value)
    rows = sparse.vstack([face.rows, sparse.csr_matrix(goal.weights)], format="csc")
    while True:
        room = FREE if value is None else proof.bound - proof.scale * (value + 1)
        able = free[-proof.reduced <= room]
        least = -FREE if value is None else value + 1
        better = Program(rows[:, able].tocsr(), np.append(face.low, least), np.append(face.high, FREE), goal.weights[able])
        answer = solve_whole(better, goal.workers)
        if not answer.feasible:
            return Searched(goal.stage) if value is None else Part(face, value, proof, chosen)
        chosen = able[answer.x > 0.5].astype(np.int32)
        value = int(goal.weights[chosen].sum())
