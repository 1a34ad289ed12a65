"""What-ifs from the solved state beside a fresh solve of the changed round: `python benchmarks/bench_whatif.py [--write]`.

For each kind of question some are asked at random (seed 1), and the plan is compared with that of a fresh solve, pair by pair. Seconds are
CPU seconds of the solver alone; rules and scores are the same work on both sides. Where offers or wishes change, the state is led over
to the changed problem anew for each question, and that counts. Texts at the light level.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))

from matcher.edits import Edits, edited
from matcher.generate import generate
from matcher.load import load_round
from matcher.pipeline import Clock, prepare
from matcher.solver.exact import solve
from matcher.solver.problem import Problem, Solution
from matcher.solver.transition import transition
from matcher.solver.whatif import Change, Outcome, WhatIf, changed_problem, moved
from matcher.what_if import same_pairs

ROOT = Path(__file__).parents[1]
RESULTS = ROOT / "benchmarks" / "results" / "whatif.md"
Question = tuple[Callable[[], Outcome], Problem, np.ndarray]
"""What answers; the problem of a fresh solve, and where its pairs stand in the answer's."""


class Rounds:
    """A round with its solved state, and questions about it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        round_, _ = load_round(folder)
        text = round_.settings.text.model_copy(update={"level": "light"})
        self.round = replace(round_, settings=round_.settings.model_copy(update={"text": text}))
        self.world, _, _, lawful, model = prepare(self.round, folder, Clock(None))
        self.candidates = lawful.candidates
        self.problem, self.meaning = model.problem, model.meaning
        self.solution, self.seconds = timed(lambda: solve(self.problem))
        self.state, self.ready = timed(lambda: WhatIf(self.problem, self.solution))
        self.dice = np.random.default_rng(1)

    def plain(self, change: Change) -> Question:
        """A change of the round as it is."""
        problem, pairs = changed_problem(self.problem, change, self.state.absent)
        return (lambda: answered(self.state, change)), problem, pairs

    def led_over(self, **edits: Any) -> Question:
        """A change of the tables: the question is put to the state as it is led over to the changed problem."""
        _, _, _, lawful, model = prepare(edited(self.round, Edits.model_validate(edits)), self.folder, Clock(None))
        same, after = same_pairs(self.candidates, lawful.candidates), model.problem

        def ask() -> Outcome:
            way = transition(self.problem, self.solution, after, same)
            outcome = way.state.answer(way.change, may_solve=False) if way else None
            if way is None or outcome is None:
                fresh = solve(after)
                return Outcome(fresh.chosen, {}, False)
            return replace(outcome, chosen=way.there[outcome.chosen])

        return ask, after, np.arange(len(after))

    def seat(self) -> Question:
        """One more seat at an offer that is full."""
        full = np.flatnonzero(np.asarray(self.problem.limits[:, self.solution.chosen].sum(axis=1)).ravel() >= self.problem.at_most)
        rows = [row for row in full.tolist() if any(limit.rule == "seats" for limit in self.meaning[row])]
        return self.plain(Change(more=((int(self.dice.choice(rows)), 1),)))

    def leaves(self) -> Question:
        """A placed student leaves."""
        student = self.problem.student[self.dice.choice(self.solution.chosen)]
        return self.plain(Change(removed=tuple(np.flatnonzero(self.problem.student == student).tolist())))

    def comes(self) -> Question:
        """A student moves in: the state is the round without the student."""
        own = np.flatnonzero(self.problem.student == self.dice.choice(self.problem.student))
        absent = np.isin(np.arange(len(self.problem)), own)
        base, pairs = changed_problem(self.problem, Change(), absent)
        told = moved(solve(base), pairs, np.arange(base.limits.shape[0]), self.problem)
        state, change = WhatIf(self.problem, told, absent), Change(added=tuple(own.tolist()))
        return (lambda: answered(state, change)), self.problem, np.arange(len(self.problem))

    def pinned(self) -> Question:
        """A pair must be in the plan."""
        return self.plain(Change(demanded=(int(self.dice.integers(len(self.problem))),)))

    def banned(self) -> Question:
        """A pair of the plan must not be in it."""
        return self.plain(Change(removed=(int(self.dice.choice(self.solution.chosen)),)))

    def waived(self) -> Question:
        """A student takes back what they wanted to avoid, or another soft wish: the points of their pairs change, no rule does."""
        able = {self.world.students[place].student_id for place in np.unique(self.problem.student).tolist()}
        asking = [s.student_id for s in self.world.students if s.avoid and s.student_id in able]
        return self.led_over(waive={str(self.dice.choice(asking)): ("avoid",)})

    def other_days(self) -> Question:
        """An offer is on other days."""
        return self.led_over(sessions={self.some_offer(): "Mon 09:00-14:00;Wed 09:00-14:00"})

    def later(self) -> Question:
        """An offer begins a month later."""
        return self.led_over(starts={self.some_offer(): self.world.first + timedelta(days=28)})

    def longer(self) -> Question:
        """A student may travel ten minutes longer."""
        return self.led_over(minutes={self.world.students[int(self.dice.choice(self.problem.student))].student_id: 10})

    def some_offer(self) -> str:
        """The offer of a chosen pair."""
        return self.candidates.variant_of(int(self.dice.choice(self.solution.chosen))).opportunity.opportunity_id


KINDS: dict[str, Callable[[Rounds], Question]] = {
    "one more seat": Rounds.seat,
    "a student leaves": Rounds.leaves,
    "a student comes": Rounds.comes,
    "a pair is pinned": Rounds.pinned,
    "a pair is banned": Rounds.banned,
    "a wish is waived": Rounds.waived,
    "other days": Rounds.other_days,
    "four weeks later": Rounds.later,
    "ten minutes longer": Rounds.longer,
}
LED_OVER = tuple(KINDS)[5:]


def answered(state: WhatIf, change: Change) -> Outcome:
    """The answer, by solving again where the state cannot tell."""
    outcome = state.answer(change)
    if outcome is None:
        raise RuntimeError("a question that may be solved again has no answer")
    return outcome


def timed(work: Callable[[], Any]) -> tuple[Any, float]:
    """What it gives, and its CPU seconds."""
    began = time.process_time()
    found = work()
    return found, time.process_time() - began


def rows(name: str, rounds: Rounds, questions: int) -> Iterator[str]:
    """A row for each kind."""
    for kind, ask in KINDS.items():
        warm = fresh = 0.0
        alike = solved = 0
        number = min(questions, 2) if kind in LED_OVER and len(rounds.problem) > 20_000 else questions
        for _ in range(number):
            answer, problem, pairs = ask(rounds)
            outcome, seconds = timed(answer)
            expected, again = timed(lambda problem=problem: solve(problem))
            warm, fresh = warm + seconds, fresh + again
            solved += not outcome.warm
            alike += same(outcome.chosen, expected, pairs)
        seconds = f"{warm / number:.3f} | {fresh / number:.3f} | {fresh / max(warm, 1e-6):.0f} x"
        yield f"| {name} | {kind} | {number} | {alike} | {solved} | {seconds} |"


def same(chosen: np.ndarray, fresh: Solution, pairs: np.ndarray) -> bool:
    """Whether both plans are the same bytes, in the state's pairs."""
    return np.sort(chosen).astype(np.int64).tobytes() == np.sort(pairs[fresh.chosen]).astype(np.int64).tobytes()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--students", type=int, nargs="*", default=[200, 1000])
    parser.add_argument("--questions", type=int, default=10)
    parser.add_argument("--write", action="store_true")
    asked = parser.parse_args()
    machine = f"{os.cpu_count()} cores, OR-Tools {version('ortools')}"
    lines = ["# What-ifs from the solved state\n", f"`python benchmarks/bench_whatif.py --write`, {date.today()}, {machine}, seed 1."]
    lines.append(
        "Seconds are CPU seconds for one question; *alike* counts plans that are the same bytes as those of a fresh solve, *solved*"
    )
    lines.append("those that the state could not prove and that were solved again. A state is made ready once, then asked at will.\n")
    lines.append("| round | kind | asked | alike | solved | from the state | fresh solve | |\n|---|---|---:|---:|---:|---:|---:|---:|")
    ready = []
    with tempfile.TemporaryDirectory() as name:
        for students in (0, *asked.students):
            folder = ROOT / "fixtures" / "demo"
            if students:
                folder = Path(name) / str(students)
                generate(students, max(1, students // 400), 1, folder)
            told, rounds = (f"{students:,} students" if students else "demo"), Rounds(folder)
            lines += rows(told, rounds, asked.questions)
            ready.append(f"{told}: {len(rounds.problem):,} pairs, solved in {rounds.seconds:.2f} s, made ready in {rounds.ready:.2f} s.")
            print(f"{told} done", file=sys.stderr)
    lines += ["", *ready]
    lines.append("\nThe last four kinds lead the state over to another problem for each question, and that is most of their time.")
    lines.append("The end of a `keep_together` is always solved afresh.")
    print(*lines, sep="\n")
    if asked.write:
        RESULTS.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
