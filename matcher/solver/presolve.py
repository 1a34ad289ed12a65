"""Pairs that no whole plan can hold, seen from limits that couple two students."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from scipy import sparse

from matcher.solver.face import Face

AT_ONCE = 500_000
"""Couples of pairs looked at together."""


def close_impossible(face: Face) -> np.ndarray:
    """Close pairs whose coupling limit asks for a partner pair when no open partner fits beside them.

    A coupling limit here is one with coefficients +1 and -1 and both bounds 0: whoever takes a pair on one side needs a pair on
    the other side. A partner that would overfill some limit together with the pair is no partner; only limits without negative
    coefficients say so for sure. The relaxation cannot see this (half of each would fit), so it is settled before.

    Returns
    -------
    int64 [k, 2] : each pair shut and the limit that shuts it, in an order in which each follows from those before.
    """
    rows = face.coupling
    rows = rows[(face.low[rows] == 0) & (face.high[rows] == 0)]
    rows = rows[[bool((np.abs(_row(face, int(r))[1]) == 1).all()) for r in rows]] if len(rows) else rows
    couples = [_fitting(face, *chunk) for chunk in _couples(face, rows)]
    shut: list[np.ndarray] = [np.zeros((0, 2), np.int64)]
    if not couples:
        return shut[0]
    row, plus, minus = (np.concatenate(parts) for parts in zip(*couples, strict=True))
    places = np.repeat(np.arange(len(rows)), np.diff(face.rows[rows].indptr))
    pairs = face.rows[rows].indices
    while True:
        able = face.open[plus] & face.open[minus]
        served = _keys(row[able], plus[able], face), _keys(row[able], minus[able], face)
        lonely = ~np.isin(_keys(places, pairs, face), np.concatenate(served)) & face.open[pairs]
        if not lonely.any():
            return np.concatenate(shut)
        shut.append(np.stack([pairs[lonely], rows[places[lonely]]], axis=1).astype(np.int64))
        face.open[pairs[lonely]] = False


def _keys(row: np.ndarray, pair: np.ndarray, face: Face) -> np.ndarray:
    return np.asarray(row.astype(np.int64) * len(face.open) + pair)


def _couples(face: Face, rows: np.ndarray) -> Iterator[tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """(place of the row, pair on the plus side, pair on the minus side) of two students, in chunks."""
    found: list[tuple[np.ndarray, np.ndarray, np.ndarray]] = []
    size = 0
    for place, r in enumerate(rows):
        members, signs = _row(face, int(r))
        usable = face.open[members]
        plus, minus = members[usable & (signs > 0)], members[usable & (signs < 0)]
        left, right = np.repeat(plus, len(minus)), np.tile(minus, len(plus))
        apart = face.student[left] != face.student[right]
        found.append((np.full(int(apart.sum()), place), left[apart], right[apart]))
        size += len(left)
        if size > AT_ONCE:
            yield _joined(found)
            found, size = [], 0
    if found:
        yield _joined(found)


def _joined(found: list[tuple[np.ndarray, np.ndarray, np.ndarray]]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    row, left, right = (np.concatenate(parts) for parts in zip(*found, strict=True))
    return row, left, right


def _fitting(face: Face, row: np.ndarray, left: np.ndarray, right: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Those couples that no limit without negative coefficients forbids."""
    counts = np.ones(face.rows.shape[0], dtype=bool)
    counts[face.limits :] = counts[face.coupling] = False  # in a coupling limit a third pair may make room
    rows = np.flatnonzero(counts)
    by_pair = face.rows[rows].T.tocsr()
    use = sparse.csr_matrix(by_pair[left] + by_pair[right])
    over = use.data > face.high[rows][use.indices]
    broken = np.bincount(np.repeat(np.arange(len(left)), np.diff(use.indptr))[over], minlength=len(left)) > 0
    return row[~broken], left[~broken], right[~broken]


def _row(face: Face, row: int) -> tuple[np.ndarray, np.ndarray]:
    """The pairs of one row and their coefficients."""
    span = slice(face.rows.indptr[row], face.rows.indptr[row + 1])
    return face.rows.indices[span], face.rows.data[span]
