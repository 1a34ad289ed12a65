"""The arithmetic of a certificate, written without the solver: bounds by weak duality, what they leave open, cuts and splits.

For whole prices y over a denominator d, every plan x of a part has

    d * value(x) = sum_i y_i use_i(x) + sum_j (d w_j - sum_i y_i a_ij) x_j
                <= sum_i max(y_i high_i, y_i low_i) + sum_students max(0, largest margin of an open column of the student).

A column is a pair, or pairs that linked students take together (`choices`). Nothing from `matcher.solver` is used but the
plain data of the problem.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Any

import numpy as np
from scipy import sparse

from matcher.choices import columns_of
from matcher.solver.problem import Problem
from matcher.verdict_packed import packed_bound, packed_margins
from matcher.verdict_state import SAFE, Part, Row, Stages, Verdict

MOST_TIMES = 2
"""How often a row may count in a cut."""


def check_tree(problem: Problem, plan: np.ndarray, stages: Stages, said: dict[str, Any], arrays: dict[str, np.ndarray]) -> Verdict:
    """Walk the whole tree of a certificate; findings are in the verdict.

    Raises
    ------
    CannotCheckError
        When the certificate joins students in a way that cannot be checked.
    """
    verdict = Verdict(problem, plan, stages, arrays, columns_of(problem, said["groups"]))
    columns = verdict.columns
    free = columns.open.copy()
    _shut(verdict, free)
    todo = [(said["tree"], Part(free, columns.low, columns.high, columns.must), 0)]
    while todo and not verdict.findings:
        node, part, stage = todo.pop()
        for step in node["steps"]:
            if "cut" in step:
                narrowed = _with_cut(verdict, part, step["cut"])
            else:
                narrowed = _sieved(verdict, part, step, stage) if "sieve" in step else _narrowed(verdict, part, step, stage)
            if narrowed is None:
                return verdict
            part, stage = narrowed, stage + ("cut" not in step and "sieve" not in step)
        if "split" in node:
            halves = _halves(verdict, part, node)
            todo += [(half, smaller, stage) for half, smaller in halves]
        else:
            _end(verdict, part, node, stage)
    return verdict


def _with_cut(verdict: Verdict, part: Part, rows: object) -> Part | None:
    """One more row that all plans of the part keep: rows added up, the sum divided by 2 or 3, every number rounded down.

    Each row counts as often as it is named; what divides is one more than the most often. Columns are taken a whole number of times,
    so the divided sum of their rounded counts is whole too.
    """
    m, first = verdict.problem.limits.shape[0], verdict.first
    known = isinstance(rows, list) and bool(rows) and all(type(row) is int and 0 <= row < first + len(part.rows) for row in rows)
    if not isinstance(rows, list) or not known or max(Counter(rows).values()) > MOST_TIMES:
        verdict.findings.append("the certificate makes a cut of rows that do not exist")
        return None
    times = Counter(rows)
    by = max(times.values()) + 1
    total, most, own, limits = np.zeros(len(verdict.columns), np.int64), 0, np.zeros(verdict.students, np.int64), verdict.columns.limits
    largest = 0
    for row, count in times.items():
        high: int | None = 1
        if row < m:
            span = slice(limits.indptr[row], limits.indptr[row + 1])
            np.add.at(total, limits.indices[span], count * limits.data[span])
            largest += count * int(np.abs(limits.data[span]).max(initial=0))
            high = int(part.high[row])
        elif row < first:
            own[row - m] = count
        else:
            total[part.rows[row - first].columns] += count * part.rows[row - first].counts
            largest += count * int(np.abs(part.rows[row - first].counts).max(initial=0))
            high = part.rows[row - first].high
        if high is None or abs(high) >= SAFE // 4 or largest >= SAFE // 4:
            verdict.findings.append("the certificate makes a cut of a row that allows any number, or of numbers too large to add up")
            return None
        most += count * high
    share = (total + own[verdict.columns.student]) // by
    return replace(part, rows=(*part.rows, Row.of(share, int(share[share < 0].sum()), most // by)))


def _shut(verdict: Verdict, free: np.ndarray) -> None:
    """Shut what couplings make impossible, each pair only with its reason: no partner that is still open fits beside it."""
    problem, alone = verdict.problem, verdict.columns.alone
    plain = np.ones(problem.limits.shape[0], dtype=bool)
    plain[np.repeat(np.arange(len(plain)), np.diff(problem.limits.indptr))[problem.limits.data < 0]] = False
    by_pair = problem.limits.T.tocsr() if len(verdict.arrays.get("shut", ())) else None
    for pair, row in np.asarray(verdict.arrays.get("shut", np.zeros((0, 2), np.int64))).tolist():
        if by_pair is None or not (0 <= row < len(plain) and 0 <= pair < len(problem)) or alone[pair] < 0:
            verdict.findings.append(f"the certificate shuts pair {pair} without a reason")
            return
        span = slice(problem.limits.indptr[row], problem.limits.indptr[row + 1])
        members, signs = problem.limits.indices[span], problem.limits.data[span]
        coupling = problem.at_most[row] == problem.at_least[row] == 0 and (np.abs(signs) == 1).all() and (alone[members] >= 0).all()
        own = signs[members == pair]
        partners = members[signs == -own[0]] if len(own) else members
        partners = partners[free[alone[partners]] & (problem.student[partners] != problem.student[pair])]
        if not coupling or not len(own) or any(_fits(problem, by_pair, plain, pair, int(other)) for other in partners):
            verdict.findings.append(f"the certificate shuts pair {pair} without a reason")
            return
        free[alone[pair]] = False


def _fits(problem: Problem, by_pair: sparse.csr_matrix, plain: np.ndarray, one: int, other: int) -> bool:
    use = (by_pair[one] + by_pair[other]).tocsr()
    counted = plain[use.indices]
    return bool((use.data[counted] <= problem.at_most[use.indices[counted]]).all())


def _prices(verdict: Verdict, part: Part, name: str, scale: int, stage: int | None) -> np.ndarray | None:
    """The prices of this name, if they are whole, as many as there are rows, and small enough to be added up."""
    rows = verdict.first + len(part.rows)
    found = verdict.arrays.get(name)
    if found is None or found.dtype.kind != "i" or found.shape != (rows,) or scale < 1:
        verdict.findings.append(f"the certificate lacks whole prices {name!r} for {rows} limits, students and cuts")
        return None
    if verdict.used.setdefault(name, scale) != scale:
        verdict.findings.append(f"the certificate gives {name} two denominators")
    if stage is not None and found[: len(verdict.idle)][verdict.idle].any():
        verdict.findings.append(f"the prices {name} stand on a limit that counts nothing")
        return None
    if verdict.reach(stage, found, scale, part) >= SAFE:
        verdict.findings.append(f"the prices {name} are too large to be added up, or stand on a limit that never binds")
        return None
    return found.astype(np.int64)


def _bound(verdict: Verdict, part: Part, stage: int | None, prices: np.ndarray, scale: int) -> tuple[int, np.ndarray]:
    """The bound that the prices prove, and the students' own prices (int64 [students]), which are computed and not read."""
    m, lowest = verdict.problem.limits.shape[0], np.iinfo(np.int64).min
    own = np.where(part.must, lowest, 0)
    for block in verdict.blocks():
        margin = verdict.margins(stage, prices, scale, part, block)
        usable = part.open[block]
        np.maximum.at(own, verdict.columns.student[block][usable], margin[usable])
    own[own == lowest] = 0
    limits = prices[:m]
    total = int(np.where(limits > 0, limits * part.high, np.where(limits < 0, limits * part.low, 0)).sum()) + int(own.sum())
    for price, row in zip(prices[verdict.first :].tolist(), part.rows, strict=True):
        reach = row.low if price < 0 else row.high
        total += 0 if price == 0 else SAFE if reach is None else price * reach
    return total, own


def _priced(verdict: Verdict, part: Part, step: dict[str, Any], stage: int | None) -> tuple[int, np.ndarray, np.ndarray] | None:
    """Bound, prices and the students' prices of one step."""
    scale = int(step.get("scale", 1))
    prices = _prices(verdict, part, str(step["prices"]), scale, stage)
    if prices is None:
        return None
    if step.get("packed") is True:
        most = packed_bound(verdict, part, stage, prices, scale)
        return None if most is None else (most, prices, prices[verdict.first - verdict.students : verdict.first])
    bound, own = _bound(verdict, part, stage, prices, scale)
    if not np.array_equal(own, prices[verdict.first - len(own) : verdict.first]):
        name = "a part without a plan" if stage is None else verdict.stages[stage][0]
        verdict.findings.append(f"{name}: the prices of students are not what the prices of limits leave them")
    return bound, prices, own


def _narrowed(verdict: Verdict, part: Part, step: dict[str, Any], stage: int) -> Part | None:
    """What a stage leaves of a part: exactly the plans that reach the value of the plan; None after a finding."""
    if step["stage"] != stage or stage >= len(verdict.stages):
        verdict.findings.append("the certificate takes the objectives out of order")
        return None
    found, scale, value = _priced(verdict, part, step, stage), int(step.get("scale", 1)), verdict.values[stage]
    name = verdict.stages[stage][0]
    if found is None:
        return None
    bound, prices, own = found
    if bound // scale != value:
        verdict.findings.insert(0, f"{name}: the plan has {value}, and the prices prove no more than {bound // scale}")
        return None
    spare = bound - scale * value
    free = _reaching(verdict, part, step, prices, own, -spare)
    limits = prices[: len(part.low)]
    low = np.where(limits > spare, part.high, part.low)
    high = np.where(limits < -spare, part.low, part.high)
    kept = zip(prices[verdict.first :].tolist(), part.rows, strict=True)
    rows = tuple(_tightened(row, price, spare) for price, row in kept)
    rows = (*rows, Row.of(verdict.weights(stage) * free, value, None)) if spare > 0 or step.get("packed") is True else rows
    return Part(free, low, high, part.must | (own > spare), rows)


def _sieved(verdict: Verdict, part: Part, step: dict[str, Any], stage: int) -> Part | None:
    """A part without the columns that are in no plan as good as `sieve` in this stage, which is no more than the plan has.

    In the last stage it may be one more: nothing comes after it, so only better plans matter.
    """
    known = type(step["sieve"]) is int and step["stage"] == stage and stage < len(verdict.stages)
    if not known or step["sieve"] > verdict.values[stage] + (stage == len(verdict.stages) - 1):
        verdict.findings.append("the certificate sieves by a value that the plan does not have")
        return None
    found, scale = _priced(verdict, part, step, stage), int(step.get("scale", 1))
    if found is None:
        return None
    bound, prices, own = found
    return replace(part, open=_reaching(verdict, part, step, prices, own, scale * step["sieve"] - bound))


def _reaching(verdict: Verdict, part: Part, step: dict[str, Any], prices: np.ndarray, own: np.ndarray, least: int) -> np.ndarray:
    """Bool [columns]: the open columns that a plan may hold that stays no farther below the bound than this."""
    stage, scale, free = int(step["stage"]), int(step.get("scale", 1)), part.open.copy()
    if step.get("packed") is True:
        return np.asarray(free & (packed_margins(verdict, part, stage, prices, scale) >= least))
    for block in verdict.blocks():
        margin = verdict.margins(stage, prices, scale, part, block) - own[verdict.columns.student[block]]
        free[block] &= margin >= least
    return free


def _tightened(row: Row, price: int, spare: int) -> Row:
    """A row whose price leaves no room is at one of its bounds."""
    if price > spare and row.high is not None:
        return replace(row, low=row.high)
    return replace(row, high=row.low) if price < -spare else row


def _halves(verdict: Verdict, part: Part, node: dict[str, Any]) -> list[tuple[dict[str, Any], Part]]:
    """The two halves of a split: with one of these columns of one student (or group of linked ones), and with none of them."""
    places = np.array([verdict.columns.place(pairs) for pairs in node["split"]], np.int64)
    if not len(places) or places.min() < 0 or len(set(verdict.columns.student[places].tolist())) > 1:
        verdict.findings.append("the certificate splits by pairs that are not of one student or group")
        return []
    inside = np.zeros(len(verdict.columns), dtype=bool)
    inside[places] = True
    student = verdict.columns.student[places[0]]
    must = part.must.copy()
    must[student] = True
    taken = replace(part, open=part.open & (inside | (verdict.columns.student != student)), must=must)
    return [(node["without"], replace(part, open=part.open & ~inside)), (node["with"], taken)]


def _end(verdict: Verdict, part: Part, node: dict[str, Any], stage: int) -> None:
    """How a part ends: as good as the plan to the last objective, worse, without any plan, searched by CP-SAT, or left open."""
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
    elif end == "open" and node["stage"] == stage < len(verdict.stages):
        found = _priced(verdict, part, node, stage)
        if found is not None:
            verdict.left[stage] = max(verdict.left.get(stage, verdict.values[stage]), found[0] // int(node["scale"]))
    elif end == "beaten" and node["stage"] == stage < len(verdict.stages):
        found, value = _priced(verdict, part, node, stage), verdict.values[stage]
        if found is not None and found[0] // int(node["scale"]) >= value + (stage == len(verdict.stages) - 1):
            verdict.findings.append(f"{verdict.stages[stage][0]}: a part may hold a better plan than {value}")
    else:
        verdict.findings.append("the certificate ends a part in a way that proves nothing")
