"""What is kept warm between requests: offers ready for suggestions, and plans ready to be explained."""

from __future__ import annotations

import tempfile
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Generic, TypeVar

import structlog

from api.database import ALL, Database
from api.store import folders, publications, runs
from api.tables import RunRow

if TYPE_CHECKING:
    from matcher.pipeline import Run
    from matcher.warm import Warm

T = TypeVar("T")
log = structlog.get_logger()
PATIENCE = 0.8
"""Seconds that a request waits for offers to be made anew; where that takes longer it answers from the last state."""
PLAN_FILES = ("placements.csv", "unplaced.csv", "summary.json", "manifest.json")


class Shelf(Generic[T]):
    """The latest few things, each made once however many ask for it at the same time."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._lock = threading.Lock()
        self._found: OrderedDict[Hashable, Future[T]] = OrderedDict()

    def get(self, key: Hashable, make: Callable[[], T]) -> T:
        """What `make` gives for this key; a failure is told to all who waited, and not kept."""
        with self._lock:
            future = self._found.get(key)
            mine = future is None
            if future is None:
                future = self._found[key] = Future()
            self._found.move_to_end(key)
            while len(self._found) > self._most:
                self._found.popitem(last=False)
        if mine:
            try:
                future.set_result(make())
            except BaseException as error:
                with self._lock:
                    self._found.pop(key, None)
                future.set_exception(error)
        return future.result()


@dataclass(frozen=True)
class Offers:
    """The offers of a round at one revision."""

    revision: int
    warm: Warm
    seconds: float


def import_engine() -> None:
    """Import the solver and the scorers, which takes seconds, beside the first requests and not before them."""
    import matcher.answers
    import matcher.warm  # noqa: F401


class Desk:
    """Everything kept warm in this process."""

    def __init__(self, db: Database, most_rounds: int = 8, most_plans: int = 2) -> None:
        self._db = db
        self._offers: Shelf[Offers] = Shelf(2 * most_rounds)
        self._latest: OrderedDict[str, Offers] = OrderedDict()
        self._most_rounds = most_rounds
        self._plans: Shelf[Run] = Shelf(most_plans)
        self._used: Shelf[dict[tuple[str, str], int]] = Shelf(4 * most_rounds)

    def offers(self, round_id: str, revision: int) -> Offers:
        """The offers of a round, not older than this revision unless making them takes long."""
        latest = self._latest.get(round_id)
        if latest is not None and latest.revision >= revision:
            return latest
        if latest is None or latest.seconds < PATIENCE:
            return self._make(round_id, revision)
        threading.Thread(target=self._make, args=(round_id, revision), daemon=True).start()
        return latest

    def _make(self, round_id: str, revision: int) -> Offers:
        made = self._offers.get((round_id, revision), lambda: self._read(round_id, revision))
        before = self._latest.get(round_id)
        if before is None or before.revision < made.revision:
            self._latest[round_id] = made
            self._latest.move_to_end(round_id)
            while len(self._latest) > self._most_rounds:
                self._latest.popitem(last=False)
        return made

    def _read(self, round_id: str, revision: int) -> Offers:
        from matcher.warm import Warm

        start = time.perf_counter()
        with tempfile.TemporaryDirectory(prefix="matcher-offers-") as folder:
            with self._db.reading(ALL) as session:
                round_ = folders.supply_round(session, round_id, Path(folder))
            warm = Warm(round_, Path(folder))
        seconds = time.perf_counter() - start
        log.info("offers_made", round_id=round_id, revision=revision, opportunities=len(warm.opportunities), seconds=round(seconds, 3))
        return Offers(revision, warm, seconds)

    def plan(self, run: RunRow) -> Run:
        """A finished run, ready to be explained."""
        return self._plans.get(run.run_id, lambda: self._load(run))

    def _load(self, run: RunRow) -> Run:
        from matcher.answers import load_plan

        with tempfile.TemporaryDirectory(prefix="matcher-plan-") as folder:
            round_, out = Path(folder) / "round", Path(folder) / "plan"
            with self._db.reading(ALL) as session:
                folders.unpack_snapshot(session, run.snapshot, round_)
                runs.write_results(session, run.run_id, out, PLAN_FILES)
            return load_plan(out, round_)

    def used_seats(self, run_id: str) -> dict[tuple[str, str], int]:
        """Seats that a published run takes."""

        def read() -> dict[tuple[str, str], int]:
            with self._db.reading(ALL) as session:
                return publications.used_seats(session, run_id)

        return self._used.get(run_id, read)
