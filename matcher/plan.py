"""From candidates and limits to the solver's problem, and from its solution back to placements."""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass, field

import numpy as np
from scipy import sparse

from matcher.candidates import Candidates, limit_rules
from matcher.domain import MODES, NO_RECORD, Earlier, Opportunity, Student
from matcher.rules.base import Limit
from matcher.solver.problem import Problem
from matcher.world import Variant, World

LOT_BITS = 40


@dataclass(frozen=True)
class Model:
    """A problem, and for each of its limit rows the limits (with their rule and subject) that it stands for."""

    problem: Problem
    meaning: tuple[tuple[Limit, ...], ...] = field(repr=False)


@dataclass(frozen=True)
class Placement:
    """A chosen candidate."""

    pair: int
    student: Student
    variant: Variant
    points: int
    mode: str
    minutes: int
    transfers: int


def build_model(candidates: Candidates, left_out: str = "") -> Model:
    """The problem of a round: candidates, all limits but those of the rule `left_out`, and what the objectives read."""
    world = candidates.world
    rows = _merged([limit for rule in limit_rules() if rule.name != left_out for limit in rule.limits(world, candidates)], candidates)
    matrix = _matrix([group[0] for group in rows], len(candidates))
    students = world.students
    problem = Problem(
        student=candidates.student,
        points=candidates.points,
        limits=matrix,
        at_most=np.array([group[0].at_most for group in rows], dtype=np.int64),
        at_least=np.array([group[0].at_least for group in rows], dtype=np.int64),
        objectives=world.settings.objectives.order,
        priority=np.array([s.priority for s in students], dtype=np.int64)[candidates.student],
        today=_today(candidates),
        kept=_kept(candidates),
        landed=_landed(candidates),
        last_term=_last_term(candidates),
        draw=lots(candidates),
        bands=world.settings.objectives.bands,
    )
    return Model(problem, tuple(rows))


def _merged(limits: list[Limit], candidates: Candidates) -> list[tuple[Limit, ...]]:
    """Limits on the same pairs as one row, the tightest first; limits that can never bind are left out."""
    groups: dict[tuple[bytes, bytes], list[Limit]] = {}
    for limit in limits:
        plain = limit.weights is None
        if plain and limit.at_least <= 0 and candidates.students_of(limit.pairs) <= limit.at_most:
            continue
        digest = hashlib.sha256(limit.pairs.astype(np.int64).tobytes()).digest()
        groups.setdefault((digest, b"" if limit.weights is None else limit.weights.tobytes()), []).append(limit)
    rows: list[tuple[Limit, ...]] = []
    for group in groups.values():
        demands = [limit for limit in group if limit.at_least > 0]
        caps = sorted((limit for limit in group if limit.at_least <= 0), key=lambda limit: limit.at_most)
        rows += [(limit,) for limit in demands]
        if caps:
            rows.append(tuple(caps))
    return rows


def _matrix(limits: list[Limit], pairs: int) -> sparse.csr_matrix:
    indptr = np.concatenate([[0], np.cumsum([len(limit.pairs) for limit in limits])]).astype(np.int64)
    indices = np.concatenate([limit.pairs for limit in limits]) if limits else np.zeros(0, np.int64)
    weights = [np.ones(len(limit.pairs), np.int64) if limit.weights is None else limit.weights for limit in limits]
    data = np.concatenate(weights) if weights else np.zeros(0, np.int64)
    return sparse.csr_matrix((data.astype(np.int64), indices, indptr), shape=(len(limits), pairs))


def _today(candidates: Candidates) -> np.ndarray:
    """int64 [n]: 1 where the pair is of a student who is placed today."""
    today = np.zeros(len(candidates), dtype=np.int64)
    today[candidates.of_students(*(row.student_id for row in candidates.world.round.previous))] = 1
    return today


def _kept(candidates: Candidates) -> np.ndarray:
    """int64 [n]: 1 where the pair keeps a student at the opportunity and windows of `previous`, 2 within the first commitment."""
    kept = np.zeros(len(candidates), dtype=np.int64)
    for row in candidates.world.round.previous:
        for pair in keeping(candidates, row):
            committed = within_commitment(candidates.world, candidates.variant_of(pair).opportunity)
            kept[pair] = 2 if committed else 1
    return kept


def keeping(candidates: Candidates, row: Earlier) -> list[int]:
    """The lawful pairs that keep a student where `previous` says, one for each mentor and choice of vans."""
    pairs = [(int(pair), candidates.variant_of(int(pair))) for pair in candidates.of_students(row.student_id)]
    return [p for p, v in pairs if v.opportunity.opportunity_id == row.opportunity_id and row.sessions in {(), v.windows}]


def within_commitment(world: World, opportunity: Opportunity) -> bool:
    """Whether whoever is at the opportunity is still within the first commitment on the first day of the plan."""
    repair = world.settings.repair
    if repair.began is None:
        return False
    begin = max(repair.began, opportunity.starts or repair.began)
    return world.first < begin + dt.timedelta(weeks=repair.commitment_weeks)


def _landed(candidates: Candidates) -> np.ndarray:
    """int64 [n]: 1 where the pair is a landed request that is still live."""
    landed = np.zeros(len(candidates), dtype=np.int64)
    for request in candidates.world.round.live_requests():
        if request.state == "landed":
            for pair in candidates.of_students(request.student_id):
                landed[pair] = landed[pair] or candidates.variant_of(int(pair)).opportunity.opportunity_id == request.opportunity_id
    return landed


def _last_term(candidates: Candidates) -> np.ndarray | None:
    """int64 [n]: last term's points of each pair's student; None when last term is not given."""
    if not candidates.world.round.last_term:
        return None
    points = dict(candidates.world.round.last_term)
    by_student = np.array([points.get(s.student_id, NO_RECORD) for s in candidates.world.students], dtype=np.int64)
    return np.asarray(by_student[candidates.student])


def lots(candidates: Candidates) -> np.ndarray:
    """int64 [n]: the public draw. The lead mentor comes before the others; then a lot that anybody can recompute.

    lot = the upper 40 bits of mix(hash(seed, student) xor hash(seed, variant)), where hash is the first 8 bytes of SHA-256
    and mix is the finalizer of SplitMix64 (Steele, Lea, Flood 2014). It depends on nothing but the seed and the ids.
    """
    world = candidates.world
    seed = world.settings.round.seed
    of_student = np.array([_hash(seed, s.student_id) for s in world.students], dtype=np.uint64)
    of_variant = np.array([_hash(seed, v.key) for v in world.variants], dtype=np.uint64)
    of_van = np.array([_hash(seed, "|".join(way)) for way in candidates.van_choices] + [0], dtype=np.uint64)
    lead = np.array([v.mentor is v.mentors[0] for v in world.variants], dtype=np.int64)
    if not len(candidates):
        return np.zeros(0, dtype=np.int64)
    mixed = _mix(of_student[candidates.student] ^ of_variant[candidates.variant] ^ of_van[candidates.van])
    lot = (mixed >> np.uint64(64 - LOT_BITS)).astype(np.int64)
    return np.asarray((lead[candidates.variant] << LOT_BITS) | lot)


def _hash(seed: str, name: str) -> int:
    return int.from_bytes(hashlib.sha256(f"{seed}\n{name}".encode()).digest()[:8], "big")


def _mix(x: np.ndarray) -> np.ndarray:
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return np.asarray(x ^ (x >> np.uint64(31)))


def placements(candidates: Candidates, chosen: np.ndarray) -> list[Placement]:
    """The chosen pairs as placements, by student id."""
    return [
        Placement(
            int(pair),
            candidates.student_of(int(pair)),
            candidates.variant_of(int(pair)),
            int(candidates.points[pair]),
            MODES[candidates.mode[pair]],
            int(candidates.minutes[pair]),
            int(candidates.transfers[pair]),
        )
        for pair in chosen
    ]
