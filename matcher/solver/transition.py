"""From a solved problem to another one that shares most of its pairs: the two in one problem, and the change that leads over.

Mathematics: docs/model.md.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from scipy import sparse

from matcher.solver.control import Control
from matcher.solver.problem import FACTS, Problem, Solution
from matcher.solver.whatif import Change, WhatIf, moved

MOST = 0.1
"""Share of pairs that may come or go; where more do, solving the other problem afresh is quicker."""


@dataclass(frozen=True)
class Transition:
    """A solved problem, ready for the question what another problem's plan is.

    Attributes
    ----------
    change : what makes the joint problem the other one.
    there : int64 [pairs of the joint problem]: where each pair stands in the other problem, or -1.
    """

    state: WhatIf
    change: Change
    there: np.ndarray


def transition(
    before: Problem, solution: Solution, after: Problem, same: np.ndarray, workers: int = 1, control: Control | None = None
) -> Transition | None:
    """Both problems in one; None where that would not help.

    It would not where more than one in ten pairs come or go, or where a demand of one problem has no counterpart in the other: no
    change lets go of a demand.

    Parameters
    ----------
    same : int64 [pairs of `after`]: the pair of `before` that is the same choice of the same student, or -1. Such a pair is one
        pair of the joint problem if its points and facts are equal too, and else stands there twice.
    """
    same = _with_equal_facts(before, after, same)
    new = np.flatnonzero(same < 0)
    if len(new) + len(before) - (len(after) - len(new)) >= MOST * len(before):
        return None
    student = np.concatenate([before.student, after.student[new]])
    order = np.argsort(student, kind="stable")
    place = np.empty(len(order), np.int64)
    place[order] = np.arange(len(order))
    of_before, of_after = place[: len(before)], np.empty(len(after), np.int64)
    of_after[same >= 0] = place[same[same >= 0]]
    of_after[new] = place[len(before) :]
    there = np.full(len(order), -1, np.int64)
    there[of_after] = np.arange(len(after))
    absent = order >= len(before)
    rows = _Rows(before, after, of_before, of_after, len(order))
    if not rows.lead_over:
        return None
    facts: dict[str, Any] = {name: _joined(before, after, name, new, order) for name in ("points", *FACTS)}
    limits, at_most, at_least = rows.limits, rows.at_most, rows.at_least
    joint = Problem(student[order], facts.pop("points"), limits, at_most, at_least, after.objectives, bands=after.bands)
    joint = replace(joint, **facts)
    gone = np.flatnonzero((there < 0) & ~absent)
    change = Change(more=rows.more, added=tuple(np.flatnonzero(absent).tolist()), removed=tuple(gone.tolist()))
    told = moved(solution, of_before, np.arange(before.limits.shape[0]), joint)
    return Transition(WhatIf(joint, told, absent, workers, control), change, there)


def _with_equal_facts(before: Problem, after: Problem, same: np.ndarray) -> np.ndarray:
    """The same where points and facts are equal, and -1 elsewhere."""
    shared = np.flatnonzero(same >= 0)
    for name in ("points", *FACTS):
        old, new = getattr(before, name), getattr(after, name)
        if (old is None) != (new is None):
            raise ValueError(f"only one of the problems has {name}")
        if old is not None:
            shared = shared[old[same[shared]] == new[shared]]
    equal = np.full(len(same), -1, np.int64)
    equal[shared] = same[shared]
    return equal


def _joined(before: Problem, after: Problem, name: str, new: np.ndarray, order: np.ndarray) -> np.ndarray | None:
    old = getattr(before, name)
    return None if old is None else np.concatenate([old, getattr(after, name)[new]])[order]


class _Rows:
    """The limits of both problems in the pairs of the joint one: first those of `before`, then those of `after` without a counterpart.

    Two limits that are alike on the pairs that stay, and demand the same, are one: it counts the pairs that go as the first does and
    the pairs that come as the second does. A limit without a counterpart is wide open on the other side.
    """

    def __init__(self, before: Problem, after: Problem, of_before: np.ndarray, of_after: np.ndarray, pairs: int) -> None:
        old, new = _placed(before.limits, of_before, pairs), _placed(after.limits, of_after, pairs)
        staying = np.zeros(pairs, bool)
        staying[np.intersect1d(of_before, of_after)] = True
        partner = _partners(old, new, staying, before.at_least, after.at_least)
        matched, alone = np.flatnonzero(partner >= 0), np.flatnonzero(partner < 0)
        coming = new @ _only(~staying)
        spread = sparse.csr_matrix((np.ones(len(matched), np.int64), (partner[matched], matched)), shape=(old.shape[0], new.shape[0]))
        self.limits = sparse.vstack([old + spread @ coming, new[alone]], format="csr").astype(np.int64)
        self.limits.eliminate_zeros()
        most, least = _reach(self.limits)
        left = np.setdiff1d(np.arange(old.shape[0]), partner[matched])
        self.at_most = np.concatenate([before.at_most, np.maximum(most[old.shape[0] :], after.at_most[alone])])
        self.at_least = np.concatenate([before.at_least, after.at_least[alone]])
        open_below = np.concatenate([left, np.arange(old.shape[0], self.limits.shape[0])])
        self.lead_over = bool((self.at_least[open_below] <= least[open_below]).all())
        wanted = self.at_most.copy()
        wanted[partner[matched]] = after.at_most[matched]
        wanted[left] = np.maximum(most[left], before.at_most[left])
        wanted[old.shape[0] :] = after.at_most[alone]
        other = np.flatnonzero(wanted != self.at_most)
        self.more = tuple((int(row), int(wanted[row] - self.at_most[row])) for row in other)


def _placed(limits: sparse.csr_matrix, place: np.ndarray, pairs: int) -> sparse.csr_matrix:
    plain = limits.tocoo()
    return sparse.csr_matrix((plain.data, (plain.row, place[plain.col])), shape=(limits.shape[0], pairs), dtype=np.int64)


def _only(pairs: np.ndarray) -> sparse.csr_matrix:
    """What a matrix of limits is multiplied with to keep only these pairs (bool)."""
    return sparse.diags_array(pairs.astype(np.int64), dtype=np.int64).tocsr()


def _reach(limits: sparse.csr_matrix) -> tuple[np.ndarray, np.ndarray]:
    """int64 [m] twice: the most and the least that the pairs of each limit can add up to."""
    most, least = limits.maximum(0).sum(axis=1), limits.minimum(0).sum(axis=1)
    return np.asarray(most).ravel().astype(np.int64), np.asarray(least).ravel().astype(np.int64)


def _partners(old: sparse.csr_matrix, new: sparse.csr_matrix, staying: np.ndarray, demanded: np.ndarray, demands: np.ndarray) -> np.ndarray:
    """int64 [rows of `new`]: a row of `old` that is alike on the pairs that stay and demands the same, each at most once; or -1.

    Of several, the first: whichever it is, the joint row is right.
    """
    keep = _only(staying)
    known: defaultdict[tuple[bytes, bytes, int], list[int]] = defaultdict(list)
    for row, key in enumerate(_keys((old @ keep).tocsr(), demanded)):
        known[key].append(row)
    for rows in known.values():
        rows.reverse()
    found = [known[key].pop() if known.get(key) else -1 for key in _keys((new @ keep).tocsr(), demands)]
    return np.array(found, dtype=np.int64)


def _keys(rows: sparse.csr_matrix, demands: np.ndarray) -> list[tuple[bytes, bytes, int]]:
    rows.eliminate_zeros()
    rows.sort_indices()
    ends, ids, counts = rows.indptr, rows.indices.astype(np.int64), rows.data.astype(np.int64)
    spans = [slice(ends[row], ends[row + 1]) for row in range(rows.shape[0])]
    return [(ids[span].tobytes(), counts[span].tobytes(), int(least)) for span, least in zip(spans, demands, strict=True)]
