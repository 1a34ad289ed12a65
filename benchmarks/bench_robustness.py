"""How robust is a plan, and what does asking cost? `python -m benchmarks.bench_robustness [ROUND ...] [--students N] [--write]`.

Every mentor and site of the plan is taken away alone; the answers of the what-if engine are held against fresh solves of the same
problem. Then mentors drop out at random. Without ROUND: the demo, and a generated round (default 300 students, seed 1).
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np

from benchmarks.page import finish, stamp
from matcher.generate import generate
from matcher.pipeline import Run, run_round
from matcher.robustness import Robustness
from matcher.solver.exact import solve
from matcher.solver.whatif import Change, changed_problem

ROOT = Path(__file__).parents[1]
CHANCES = (0.02, 0.05, 0.1, 0.2)


def fresh(asked: Robustness) -> tuple[int, int, float]:
    """How many questions, how many answers differ from a fresh solve, and the CPU seconds of those solves."""
    questions = [gone for kind in ("mentor", "site") for _, gone in asked._held(kind, len(asked.run.placements))]
    differ, seconds = 0, 0.0
    for gone in questions:
        begun = time.process_time()
        least = np.where(asked._unmet(gone), 0, asked.problem.at_least)
        change = Change(removed=tuple(np.flatnonzero(gone).tolist()))
        part, kept = changed_problem(replace(asked.problem, at_least=least), change, np.zeros(len(gone), bool))
        again = kept[solve(part).chosen]
        seconds += time.process_time() - begun
        differ += not np.array_equal(np.sort(again), np.sort(asked._mended(gone)))
    return len(questions), differ, seconds


def told(name: str, run: Run, draws: int) -> Iterator[str]:
    asked = Robustness(run)
    begun = time.process_time()
    losses = asked.losses(len(run.placements) or 1)
    seconds = time.process_time() - begun
    questions, differ, solving = fresh(asked)
    yield f"\n## {name}\n"
    yield f"{len(run.placements)} placed of {len(run.world.students)} seeking, {len(run.world.round.mentors)} mentors in the tables.\n"
    yield "| questions | CPU seconds | without a full solve | fresh solves, CPU seconds | answers that differ |"
    yield "|---:|---:|---:|---:|---:|"
    yield f"| {questions} | {seconds:.1f} | {questions - asked._whatif.fresh_solves} | {solving:.1f} | {differ} |\n"
    yield "| gone | lose their place | placed again, nobody else moves | placed again, others move | others who move | without a place |"
    yield "|---|---:|---:|---:|---:|---:|"
    for kind in ("mentor", "site"):
        those = [loss for loss in losses if loss.kind == kind]
        sums = [sum(x) for x in zip(*((o.students, o.again, o.again_moving, o.moves, len(o.unplaced)) for o in those), strict=True)]
        for loss in those[:3]:
            row = (loss.students, loss.again, loss.again_moving, loss.moves, len(loss.unplaced))
            yield f"| {kind} {loss.id} | {' | '.join(map(str, row))} |"
        yield f"| all {len(those)} {kind}s, one by one | {' | '.join(map(str, sums))} |"
    yield f"\nMentors drop out together, {draws:,} draws:\n"
    yield "| chance | mentors gone | lose their place | without a place after the repair | 95 % of the draws | CPU seconds |"
    yield "|---:|---:|---:|---:|---:|---:|"
    for chance in CHANCES:
        settings = run.world.settings
        run.world.settings = settings.model_copy(update={"repair": settings.repair.model_copy(update={"dropout": chance})})
        begun = time.process_time()
        d = asked.drop_outs(draws)
        spent = time.process_time() - begun
        yield f"| {chance:.0%} | {d.mentors:.1f} | {d.lost:.1f} | {d.without:.2f} ± {d.error:.2f} | {d.low} to {d.high} | {spent:.1f} |"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("rounds", nargs="*", type=Path)
    parser.add_argument("--students", type=int, default=300)
    parser.add_argument("--draws", type=int, default=1000)
    parser.add_argument("--write", action="store_true")
    asked = parser.parse_args()
    lines = ["# How robust is a plan, and what does asking cost?\n"]
    lines.append(stamp("python -m benchmarks.bench_robustness --write"))
    with tempfile.TemporaryDirectory() as name:
        made = Path(name) / "round"
        if not asked.rounds:
            generate(asked.students, 1, 1, made)
        for folder in asked.rounds or [ROOT / "fixtures" / "demo", made]:
            title = f"{asked.students} students, generated with seed 1" if folder == made else folder.name
            lines += told(title, run_round(folder), asked.draws)
    finish("robustness", lines, asked.write)


if __name__ == "__main__":
    main()
