"""A solved round with pairs that a change of the input would make lawful: there to be asked about, absent from the plan."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy import sparse

from matcher.candidates import Candidates
from matcher.pipeline import Run
from matcher.plan import build_model
from matcher.rules.trip import TripBlock
from matcher.solver.problem import Problem
from matcher.solver.whatif import moved


@dataclass(frozen=True)
class Opening:
    """Variants that would open to the student at this place, with the trips of that student to every variant."""

    place: int
    variants: np.ndarray
    trips: TripBlock


@dataclass(frozen=True)
class Widened:
    """A run over more pairs, of which the `absent` ones (bool [n]) are not in its plan."""

    run: Run
    absent: np.ndarray


def widened(run: Run, openings: Sequence[Opening]) -> Widened:
    """The run with the pairs of these openings, its plan and its prices told in the new pairs and limits."""
    old = run.lawful.candidates
    candidates, place, absent = _with_pairs(run, openings)
    model = build_model(candidates)
    limits = _same_limits(run.model.problem, model.problem, place)
    solution = moved(run.solution, place, limits, model.problem)
    lawful = replace(run.lawful, candidates=candidates)
    if len(candidates) - int(absent.sum()) != len(old):
        raise RuntimeError("a pair that opens was lawful already")
    return Widened(replace(run, lawful=lawful, model=model, solution=solution), absent)


def _with_pairs(run: Run, openings: Sequence[Opening]) -> tuple[Candidates, np.ndarray, np.ndarray]:
    """The candidates with the points and trips that the new pairs would have; where the old ones are; which ones are new."""
    old = run.lawful.candidates
    parts = [_columns(run, opening) for opening in openings]
    added = [np.concatenate(columns) for columns in zip(*parts, strict=True)]
    order = np.lexsort((np.concatenate([old.variant, added[1]]), np.concatenate([old.student, added[0]])))
    columns = (old.student, old.variant, old.points, old.mode, old.minutes, old.transfers, old.van)
    joined = [np.concatenate([c, a.astype(c.dtype)])[order] for c, a in zip(columns, added, strict=True)]
    place = np.empty(len(order), np.int64)
    place[order] = np.arange(len(order))
    student, variant, points, mode, minutes, transfers, van = joined
    candidates = Candidates(run.world, student, variant, points, mode, minutes, transfers, van, old.van_choices)
    return candidates, place[: len(old)], order >= len(old)


def _columns(run: Run, opening: Opening) -> list[np.ndarray]:
    new, trips = np.unique(opening.variants), opening.trips
    points = run.scorer(run.world, slice(opening.place, opening.place + 1), trips)
    columns = (points, trips.mode, trips.minutes, trips.transfers)
    return [np.full(len(new), opening.place), new, *(column[0, new] for column in columns), np.full(len(new), -1)]


def _same_limits(small: Problem, large: Problem, place: np.ndarray) -> np.ndarray:
    """int64 [m]: for each limit of the small problem, one of the large problem that says the same about the small one's pairs.

    -1 where there is none: its prices are then lost, and nothing is concluded from what does not fit any more.
    """
    known: dict[tuple[bytes, bytes, int, int], int] = {}
    part = large.limits[:, place].tocsr()
    for row in range(part.shape[0] - 1, -1, -1):
        known[_said(part, large, row)] = row
    mine = small.limits.tocsr()
    return np.array([known.get(_said(mine, small, row), -1) for row in range(mine.shape[0])], np.int64)


def _said(rows: sparse.csr_matrix, problem: Problem, row: int) -> tuple[bytes, bytes, int, int]:
    span = slice(rows.indptr[row], rows.indptr[row + 1])
    indices, data = rows.indices[span], rows.data[span]
    order = np.argsort(indices)
    ids, counts = indices[order].astype(np.int64).tobytes(), data[order].astype(np.int64).tobytes()
    return ids, counts, int(problem.at_most[row]), int(problem.at_least[row])


def nearest(refused: np.ndarray) -> np.ndarray:
    """int64: of the variants that fewest rules refuse, those refused by the most frequent set of rules (bool [rules, variants])."""
    obstacles = refused.sum(axis=0)
    nearest = np.flatnonzero(obstacles == int(obstacles.min()))
    packed = np.packbits(refused[:, nearest], axis=0).T
    kinds, counts = np.unique(packed, axis=0, return_counts=True)
    return np.asarray(nearest[(kinds[int(np.argmax(counts))] == packed).all(axis=1)])
