"""Cuts that every whole plan keeps: sums of full limits, divided by 2 or 3 and rounded down.

Halves are those of Caprara and Fischetti (1996); thirds are found in the same way (Caprara, Fischetti and Letchford 2000).
"""

from __future__ import annotations

from collections import Counter

import numpy as np
from scipy import sparse

from matcher.solver.certificate import Cut
from matcher.solver.face import FREE, Face

LARGEST = 1 << 40
"""Coefficient above which no rows are added up: sums stay far from 64 bits."""
Rows = tuple[int, ...]
"""Rows, each as often as it counts; their sum divided by one more than the most often, every number rounded down, is the cut."""


def find_cuts(face: Face, pairs: np.ndarray, x: np.ndarray) -> list[Rows]:
    """Sets of rows whose divided, rounded sum this vertex breaks: by halves, and where there are none by thirds."""
    if int(np.abs(face.rows.data).max(initial=0)) > LARGEST:
        return []
    used = x > 1e-9
    pairs, x = pairs[used], x[used]
    rows = face.of(pairs)
    split = np.abs(x - np.rint(x)) > 1e-6
    full = (np.abs(rows @ x - face.high) < 1e-6) & (face.high < FREE // 2)
    touched = np.unique(rows[:, np.flatnonzero(split)].nonzero()[0])
    own = face.limits + face.student[pairs]
    return _halves(face, rows, own, split, touched[full[touched]]) or _thirds(face, rows, own, split, touched[full[touched]])


def _halves(face: Face, rows: sparse.csr_matrix, own: np.ndarray, split: np.ndarray, full: np.ndarray) -> list[Rows]:
    """Cuts by 2 that are broken by one half.

    Rows that are full are added up modulo 2 until no used pair is left with an odd coefficient (elimination over the field of
    two elements). Pairs taken whole leave by their student's row. When the bounds then add up to an odd number, rounding
    down takes one half away that the vertex uses.
    """
    pivots: dict[int, tuple[int, int, frozenset[int]]] = {}
    found = []
    for row in full:
        span = slice(rows.indptr[row], rows.indptr[row + 1])
        odd = rows.indices[span][rows.data[span] % 2 != 0]
        whole = odd[~split[odd]]
        bits = sum(1 << int(i) for i in odd[split[odd]])
        bound = int(face.high[row]) - len(whole)
        chosen = frozenset([int(row)]) ^ frozenset(own[whole].tolist())
        while bits and (lowest := bits & -bits) in pivots:
            other, other_bound, other_rows = pivots[lowest]
            bits, bound, chosen = bits ^ other, bound + other_bound, chosen ^ other_rows
        if bits:
            pivots[bits & -bits] = (bits, bound, chosen)
        elif bound % 2:
            found.append(tuple(sorted(chosen)))
    return found


def _thirds(face: Face, rows: sparse.csr_matrix, own: np.ndarray, split: np.ndarray, full: np.ndarray) -> list[Rows]:
    """Cuts by 3 that are broken by two thirds, or by one: the same elimination modulo 3."""
    pivots: dict[int, tuple[dict[int, int], dict[int, int]]] = {}
    found = []
    for row in full:
        span = slice(rows.indptr[row], rows.indptr[row + 1])
        left: dict[int, int] = {}
        times = {int(row): 1}
        for pair, count in zip(rows.indices[span].tolist(), (rows.data[span] % 3).tolist(), strict=True):
            if split[pair]:
                _add(left, {pair: count}, 1)
            else:
                _add(times, {int(own[pair]): count}, -1)
        while left and (first := min(left)) in pivots:
            other, other_times = pivots[first]
            by = -left[first] * other[first]
            _add(left, other, by)
            _add(times, other_times, by)
        if left:
            pivots[min(left)] = (left, times)
        elif over := sum(count * int(face.high[r]) for r, count in times.items()) % 3:
            double = {r: 2 * count % 3 for r, count in times.items()}
            ways = (times, double) if over == 2 else (double, times)
            counts = ways[0] if 2 in ways[0].values() else ways[1]
            found.append(tuple(r for r in sorted(counts) for _ in range(counts[r])))
    return found


def _add(to: dict[int, int], more: dict[int, int], by: int) -> None:
    """Add a multiple of numbers modulo 3, and leave out what becomes 0."""
    for key, number in more.items():
        if total := (to.get(key, 0) + by * number) % 3:
            to[key] = total
        else:
            to.pop(key, None)


def add_cut(face: Face, cut: Rows) -> None:
    """Add a cut; valid for every plan of the face, because pairs are taken a whole number of times."""
    base, times = face.rows.shape[0], Counter(cut)
    chosen, counts = np.array(list(times), dtype=np.int64), np.array(list(times.values()), dtype=np.int64)
    total = _sum(face.rows[chosen[chosen < base]], counts[chosen < base])
    if face.added is not None and (chosen >= base).any():
        total = total + _sum(face.added[chosen[chosen >= base] - base], counts[chosen >= base])
    total.data //= counts.max() + 1
    total.eliminate_zeros()
    face.add(total, int(min(0, total.data[total.data < 0].sum())), bound_of_cut(cut, face.high), cut)
    face.trail = (*face.trail, Cut(cut))


def bound_of_cut(cut: Rows, high: np.ndarray) -> int:
    """The most that a cut allows, by the most that its rows allow."""
    return int(high[list(cut)].sum()) // (max(Counter(cut).values()) + 1)


def _sum(rows: sparse.csr_matrix, times: np.ndarray) -> sparse.csr_matrix:
    """One row: all of these added up, each so often."""
    return sparse.csr_matrix(times[None, :]) @ rows
