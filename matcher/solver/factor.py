"""A basis matrix factorised, with the exchanges since then (product form of the inverse)."""

from __future__ import annotations

import numpy as np
from scipy import sparse
from scipy.sparse.linalg import splu

TINY = 1e-7
"""Entries, values and prices below this (relative to the size of the objective) are nothing."""
REFACTOR = 60
"""Exchanges after which the matrix is factorised anew."""
_NOISE = 1e-10


class LostError(RuntimeError):
    """The floating-point basis went astray or took too many steps: the question must be answered in another way."""


class Factor:
    """B with one column per place: the rows of a pair, or minus a unit vector for the slack of a row."""

    def __init__(self, columns: sparse.csr_matrix, head: np.ndarray) -> None:
        n, m = columns.shape
        pairs, slacks = np.flatnonzero(head < n), np.flatnonzero(head >= n)
        part = columns[head[pairs]].tocoo()
        data = np.concatenate([part.data, -np.ones(len(slacks))])
        row = np.concatenate([part.col, head[slacks] - n])
        column = np.concatenate([pairs[part.row], slacks])
        try:
            self._lu = splu(sparse.csc_matrix((data, (row, column)), shape=(m, m)))
        except RuntimeError:
            raise LostError from None
        self._m = m
        self._changes: list[tuple[int, np.ndarray, np.ndarray, float]] = []

    def copy(self) -> Factor:
        """The same, to go on from apart."""
        other = object.__new__(Factor)
        other._lu, other._m, other._changes = self._lu, self._m, list(self._changes)
        return other

    def exchange(self, place: int, column: np.ndarray, columns: sparse.csr_matrix, head: np.ndarray) -> bool:
        """Note that the variable at this place was replaced by one with this column (already times the inverse); True when factorised anew.

        Raises
        ------
        LostError
            When the new matrix would be singular.
        """
        if abs(column[place]) < TINY:
            raise LostError
        if len(self._changes) >= REFACTOR:
            fresh = Factor(columns, head)
            self._lu, self._changes = fresh._lu, []
            return True
        kept = np.flatnonzero(np.abs(column) > _NOISE)
        self._changes.append((place, kept, column[kept], float(column[place])))
        return False

    def solve(self, right: np.ndarray) -> np.ndarray:
        """Float [m]: B^-1 right."""
        found = np.asarray(self._lu.solve(right))
        for place, kept, column, pivot in self._changes:
            if found[place]:
                value = found[place] / pivot
                found[kept] -= column * value
                found[place] = value
        return found

    def row(self, place: int) -> np.ndarray:
        """Float [m]: the row of B^-1 at this place, noise cleared away."""
        left = np.zeros(self._m)
        left[place] = 1
        for at, kept, column, pivot in reversed(self._changes):
            left[at] = (left[at] - (column @ left[kept] - pivot * left[at])) / pivot
        found = np.asarray(self._lu.solve(left, "T"))
        found[np.abs(found) < _NOISE] = 0
        return found
