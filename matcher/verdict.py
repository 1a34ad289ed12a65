"""The arithmetic of a certificate, written without the solver: bounds by weak duality, what they leave open, and splits.

For whole prices y over a denominator d, every plan x of a part has

    d * value(x) = sum_i y_i use_i(x) + sum_j (d w_j - sum_i y_i a_ij) x_j
                <= sum_i max(y_i high_i, y_i low_i) + sum_students max(0, largest margin of an open pair of the student).

Nothing from `matcher.solver` is used but the plain data of the problem.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from matcher.solver.problem import Problem

AT_ONCE = 1 << 20
"""Pairs looked at together."""
SAFE = 2**62
"""Sums stay below this, or the certificate is refused."""
Stages = list[tuple[str, np.ndarray]]


@dataclass(frozen=True)
class Part:
    """Some of the plans: pairs that may be chosen, bounds of limits, students who must be placed, and values to be kept.

    A value to be kept has its weights, the least it must be, and the most where that is known.
    """

    open: np.ndarray
    low: np.ndarray
    high: np.ndarray
    must: np.ndarray
    cuts: tuple[tuple[np.ndarray, int, int | None], ...] = ()


@dataclass
class Verdict:
    """A problem, its plan and the arrays of the certificate; findings as they come up."""

    problem: Problem
    plan: np.ndarray
    stages: Stages
    arrays: dict[str, np.ndarray]
    findings: list[str] = field(default_factory=list)
    used: dict[str, int] = field(default_factory=dict)
    open_ends: Counter[int] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self.by_pair = self.problem.limits.T.tocsr()
        self.values = [int(weights[self.plan].sum()) for _, weights in self.stages]

    def searched(self) -> list[str]:
        """What CP-SAT settled and prices do not prove."""
        return [
            f"{self.stages[k][0]}: not proven by prices, because CP-SAT settled it in {n} part{'s' if n > 1 else ''} of the plans"
            for k, n in sorted(self.open_ends.items())
        ]

    def blocks(self) -> Iterator[slice]:
        """All pairs, some at a time."""
        for start in range(0, len(self.problem), AT_ONCE):
            yield slice(start, min(start + AT_ONCE, len(self.problem)))

    def margins(self, weights: np.ndarray | None, prices: np.ndarray, scale: int, part: Part, block: slice) -> np.ndarray:
        """int64: what pairs of a block add beyond the prices of limits and of values to be kept."""
        m, students = self.problem.limits.shape[0], self.problem.students
        margin = -(self.by_pair[block] @ prices[:m])
        if weights is not None:
            margin += scale * weights[block]
        for price, (kept, _, _) in zip(prices[m + students :], part.cuts, strict=True):
            margin -= price * kept[block]
        return np.asarray(margin)


def check_tree(verdict: Verdict, tree: dict[str, Any]) -> None:
    """Walk the whole tree; findings go to the verdict."""
    problem = verdict.problem
    free = np.ones(len(problem), dtype=bool)
    _shut(verdict, free)
    most, least = problem.at_most.copy(), problem.at_least.copy()
    todo = [(tree, Part(free, least, most, np.zeros(problem.students, dtype=bool)), 0)]
    while todo and not verdict.findings:
        node, part, stage = todo.pop()
        for step in node["steps"]:
            narrowed = _narrowed(verdict, part, step, stage)
            if narrowed is None:
                return
            part, stage = narrowed, stage + 1
        if "split" in node:
            halves = _halves(verdict, part, node)
            todo += [(half, smaller, stage) for half, smaller in halves]
        else:
            _end(verdict, part, node, stage)


def _shut(verdict: Verdict, free: np.ndarray) -> None:
    """Shut what couplings make impossible, each pair only with its reason: no partner that is still open fits beside it."""
    problem = verdict.problem
    plain = np.ones(problem.limits.shape[0], dtype=bool)
    plain[np.repeat(np.arange(len(plain)), np.diff(problem.limits.indptr))[problem.limits.data < 0]] = False
    for pair, row in np.asarray(verdict.arrays.get("shut", np.zeros((0, 2), np.int64))).tolist():
        span = slice(problem.limits.indptr[row], problem.limits.indptr[row + 1])
        members, signs = problem.limits.indices[span], problem.limits.data[span]
        coupling = problem.at_most[row] == problem.at_least[row] == 0 and (np.abs(signs) == 1).all()
        own = signs[members == pair]
        partners = members[free[members] & (signs == -own[0])] if len(own) else members
        partners = partners[problem.student[partners] != problem.student[pair]]
        if not coupling or not len(own) or any(_fits(verdict, pair, int(other), plain) for other in partners):
            verdict.findings.append(f"the certificate shuts pair {pair} without a reason")
            return
        free[pair] = False


def _fits(verdict: Verdict, one: int, other: int, plain: np.ndarray) -> bool:
    use = (verdict.by_pair[one] + verdict.by_pair[other]).tocsr()
    counted = plain[use.indices]
    return bool((use.data[counted] <= verdict.problem.at_most[use.indices[counted]]).all())


def _prices(verdict: Verdict, part: Part, name: str, scale: int) -> np.ndarray | None:
    """The prices of this name, if they are whole, as many as there are rows, and small enough to be added up."""
    rows = verdict.problem.limits.shape[0] + verdict.problem.students + len(part.cuts)
    found = verdict.arrays.get(name)
    if found is None or found.dtype.kind != "i" or found.shape != (rows,) or scale < 1:
        verdict.findings.append(f"the certificate lacks whole prices {name!r} for {rows} limits and students")
        return None
    if verdict.used.setdefault(name, scale) != scale:
        verdict.findings.append(f"the certificate gives {name} two denominators")
    priced = found[: verdict.problem.limits.shape[0]]
    largest = max([abs(int(found.max(initial=0))), abs(int(found.min(initial=0))), scale])
    heaviest = max([1, *(int(np.abs(w).max(initial=0)) for _, w in verdict.stages)], default=1)
    coefficient = int(np.abs(verdict.problem.limits.data).max(initial=1))
    most = np.where(priced > 0, part.high, np.where(priced < 0, part.low, 0))
    reach = float(np.abs(priced.astype(float) * most.astype(float)).sum()) + float(largest) * heaviest * coefficient * (rows + 1)
    if reach >= SAFE:
        verdict.findings.append(f"the prices {name} are too large to be added up, or stand on a limit that never binds")
        return None
    return found.astype(np.int64)


def _bound(verdict: Verdict, part: Part, weights: np.ndarray | None, prices: np.ndarray, scale: int) -> tuple[int, np.ndarray]:
    """The bound that the prices prove, and the students' own prices (int64 [students]), which are computed and not read."""
    problem, lowest = verdict.problem, np.iinfo(np.int64).min
    own = np.where(part.must, lowest, 0)
    for block in verdict.blocks():
        margin = verdict.margins(weights, prices, scale, part, block)
        usable = part.open[block]
        np.maximum.at(own, problem.student[block][usable], margin[usable])
    own[own == lowest] = 0
    limits = prices[: problem.limits.shape[0]]
    total = int(np.where(limits > 0, limits * part.high, np.where(limits < 0, limits * part.low, 0)).sum()) + int(own.sum())
    for price, (_, least, most) in zip(prices[problem.limits.shape[0] + problem.students :].tolist(), part.cuts, strict=True):
        reach = least if price < 0 else most
        total += 0 if price == 0 else SAFE if reach is None else price * reach
    return total, own


def _priced(verdict: Verdict, part: Part, step: dict[str, Any], stage: int | None) -> tuple[int, np.ndarray, np.ndarray] | None:
    """Bound, prices and the students' prices of one step."""
    scale = int(step.get("scale", 1))
    prices = _prices(verdict, part, str(step["prices"]), scale)
    if prices is None:
        return None
    weights = None if stage is None else verdict.stages[stage][1]
    bound, own = _bound(verdict, part, weights, prices, scale)
    first = verdict.problem.limits.shape[0]
    if not np.array_equal(own, prices[first : first + len(own)]):
        name = "a part without a plan" if stage is None else verdict.stages[stage][0]
        verdict.findings.append(f"{name}: the prices of students are not what the prices of limits leave them")
    return bound, prices, own


def _narrowed(verdict: Verdict, part: Part, step: dict[str, Any], stage: int) -> Part | None:
    """What a stage leaves of a part: exactly the plans that reach the value of the plan; None after a finding."""
    if step["stage"] != stage or stage >= len(verdict.stages):
        verdict.findings.append("the certificate takes the objectives out of order")
        return None
    found, scale, value = _priced(verdict, part, step, stage), int(step.get("scale", 1)), verdict.values[stage]
    name, weights = verdict.stages[stage]
    if found is None:
        return None
    bound, prices, own = found
    if bound // scale != value:
        verdict.findings.insert(0, f"{name}: the plan has {value}, and the prices prove no more than {bound // scale}")
        return None
    spare = bound - scale * value
    free = part.open.copy()
    for block in verdict.blocks():
        margin = verdict.margins(weights, prices, scale, part, block) - own[verdict.problem.student[block]]
        free[block] &= margin >= -spare
    limits = prices[: len(part.low)]
    low = np.where(limits > spare, part.high, part.low)
    high = np.where(limits < -spare, part.low, part.high)
    kept = prices[len(part.low) + len(own) :].tolist()
    cuts = tuple((w, least, least if price < -spare else most) for price, (w, least, most) in zip(kept, part.cuts, strict=True))
    cuts = (*cuts, (weights, value, None)) if spare > 0 else cuts
    return Part(free, low, high, part.must | (own > spare), cuts)


def _halves(verdict: Verdict, part: Part, node: dict[str, Any]) -> list[tuple[dict[str, Any], Part]]:
    """The two halves of a split: with one of these pairs of one student, and with none of them."""
    pairs = np.array(node["split"], np.int64)
    if not len(pairs) or pairs.min() < 0 or pairs.max() >= len(verdict.problem) or len(set(verdict.problem.student[pairs].tolist())) > 1:
        verdict.findings.append("the certificate splits by pairs that are not of one student")
        return []
    inside = np.zeros(len(verdict.problem), dtype=bool)
    inside[pairs] = True
    student = verdict.problem.student[pairs[0]]
    must = part.must.copy()
    must[student] = True
    taken = replace(part, open=part.open & (inside | (verdict.problem.student != student)), must=must)
    return [(node["without"], replace(part, open=part.open & ~inside)), (node["with"], taken)]


def _end(verdict: Verdict, part: Part, node: dict[str, Any], stage: int) -> None:
    """How a part ends: as good as the plan to the last objective, worse, without any plan, or searched by CP-SAT."""
    end = node["end"]
    if end == "searched" and node["stage"] < len(verdict.stages):
        verdict.open_ends[int(node["stage"])] += 1
    elif end == "equal":
        if stage != len(verdict.stages):
            verdict.findings.append("the certificate does not follow a part to the last objective")
    elif end == "empty":
        found = _priced(verdict, part, node, None)
        if found is not None and found[0] >= 0:
            verdict.findings.append("the certificate calls a part empty, and its prices do not prove it")
    elif end == "beaten" and node["stage"] == stage < len(verdict.stages):
        found, value = _priced(verdict, part, node, stage), verdict.values[stage]
        if found is not None and found[0] // int(node["scale"]) >= value:
            verdict.findings.append(f"{verdict.stages[stage][0]}: a part may hold a better plan than {value}")
    else:
        verdict.findings.append("the certificate ends a part in a way that proves nothing")
