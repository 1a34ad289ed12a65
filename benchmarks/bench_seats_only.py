"""Seats-only problems, most placed and then most points: CPU seconds beside OR-Tools' min-cost flow, SciPy's matching and greedy.

`python benchmarks/bench_seats_only.py [--sizes 5000 50000] [--repeats 3 3] [--no-scipy-above 5000]` prints a table and writes it to
benchmarks/results/seats_only.md. Peers run one after another in each repeat, each run in a process of its own; every value is the
median, with the spread. For the peers a student placed counts BIG points; students placed and points are checked to be equal.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import platform
import resource
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from importlib.metadata import version
from pathlib import Path

import numpy as np
from ortools.graph.python import min_cost_flow
from scipy import sparse
from scipy.sparse.csgraph import min_weight_full_bipartite_matching

sys.path.insert(0, str(Path(__file__).parents[1]))

from matcher.solver import seats
from matcher.solver.control import Control
from matcher.solver.exact import solve
from matcher.solver.problem import Problem
from matcher.solver.stages import stages_of

BIG = 1 << 20
"""More than all points of one student: what being placed counts for the peers."""
CALL: list[float] = []
"""CPU seconds of the call of the peer's solver alone, the arcs being there."""


def instance(students: int, options: int = 45, seed: int = 0) -> Problem:
    """Students along a line with places around them; popular places; 4 % fewer seats than students."""
    dice = np.random.default_rng(seed)
    places = students // 6
    room, popular = dice.integers(1, 11, places), dice.random(places)
    near = np.searchsorted(np.sort(dice.random(places)), dice.random(students))
    place = (near[:, None] + dice.normal(0, places * 0.02 + 30, (students, options)).astype(int)) % places
    key = np.unique(np.repeat(np.arange(students), options) * np.int64(places) + place.ravel())
    student, place = key // places, key % places
    points = (popular[place] * 300 + dice.random(len(place)) * 700).astype(np.int64)
    limits = sparse.csr_matrix((np.ones(len(place), np.int64), (place, np.arange(len(place)))), shape=(places, len(place)))
    return Problem(student.astype(np.int32), points, limits, room.astype(np.int64), np.zeros(places, np.int64))


def place_of(problem: Problem) -> np.ndarray:
    """The place of each pair."""
    return problem.limits.tocsc().indices.astype(np.int64)


def ours(problem: Problem) -> np.ndarray:
    """The kernel alone: plan and whole-number prices."""
    head = seats.settle_head(problem, stages_of(problem), Control())
    if head is None:
        sys.exit("the problem is not seats only")
    return head.plan


def ours_proven(problem: Problem) -> np.ndarray:
    """The whole door: kernel, proof over all pairs, certificate."""
    return solve(problem).chosen


def flow(problem: Problem) -> np.ndarray:
    """OR-Tools' SimpleMinCostFlow, unplaced allowed at no gain."""
    students, places = problem.students, problem.limits.shape[0]
    place, smcf = place_of(problem), min_cost_flow.SimpleMinCostFlow()
    sink, source = students + places, students + places + 1
    ones = np.ones(len(problem), np.int64)
    pairs = smcf.add_arcs_with_capacity_and_unit_cost(problem.student.astype(np.int64), students + place, ones, -(BIG + problem.points))
    each = np.arange(students)
    smcf.add_arcs_with_capacity_and_unit_cost(np.full(students, source), each, np.ones(students), np.zeros(students))
    smcf.add_arcs_with_capacity_and_unit_cost(each, np.full(students, sink), np.ones(students), np.zeros(students))
    smcf.add_arcs_with_capacity_and_unit_cost(students + np.arange(places), np.full(places, sink), problem.at_most, np.zeros(places))
    smcf.set_nodes_supplies(np.array([source, sink]), np.array([students, -students]))
    begun = time.process_time()
    status = smcf.solve()
    CALL.append(time.process_time() - begun)
    if status != smcf.OPTIMAL:
        sys.exit("SimpleMinCostFlow found no optimum")
    return np.flatnonzero(smcf.flows(pairs))


def scipy_matching(problem: Problem) -> np.ndarray:
    """SciPy's matching with a column for each seat and one for each student left out."""
    place, room = place_of(problem), problem.at_most
    first = np.concatenate([[0], np.cumsum(room)])
    pair = np.repeat(np.arange(len(problem)), room[place])
    seat = np.arange(len(pair)) - np.repeat(np.cumsum(room[place]) - room[place], room[place]) + first[place[pair]]
    row = np.concatenate([problem.student[pair], np.arange(problem.students)])
    column = np.concatenate([seat, first[-1] + np.arange(problem.students)])
    cost = np.concatenate([BIG + problem.points[pair] + 1, np.ones(problem.students, np.int64)]).astype(float)
    graph = sparse.csr_matrix((cost, (row, column)), shape=(problem.students, int(first[-1]) + problem.students))
    _, taken = min_weight_full_bipartite_matching(graph, maximize=True)
    placed = np.flatnonzero(taken < first[-1])
    at = np.searchsorted(first, taken[placed], side="right") - 1
    known = dict(zip((problem.student * np.int64(len(room)) + place).tolist(), range(len(problem)), strict=True))
    return np.array([known[int(s) * len(room) + int(p)] for s, p in zip(placed, at, strict=True)])


def greedy(problem: Problem) -> np.ndarray:
    """The best pair that still fits, again and again."""
    left, free = problem.at_most.copy(), np.ones(problem.students, dtype=bool)
    place, taken = place_of(problem), []
    for pair in np.argsort(-problem.points, kind="stable").tolist():
        student, at = problem.student[pair], place[pair]
        if free[student] and left[at]:
            free[student], left[at] = False, left[at] - 1
            taken.append(pair)
    return np.array(taken)


@dataclass(frozen=True)
class Run:
    """CPU seconds (of the solver's call alone where the peer has one), memory beyond the problem in MB, and what was found."""

    seconds: float
    call: float
    megabytes: float
    placed: int
    points: int


def timed(run: Callable[[Problem], np.ndarray], problem: Problem) -> Run:
    """One run in a process of its own."""
    here, there = multiprocessing.Pipe(duplex=False)

    def work() -> None:
        before = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * resource.getpagesize() / 1e6
        CALL.clear()
        begun = time.process_time()
        plan = run(problem)
        seconds = time.process_time() - begun
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6
        there.send(Run(seconds, sum(CALL) or seconds, max(0.0, peak - before), len(plan), int(problem.points[plan].sum())))

    process = multiprocessing.get_context("fork").Process(target=work)
    process.start()
    there.close()
    found: Run = here.recv()
    process.join()
    return found


def measure(students: int, repeats: int, scipy_up_to: int) -> dict[str, list[Run]]:
    """The runs of each way."""
    problem = instance(students)
    ways = {"this engine, paths alone": ours, "this engine, proven": ours_proven, "SimpleMinCostFlow": flow, "greedy": greedy}
    if students <= scipy_up_to:
        ways["SciPy matching"] = scipy_matching
    found: dict[str, list[Run]] = {name: [] for name in ways}
    for _ in range(repeats):
        for name, way in ways.items():
            found[name].append(timed(way, problem))
            print(students, len(problem), name, found[name][-1], flush=True)
    best = {(run.placed, run.points) for name, runs in found.items() if name != "greedy" for run in runs}
    if len(best) > 1:
        sys.exit(f"the ways differ at {students} students: {sorted(best)}")
    return found


def rows(students: int, found: dict[str, list[Run]]) -> Iterator[str]:
    """One row for each way."""
    peer = statistics.median(run.seconds for run in found["SimpleMinCostFlow"])
    for name, runs in found.items():
        seconds, call = [run.seconds for run in runs], statistics.median(run.call for run in runs)
        middle, memory = statistics.median(seconds), max(run.megabytes for run in runs)
        yield (
            f"| {students:,} | {name} | {middle:.2f} ({min(seconds):.2f}–{max(seconds):.2f}) | {call:.2f} | {peer / middle:.1f} "
            f"| {memory:.0f} | {runs[0].placed:,} | {runs[0].points:,} |"
        )


def growth(found: dict[int, dict[str, list[Run]]]) -> str:
    """The exponent of each way's CPU seconds in the number of students, by least squares of the logarithms."""
    told = []
    for name in next(iter(found.values())):
        points = [(size, statistics.median(run.seconds for run in runs[name])) for size, runs in found.items() if name in runs]
        if len(points) > 1:
            told.append(f"{name} {np.polyfit(*np.log(np.array(points)).T, 1)[0]:.2f}")
    return f"Growth exponents: {', '.join(told)}." if told else ""


def main() -> None:
    """Measure and write the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=[5000, 50000])
    parser.add_argument("--repeats", type=int, nargs="+", default=[3], help="for each size; the last holds for those after it")
    parser.add_argument("--no-scipy-above", type=int, default=5000)
    asked = parser.parse_args()
    seats.LEAST_PAIRS = 0
    solve(instance(60))  # compile
    often = dict(zip(asked.sizes, asked.repeats + asked.repeats[-1:] * len(asked.sizes), strict=False))
    found = {size: measure(size, often[size], asked.no_scipy_above) for size in asked.sizes}
    versions = ", ".join(f"{name} {version(name)}" for name in ("ortools", "scipy", "numpy", "numba"))
    said = (
        f"{date.today()}, {platform.processor() or platform.machine()}, {os.cpu_count()} cores (load {os.getloadavg()[0]:.1f}), {versions}"
    )
    text = f"# Seats only: most placed, then most points\n\n{said}; repeats {' '.join(map(str, often.values()))}, interleaved.\n"
    text += (
        "CPU seconds of one process, with what each way needs to build; compiled code was compiled before. Memory beyond the problem.\n\n"
    )
    text += (
        "| students | way | CPU s: median (least–most) | solver's call alone | SimpleMinCostFlow's time / this | MB | placed | points |\n"
    )
    text += "|---:|---|---:|---:|---:|---:|---:|---:|\n"
    text += "\n".join(row for size, runs in found.items() for row in rows(size, runs)) + f"\n\n{growth(found)}\n"
    out = Path(__file__).parent / "results" / "seats_only.md"
    out.write_text(text, encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
