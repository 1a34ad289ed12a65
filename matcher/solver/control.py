"""How a solve is stopped, how long it may take, and how it says how far it is.

Numbers are crunched in compiled code that Python cannot interrupt. So such a call runs in a thread of its own, and so does a whole
solve, while the caller waits and looks: when it is told to stop it asks the solver to end (GLOP and CP-SAT do within a few tenths
of a second, HiGHS does not listen), waits for a moment and leaves. A thread that is left ends by itself; nobody reads what it finds.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import TypeVar

from matcher.errors import MatcherError

LOOK_EVERY = 0.05
"""Seconds between two looks while compiled code runs."""
GRACE = 0.2
"""Seconds that a solver has to end after it was asked to."""
SOLVER = "solver"
"""Name of the threads in which solvers run."""
Progress = Callable[[str, int | None, int | None], None]
"""Is told the stage, the best value so far and the proven bound, where they are known."""
Found = TypeVar("Found")


class StoppedError(MatcherError):
    """The solve was told to stop; there is no answer."""

    def __init__(self) -> None:
        super().__init__("stopped before it was done; nothing was written")


class OutOfTimeError(Exception):
    """The budget is used up; what is known so far is the answer."""


class Control:
    """Shared between whoever solves and whoever watches.

    Parameters
    ----------
    budget : seconds that a solve may take; None for as long as it takes. Official plans have none.
    """

    def __init__(self, progress: Progress | None = None, budget: float | None = None) -> None:
        self._progress, self.budget = progress, budget
        self._stop = threading.Event()
        self._until: float | None = None

    def begin(self) -> None:
        """The budget counts from here."""
        self._until = None if self.budget is None else time.monotonic() + self.budget

    def stop(self) -> None:
        """Ask the solve to end; any thread may."""
        self._stop.set()

    def obey(self) -> None:
        """Go on unless told to stop.

        Raises
        ------
        StoppedError
        """
        if self._stop.is_set():
            raise StoppedError

    def look(self) -> None:
        """Go on unless told to stop or out of time.

        Raises
        ------
        StoppedError
        OutOfTimeError
        """
        self.obey()
        if self._until is not None and time.monotonic() >= self._until:
            raise OutOfTimeError

    def say(self, stage: str, best: int | None, bound: int | None) -> None:
        """Tell how far it is."""
        if self._progress is not None:
            self._progress(stage, best, bound)

    def without_budget(self) -> Control:
        """The same, for what must be finished."""
        other = Control(self._progress)
        other._stop = self._stop
        return other

    def aside(self) -> Control:
        """The same for a solve beside the one that is asked for: stopped with it, a budget as long, and nothing is told of it."""
        other = Control(budget=self.budget)
        other._stop = self._stop
        return other

    def for_an_answer(self) -> Control:
        """The same for a question that only the best plan answers: stopped with it, no budget, and nothing is told of it."""
        return self.aside().without_budget()

    def run_whole(self, call: Callable[[], Found]) -> Found:
        """What a whole solve gives, which looks at this control itself; also when interrupted it is told to stop.

        Raises
        ------
        StoppedError
        """
        return self._wait(call, self.stop, self.obey)

    def run(self, call: Callable[[], Found], interrupt: Callable[[], object] = lambda: None) -> Found:
        """What a call to compiled code gives; `interrupt` asks it to end.

        Raises
        ------
        StoppedError
        OutOfTimeError
        """
        return self._wait(call, interrupt, self.look)

    def _wait(self, call: Callable[[], Found], interrupt: Callable[[], object], look: Callable[[], None]) -> Found:
        look()
        done = threading.Event()
        given: list[Found] = []
        failed: list[BaseException] = []

        def work() -> None:
            try:
                given.append(call())
            except BaseException as error:
                failed.append(error)
            done.set()

        threading.Thread(target=work, name=SOLVER, daemon=True).start()
        try:
            while not done.wait(LOOK_EVERY):
                look()
        except BaseException:
            interrupt()
            done.wait(GRACE)
            raise
        if failed:
            raise failed[0]
        return given[0]


def left_running() -> bool:
    """Whether a solver that was left is still at work; a process that wants to end must then end without waiting for it."""
    return any(thread.name == SOLVER for thread in threading.enumerate())
