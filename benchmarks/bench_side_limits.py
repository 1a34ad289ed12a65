"""Weekday rounds of 500 students with one side limit each: proven optimal, beside CP-SAT and HiGHS on the same whole program.

`python benchmarks/bench_side_limits.py [--students 500] [--cap 60] [--write]`. Every row is one limit of the engine's kind, written
as the general rows of `matcher solve`; ours takes most placed, then most points; the others maximise both as one weighted sum.
CPU seconds; CP-SAT and HiGHS are stopped after `--cap` seconds of wall-clock.
"""

from __future__ import annotations

import argparse
import datetime as dt
import platform
import sys
import time
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

import numpy as np
from scipy import sparse

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.bench_weekday import PLACED, generate
from matcher.solver.control import Control
from matcher.solver.exact import solve
from matcher.solver.greedy import take_in_order
from matcher.solver.problem import Problem, from_arrays

RESULTS = Path(__file__).parent / "results" / "side_limits.md"
Rows = list[tuple[np.ndarray, int, int]]
"""Coefficients of all pairs, the least and the most of their weighted count."""


class Offers:
    """Which offer, site and group each pair of the weekday round belongs to, read from its limits."""

    def __init__(self, problem: Problem) -> None:
        by_pair = problem.limits.tocsc()
        self.problem = problem
        self.offer = by_pair.indices[by_pair.indptr[:-1]] // 5  # the lowest row of a pair is a weekday of its offer
        self.site, self.student = self.offer // 5, problem.student
        self.dice = np.random.default_rng(1)


def van_seats(o: Offers) -> Rows:
    """One in three students rides; a van serves 25 offers and has 6 seats."""
    rider = o.student % 3 == 0
    return [((rider & (o.offer // 25 == v)).astype(int), 0, 6) for v in np.unique(o.offer // 25)]


def site_totals(o: Offers) -> Rows:
    """Sites of five offers take 12 students."""
    return [((o.site == s).astype(int), 0, 12) for s in np.unique(o.site)]


def shared_mentors(o: Offers) -> Rows:
    """A mentor of three offers far apart takes 5."""
    return [((o.offer % 41 == m).astype(int), 0, 5) for m in range(41)]


def together(o: Offers) -> Rows:
    """Ten couples are at the same offer or at none."""
    found: Rows = []
    for a in range(0, 100, 10):
        both = np.union1d(o.offer[o.student == a], o.offer[o.student == a + 1])
        found += [(((o.student == a).astype(int) - (o.student == a + 1)) * (o.offer == p), 0, 0) for p in both]
    return found


def apart(o: Offers) -> Rows:
    """Forty couples are never at the same site."""
    couples = o.dice.choice(500, (40, 2), replace=False)
    return [((np.isin(o.student, c) & (o.site == s)).astype(int), 0, 1) for c in couples for s in np.unique(o.site[np.isin(o.student, c)])]


def group_ratio(o: Offers) -> Rows:
    """At each of ten sites at least one in four belongs to a group: 3 of the group - others >= 0."""
    group = o.student % 2 == 0
    return [(np.where(group, 3, -1) * (o.site == s), 0, 10**6) for s in np.unique(o.site)[:10]]


def half_seats(o: Offers) -> Rows:
    """A site has room for 20 half seats; every other pair needs two of them."""
    need = 1 + np.arange(len(o.offer)) % 2
    return [(need * (o.site == s), 0, 20) for s in np.unique(o.site)]


def at_least(o: Offers) -> Rows:
    """Ten sites are promised 5 students."""
    return [((o.site == s).astype(int), 5, 10**6) for s in np.unique(o.site)[:10]]


def pins(o: Offers) -> Rows:
    """Forty students have the pair that they would have by chance."""
    plan = take_in_order(o.problem, o.dice.permutation(len(o.problem)))
    return [((np.arange(len(o.offer)) == p).astype(int), 1, 1) for p in plan[:: len(plan) // 40][:40]]


def if_open(problem: Problem) -> Problem:
    """At ten sites nobody or at least 6: a pair "closed" of a student of nobody weighs 6 in one row and 100 in the other.

    That pair is worth nothing and must not count as placed, so placing is part of the points here.
    """
    o, n = Offers(problem), len(problem)
    sites = np.unique(o.site)[:10]
    here = np.array([(o.site == s).astype(np.int64) for s in sites])
    closed = np.eye(len(sites), dtype=np.int64)
    plain = sparse.hstack([problem.limits, sparse.csr_matrix((problem.limits.shape[0], len(sites)), dtype=np.int64)])
    limits = sparse.vstack([plain, np.hstack([here, 6 * closed]), np.hstack([here, 100 * closed])], format="csr").astype(np.int64)
    least = np.concatenate([problem.at_least, [6] * len(sites), [0] * len(sites)])
    most = np.concatenate([problem.at_most, [10**6] * len(sites), [100] * len(sites)])
    student = np.concatenate([problem.student, problem.students + np.arange(len(sites))]).astype(np.int32)
    points = np.concatenate([PLACED + problem.points, np.zeros(len(sites), np.int64)])
    if n + len(sites) != limits.shape[1]:
        raise ValueError("a site without a pair of its own")
    return Problem(student, points, limits, most, least, ("total_points",))


IF_OPEN = "at least n at a site that opens"
SIDES: dict[str, Callable[[Offers], Rows]] = {
    "none": lambda _: [],
    "van seats": van_seats,
    "site totals": site_totals,
    "mentors over several opportunities": shared_mentors,
    "together": together,
    "apart": apart,
    "ratio of a group": group_ratio,
    "half seats": half_seats,
    "at least n at a site": at_least,
    "pins": pins,
    IF_OPEN: lambda _: [],
}


def with_side(problem: Problem, rows: Rows) -> Problem:
    """The problem with more limits."""
    if not rows:
        return problem
    limits = sparse.vstack([problem.limits, sparse.csr_matrix(np.array([row for row, _, _ in rows], np.int64))], format="csr")
    least = np.concatenate([problem.at_least, [low for _, low, _ in rows]])
    most = np.concatenate([problem.at_most, [high for _, _, high in rows]])
    return Problem(problem.student, problem.points, limits, most.astype(np.int64), least.astype(np.int64))


def ours(problem: Problem, cap: float) -> tuple[float, str]:
    begun = time.process_time()
    solution = solve(problem, control=Control(budget=cap))
    took = time.process_time() - begun
    if not solution.stages:
        return took, str(solution.status)
    stages = {stage.name: stage.value for stage in solution.stages}
    value = PLACED * stages.get("most_placed", 0) + stages["total_points"]
    gap = "" if not solution.gap else f", gap {100 * solution.gap:.2g} %"
    return took, f"{solution.status} {value} ({solution.stages[-1].road}{gap})"


def other(problem: Problem, cap: float, kind: str) -> tuple[float, str]:
    from ortools.math_opt.python import mathopt

    model, placed = mathopt.Model(), PLACED if "most_placed" in problem.objectives else 0
    x = [model.add_binary_variable() for _ in range(len(problem))]
    rows, (low, high) = problem.rows, problem.bounds()
    for i in range(rows.shape[0]):
        span = slice(rows.indptr[i], rows.indptr[i + 1])
        total = mathopt.fast_sum(int(a) * x[j] for a, j in zip(rows.data[span], rows.indices[span], strict=True))
        model.add_linear_constraint(lb=float(low[i]), expr=total, ub=float(high[i]))
    model.maximize(mathopt.fast_sum((placed + int(p)) * x[j] for j, p in enumerate(problem.points)))
    params = mathopt.SolveParameters(time_limit=dt.timedelta(seconds=cap), relative_gap_tolerance=0.0, absolute_gap_tolerance=0.5)
    begun = time.process_time()
    result = mathopt.solve(model, mathopt.SolverType[kind], params=params)
    took = time.process_time() - begun
    if not result.has_primal_feasible_solution():
        return took, "no plan"
    best, bound = round(result.objective_value()), result.best_objective_bound()
    optimal = result.termination.reason == mathopt.TerminationReason.OPTIMAL
    return took, f"{'optimal' if optimal else 'feasible'} {best}" + ("" if optimal else f", gap {100 * (bound - best) / bound:.2g} %")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--students", type=int, default=500)
    parser.add_argument("--only", choices=list(SIDES))
    parser.add_argument("--cap", type=float, default=60)
    parser.add_argument("--write", action="store_true")
    asked = parser.parse_args()
    lines = ["# Side limits\n", f"`python benchmarks/bench_side_limits.py --students {asked.students} --cap {asked.cap:g} --write`\n"]
    lines.append(
        f"{platform.machine()}, Python {platform.python_version()}, OR-Tools {version('ortools')}; {dt.date.today()}. CPU seconds,"
    )
    lines.append(f"one run each, one after the other on a shared machine; each is stopped after {asked.cap:g} s of wall-clock.\n")
    lines.append(
        "| side limit | rows | this solver, CPU s | | CP-SAT, CPU s | | HiGHS MIP, CPU s | |\n|---|---:|---:|---|---:|---|---:|---|"
    )
    print(*lines, sep="\n")
    plain = from_arrays(generate(asked.students))
    for name in SIDES if asked.only is None else [asked.only]:
        rows = SIDES[name](Offers(plain))
        problem = with_side(plain, rows) if name != IF_OPEN else if_open(plain)
        problem.rows  # noqa: B018 (made before the clock starts)
        found = [ours(problem, asked.cap), other(problem, asked.cap, "CP_SAT"), other(problem, asked.cap, "HIGHS")]
        more = problem.limits.shape[0] - plain.limits.shape[0]
        lines.append(f"| {name} | {more} | " + " | ".join(f"{seconds:.2f} | {said}" for seconds, said in found) + " |")
        print(lines[-1], flush=True)
    if asked.write:
        RESULTS.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
