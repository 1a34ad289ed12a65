"""The certificate as a tree: prices that narrow a part of the plans objective by objective, splits, and how each part ends."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np


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
class Split:
    """Pairs of one student: in one half the student takes one of them, in the other none of them."""

    pairs: tuple[int, ...]


@dataclass(frozen=True, eq=False)
class Half:
    """One side of a split."""

    split: Split
    taken: bool


Step = Priced | Empty | Searched | Half
Trail = tuple[Step, ...]
"""The steps that lead to one part, from the whole."""


@dataclass(frozen=True, eq=False)
class Certificate:
    """All parts that the plans were split into, and the pairs shut before (each with the limit that shuts it), in order."""

    trails: tuple[Trail, ...] = ()
    shut: np.ndarray = field(default_factory=lambda: np.zeros((0, 2), np.int64))

    def to_arrays(self, named: dict[str, np.ndarray]) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
        """The tree as plain data that names arrays, and the arrays; some may have a name already."""
        arrays = {"shut": self.shut, **named}
        names = {id(prices): name for name, prices in named.items()}
        return _node(self.trails or ((),), 0, arrays, names), arrays


def digest(arrays: dict[str, np.ndarray]) -> str:
    """SHA-256 of arrays by name, kind, shape and content."""
    told = hashlib.sha256()
    for name in sorted(arrays):
        told.update(f"{name} {arrays[name].dtype.str} {arrays[name].shape}\n".encode())
        told.update(np.ascontiguousarray(arrays[name]).tobytes())
    return told.hexdigest()


def _node(trails: Sequence[Trail], depth: int, arrays: dict[str, np.ndarray], names: dict[int, str]) -> dict[str, Any]:
    """Parts that have gone the same way so far: the steps they still share, then the split or the end."""

    def stored(prices: np.ndarray) -> str:
        name = names.setdefault(id(prices), f"part_{len(names)}")
        arrays[name] = prices
        return name

    steps: list[dict[str, Any]] = []
    while len(trails[0]) > depth:
        step = trails[0][depth]
        depth += 1
        if isinstance(step, Half):
            without = [t for t in trails if not _side(t[depth - 1])]
            taken = [t for t in trails if _side(t[depth - 1])]
            halves = {"without": _node(without, depth, arrays, names), "with": _node(taken, depth, arrays, names)}
            return {"steps": steps, "split": list(step.split.pairs), **halves}
        if isinstance(step, Searched):
            return {"steps": steps, "end": "searched", "stage": step.stage}
        if isinstance(step, Empty):
            return {"steps": steps, "end": "empty", "prices": stored(step.prices)}
        said = {"stage": step.stage, "scale": step.scale, "prices": stored(step.prices)}
        if isinstance(step, Beaten):
            return {"steps": steps, "end": "beaten", **said}
        steps.append(said)
    return {"steps": steps, "end": "equal"}


def _side(step: Step) -> bool:
    return isinstance(step, Half) and step.taken
