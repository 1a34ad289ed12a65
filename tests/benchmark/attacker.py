"""An attacker who has the published files and knows every rule by which they are made; shares no code with the command.

The counts of every line of measures.csv are unknowns. What is published is an equation or a bound: a numerator, a bound of a share,
a total that is the sum of its parts, students with something who are all placed. A linear program then finds the least and the most
that each hidden count can be.
"""

from __future__ import annotations

import csv
import io
import math
from collections import defaultdict
from dataclasses import dataclass, field

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import csr_matrix

LINKED = ("top_three", "without_transfer", "gates_valid")
SHARES = ("placed_of_seekers", *LINKED, "few_options", "placed_by_greedy", "placed_by_first_come", "placed_by_random_order")
Line = tuple[str, str, str, str, str, str]


@dataclass
class System:
    """Unknowns by name, equations and inequalities over them."""

    place: dict[tuple[Line, str], int] = field(default_factory=dict)
    low: list[float] = field(default_factory=list)
    high: list[float] = field(default_factory=list)
    equal: list[tuple[dict[int, float], float]] = field(default_factory=list)
    at_most: list[tuple[dict[int, float], float]] = field(default_factory=list)

    def of(self, line: Line, name: str) -> int:
        if (line, name) not in self.place:
            self.place[line, name] = len(self.place)
            self.low.append(0.0)
            self.high.append(math.inf)
        return self.place[line, name]

    def between(self, at: int, low: float, high: float) -> None:
        self.low[at], self.high[at] = max(self.low[at], low), min(self.high[at], high)

    def ranges(self, wanted: list[dict[int, float]]) -> list[float]:
        """How far apart the least and the most of each combination lie."""
        size = len(self.place)
        a_eq, b_eq = _matrix(self.equal, size)
        a_ub, b_ub = _matrix(self.at_most, size)
        found = []
        for combination in wanted:
            cost = np.zeros(size)
            for at, factor in combination.items():
                cost[at] = factor
            options = {"A_eq": a_eq, "b_eq": b_eq, "A_ub": a_ub, "b_ub": b_ub, "bounds": list(zip(self.low, self.high, strict=True))}
            ends = [linprog(sign * cost, method="highs", **options) for sign in (1, -1)]
            assert all(end.status in {0, 3} for end in ends), [end.message for end in ends]
            found.append(math.inf if any(end.status == 3 for end in ends) else float(-ends[1].fun - ends[0].fun))
        return found


def _matrix(rows: list[tuple[dict[int, float], float]], size: int) -> tuple[csr_matrix | None, np.ndarray | None]:
    if not rows:
        return None, None
    at = [(i, j, x) for i, (row, _) in enumerate(rows) for j, x in row.items()]
    i, j, x = zip(*at, strict=True)
    return csr_matrix((x, (i, j)), shape=(len(rows), size)), np.array([b for _, b in rows])


def read(data: bytes) -> dict[Line, dict[str, dict[str, str]]]:
    """The lines of measures.csv by whom they are about, then by measure."""
    found: dict[Line, dict[str, dict[str, str]]] = defaultdict(dict)
    for row in csv.DictReader(io.StringIO(data.decode())):
        line = (row["level"], row["round"], row["school_id"], row["dimension"], row["group"], row["title"])
        found[line][row["measure"]] = row
    return found


def system_of(lines: dict[Line, dict[str, dict[str, str]]]) -> System:
    """Everything that the file says."""
    system = System()
    for line, told in lines.items():
        if line[0] == "terms":
            continue
        seek = system.of(line, "seekers")
        if told["placed_of_seekers"]["n"]:
            system.between(seek, float(told["placed_of_seekers"]["n"]), float(told["placed_of_seekers"]["n"]))
        else:
            system.between(seek, 0, 9)
        for name in (name for name in SHARES if name in told):
            _share(system, line, name, told[name], seek)
        for name in LINKED:
            system.at_most.append(({system.of(line, name): 1, system.of(line, "placed_of_seekers"): -1}, 0))
        few = {system.of(line, name): 1 for name in ("few_options", "placed_of_seekers")}
        system.at_most.append((few | {seek: -1, system.of(line, "top_three"): -1}, 0))
        _parts(system, line, told)
        for name in ("site_spread", "match_percentile", "minutes_median"):
            if told.get(name, {}).get("n"):
                n = float(told[name]["n"])
                system.between(system.of(line, "placed_of_seekers"), n, n)
    _sums(system, list(lines))
    return system


def _share(system: System, line: Line, name: str, row: dict[str, str], seek: int) -> None:
    at = system.of(line, name)
    system.at_most.append(({at: 1, seek: -1}, 0))
    if row["shown"] == "exact":
        system.between(at, float(row["numerator"]), float(row["numerator"]))
    elif row["shown"] == "at_least":
        system.between(at, math.ceil(float(row["value"]) * float(row["n"]) / 100 - 1e-9), math.inf)
    elif row["shown"] == "at_most":
        system.between(at, 0, math.floor(float(row["value"]) * float(row["n"]) / 100 + 1e-9))


def _parts(system: System, line: Line, told: dict[str, dict[str, str]]) -> None:
    """Students placed before (`before`), not ready (`idle`); those who had a place (`had`) and keep it (`kept`)."""
    before, idle = system.of(line, "before"), system.of(line, "idle")
    row = told.get("placed_of_all", {})
    if row.get("shown") == "exact":
        system.equal.append(({system.of(line, "placed_of_seekers"): 1, before: 1}, float(row["numerator"])))
        system.equal.append(({system.of(line, "seekers"): 1, before: 1, idle: 1}, float(row["denominator"])))
    had, kept = system.of(line, "had"), system.of(line, "kept")
    system.at_most += [({kept: 1, had: -1}, 0), ({kept: 1, system.of(line, "placed_of_seekers"): -1}, 0)]
    system.at_most.append(({had: 1, system.of(line, "seekers"): -1}, 0))
    row = told.get("kept_place", {})
    if row.get("shown") == "exact":
        system.between(kept, float(row["numerator"]), float(row["numerator"]))
        system.between(had, float(row["denominator"]), float(row["denominator"]))


def _sums(system: System, lines: list[Line]) -> None:
    """Totals are the sums of their parts; lines without a number of seekers are inside the line of those together, or in none."""
    names = ["seekers", *SHARES, "before", "idle", "had", "kept"]
    shown = [line for line in lines if system.low[system.of(line, "seekers")] >= 10]
    (overall,) = [line for line in lines if line[0] == "overall"]
    _add_up(system, overall, [line for line in shown if line[0] == "round"], names)
    for parent in [line for line in shown if line[0] == "round" and line[1]]:
        _add_up(system, parent, [line for line in shown if line[0] == "school" and line[1] == parent[1]], names)
    for dimension in {line[3] for line in shown if line[0] == "group"}:
        _add_up(system, overall, [line for line in shown if line[3] == dimension], names)
    for pool in [line for line in shown if line[5].endswith("together") and line[0] in {"round", "school"}]:
        inside = [line for line in lines if line not in shown and line[0] == pool[0] and (line[0] == "round" or line[1] == pool[1])]
        _add_up(system, pool, inside, names)


def _add_up(system: System, total: Line, parts: list[Line], names: list[str]) -> None:
    if parts and system.low[system.of(total, "seekers")] >= 10:
        for name in names:
            system.equal.append(({system.of(total, name): 1} | {system.of(part, name): -1 for part in parts}, 0))
