"""What lifting the worst-off costs in total points: `python benchmarks/bench_fairness.py [ROUND ...] [--write]`.

Each row is a plan of its own, proven best: no band of points is lifted, then the first one, the first two, and so on up to 900 points
(`matcher/frontier.py`). Without ROUND: the demo, and generated rounds of 1,000 and 5,000 students, texts at the light level.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from importlib.metadata import version
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from matcher.frontier import LADDER, frontier
from matcher.generate import generate
from matcher.load import load_round
from matcher.pipeline import Clock, prepare
from matcher.solver.problem import Problem

ROOT = Path(__file__).parents[1]
RESULTS = ROOT / "benchmarks" / "results" / "fairness.md"
BAR = 40
"""Signs of the longest bar."""


def problem_of(folder: Path) -> Problem:
    """The problem of a round with texts at the light level."""
    round_, _ = load_round(folder)
    text = round_.settings.text.model_copy(update={"level": "light"})
    round_ = replace(round_, settings=round_.settings.model_copy(update={"text": text}))
    return prepare(round_, folder, Clock(None))[-1].problem


def section(name: str, problem: Problem) -> Iterator[str]:
    """The table and the chart of one round."""
    began = time.process_time()
    plans = list(frontier(problem))
    seconds = time.process_time() - began
    proven = "every plan proven best" if all(plan.proven for plan in plans) else "NOT every plan proven best"
    yield f"\n## {name}: {len(problem):,} lawful pairs, {proven}, {seconds:.1f} CPU seconds for all {len(plans)}\n"
    yield f"| lifted up to | placed | {' | '.join(f'< {band}' for band in LADDER)} | total points | least | tenth | median |"
    yield f"|---:|{'---:|' * (len(LADDER) + 5)}"
    for plan in plans:
        below = " | ".join(map(str, plan.below))
        told = f"{plan.lifted[-1] if plan.lifted else 'nobody'} | {plan.placed} | {below} | {plan.points:,}"
        yield f"| {told} | {plan.least} | {plan.tenth} | {plan.median} |"
    most = max(plans[0].points - plan.points for plan in plans) or 1
    yield "\nPoints given up:\n\n```"
    for plan in plans:
        cost = plans[0].points - plan.points
        share = 100 * cost / max(1, plans[0].points)
        yield f"{plan.lifted[-1] if plan.lifted else 'nobody':>6} {'#' * round(BAR * cost / most):<{BAR}} {cost:,} ({share:.2f} %)"
    yield "```"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("rounds", nargs="*", type=Path)
    parser.add_argument("--students", type=int, nargs="*", default=[1000, 5000])
    parser.add_argument("--write", action="store_true")
    asked = parser.parse_args()
    head = f"`python benchmarks/bench_fairness.py --write`, {date.today()}, {os.cpu_count()} cores, OR-Tools {version('ortools')}, seed 1."
    lines = ["# What lifting the worst-off costs\n", head]
    lines.append(
        "Each row lifts one more band, lowest first, and keeps what the rows above reached; `< 200` counts the placed below 200 points."
    )
    with tempfile.TemporaryDirectory() as name:
        named = [(folder.name, folder) for folder in asked.rounds or [ROOT / "fixtures" / "demo"]]
        for students in [] if asked.rounds else asked.students:
            made = Path(name) / str(students)
            generate(students, max(1, students // 400), 1, made)
            named.append((f"{students:,} students", made))
        for told, folder in named:
            lines += section(told, problem_of(folder))
            print(f"{told} done", file=sys.stderr)
    print(*lines, sep="\n")
    if asked.write:
        RESULTS.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
