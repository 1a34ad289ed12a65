"""The certificate as a tree: prices that narrow a part of the plans objective by objective, splits, and how each part ends."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from scipy import sparse


@dataclass(frozen=True, eq=False)
class Priced:
    """Whole-number prices of all rows over a common denominator for one stage: they bound it, and the part narrows to what reaches it."""

    stage: int
    prices: np.ndarray
    scale: int


@dataclass(frozen=True, eq=False)
class Beaten(Priced):
    """Prices that bound one stage below the value of the plan: nothing in this part matters."""


@dataclass(frozen=True, eq=False)
class Empty:
    """Prices under which even nothing costs more than there is: no plan in this part."""

    prices: np.ndarray


@dataclass(frozen=True, eq=False)
class Searched:
    """A stage that CP-SAT settled in this part; prices do not prove it."""

    stage: int


@dataclass(frozen=True, eq=False)
class Cut:
    """One more row: the sum of these rows, halved and every number rounded down."""

    halved: tuple[int, ...]


@dataclass(frozen=True, eq=False)
class Split:
    """Columns of one student (or of linked students): in one half one of them is taken, in the other none of them."""

    pairs: tuple[int, ...]


@dataclass(frozen=True, eq=False)
class Half:
    """One side of a split."""

    split: Split
    taken: bool


Step = Priced | Empty | Searched | Cut | Half
Trail = tuple[Step, ...]
"""The steps that lead to one part, from the whole."""
Group = tuple[tuple[int, ...], tuple[int, ...]]
"""Students and limits."""


@dataclass(frozen=True, eq=False)
class Certificate:
    """All parts that the plans were split into, and what was done before.

    Attributes
    ----------
    shut : int64 [k, 2], pairs shut before, each with the limit that shuts it, in order.
    groups : linked students whose joint choices are the columns, and the limits that those keep.
    columns : the pairs of each column; None when each column is a pair.
    """

    trails: tuple[Trail, ...] = ()
    shut: np.ndarray = field(default_factory=lambda: np.zeros((0, 2), np.int64))
    groups: tuple[Group, ...] = ()
    columns: sparse.csr_matrix | None = None

    def to_arrays(self, named: dict[str, np.ndarray]) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
        """The tree as plain data that names arrays, and the arrays; some may have a name already."""
        arrays = {"shut": self.shut, **named}
        names = {id(prices): name for name, prices in named.items()}
        return _node(self.trails or ((),), 0, _Names(arrays, names, self.columns)), arrays


@dataclass(frozen=True)
class _Names:
    """Arrays by name, the names that were given, and the pairs of each column."""

    arrays: dict[str, np.ndarray]
    given: dict[int, str]
    columns: sparse.csr_matrix | None

    def of(self, prices: np.ndarray) -> str:
        name = self.given.setdefault(id(prices), f"part_{len(self.given)}")
        self.arrays[name] = prices
        return name

    def pairs(self, column: int) -> list[int]:
        return [column] if self.columns is None else sorted(self.columns[column].indices.tolist())


def digest(arrays: dict[str, np.ndarray]) -> str:
    """SHA-256 of arrays by name, kind, shape and content."""
    told = hashlib.sha256()
    for name in sorted(arrays):
        told.update(f"{name} {arrays[name].dtype.str} {arrays[name].shape}\n".encode())
        told.update(np.ascontiguousarray(arrays[name]).tobytes())
    return told.hexdigest()


def _node(trails: Sequence[Trail], depth: int, names: _Names) -> dict[str, Any]:
    """Parts that have gone the same way so far: the steps they still share, then the split or the end."""
    steps: list[dict[str, Any]] = []
    while len(trails[0]) > depth:
        step = trails[0][depth]
        depth += 1
        if isinstance(step, Half):
            without = [t for t in trails if not _side(t[depth - 1])]
            taken = [t for t in trails if _side(t[depth - 1])]
            halves = {"without": _node(without, depth, names), "with": _node(taken, depth, names)}
            return {"steps": steps, "split": [names.pairs(column) for column in step.split.pairs], **halves}
        if isinstance(step, Cut):
            steps.append({"cut": list(step.halved)})
            continue
        if isinstance(step, Searched):
            return {"steps": steps, "end": "searched", "stage": step.stage}
        if isinstance(step, Empty):
            return {"steps": steps, "end": "empty", "prices": names.of(step.prices)}
        said = {"stage": step.stage, "scale": step.scale, "prices": names.of(step.prices)}
        if isinstance(step, Beaten):
            return {"steps": steps, "end": "beaten", **said}
        steps.append(said)
    return {"steps": steps, "end": "equal"}


def _side(step: Step) -> bool:
    return isinstance(step, Half) and step.taken
