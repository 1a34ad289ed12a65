"""The straight line: a round folder in, a proven plan out. Every step is data in, data out."""

from __future__ import annotations

import resource
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

from matcher.candidates import Judge, Lawful, build
from matcher.domain import Round, SolveStatus
from matcher.errors import Issue
from matcher.load import load_round
from matcher.plan import Model, Placement, build_model, placements
from matcher.published import with_order, with_previous
from matcher.scoring.base import Scorer
from matcher.solver.canaries import check_canaries
from matcher.solver.control import Control
from matcher.solver.exact import solve
from matcher.solver.problem import Solution
from matcher.world import World

Stage = Callable[[str], None]


@dataclass(frozen=True)
class Run:
    """One solve of a round, with everything that led to it.

    Attributes
    ----------
    earlier : the output that says where students are today.
    control : what the solve obeyed, and whatever is solved beside it to explain it.
    """

    folder: Path
    world: World
    judge: Judge
    scorer: Scorer
    lawful: Lawful
    model: Model
    solution: Solution
    placements: tuple[Placement, ...]
    issues: tuple[Issue, ...]
    seconds: dict[str, float] = field(compare=False)
    peak_mb: float = field(compare=False)
    earlier: Path | None = field(default=None, compare=False)
    control: Control = field(default_factory=Control, compare=False, repr=False)

    @property
    def solved(self) -> bool:
        """Whether there is a plan."""
        return self.solution.status in {SolveStatus.OPTIMAL, SolveStatus.FEASIBLE}


def prepare(round_: Round, folder: Path, clock: Clock) -> tuple[World, Judge, Scorer, Lawful, Model]:
    """Everything before the solver."""
    clock("prepare")
    world = World(round_, folder)
    judge, scorer = Judge(world), Scorer(world)
    clock("rules and scores")
    lawful = build(world, scorer, judge=judge)
    clock("limits")
    return world, judge, scorer, lawful, build_model(lawful.candidates)


class Clock:
    """Seconds per stage, announced as the stages begin."""

    def __init__(self, announce: Stage | None) -> None:
        self.seconds: dict[str, float] = {}
        self._announce = announce
        self._name, self._since = "", 0.0

    def __call__(self, name: str) -> None:
        """The stage before ends, this one begins; an empty name only ends."""
        now = time.perf_counter()
        if self._name:
            self.seconds[self._name] = round(now - self._since, 3)
        if name and self._announce:
            self._announce(name)
        self._name, self._since = name, now


def run_round(
    folder: Path, workers: int = 1, announce: Stage | None = None, previous: Path | None = None, control: Control | None = None
) -> Run:
    """Load, check, judge, score, solve; `previous` is an earlier output whose placements are where students are today.

    The control may stop the solver, give it a budget and listen to its progress.

    Raises
    ------
    InputError
        With every issue, when the input has errors.
    """
    clock = Clock(announce)
    clock("load")
    round_, issues = load_round(folder)
    if previous is not None:
        round_ = with_previous(round_, previous)
    return replace(run_loaded(round_, folder, issues, workers, clock, control), earlier=previous)


def run_loaded(
    round_: Round, folder: Path, issues: list[Issue], workers: int = 1, clock: Clock | None = None, control: Control | None = None
) -> Run:
    """The same for a round in memory."""
    clock, control = clock or Clock(None), control or Control()
    if round_.settings.repair.began:
        round_ = with_order(round_, round_.settings.order(rerun=True))
    world, judge, scorer, lawful, model = prepare(round_, folder, clock)
    clock("solve")
    check_canaries()
    solution = solve(model.problem, workers, control)
    clock("")
    chosen = tuple(placements(lawful.candidates, solution.chosen))
    return Run(folder, world, judge, scorer, lawful, model, solution, chosen, tuple(issues), clock.seconds, peak_mb(), control=control)


def peak_mb() -> float:
    """The most memory this process has held, in MB."""
    used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return round(used / (1024 * 1024 if sys.platform == "darwin" else 1024), 1)
