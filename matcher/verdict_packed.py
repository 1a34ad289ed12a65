"""Bounds of packed limits in a certificate: only students have prices, and the rest of each limit is the value of a knapsack.

For whole prices u of students over a denominator d, every plan x of a part has

    d * value(x) = sum_s u_s use_s(x) + sum_limits sum_j (d w_j - u_s(j)) x_j
                <= sum_s max(u_s, 0) + sum_limits (the most that open columns of it gain in its room)

where each column is in at most one limit, and a student who must be placed counts with u_s also below 0. The most is found by
dynamic programming over the room, in whole numbers.
"""

from __future__ import annotations

import numpy as np

from matcher.choices import CannotCheckError
from matcher.verdict_state import SAFE, Part, Verdict

MOST = 8_000_000
"""Open columns times room of one limit; a limit with more is not checked."""
NEVER = -(1 << 62)


def packed_bound(verdict: Verdict, part: Part, stage: int | None, prices: np.ndarray, scale: int) -> int | None:
    """The bound that these prices prove; None after a finding.

    Raises
    ------
    CannotCheckError
        When a limit is too large for its knapsack to be filled.
    """
    m, own = verdict.problem.limits.shape[0], _own(verdict, prices)
    if prices[:m].any() or prices[verdict.first :].any() or _limit_of(verdict) is None or (part.high < 0).any():
        verdict.findings.append("the certificate packs limits that overlap, couple or have prices")
        return None
    gain = _gain(verdict, stage, prices, scale)
    if float(np.abs(gain.astype(float)).sum() + np.abs(own.astype(float)).sum()) >= SAFE / 4:
        verdict.findings.append("the prices of students are too large to be added up")
        return None
    total = int(np.maximum(own, np.where(part.must, own, 0)).sum())
    for members, need, room in _limits(verdict, part):
        total += int(_fill(gain[members], need, room)[-1, -1])
    return total


def packed_margins(verdict: Verdict, part: Part, stage: int | None, prices: np.ndarray, scale: int) -> np.ndarray:
    """int64 [columns]: how far below the bound every plan with this column stays (<= 0); for prices that `packed_bound` takes."""
    gain, margin = _gain(verdict, stage, prices, scale), np.full(len(verdict.columns), NEVER)
    for members, need, room in _limits(verdict, part):
        before, after = _fill(gain[members], need, room), _fill(gain[members][::-1], need[::-1], room)
        for j, column in enumerate(members.tolist()):
            left = room - int(need[j])
            if left >= 0:
                beside = before[j, : left + 1] + after[len(members) - 1 - j, left::-1]
                margin[column] = int(beside.max()) + int(gain[column]) - int(before[-1, -1])
    return margin


def _own(verdict: Verdict, prices: np.ndarray) -> np.ndarray:
    return prices[verdict.first - verdict.students : verdict.first]


def _gain(verdict: Verdict, stage: int | None, prices: np.ndarray, scale: int) -> np.ndarray:
    """int64 [columns]: what each column adds beyond the price of its student."""
    worth = 0 if stage is None else scale * verdict.weights(stage)
    return np.asarray(worth - _own(verdict, prices)[verdict.columns.student])


def _limit_of(verdict: Verdict) -> np.ndarray | None:
    """int64 [columns]: the limit of each column, one more than there are for those in none; None where it is not so simple."""
    by_column = verdict.by_column
    if (np.diff(by_column.indptr) > 1).any() or (by_column.data < 0).any():
        return None
    limit = np.full(len(verdict.columns), by_column.shape[1])
    limit[np.diff(by_column.indptr) == 1] = by_column.indices
    return limit


def _limits(verdict: Verdict, part: Part) -> list[tuple[np.ndarray, np.ndarray, int]]:
    """Of every limit, and of no limit: the open columns, how much each needs, and the room that matters."""
    limit, found = _limit_of(verdict), []
    if limit is None:
        raise CannotCheckError("limits overlap")
    need = np.zeros(len(limit), np.int64)
    need[limit < verdict.by_column.shape[1]] = verdict.by_column.data
    columns = np.flatnonzero(part.open)
    columns = columns[np.argsort(limit[columns], kind="stable")]
    starts = np.searchsorted(limit[columns], np.arange(verdict.by_column.shape[1] + 2))
    for i, (a, b) in enumerate(zip(starts[:-1].tolist(), starts[1:].tolist(), strict=True)):
        members = columns[a:b]
        room = int(min(part.high[i] if i < len(part.high) else 0, sum(need[members].tolist())))
        if len(members) * (room + 1) > MOST:
            raise CannotCheckError(f"the knapsack of limit {i} is too large to be checked")
        found.append((members, need[members], room))
    return found


def _fill(gain: np.ndarray, need: np.ndarray, room: int) -> np.ndarray:
    """int64 [columns + 1, room + 1]: the most that the first few columns gain together in so much room."""
    table = np.zeros((len(gain) + 1, room + 1), np.int64)
    for j, (worth, size) in enumerate(zip(gain.tolist(), need.tolist(), strict=True)):
        table[j + 1] = table[j]
        if worth > 0 and size <= room:
            np.maximum(table[j, size:], table[j, : room + 1 - size] + worth, out=table[j + 1, size:])
    return table
