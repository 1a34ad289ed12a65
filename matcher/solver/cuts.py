"""Cuts that every whole plan keeps: halved sums of full limits, rounded down (Caprara and Fischetti 1996)."""

from __future__ import annotations

import numpy as np
from scipy import sparse

from matcher.solver.certificate import Cut
from matcher.solver.face import FREE, Face

Halved = tuple[int, ...]
"""Rows, each counted once; half their sum, every number rounded down, is the cut."""


def find_cuts(face: Face, pairs: np.ndarray, x: np.ndarray) -> list[Halved]:
    """Sets of rows whose halved, rounded sum this vertex breaks by one half.

    Rows that are full are added up modulo 2 until no used pair is left with an odd coefficient (elimination over the field of
    two elements). Pairs taken whole leave by their student's row. When the bounds then add up to an odd number, rounding
    down takes one half away that the vertex uses.
    """
    used = x > 1e-9
    pairs, x = pairs[used], x[used]
    rows = face.of(pairs)
    split = np.abs(x - np.rint(x)) > 1e-6
    full = (np.abs(rows @ x - face.high) < 1e-6) & (face.high < FREE // 2)
    touched = np.unique(rows[:, np.flatnonzero(split)].nonzero()[0])
    pivots: dict[int, tuple[int, int, frozenset[int]]] = {}
    found = []
    for row in touched[full[touched]]:
        span = slice(rows.indptr[row], rows.indptr[row + 1])
        odd = rows.indices[span][rows.data[span] % 2 != 0]
        whole = odd[~split[odd]]
        bits = sum(1 << int(i) for i in odd[split[odd]])
        bound = int(face.high[row]) - len(whole)
        chosen = frozenset([int(row)]) ^ frozenset((face.limits + face.student[pairs[whole]]).tolist())
        while bits and (lowest := bits & -bits) in pivots:
            other, other_bound, other_rows = pivots[lowest]
            bits, bound, chosen = bits ^ other, bound + other_bound, chosen ^ other_rows
        if bits:
            pivots[bits & -bits] = (bits, bound, chosen)
        elif bound % 2:
            found.append(tuple(sorted(chosen)))
    return found


def add_cut(face: Face, halved: Halved) -> None:
    """Add the cut of these rows; valid for every plan of the face, because pairs are taken a whole number of times."""
    base = face.rows.shape[0]
    chosen = np.array(halved, dtype=np.int64)
    total = face.rows[chosen[chosen < base]].sum(axis=0)
    if face.added is not None and (chosen >= base).any():
        total = total + face.added[chosen[chosen >= base] - base].sum(axis=0)
    half = np.asarray(total).ravel() // 2
    face.add(sparse.csr_matrix(half), int(min(0, half[half < 0].sum())), int(face.high[chosen].sum()) // 2, halved)
    face.trail = (*face.trail, Cut(halved))
