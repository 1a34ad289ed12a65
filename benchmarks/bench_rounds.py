"""How long whole rounds take, beside a bare linear program, and how good the plan is: `python benchmarks/bench_rounds.py`.

Generated rounds of 200 and 1,000 students (`--large` adds 5,000), each in a process of its own, end to end: from the folder to
the audited files. Writes benchmarks/results/rounds.md.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))
RESULTS = ROOT / "benchmarks" / "results" / "rounds.md"
SCHOOLS = {200: 1, 1000: 3, 5000: 12}
SEED = 1
BIG = 1 << 14
"""What one more student placed counts in the bare linear program, in points."""
GIVE_UP = 600.0
"""Seconds after which a bare linear program is given up."""


def peak() -> int:
    """The most memory this process has held so far, in MB."""
    used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return round(used / (1024 * 1024 if sys.platform == "darwin" else 1024))


def whole_round(folder: Path, out: Path) -> tuple[Any, dict[str, Any]]:
    """Run and publish, as `matcher run` does."""
    from matcher.pipeline import run_round
    from matcher.publish import publish

    marks: dict[str, int] = {}
    run = run_round(folder, announce=lambda stage: marks.update({stage: peak()}))
    after_solve = peak()
    summary = publish(run, out)
    return run, {
        "stages": summary["seconds"],
        "peak_before_solve": marks["solve"],
        "peak_after_solve": after_solve,
        "peak": peak(),
        "status": summary["status"],
        "gap": summary["gap"],
    }


def bare_programs(problem: Any) -> dict[str, Any]:
    """Seconds and value of one linear program over the same columns and limits, by two solvers that know nothing of objectives in order."""
    import numpy as np
    from scipy import sparse
    from scipy.optimize import linprog

    from matcher.solver.control import Control
    from matcher.solver.linear import Program, solve_relaxation

    low, high = problem.bounds()
    cost = BIG + problem.points.astype(np.int64)
    found: dict[str, Any] = {}
    begun = time.perf_counter()
    answer = solve_relaxation(Program(problem.rows, low, high, cost), Control())
    found["GLOP"] = {"seconds": time.perf_counter() - begun, "value": float(cost @ answer.x), "done": answer.feasible}
    begun = time.perf_counter()
    floor = np.flatnonzero(low > np.minimum(0, problem.rows.multiply(problem.rows < 0).sum(axis=1).A1))
    rows = sparse.vstack([problem.rows, -problem.rows[floor]]).astype(float)
    bound = np.concatenate([high, -low[floor]]).astype(float)
    result = linprog(-cost.astype(float), A_ub=rows, b_ub=bound, method="highs", options={"time_limit": GIVE_UP})
    found["HiGHS"] = {
        "seconds": time.perf_counter() - begun,
        "value": -float(result.fun) if result.status == 0 else 0.0,
        "done": result.status == 0,
    }
    if all(f["done"] for f in found.values()) and abs(found["GLOP"]["value"] - found["HiGHS"]["value"]) > 1e-6 * abs(
        found["GLOP"]["value"]
    ):
        raise RuntimeError(f"the two solvers disagree: {found}")
    return found


def plans(run: Any) -> list[dict[str, Any]]:
    """Our plan and each baseline: placed, points, under the bands; every one is checked against every limit."""
    from matcher.solver.greedy import orders, take_in_order

    problem = run.model.problem
    chosen = {"this engine": (run.solution.chosen, run.seconds["solve"])}
    for name, order in orders(problem, SEED).items():
        begun = time.perf_counter()
        chosen[name] = (take_in_order(problem, order), time.perf_counter() - begun)
    found = []
    for name, (pairs, seconds) in chosen.items():
        points = problem.points[pairs]
        found.append(
            {
                "plan": name,
                "placed": len(pairs),
                "points": int(points.sum()),
                "below": [int((points < band).sum()) for band in problem.bands],
                "broken": len(problem.violated(pairs)),
                "seconds": seconds,
            }
        )
    return found


def measure(students: int) -> dict[str, Any]:
    """Everything about a round of one size."""
    from matcher.generate import generate

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "round"
        begun = time.perf_counter()
        generate(students, SCHOOLS.get(students, max(1, students // 400)), SEED, folder)
        made = time.perf_counter() - begun
        run, found = whole_round(folder, Path(name) / "plan")
    problem = run.model.problem
    limits, pairs = problem.limits.shape
    size = {
        "students": students,
        "seeking": len(run.world.students),
        "variants": len(run.world.variants),
        "judged": run.lawful.pairs,
        "pairs": pairs,
        "limits": limits,
        "bands": list(problem.bands),
        "generate": made,
    }
    return size | found | {"plans": plans(run), "bare": bare_programs(problem)}


def _table(header: list[str], rows: list[list[str]]) -> str:
    lines = [header, ["---", *["---:"] * (len(header) - 1)], *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _sizes(found: list[dict[str, Any]]) -> str:
    header = ["students", "seeking", "variants", "pairs judged", "lawful pairs", "limits", "status", "gap"]
    rows = [
        [f"{f[k]:,}" for k in ("students", "seeking", "variants", "judged", "pairs", "limits")] + [f["status"], f"{f['gap']:g}"]
        for f in found
    ]
    return _table(header, rows)


def _speed(found: list[dict[str, Any]]) -> str:
    stages = list(found[0]["stages"])
    header = ["students", *stages, "all", "without solve", "peak MB before solve", "after", "at the end"]
    rows = []
    for f in found:
        seconds = [f["stages"][s] for s in stages]
        memory = [f"{f[k]:,}" for k in ("peak_before_solve", "peak_after_solve", "peak")]
        rows.append(
            [
                f"{f['students']:,}",
                *(f"{s:.2f}" for s in seconds),
                f"{sum(seconds):.2f}",
                f"{sum(seconds) - f['stages']['solve']:.2f}",
                *memory,
            ]
        )
    return _table(header, rows)


def _bare(found: list[dict[str, Any]]) -> str:
    header = ["students", "solve, all objectives, proven", "bare LP, GLOP", "bare LP, HiGHS", "solve / faster bare LP"]
    rows = []
    for f in found:
        times = {name: b["seconds"] for name, b in f["bare"].items() if b["done"]}
        shown = [f"{f['bare'][name]['seconds']:.2f}" if name in times else "not done" for name in ("GLOP", "HiGHS")]
        ratio = f"{f['stages']['solve'] / min(times.values()):.1f}" if times else "-"
        rows.append([f"{f['students']:,}", f"{f['stages']['solve']:.2f}", *shown, ratio])
    return _table(header, rows)


def _quality(f: dict[str, Any]) -> str:
    header = ["plan", "placed", "points", "mean points", *(f"below {band}" for band in f["bands"]), "limits broken", "seconds"]
    rows = []
    for p in f["plans"]:
        mean = p["points"] / max(1, p["placed"])
        cells = [f"{p['placed']:,}", f"{p['points']:,}", f"{mean:.0f}", *map(str, p["below"]), str(p["broken"]), f"{p['seconds']:.2f}"]
        rows.append([p["plan"], *cells])
    return _table(header, rows)


def page(found: list[dict[str, Any]]) -> str:
    """The results as Markdown."""
    packages = ", ".join(f"{name} {version(name)}" for name in ("ortools", "scipy", "numpy", "scikit-learn"))
    processor = next(
        (line.partition(":")[2].strip() for line in _lines("/proc/cpuinfo") if line.startswith("model name")), platform.machine()
    )
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=False).stdout.strip()
    parts = [
        "# Whole rounds: time, memory and quality\n",
        f"Written by `python benchmarks/bench_rounds.py` on {dt.date.today().isoformat()} at commit {commit or 'unknown'}; do not edit.\n",
        f"Machine: {processor}, {os.cpu_count()} processors, {platform.system()} {platform.release()};",
        f"Python {platform.python_version()}, {packages}.",
        f"Rounds: `matcher generate --seed {SEED}`. One solver worker. Wall-clock seconds; other work may share the machine.\n",
        "## The rounds\n",
        _sizes(found) + "\n",
        "## Seconds per stage, from the folder to the audited files, and peak memory\n",
        _speed(found) + "\n",
        "## Solving, beside one bare linear program\n",
        "The bare program has the same columns and limits and maximises placed students, then points, in one weighted sum: no whole",
        "numbers, no objectives in order, no draw, no proof. GLOP is called as the engine calls it; HiGHS through scipy's `linprog`.\n",
        _bare(found) + "\n",
        "## Quality, beside plans without a solver",
    ]
    for f in found:
        parts += [f"\n{f['students']:,} students, {f['seeking']:,} seeking:\n", _quality(f)]
    parts.append(
        "\n`greedy`: the best points first. `first_come`: students in the order of their ids, each the best that is left."
        "\n`random_order`: the same with students shuffled. All obey every limit (`matcher/solver/greedy.py`); a pin that could not"
        "\nbe met would count as broken."
    )
    return "\n".join(parts) + "\n"


def _lines(path: str) -> list[str]:
    try:
        return Path(path).read_text(encoding="utf-8").splitlines()
    except OSError:
        return []


def _in_its_own_process(students: int) -> dict[str, Any]:
    print(f"{students:,} students …", file=sys.stderr, flush=True)
    done = subprocess.run([sys.executable, __file__, "--one", str(students)], stdout=subprocess.PIPE, text=True, check=True)
    return dict(json.loads(done.stdout.splitlines()[-1]))


def main(words: list[str] | None = None, say: Callable[[str], None] = print) -> None:
    """Measure the sizes asked for and write the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=[200, 1000], help="numbers of students (default: 200 1000)")
    parser.add_argument("--large", action="store_true", help="also 5,000 students")
    parser.add_argument("--out", type=Path, default=RESULTS, help="where the page goes")
    parser.add_argument("--one", type=int, help=argparse.SUPPRESS)
    asked = parser.parse_args(words)
    if asked.one:
        say(json.dumps(measure(asked.one)))
        return
    found = [_in_its_own_process(size) for size in [*asked.sizes, *([5000] if asked.large else [])]]
    text = page(found)
    asked.out.parent.mkdir(parents=True, exist_ok=True)
    asked.out.write_text(text, encoding="utf-8")
    say(text)


if __name__ == "__main__":
    main()
