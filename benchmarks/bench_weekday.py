"""Plain rounds with weekday patterns: exact solve beside the bare relaxation and other solvers, `python benchmarks/bench_weekday.py`.

Every opportunity has seats for each weekday and offers two or three alternative patterns of two days; two opportunities share a
mentor. A student has about 45 lawful pairs. `--write` puts the table into benchmarks/results/weekday.md.
"""

from __future__ import annotations

import argparse
import datetime as dt
import platform
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
from scipy import sparse

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))
PATTERNS = ((1, 3), (0, 2), (0, 3), (1, 2), (1, 4), (2, 4))
CAP = 60.0
PLACED = 1 << 14
"""Weight of a student placed beside points where a single number is maximised."""


def generate(students: int, seed: int = 1):
    """The arrays of a problem."""
    dice = np.random.default_rng(seed)
    offers, wanted = students // 4, 22
    seats = dice.integers(1, 4, (offers, 5))
    offered = [dice.choice(len(PATTERNS), dice.integers(2, 4), replace=False) for _ in range(offers)]
    student, offer, pattern = [], [], []
    for s in range(students):
        for o in dice.choice(offers, min(wanted, offers), replace=False):
            for p in offered[o]:
                student.append(s)
                offer.append(o)
                pattern.append(p)
    student, offer, pattern = np.array(student), np.array(offer), np.array(pattern)
    pairs = np.arange(len(student))
    days = np.array(PATTERNS)[pattern]
    by_offer = [(offer * 5 + days[:, k], pairs) for k in (0, 1)]
    by_mentor = [(offers * 5 + offer // 2 * 5 + days[:, k], pairs) for k in (0, 1)]
    row, column = (np.concatenate(parts) for parts in zip(*by_offer, *by_mentor, strict=True))
    rows = offers * 5 + (offers + 1) // 2 * 5
    limits = sparse.csr_matrix((np.ones(len(row), np.int64), (row, column)), shape=(rows, len(pairs)))
    shared = [seats[i : i + 2].sum(axis=0) * 3 // 4 for i in range(0, offers, 2)]
    taste = dice.integers(100, 1001, (students, 8))
    points = taste[student, offer % 8] * 3 // 4 + dice.integers(0, 250, len(pairs))
    return {
        "student": student.astype(np.int32),
        "points": points,
        "limit_indptr": limits.indptr,
        "limit_indices": limits.indices,
        "limit_data": limits.data,
        "at_most": np.concatenate([seats.ravel(), np.concatenate(shared)]),
        "draw": dice.integers(0, 2**40, len(pairs)),
    }


def whole_program(problem):
    """Everything as one program, students placed first."""
    from matcher.solver.linear import Program

    low, high = problem.bounds()
    return Program(problem.rows, low, high, problem.points.astype(np.int64) + PLACED)


def exact(problem, *objectives: str) -> str:
    """Our exact solve, all objectives in order."""
    from dataclasses import replace

    from matcher.solver.exact import solve

    solution = solve(replace(problem, objectives=objectives))
    values = {stage.name: stage.value for stage in solution.stages}
    roads = sorted({stage.road for stage in solution.stages})
    return f"{solution.status}: {values['most_placed'] * PLACED + values['total_points']} ({', '.join(roads)})"


def proof(problem) -> Callable[[], str]:
    """The check of the certificate by `matcher.proof`, which has no solver; the solve is done before."""
    from dataclasses import replace

    from matcher.proof import check_certificate
    from matcher.publish import certificate_of
    from matcher.solver.exact import solve

    problem = replace(problem, objectives=("most_placed", "total_points"))
    solution = solve(problem)
    said, arrays = certificate_of(solution)
    return lambda: "; ".join(check_certificate(problem, solution.chosen, said, arrays)) or "proven best"


def other(problem, solver: str, whole: bool) -> str:
    """One call of another solver on the whole program."""
    from ortools.math_opt import callback_pb2, model_parameters_pb2, parameters_pb2
    from ortools.math_opt.core.python import solver as core
    from ortools.math_opt.python import mathopt

    params = mathopt.SolveParameters(threads=1, time_limit=dt.timedelta(seconds=CAP)) if whole else mathopt.SolveParameters(threads=1)
    if solver == "HIGHS":
        params.threads = None
    if not whole:
        params.lp_algorithm = mathopt.LPAlgorithm.DUAL_SIMPLEX
    else:
        params.relative_gap_tolerance, params.absolute_gap_tolerance = 0.0, 0.5
    proto = whole_program(problem).to_proto(whole)
    nothing = parameters_pb2.SolverInitializerProto(), params.to_proto(), model_parameters_pb2.ModelSolveParametersProto()
    kind = getattr(mathopt.SolverType, solver).value
    result = core.solve(proto, kind, *nothing, None, callback_pb2.CallbackRegistrationProto(), None, None)
    bounds = result.termination.objective_bounds
    reason = mathopt.TerminationReason(result.termination.reason).name.lower()
    reached = f"{bounds.primal_bound:.1f}" if result.solutions else "no plan"
    return f"{reason}: {reached}" + (f", bound {bounds.dual_bound:.1f}" if whole else "")


PROOF = "the proof of most placed, points"
ROADS: dict[str, Callable[[Any], Callable[[], str]]] = {
    "exact: most placed, points": lambda p: lambda: exact(p, "most_placed", "total_points"),
    "exact: the same and the public draw": lambda p: lambda: exact(p, "most_placed", "total_points", "public_draw"),
    PROOF: proof,
    "bare relaxation, HiGHS dual simplex": lambda p: lambda: other(p, "HIGHS", False),
    "bare relaxation, GLOP dual simplex": lambda p: lambda: other(p, "GLOP", False),
    "whole numbers, CP-SAT alone": lambda p: lambda: other(p, "CP_SAT", True),
    "whole numbers, HiGHS MIP alone": lambda p: lambda: other(p, "HIGHS", True),
}
"""What each road has to do beforehand, and then its work, which is timed."""
LARGE = ("exact: most placed, points", PROOF)
"""What is run beyond 5,000 students."""


def measure(road: str, students: int, seed: int) -> None:
    """One run in this process: seconds, peak memory and what came out."""
    from matcher.solver import exact as _  # noqa: F401  (imports are not part of the time)
    from matcher.solver.problem import from_arrays

    problem = from_arrays(generate(students, seed))
    problem.rows  # noqa: B018  (built before the clock starts, for all alike)
    work = ROADS[road](problem)
    begun = time.process_time()
    said = work()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3
    print(f"{time.process_time() - begun:.2f}\t{peak:.0f}\t{len(problem)}\t{said}", flush=True)


def table(sizes: list[int], repeats: int, seed: int):
    """Every road on every size, each in a process of its own, interleaved; median CPU seconds with spread.

    The whole-number solvers alone run once and up to 500 students; beyond 5,000 only `LARGE` runs, once.
    """
    yield f"{platform.processor() or platform.machine()}, Python {platform.python_version()}, "
    yield f"OR-Tools {version('ortools')}, NumPy {version('numpy')}, SciPy {version('scipy')}; {dt.date.today()}, seed {seed}.\n"
    yield "CPU seconds of the solve or the check alone (median, least to most); peak memory of the whole process.\n"
    yield "| students | pairs | road | CPU s | spread | peak MB | result |\n|---:|---:|---|---:|---:|---:|---|"
    for students in sizes:
        roads = [road for road in ROADS if students <= 500 or ("alone" not in road and students <= 5000) or road in LARGE]
        runs = {road: [] for road in roads}
        for _ in range(repeats if students <= 5000 else 1):
            for road in roads:
                if "alone" in road and runs[road]:
                    continue
                call = [sys.executable, __file__, "--one", road, str(students), "--seed", str(seed)]
                done = subprocess.run(call, check=True, capture_output=True, text=True)
                runs[road].append(done.stdout.strip().split("\t"))
        for road in roads:
            seconds = [float(run[0]) for run in runs[road]]
            _, peak, pairs, said = runs[road][-1]
            spread = f"{min(seconds):.2f} to {max(seconds):.2f}" if len(seconds) > 1 else "one run"
            yield f"| {students} | {pairs} | {road} | {statistics.median(seconds):.2f} | {spread} | {peak} | {said} |"


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("sizes", nargs="*", type=int, default=[500, 5000, 50000])
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--one", help="run one road once, for the first size")
    parser.add_argument("--write", action="store_true")
    asked = parser.parse_args()
    if asked.one:
        measure(asked.one, asked.sizes[0], asked.seed)
    else:
        lines = ["# Weekday rounds\n", "`python benchmarks/bench_weekday.py --write`\n"]
        print(*lines, sep="\n")
        for line in table(asked.sizes, asked.repeats, asked.seed):
            print(line, flush=True)
            lines.append(line)
        if asked.write:
            target = ROOT / "benchmarks" / "results" / "weekday.md"
            target.parent.mkdir(exist_ok=True)
            target.write_text("\n".join(lines) + "\n", encoding="utf-8")
