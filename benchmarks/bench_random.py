"""Random tiny rounds on every road against exhaustive search, and what-ifs against fresh solves: `python benchmarks/bench_random.py`.

Seeds are numbered from 0 (`--first` to begin elsewhere), so that a mismatch can be made again. Roads: sizes inside the solver are
set so small that tiny problems go the ways of large and hard ones. `--write` puts what was seen into benchmarks/results/random.md.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import date
from pathlib import Path
from unittest.mock import patch

sys.path.insert(0, str(Path(__file__).parents[1]))

from matcher.domain import SolveStatus
from matcher.solver import branching, guess, join, packing, relaxation, seats
from matcher.solver.exact import solve
from matcher.solver.problem import Problem, from_arrays
from tests.solver.brute import best_choices, coupled_arrays, random_arrays
from tests.solver.test_exact import demanding
from tests.solver.test_seats import seats_arrays
from tests.solver.test_whatif import check, round_arrays

RESULTS = Path(__file__).parent / "results" / "random.md"
NO_GUESS = {"FIRST_GUESS": 2, "GUESS_PER_STUDENT": 0, "NEAR_GUESS": 2}
ROADS = {
    "as it is": [],
    "few columns": [(relaxation, {"MASTER": 2, "BEST_PER_STUDENT": 1, "JOIN_PER_STUDENT": 1, "NEAR": 1})],
    "branching": [(branching, {"CUT_ROUNDS": 0}), (guess, NO_GUESS), (join, {"MOST_CHOICES": 0})],
    "sieves": [(branching, {"CUT_ROUNDS": 0, "SIEVE": 0.99}), (guess, NO_GUESS), (join, {"MOST_CHOICES": 0})],
    "CP-SAT": [(branching, {"NODES": 1, "CUT_ROUNDS": 0}), (guess, NO_GUESS), (join, {"MOST_CHOICES": 0})],
    "CP-SAT after some": [(branching, {"NODES": 3, "CUT_ROUNDS": 1}), (guess, NO_GUESS), (join, {"MOST_CHOICES": 10})],
    "knapsacks": [(branching, {"WEIGHTED": 0, "CUT_ROUNDS": 0}), (packing, {"ROUNDS": 2, "NODE_ROUNDS": 2})],
    "paths": [(seats, {"LEAST_PAIRS": 1})],
}
MAKERS = (random_arrays, coupled_arrays, demanding, seats_arrays)


def wrong(problem: Problem, best: tuple[dict[str, int], list[list[int]]] | None) -> str:
    """What is wrong with our answer; nothing when it is the best of all choices."""
    solution = solve(problem)
    if best is None:
        return "" if solution.status == SolveStatus.INFEASIBLE else f"{solution.status} where nothing is lawful"
    if {stage.name: stage.value for stage in solution.stages} != best[0]:
        return f"{[(stage.name, stage.value) for stage in solution.stages]} where {best[0]} is best"
    return "" if solution.chosen.tolist() in best[1] else f"plan {solution.chosen.tolist()} is none of the best"


def roads(first: int, rounds: int) -> Iterator[tuple[str, str]]:
    """(road, mismatch or nothing) of every road on every round."""
    for seed in range(first, first + rounds):
        problem = from_arrays(MAKERS[seed % len(MAKERS)](seed))
        best = best_choices(problem)
        for road, sizes in ROADS.items():
            with ExitStack() as small:
                for module, changed in sizes:
                    small.enter_context(patch.multiple(module, **changed))
                found = wrong(problem, best)
            yield road, f"seed {seed}, road {road}: {found}" if found else ""


def whatifs(first: int, questions: int) -> Iterator[tuple[int, int, str]]:
    """(questions, fresh solves needed, mismatch or nothing) round after round."""
    asked, seed = 0, first
    while asked < questions:
        for make in (random_arrays, coupled_arrays, round_arrays):
            try:
                done, solves = check(make(seed), seed, 3)
            except AssertionError as error:
                yield 3, 0, f"seed {seed}, {make.__name__}: {error}"
                asked += 3
                continue
            asked += done
            yield done, solves, ""
        seed += 1


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=10_000)
    parser.add_argument("--questions", type=int, default=1000)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--write", action="store_true")
    asked = parser.parse_args()
    begun, count, bad = time.process_time(), Counter[str](), []
    for road, found in roads(asked.first, asked.rounds):
        count[road] += 1
        if found:
            bad.append(found)
            print(found, flush=True)
    lines = [f"Seeds {asked.first} to {asked.first + asked.rounds - 1}: {len(bad)} mismatches in {sum(count.values()):,} solves ("]
    lines[0] += ", ".join(f"{road} {n:,}" for road, n in count.items()) + f"); {time.process_time() - begun:.0f} CPU s."
    print(lines[0], flush=True)
    begun, found = time.process_time(), list(whatifs(asked.first, asked.questions))
    told = [line for _, _, line in found if line]
    print(*told, sep="\n")
    questions, solves = sum(n for n, _, _ in found), sum(n for _, n, _ in found)
    lines.append(f"What-ifs: {questions:,} questions from seed {asked.first} on, {len(told)} mismatches with fresh solves,")
    lines[-1] += f" {solves} needed a fresh solve; {time.process_time() - begun:.0f} CPU s."
    print(lines[-1])
    if asked.write:
        head = ["# Random tiny rounds against exhaustive search\n", f"`python benchmarks/bench_random.py --write`, {date.today()}.\n"]
        RESULTS.write_text("\n".join([*head, *lines, *bad, *told]) + "\n", encoding="utf-8")
    sys.exit(bool(bad or told))


if __name__ == "__main__":
    main()
