"""The attack that published counts must stand: what a linear program can tell of counts that are hidden."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import sparse
from scipy.optimize import linprog

SMALL = 10
"""A count below this is never told."""
PUSHES = 6
_CLOSE = 1e-6


@dataclass(frozen=True)
class Cell:
    """A count: what a reader knows of it, and what it is."""

    name: str
    low: int
    high: int
    count: int

    @property
    def known(self) -> bool:
        """Whether a reader knows it."""
        return self.low == self.high


@dataclass(frozen=True)
class Total:
    """What a reader knows of the sum of some rows."""

    cells: list[Cell]
    rows: list[int]


def narrowed(total: list[Cell], rows: list[list[Cell]], width: int) -> str | None:
    """The name of a hidden count whose possible values lie less than `width` apart; None when there is none.

    Parameters
    ----------
    total : the sum of the rows; all have the same counts, and no count is more than the first one of its row.
    """
    for i, cell in enumerate(total):
        if _by_subtraction(cell, [row[i] for row in rows], width):
            return cell.name
    return narrowed_together(rows, [Total(total, list(range(len(rows))))], [], width) if len(total) > 1 else None


def _by_subtraction(total: Cell, cells: list[Cell], width: int) -> bool:
    low, high = sum(c.low for c in cells), sum(c.high for c in cells)
    if not total.known and min(high, total.high) - max(low, total.low) < width:
        return True
    reach = [min(c.high, total.high - (low - c.low)) - max(c.low, total.low - (high - c.high)) for c in cells if not c.known]
    return min(reach, default=width) < width


def narrowed_together(rows: list[list[Cell]], totals: list[Total], same: list[tuple[list[int], list[int]]], width: int) -> str | None:
    """The same by a linear program over many rows with several totals.

    It knows the links between counts: nobody is counted who is not placed. `same` has pairs of sets of rows with equal sums.
    """
    if all(cell.known for row in (*rows, *(total.cells for total in totals)) for cell in row):
        return None
    many, kinds = len(rows), len(rows[0])
    place = np.arange(many * kinds).reshape(many, kinds)
    below = [({place[i, k]: 1, place[i, 0]: -1}, 0) for i in range(many) for k in range(1, kinds)]
    equal = [(dict.fromkeys(place[a, k], 1) | dict.fromkeys(place[b, k], -1), 0) for a, b in same for k in range(kinds)]
    for total in totals:
        for k, cell in enumerate(total.cells):
            sum_ = dict.fromkeys(place[total.rows, k], 1)
            if cell.known:
                equal.append((sum_, cell.low))
            else:
                below += [(sum_, cell.high), (dict.fromkeys(sum_, -1), -cell.low)]
    options: dict[str, Any] = {"bounds": [(cell.low, cell.high) for row in rows for cell in row], "method": "highs"}
    for name, given in (("ub", below), ("eq", equal)):
        if given:
            options |= {f"A_{name}": _matrix([row for row, _ in given], place.size), f"b_{name}": [b for _, b in given]}
    names, asked = _asked([Total(row, [i]) for i, row in enumerate(rows)] + totals, place)
    truth = np.array([cell.count for row in rows for cell in row], dtype=float)
    return _least_moved(names, asked, truth, options, width)


def _asked(nodes: list[Total], place: np.ndarray) -> tuple[list[str], sparse.csr_matrix]:
    """Every hidden count and every hidden small rest of the placed: its name, and which counts make it, float64 [asked, counts]."""
    names, found = [], []
    for node in nodes:
        placed = node.cells[0]
        for k, cell in enumerate(node.cells):
            if not cell.known:
                names.append(cell.name)
                found.append(dict.fromkeys(place[node.rows, k], 1))
                if k and not placed.known and placed.count - cell.count < SMALL:
                    names.append(cell.name)
                    found.append(dict.fromkeys(place[node.rows, 0], 1) | dict.fromkeys(place[node.rows, k], -1))
    return names, _matrix(found, place.size)


def _matrix(rows: list[dict[int, int]], size: int) -> sparse.csr_matrix:
    at = np.repeat(np.arange(len(rows)), [len(row) for row in rows])
    columns, factors = [i for row in rows for i in row], [float(x) for row in rows for x in row.values()]
    return sparse.csr_matrix((factors, (at, columns)), shape=(len(rows), size))


def _least_moved(names: list[str], asked: sparse.csr_matrix, truth: np.ndarray, options: dict[str, Any], width: int) -> str | None:
    """The name of something asked that cannot move far enough.

    What a program finds for one says something of the others too, so each is asked for only while it has not moved enough; before
    that, a few programs push all of them at once, each some way and then the other.
    """
    least = most = asked @ truth

    def push(towards: np.ndarray) -> None:
        nonlocal least, most
        answer = linprog(towards, **options)
        if answer.status:
            raise RuntimeError(f"published counts contradict each other: {answer.message}")
        least, most = np.minimum(least, asked @ answer.x), np.maximum(most, asked @ answer.x)

    signs = np.random.default_rng(0).choice([-1.0, 1.0], (PUSHES, len(names)))
    for towards in (*signs, *-signs):
        push(asked.T @ towards)
    for i, name in enumerate(names):
        for sign in (1, -1):
            if most[i] - least[i] < width - _CLOSE:
                push(sign * asked[[i]].toarray()[0])
        if most[i] - least[i] < width - _CLOSE:
            return name
    return None
