"""One objective over a union of faces: relaxations and cuts prove what they can, branching splits what stays fractional."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from scipy import sparse

from matcher.solver.certificate import Beaten, Empty, Priced, Searched, Sieve, Step, Trail
from matcher.solver.control import OutOfTimeError
from matcher.solver.cuts import add_cut, find_cuts
from matcher.solver.face import FREE, Face, Proof, bound_of, empty_by, keeps, narrow, prove, whole_plan
from matcher.solver.goal import Goal
from matcher.solver.guess import USED, guess
from matcher.solver.linear import Answer, Program, ray_of, solve_whole
from matcher.solver.packing import SCALE, Packing, bound_again, make_plan, relax_packed
from matcher.solver.part import Part, Settled, program_of, together
from matcher.solver.problem import KNAPSACKS
from matcher.solver.relaxation import Relaxation

NODES = 300
"""Relaxations per objective before CP-SAT takes over."""
WORK = 1_000_000
"""Open pairs in all these relaxations together, before CP-SAT takes over; but a face is relaxed `LEAST_NODES` times before."""
LEAST_NODES = 30
WEIGHTED = 50
"""Open pairs above which a face whose pairs weigh differently in a limit goes to CP-SAT: relaxations are weak there, branching is slow."""
SIEVE = 0.75
"""A face is solved again with fewer pairs when no more than this share of the open ones is left."""
CUT_ROUNDS = 20
"""How often cuts are added to one relaxation."""
PACKED_NODES = 200_000
"""The same as `NODES` where knapsacks bound the parts of the last objective: that takes about a thousandth of a second."""
_NOTHING = np.zeros(0, np.int64)


def settle(faces: list[Face], goal: Goal) -> Settled:
    """The parts of the faces that reach the best value, narrowed to exactly the plans that reach it.

    No part is left only if no face holds a whole plan. Of the last objective one plan is enough: where knapsacks bound, parts that
    are only as good are closed too, and one of those then stands for the value.
    """
    nodes: list[tuple[float, Face, Proof | None]] = [(np.inf, face.copy(), None) for face in faces]
    parts: list[Part] = []
    closed: list[tuple[Face, Step]] = []
    road, known, packed, work, deeper = "linear", -FREE, False, 0, None
    try:
        for done in range(PACKED_NODES):
            known = max([known, *(part.value for part in parts), *([goal.seen.best[1]] if packed and goal.seen.best else [])])
            below = known + packed
            closed += [(face, _beaten(goal, face, proof)) for value, face, proof in nodes if value < below]
            nodes = sorted((node for node in nodes if node[0] >= below), key=lambda node: -node[0])
            if not nodes or (not packed and (done >= NODES or (work > WORK and done > LEAST_NODES * len(faces)))):
                break
            at = next((i for i, node in enumerate(nodes) if node[1] is deeper), 0)
            face, others = nodes[at][1], nodes[:at] + nodes[at + 1 :]
            work += int(face.open.sum())
            goal.seen.others = int(min(FREE, max([known, *(node[0] for node in others)])))
            part = _relax(face, goal)
            nodes = others
            packed = packed or (goal.last and face.packed is not None)
            if isinstance(part, Empty | Searched | Beaten):
                closed.append((face, part))
            elif part.branch_on is None:
                road = road if part.proven else "linear + CP-SAT"
                parts.append(part)
            else:
                road = KNAPSACKS if part.proof.packed else "linear + branching"
                known = max(known, part.known)
                proof = replace(part.proof, reduced=_NOTHING)
                nodes += [(part.value, half, proof) for half in face.split(part.branch_on)]
                deeper = nodes[-1][1] if packed else None
        if packed and not nodes and known > max((part.value for part in parts), default=-FREE):
            return _none_better(goal, closed + [(part.face, _worse(goal, part)) for part in parts])
        if nodes:  # too many: each of the faces at once
            road, parts, closed, nodes = "linear + CP-SAT", [], [], [(np.inf, face, None) for face in faces]
            while nodes:
                face, part = nodes[0][1], _by_sat(nodes[0][1], goal)
                nodes = nodes[1:]
                parts += [part] if isinstance(part, Part) else []
                closed += [] if isinstance(part, Part) else [(face, part)]
    except OutOfTimeError:
        left = [(part.face, part.proof) for part in parts] + [(face, goal.left(face, proof)) for _, face, proof in nodes]
        return Settled([], road, _trails(closed), tuple(left))
    best = max((part.value for part in parts), default=None)
    for part in parts:
        if part.value == best:
            _keep(part, goal)
        else:
            closed.append((part.face, _worse(goal, part)))
    kept = [part for part in parts if part.value == best]
    return Settled(kept, _road(road, kept), _trails(closed))


def _road(road: str, kept: list[Part]) -> str:
    if any(part.proof.packed for part in kept):
        return KNAPSACKS
    return "linear + cuts" if road == "linear" and any(any(part.face.cuts) for part in kept) else road


def _none_better(goal: Goal, closed: list[tuple[Face, Step]]) -> Settled:
    """The last objective where no part holds a better plan than the best known one, which may be in none of what is left of them."""
    if goal.seen.best is None:
        raise RuntimeError("the search ended without a plan")
    plan, value = goal.seen.best
    for i, (face, end) in reversed(list(enumerate(closed))):
        for step in (end, *reversed(face.trail)):
            if isinstance(step, Beaten | Sieve) and step.stage == goal.stage:
                ended = replace(face, trail=(*face.trail, end))
                proof = Proof(step.prices, step.scale, step.scale * value, _NOTHING, step.packed)
                return Settled([Part(ended, value, proof, plan)], KNAPSACKS, _trails(closed[:i] + closed[i + 1 :]))
    raise RuntimeError("the search ended without a proof")


def _worse(goal: Goal, part: Part) -> Step:
    return _beaten(goal, part.face, part.proof) if part.proven else Searched(goal.stage)


def _trails(closed: list[tuple[Face, Step]]) -> list[Trail]:
    return [(*face.trail, step) for face, step in closed]


def settle_by(face: Face, goal: Goal, plan: np.ndarray, prices: np.ndarray) -> Settled | None:
    """The one part of a face, where a plan and whole-number prices of its rows prove each other; None where they do not."""
    value = int(goal.weights[plan].sum())
    proof = prove(face, goal.weights, prices, value)
    if proof.bound != proof.scale * value:
        return None
    goal.offer(plan, value)
    goal.tell(face, proof)
    part = Part(face, value, proof, plan)
    _keep(part, goal)
    return Settled([part], "shortest paths", [])


def _keep(part: Part, goal: Goal) -> None:
    """Narrow a part to the plans that reach its value, and note how."""
    step = Priced(goal.stage, part.proof.prices, part.proof.scale, packed=part.proof.packed) if part.proven else Searched(goal.stage)
    part.face.trail, part.face.packed = (*part.face.trail, step), None
    narrow(part.face, goal.weights, part.proof, part.value)


def _beaten(goal: Goal, face: Face, proof: Proof | None) -> Step:
    """How a part ends that is proven to be worse; a proof of the part it was split from holds here too, and may prove more."""
    if proof is None:
        return Searched(goal.stage)
    here = bound_again(face, goal.weights, proof)
    return Beaten(goal.stage, here.prices, here.scale, packed=here.packed)


def _relax(face: Face, goal: Goal) -> Part | Empty | Searched | Beaten:
    """The relaxation of one face, with cuts: a proven part, one with the pairs to branch on, or how it ends without a plan."""
    if face.packed is not None and (packing := Packing.of(face)) is not None:
        return relax_packed(face, packing, goal, face.packed) or _by_sat(face, goal)
    relaxation = Relaxation.of(face, goal.cost, goal.control)
    lift, plan, value = goal.lift, *_known(face, goal)
    for rounds in range(CUT_ROUNDS + 1):
        answer = relaxation.solve()
        if not answer.feasible:
            return _empty(face, goal, answer.prices)
        goal.seen.vertex = relaxation.pairs[np.argsort(-answer.x, kind="stable")[: np.count_nonzero(answer.x > USED)]]
        found, reached = whole_plan(face, relaxation.pairs, answer.x, goal.weights)
        if reached is not None and (value is None or reached > value):
            plan, value = found, reached
        if plan is not None and value is not None:
            goal.offer(plan, value)
        least = float(goal.weights[relaxation.pairs] @ answer.x)
        exact = 1e-6 if value is None else 1e-9
        proof = prove(face, goal.weights, answer.prices / lift, value, least + exact * max(1.0, abs(least)))
        goal.tell(face, proof)
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


def _stuck(
    face: Face, goal: Goal, relaxation: Relaxation, answer: Answer, proof: Proof, value: int | None
) -> Part | Empty | Searched | Beaten:
    """No cut helps: a good guess may meet the bound; otherwise branch, and where nothing is fractional ask CP-SAT."""
    fraction = np.abs(answer.x - np.rint(answer.x))
    if fraction.max(initial=0) < 1e-6:
        return _by_sat(face, goal)
    if _sieve(face, goal, proof):
        return _relax(face, goal)
    heavy = goal.weighted and face.open.sum() > WEIGHTED
    if heavy and (packing := Packing.of(face)) is not None:
        if goal.lift == 1:
            return relax_packed(face, packing, goal, proof.prices[face.own] * SCALE / proof.scale) or _by_sat(face, goal)
        start = bound_of(face, goal.cost, np.rint(answer.prices).astype(np.int64), 1).prices[face.own] * float(SCALE)
        if (made := make_plan(face, packing, goal.control, goal.cost, start)) is not None:
            goal.offer(made, int(goal.weights[made].sum()))
            if goal.weights[made].sum() == proof.bound // proof.scale:
                return Part(face, proof.bound // proof.scale, proof, made)
    if heavy and goal.seen.best is not None and keeps(face, goal.seen.best[0]):
        return _by_sat(face, goal, goal.seen.best[0])
    ceiling = proof.bound // proof.scale
    guessed, known = guess(face, goal, relaxation.cost, answer.prices, relaxation.pairs, answer.x)
    if known is not None:
        goal.offer(guessed, known)
    if known == ceiling:
        return Part(face, ceiling, proof, guessed)
    if _sieve(face, goal, proof):
        return _relax(face, goal)
    if heavy:
        return _by_sat(face, goal, None if known is None else guessed)
    group = together(face, int(relaxation.pairs[np.argmax(fraction)]))
    return Part(face, ceiling, proof, None, group, max((v for v in (known, value) if v is not None), default=-FREE))


def _sieve(face: Face, goal: Goal, proof: Proof) -> bool:
    """Shut what no plan can hold that is as good as the best known one; False when that is too little to be worth another relaxation."""
    if goal.seen.best is None:
        return False
    value = goal.seen.best[1]
    kept = face.open & (-proof.reduced <= proof.bound - proof.scale * value)
    if kept.sum() > SIEVE * face.open.sum():
        return False
    face.open = kept
    face.trail = (*face.trail, Sieve(goal.stage, proof.prices, proof.scale, value))
    return True


def _known(face: Face, goal: Goal) -> tuple[np.ndarray | None, int | None]:
    """The best plan so far that is on this face, and its value."""
    here = [plan for plan in goal.plans if keeps(face, plan)]
    best = max(here, key=lambda plan: int(goal.weights[plan].sum()), default=None)
    return best, None if best is None else int(goal.weights[best].sum())


def _empty(face: Face, goal: Goal, ray: np.ndarray) -> Empty | Searched:
    """How a face without a plan ends: by prices; infeasibility without a proof is believed only if CP-SAT agrees."""
    prices = empty_by(face, ray)
    if prices is None:
        program = program_of(face, np.flatnonzero(face.open), goal.weights)
        prices = empty_by(face, ray_of(program, goal.control))
        if prices is None and solve_whole(program, goal.control, goal.workers).feasible:
            raise RuntimeError("the relaxation of a feasible face was called infeasible")
    return Searched(goal.stage) if prices is None else Empty(prices)


def _by_sat(face: Face, goal: Goal, known: np.ndarray | None = None) -> Part | Empty | Searched:
    """CP-SAT over a face: its best whole plan, asked for a better one until there is none; no part when there is no plan."""
    relaxation = Relaxation.of(face, goal.weights, goal.control)
    answer = relaxation.solve()
    if not answer.feasible:
        return _empty(face, goal, answer.prices)
    if known is None:
        chosen, value = guess(face, goal, goal.weights, answer.prices, relaxation.pairs, answer.x)
    else:
        chosen, value = known, int(goal.weights[known].sum())
    proof = prove(face, goal.weights, answer.prices, value)
    if value is not None:
        goal.offer(chosen, value)
    goal.tell(face, proof)
    while True:
        room = FREE if value is None else proof.bound - proof.scale * (value + 1)
        able = np.flatnonzero(face.open & (-proof.reduced <= room))
        program = program_of(face, able, goal.weights)
        rows = sparse.vstack([program.rows, sparse.csr_matrix(program.cost)], format="csr")
        least = -FREE if value is None else value + 1
        better = Program(rows, np.append(face.low, least), np.append(face.high, FREE), program.cost)
        found = solve_whole(better, goal.control, goal.workers, _offering(goal, able, face, proof))
        if not found.feasible:
            return Searched(goal.stage) if value is None else Part(face, value, proof, chosen)
        chosen = able[found.x > 0.5].astype(np.int32)
        value = int(goal.weights[chosen].sum())


def _offering(goal: Goal, able: np.ndarray, face: Face, proof: Proof) -> Callable[[np.ndarray], None]:
    """Takes plans over these pairs as CP-SAT finds them."""

    def found(x: np.ndarray) -> None:
        chosen = able[x > 0.5].astype(np.int32)
        goal.offer_late(chosen, int(goal.weights[chosen].sum()))
        goal.tell(face, proof)

    return found
