"""Students whom coupling limits link become one chooser, whose joint choices are the columns: no relaxation can halve them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from matcher.solver.certificate import Group
from matcher.solver.control import Control
from matcher.solver.face import Face
from matcher.solver.problem import Problem, rows_of

MOST_CHOICES = 50_000
"""A group with more joint choices than this keeps its coupling limits as rows."""

Choice = tuple[int, ...]
"""Pairs taken together by the students of one group."""
Counts = tuple[tuple[int, int], ...]
"""Limits and what they count."""


@dataclass(frozen=True)
class Joined:
    """A problem in which every column is a choice: one pair of one student, or pairs that linked students take together.

    Attributes
    ----------
    face : all choices; a group's row is that of its first student, rows of limits that joint choices always keep are empty.
    pairs : int64 CSR [choices, pairs], 1 where the choice holds the pair.
    groups : the students who were joined, and the limits that their joint choices keep.
    """

    face: Face
    pairs: sparse.csr_matrix
    groups: tuple[Group, ...] = ()

    def weights(self, of_pairs: np.ndarray) -> np.ndarray:
        """int64 [choices]: what each choice adds."""
        return np.asarray(self.pairs @ of_pairs)

    def chosen(self, choices: np.ndarray) -> np.ndarray:
        """int32 [k]: the pairs of these choices, rising."""
        return np.sort(self.pairs[choices].indices).astype(np.int32)


def join(problem: Problem, control: Control) -> Joined:
    """The problem with linked students joined, wherever their joint choices are few enough to be written down."""
    m, n = problem.limits.shape
    low, high = problem.bounds()
    student, alone, extra = problem.student.copy(), np.ones(n, dtype=bool), []
    groups: list[Group] = []
    for group, rows in _groups(problem):
        control.obey()
        choices = _choices(problem, group, rows)
        if choices is None:
            continue
        groups.append((tuple(group), tuple(rows.tolist())))
        alone &= ~np.isin(problem.student, group)
        extra += [(group[0], choice) for choice in choices if choice]
        if () not in choices:
            low[m + group[0]] = 1
        low[rows], high[rows] = np.minimum(low[rows], 0), np.maximum(high[rows], 0)
    kept = np.flatnonzero(alone)
    if alone.all():
        identity = sparse.csr_matrix((np.ones(n, np.int64), np.arange(n, dtype=np.int32), np.arange(n + 1, dtype=np.int32)), shape=(n, n))
        return Joined(_face(student, problem.limits, problem.rows, low, high), identity)
    sizes = np.concatenate([np.ones(len(kept), np.int64), [len(choice) for _, choice in extra]])
    members = np.concatenate([kept, [pair for _, choice in extra for pair in choice]]).astype(np.int64)
    indptr = np.concatenate([[0], np.cumsum(sizes)])
    pairs = sparse.csr_matrix((np.ones(len(members), np.int64), members, indptr), shape=(len(sizes), n))
    student = np.concatenate([student[kept], [first for first, _ in extra]]).astype(np.int32)
    limits = (problem.limits @ pairs.T).tocsr()
    rows = sparse.vstack([limits, rows_of(student, problem.students)], format="csr")
    return Joined(_face(student, limits, rows, low, high), pairs, tuple(groups))


def _face(student: np.ndarray, limits: sparse.csr_matrix, rows: sparse.csr_matrix, low: np.ndarray, high: np.ndarray) -> Face:
    """The face of all choices; those that overfill a limit by themselves are closed."""
    m, n = limits.shape
    free = np.ones(n, dtype=bool)
    if limits.data.max(initial=0) > high[:m].min(initial=1):
        row = np.repeat(np.arange(m), np.diff(limits.indptr))
        coupled = np.bincount(row, limits.data < 0, m) > 0
        free[limits.indices[(limits.data > high[row]) & ~coupled[row]]] = False
    return Face(student, m, rows, low, high, free)


def _groups(problem: Problem) -> list[tuple[list[int], np.ndarray]]:
    """Students linked by limits with negative coefficients, and those limits."""
    limits = problem.limits
    coupling = np.unique(np.searchsorted(limits.indptr, np.flatnonzero(limits.data < 0), side="right") - 1)
    if not len(coupling):
        return []
    rows = limits[coupling].tocoo()
    members = problem.student[rows.col]
    linked = sparse.coo_matrix((np.ones(len(members)), (rows.row, members)), shape=(len(coupling), problem.students))
    both = sparse.bmat([[None, linked], [linked.T, None]])
    label = connected_components(both, directed=False)[1]
    of_row, of_student = label[: len(coupling)], label[len(coupling) :]
    return [(np.flatnonzero(of_student == group).tolist(), coupling[of_row == group]) for group in np.unique(of_row)]


def _choices(problem: Problem, group: list[int], rows: np.ndarray) -> list[Choice] | None:
    """Every way in which the group's students take a pair or none and keep these limits; None when there are too many.

    Students come one by one, each next to one who is there already. Beside each partial choice stands what the limits count so
    far; a limit is looked at when the last of its students comes, and one that wants an exact count picks the pairs that fit.
    """
    low, high = (
        dict(zip(rows.tolist(), problem.at_least[rows].tolist(), strict=True)),
        dict(zip(rows.tolist(), problem.at_most[rows].tolist(), strict=True)),
    )
    options = {student: _options(problem, student, rows) for student in group}
    met = {student: {row for counts, _ in options[student] for row, _ in counts} for student in group}
    partial: list[tuple[dict[int, int], Choice]] = [({}, ())]
    order = _neighbours(group, met)
    for place, student in enumerate(order):
        later = set().union(*(met[other] for other in order[place + 1 :]))
        closing = met[student] - later
        exact = {row for row in closing if low[row] == high[row]}
        by_key: dict[frozenset[tuple[int, int]], list[tuple[Counts, Choice]]] = {}
        for counts, choice in options[student]:
            by_key.setdefault(frozenset(item for item in counts if item[0] in exact), []).append((counts, choice))
        grown: list[tuple[dict[int, int], Choice]] = []
        for sofar, chosen in partial:
            wanted = {row: low[row] - sofar.get(row, 0) for row in exact}
            for counts, choice in by_key.get(frozenset(item for item in wanted.items() if item[1]), ()):
                total = sofar | {row: sofar.get(row, 0) + count for row, count in counts}
                if all(low[row] <= total.get(row, 0) <= high[row] for row in closing - exact):
                    grown.append(({row: count for row, count in total.items() if row in later}, chosen + choice))
            if len(grown) > MOST_CHOICES:
                return None
        partial = grown
    return [choice for _, choice in partial]


def _options(problem: Problem, student: int, rows: np.ndarray) -> list[tuple[Counts, Choice]]:
    """What these limits count when the student takes nothing, and each pair."""
    own = np.flatnonzero(problem.student == student)
    columns = problem.limits[rows][:, own].tocsc()
    spans = [slice(columns.indptr[i], columns.indptr[i + 1]) for i in range(len(own))]
    counts = [tuple(zip(rows[columns.indices[span]].tolist(), columns.data[span].tolist(), strict=True)) for span in spans]
    return [((), ()), *((count, (int(pair),)) for count, pair in zip(counts, own, strict=True))]


def _neighbours(group: list[int], met: dict[int, set[int]]) -> list[int]:
    """The students in an order in which each meets one before it, where that can be."""
    order, left = group[:1], group[1:]
    while left:
        there = set().union(*(met[student] for student in order))
        order.append(next((student for student in left if met[student] & there), left[0]))
        left.remove(order[-1])
    return order
