"""CPU seconds and peak memory of each stage before solving: `python benchmarks/bench_stages.py FOLDER ...`."""

from __future__ import annotations

import resource
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))


def _timed(stage: str, work: Callable[[], Any]) -> Any:
    begun = time.process_time()
    result = work()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3
    print(f"| {stage} | {time.process_time() - begun:.2f} | {peak:.0f} |", flush=True)
    return result


def measure(folder: Path) -> None:
    """Run every stage once and print its row of the table."""

    def imports() -> tuple[Any, ...]:
        from matcher.candidates import Judge, build
        from matcher.load import load_round
        from matcher.plan import build_model
        from matcher.scoring.base import Scorer
        from matcher.world import World

        return load_round, World, Scorer, Judge, build, build_model

    print(f"\n{folder}\n\n| stage | CPU s | peak MB |\n|---|---:|---:|")
    load_round, world_of, scorer_of, judge_of, build, build_model = _timed("imports", imports)
    round_, issues = _timed("load", lambda: load_round(folder))
    if round_ is None:
        sys.exit(f"{folder} cannot be read: {issues[0]}")
    world = _timed("world", lambda: world_of(round_, folder))
    scorer = _timed("scorer", lambda: scorer_of(world))
    judge = _timed("judge", lambda: judge_of(world))
    lawful = _timed("build", lambda: build(world, scorer, judge=judge))
    model = _timed("model", lambda: build_model(lawful.candidates))
    rows, pairs = model.problem.limits.shape
    print(f"\n{len(world.students)} students, {len(world.variants)} variants, {lawful.pairs} pairs, {pairs} lawful, {rows} limits")


if __name__ == "__main__":
    folders = sys.argv[1:] or [str(Path(__file__).parents[1] / "fixtures" / "demo")]
    if len(folders) == 1:
        measure(Path(folders[0]))
    else:
        for each in folders:
            subprocess.run([sys.executable, __file__, each], check=True)
