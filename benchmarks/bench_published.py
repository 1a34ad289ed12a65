"""Published instances with known optima, beside peers in the same run: `python benchmarks/bench_published.py INSTANCES`.

INSTANCES is a folder with `orlib_assign` (linear assignment, Beasley 1990) and `gap` (generalised assignment, Chu and Beasley 1997,
with `optima.csv`); nothing is copied from it. Costs to be made small are points to be made large: points = TOP - cost, everybody is
placed, so most points is least cost. `--write` puts the table into benchmarks/results/published.md.
"""

from __future__ import annotations

import argparse
import csv
import os
import platform
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from datetime import date
from importlib.metadata import version
from pathlib import Path

import numpy as np
from scipy import sparse
from scipy.optimize import linear_sum_assignment
from scipy.sparse.csgraph import min_weight_full_bipartite_matching

sys.path.insert(0, str(Path(__file__).parents[1]))

from matcher.solver.control import Control
from matcher.solver.exact import solve
from matcher.solver.problem import Problem

RESULTS = Path(__file__).parent / "results" / "published.md"
TOP = 1000
OPTIMA = {100: 305, 200: 475, 300: 626, 400: 804, 500: 991, 600: 1176, 700: 1362, 800: 1552}
"""Least cost of each assignment problem (Beasley 1990)."""


def numbers(path: Path) -> list[int]:
    return [int(word) for word in path.read_text(encoding="ascii").split()]


def problem_of(cost: np.ndarray, need: np.ndarray, room: np.ndarray) -> Problem:
    """Items are students, agents are limits (cost and need [agents, items])."""
    agents, items = cost.shape
    pair = np.arange(items * agents)
    rows = sparse.csr_matrix((need.T.ravel().astype(np.int64), (pair % agents, pair)), shape=(agents, len(pair)))
    return Problem((pair // agents).astype(np.int32), TOP - cost.T.ravel(), rows, room.astype(np.int64), np.zeros(agents, np.int64))


def timed(call: Callable[[], int]) -> tuple[float, int]:
    begun = time.process_time()
    value = call()
    return time.process_time() - begun, value


def assignments(folder: Path, repeats: int) -> Iterator[str]:
    """Every linear assignment problem: CPU seconds of us, SciPy's dense and sparse solvers; all must give the known optimum."""
    yield "## Linear assignment\n"
    yield "| n | least cost | known | this solver, CPU s | scipy dense | scipy sparse |\n|---:|---:|---:|---:|---:|---:|"
    solve(problem_of(np.full((200, 200), 7), np.ones((200, 200), int), np.ones(200)))  # compiled before the clock starts
    for n, known in OPTIMA.items():
        size, *costs = numbers(folder / f"assign{n}.txt")
        cost = np.array(costs).reshape(size, size)
        problem = problem_of(cost.T, np.ones((n, n), int), np.ones(n))
        problem.rows  # noqa: B018 (made before the clock starts)
        graph = sparse.csr_matrix(cost)
        ways: dict[str, Callable[[], int]] = {
            "ours": lambda problem=problem, n=n: TOP * n - int(problem.points[solve(problem).chosen].sum()),
            "dense": lambda cost=cost: int(cost[linear_sum_assignment(cost)].sum()),
            "sparse": lambda cost=cost, graph=graph: int(cost[min_weight_full_bipartite_matching(graph)].sum()),
        }
        runs: dict[str, list[float]] = {name: [] for name in ways}
        for _ in range(repeats):
            for name, way in ways.items():
                seconds, value = timed(way)
                if value != known:
                    sys.exit(f"assign{n}: {name} gives {value}, known is {known}")
                runs[name].append(seconds)
        told = [f"{statistics.median(r):.3f} ({min(r):.3f}–{max(r):.3f})" for r in runs.values()]
        yield f"| {n} | {known} | {known} | {' | '.join(told)} |"


def by_highs(problem: Problem, seconds: float) -> tuple[float, int, int]:
    """Seconds, least cost and its bound by HiGHS MIP on the whole problem, with equations for students."""
    from ortools.math_opt.python import mathopt

    model = mathopt.Model()
    x = [model.add_binary_variable() for _ in range(len(problem))]
    rows = problem.rows
    for row in range(rows.shape[0]):
        span = slice(rows.indptr[row], rows.indptr[row + 1])
        total = mathopt.fast_sum(int(a) * x[j] for a, j in zip(rows.data[span], rows.indices[span], strict=True))
        model.add_linear_constraint(total == 1 if row >= problem.limits.shape[0] else total <= int(problem.at_most[row]))
    model.minimize(mathopt.fast_sum(int(TOP - p) * x[j] for j, p in enumerate(problem.points)))
    import datetime

    params = mathopt.SolveParameters(time_limit=datetime.timedelta(seconds=seconds), relative_gap_tolerance=0.0, absolute_gap_tolerance=0.5)
    begun = time.process_time()
    result = mathopt.solve(model, mathopt.SolverType.HIGHS, params=params)
    took = time.process_time() - begun
    bound = int(np.ceil(result.best_objective_bound() - 1e-6))
    return took, round(result.objective_value()) if result.has_primal_feasible_solution() else -1, bound


def by_us(problem: Problem, seconds: float) -> tuple[float, int, int]:
    """The same by this solver, with a budget."""
    items = problem.students
    begun = time.process_time()
    solution = solve(problem, 1, Control(budget=seconds))
    took = time.process_time() - begun
    values = {stage.name: stage for stage in solution.stages}
    points = values["total_points"]
    placed = values["most_placed"].value == items
    return took, TOP * items - points.value if placed else -1, TOP * items - points.bound


def generalised(folder: Path, cap: float, only: str) -> Iterator[str]:
    """Every generalised assignment problem: wall-clock seconds, cost and bound, beside HiGHS MIP right after it."""
    yield f"\n## Generalised assignment\n\nAt most {cap:g} s of wall-clock each; CPU seconds are shown. `=` is proven optimal, else the"
    yield "bound stands before the cost.\n"
    yield "| instance | best known | this solver, s | cost | HiGHS MIP, s | cost | time ratio |\n|---|---:|---:|---:|---:|---:|---:|"
    with (folder / "optima.csv").open(encoding="utf-8") as file:
        known = {row["Path"].split("/")[-1]: row for row in csv.DictReader(file)}
    dice = np.random.default_rng(2)  # compiled before the clock starts
    solve(problem_of(dice.integers(10, 51, (5, 40)), dice.integers(5, 26, (5, 40)), np.full(5, 96)), 1, Control(budget=60))
    for path in sorted(path for path in folder.iterdir() if path.name in known and path.name.startswith(tuple(only))):
        agents, items, *rest = numbers(path)
        cost, need = np.array(rest[: 2 * agents * items]).reshape(2, agents, items)
        problem = problem_of(cost, need, np.array(rest[2 * agents * items :]))
        ours, theirs = by_us(problem, cap), by_highs(problem, cap)
        optimum = known[path.name]["Optimum"]
        for _, value, bound in (ours, theirs):
            if optimum and (value == bound != int(optimum) or bound > int(optimum)):
                print(f"{path.name}: {value} with bound {bound}, known is {optimum}", file=sys.stderr)
        told = [f"{t:.2f} | {'= ' if v == b else f'{b} ≤ '}{v if v >= 0 else 'none'}" for t, v, b in (ours, theirs)]
        yield f"| {path.name} | {known[path.name]['Best known solution value']} | {' | '.join(told)} | {ours[0] / theirs[0]:.2f} |"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("instances", type=Path)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--cap", type=float, default=30, help="seconds for each generalised assignment problem and solver")
    parser.add_argument("--only", default="abcd", help="classes of generalised assignment problems")
    parser.add_argument("--no-linear", action="store_true")
    parser.add_argument("--write", action="store_true")
    asked = parser.parse_args()
    head = f"{platform.machine()}, {os.cpu_count()} shared processors, Python {platform.python_version()}, OR-Tools {version('ortools')}, "
    lines = ["# Published instances\n", "`python benchmarks/bench_published.py INSTANCES --write`\n"]
    lines.append(f"{head}SciPy {version('scipy')}; {date.today()}.\n")
    print(*lines, sep="\n")
    parts = [] if asked.no_linear else [assignments(asked.instances / "orlib_assign", asked.repeats)]
    for line in (line for part in [*parts, generalised(asked.instances / "gap", asked.cap, asked.only)] for line in part):
        print(line, flush=True)
        lines.append(line)
    if asked.write:
        RESULTS.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
