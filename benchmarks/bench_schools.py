"""Two hundred schools in one command, and the attack on what it publishes: `python -m benchmarks.bench_schools`.

Writes benchmarks/results/schools.md.
"""

from __future__ import annotations

import argparse
import csv
import datetime as dt
import json
import platform
import resource
import subprocess
import sys
import tempfile
import time
from collections import Counter
from importlib.metadata import version
from pathlib import Path
from typing import Any
from unittest import mock

ROOT = Path(__file__).parents[1]
RESULTS = ROOT / "benchmarks" / "results" / "schools.md"


def many_schools(schools: int) -> dict[str, Any]:
    """Generate rounds of 20 to 79 students with the seeds 1, 2, 3 …, and measure them with one command."""
    from matcher.generate import generate

    with tempfile.TemporaryDirectory() as name:
        folders = [Path(name) / f"s{seed:03d}" for seed in range(1, schools + 1)]
        for seed, folder in enumerate(folders, 1):
            generate(20 + seed * 7 % 60, 1, seed, folder)
        before, begun = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
        command = [sys.executable, "-m", "matcher", "benchmark", *map(str, folders), "--out", f"{name}/out", "--json"]
        told = json.loads(subprocess.run(command, stdout=subprocess.PIPE, check=True, text=True).stdout)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        with (Path(name) / "out" / "measures.csv").open(encoding="utf-8", newline="") as file:
            shown = Counter(
                row["shown"] for row in csv.DictReader(file) if row["level"] == "school" and row["measure"] == "placed_of_seekers"
            )
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return told | {"cpu": cpu, "seconds": time.perf_counter() - begun, "peak": after.ru_maxrss / 1024, "placed": dict(shown)}


def attacks(benchmarks: int) -> dict[str, Any]:
    """Hidden counts tried and recovered in invented benchmarks: as published, and with only small counts themselves hidden."""
    from matcher.benchmark.protect import Protection
    from tests.benchmark.invented import cases
    from tests.benchmark.test_attack import recovered

    found = [recovered(cases(seed), seed, 200) for seed in range(benchmarks)]
    nothing = {name: lambda *_: None for name in ("_share_out", "_hold_together", "_keep_parts_whole")}
    with mock.patch.multiple(Protection, **nothing):
        naive = [recovered(cases(seed), seed, 200) for seed in range(benchmarks)]
    told = {"benchmarks": benchmarks, "tried": sum(n for _, n in found), "recovered": sum(len(names) for names, _ in found)}
    return told | {"naive_tried": sum(n for _, n in naive), "naive": sum(len(names) for names, _ in naive)}


def page(one: dict[str, Any], two: dict[str, Any]) -> str:
    """The results as Markdown."""
    packages = ", ".join(f"{name} {version(name)}" for name in ("ortools", "scipy", "numpy"))
    told = ", ".join(f"{n} {kind}" for kind, n in sorted(one["placed"].items()))
    return f"""# Many schools, and the attack on small counts

Written by `python -m benchmarks.bench_schools` on {dt.date.today().isoformat()}; do not edit.
Python {platform.python_version()}, {packages}.

## {one["schools"]} schools in one command

Generated rounds of one school each, 20 to 79 students, seeds 1 to {one["rounds"]}; solved, measured and written by one
`matcher benchmark`, a process per core. Other work shared the machine.

| CPU seconds | seconds | largest process, MB | figures | hidden | the share placed, of the schools |
|---:|---:|---:|---:|---:|---|
| {one["cpu"]:.0f} | {one["seconds"]:.0f} | {one["peak"]:.0f} | {one["figures"]:,} | {one["hidden"]:,} | {told} |

## The attack

{two["benchmarks"]} invented benchmarks (`tests/benchmark/invented.py`, seeds from 0): one school, few, many small ones, several
rounds. The attacker (`tests/benchmark/attacker.py`) has `measures.csv` and knows the rules; up to 200 counts below 10 of each are
tried. Recovered: the least and the most that a linear program finds lie less than 5 apart.

| published | hidden counts tried | recovered |
|---|---:|---:|
| as `matcher benchmark` writes it | {two["tried"]:,} | {two["recovered"]:,} |
| with small counts hidden and nothing else | {two["naive_tried"]:,} | {two["naive"]:,} |
"""


def main() -> None:
    """Measure and write the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--schools", type=int, default=200)
    parser.add_argument("--attacks", type=int, default=60)
    asked = parser.parse_args()
    text = page(many_schools(asked.schools), attacks(asked.attacks))
    RESULTS.write_text(text, encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
