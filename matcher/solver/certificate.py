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
    """Whole-number prices of all rows over a common denominator for one stage: they bound it, and the part narrows to what reaches it.

    `packed`: only students have prices, and what each limit's pairs gain beyond those is the value of a knapsack.
    """

    stage: int
    prices: np.ndarray
    scale: int
    packed: bool = field(default=False, kw_only=True)


@dataclass(frozen=True, eq=False)
class Beaten(Priced):
    """Prices that bound one stage below the value of the plan, or the last stage at it: nothing in this part matters."""


@dataclass(frozen=True, eq=False)
class Open(Priced):
    """Prices that bound one stage of a part that was left open when the budget ran out."""


@dataclass(frozen=True, eq=False)
class Sieve(Priced):
    """Prices that shut what is in no plan of the part that reaches `value` in one stage; the stage goes on."""

    value: int


@dataclass(frozen=True, eq=False)
class Empty:
    """Prices under which even nothing costs more than there is: no plan in this part."""

    prices: np.ndarray
    packed: bool = False


@dataclass(frozen=True, eq=False)
class Searched:
    """A stage that CP-SAT settled in this part; prices do not prove it."""

    stage: int


@dataclass(frozen=True, eq=False)
class Cut:
    """One more row: the sum of these rows, divided by one more than how often one counts at most, every number rounded down."""

    rows: tuple[int, ...]


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
    pieces : the certificates of independent parts; a certificate with pieces has nothing else.
    """

    trails: tuple[Trail, ...] = ()
    shut: np.ndarray = field(default_factory=lambda: np.zeros((0, 2), np.int64))
    groups: tuple[Group, ...] = ()
    columns: sparse.csr_matrix | None = None
    pieces: tuple[PieceOf, ...] = ()

    def to_arrays(self, named: dict[str, np.ndarray], scales: list[int]) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
        """What the certificate says as plain data that names arrays, and the arrays; some may have a name already, and a denominator."""
        if self.pieces:
            return self._pieces_to_arrays(named, scales)
        arrays = {"shut": self.shut, **named}
        names = {id(prices): name for name, prices in named.items()}
        tree = _node(self.trails or ((),), 0, _Names(arrays, names, self.columns))
        return {"groups": self._groups(), "tree": tree}, arrays

    def _groups(self) -> list[dict[str, list[int]]]:
        return [{"students": list(students), "limits": list(limits)} for students, limits in self.groups]

    def _pieces_to_arrays(self, named: dict[str, np.ndarray], scales: list[int]) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
        arrays, told = dict(named), []
        for i, piece in enumerate(self.pieces):
            own, prefix = piece.certificate, f"piece_{i}_"
            arrays[f"{prefix}shut"] = own.shut
            known = {id(prices): f"prices_{k}" for k, prices in enumerate(piece.prices) if f"prices_{k}" in named}
            scale = {name: scales[int(name.split("_")[1])] for name in known.values()}
            tree = _node(own.trails or ((),), 0, _Names(arrays, known, own.columns, prefix, scale))
            told.append({"students": list(piece.students), "cuts": list(piece.cuts), "groups": own._groups(), "tree": tree})
        return {"pieces": told}, arrays


@dataclass(frozen=True, eq=False)
class PieceOf:
    """An independent part: its students, its cuts among those of the whole, its certificate, and its prices that the whole tells."""

    students: tuple[int, ...]
    cuts: tuple[int, ...]
    certificate: Certificate
    prices: tuple[np.ndarray, ...]


@dataclass(frozen=True)
class _Names:
    """Arrays by name, the names that were given, the pairs of each column, how names begin, and denominators of named arrays."""

    arrays: dict[str, np.ndarray]
    given: dict[int, str]
    columns: sparse.csr_matrix | None
    prefix: str = ""
    scales: dict[str, int] = field(default_factory=dict)

    def of(self, prices: np.ndarray) -> str:
        name = self.given.setdefault(id(prices), f"{self.prefix}part_{len(self.given)}")
        self.arrays.setdefault(name, prices)
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
            steps.append({"cut": list(step.rows)})
            continue
        if isinstance(step, Searched):
            return {"steps": steps, "end": "searched", "stage": step.stage}
        if isinstance(step, Empty):
            return {"steps": steps, "end": "empty", "prices": names.of(step.prices)} | _packed(step)
        name = names.of(step.prices)
        said = {"stage": step.stage, "scale": names.scales.get(name, step.scale), "prices": name} | _packed(step)
        if isinstance(step, Beaten | Open):
            return {"steps": steps, "end": "beaten" if isinstance(step, Beaten) else "open", **said}
        steps.append(said | ({"sieve": step.value} if isinstance(step, Sieve) else {}))
    return {"steps": steps, "end": "equal"}


def _packed(step: Priced | Empty) -> dict[str, Any]:
    return {"packed": True} if step.packed else {}


def _side(step: Step) -> bool:
    return isinstance(step, Half) and step.taken
