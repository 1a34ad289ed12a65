"""What is kept warm between requests: offers ready for suggestions, and plans ready to be explained."""

from __future__ import annotations

import gc
import tempfile
import threading
import time
from collections import OrderedDict, defaultdict
from collections.abc import Callable, Hashable
from concurrent.futures import Future, wait
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Generic, TypeVar

import structlog

from api.database import ALL, Database
from api.look_ahead import LookAhead
from api.problems import Problem
from api.store import folders, publications, runs
from api.store.supply import Supply, read_supply
from api.tables import RunRow

if TYPE_CHECKING:
    from matcher.pipeline import Run
    from matcher.warm import Warm

T = TypeVar("T")
log = structlog.get_logger()
PATIENCE = 0.8
"""Seconds that a request waits for offers to be made anew; where that takes longer it answers from the last state."""
FIRST_PATIENCE = 30.0
"""Seconds that it waits for the first index of a round, which may take minutes where thousands of texts were never read before."""
LAST_PATIENCE = 5.0
"""Seconds that the end of the service waits for offers that are being made."""
PLAN_FILES = ("placements.csv", "unplaced.csv", "summary.json", "manifest.json", "certificate.json")


class Shelf(Generic[T]):
    """The latest few things, each made once however many ask for it at the same time."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._lock = threading.Lock()
        self._found: OrderedDict[Hashable, Future[T]] = OrderedDict()
        self._threads: list[threading.Thread] = []

    def get(self, key: Hashable, make: Callable[[], T]) -> T:
        """What `make` gives for this key; a failure is told to all who waited, and not kept."""
        future, mine = self._future(key)
        if mine:
            self._fulfil(key, future, make)
        return future.result()

    def start(self, key: Hashable, make: Callable[[], T]) -> Future[T]:
        """The same to be waited for: it is made in a thread of its own, one however many ask, and not kept."""
        future, mine = self._future(key)

        def work() -> None:
            self._fulfil(key, future, make)
            with self._lock:
                self._found.pop(key, None)

        if mine:
            thread = threading.Thread(target=work, daemon=True)
            with self._lock:
                self._threads = [*(other for other in self._threads if other.is_alive()), thread]
                thread.start()
        return future

    def close(self) -> None:
        """Wait for what is being made, which may hold a connection; not for longer than whoever stops a service waits."""
        end = time.monotonic() + LAST_PATIENCE
        for thread in list(self._threads):
            thread.join(max(0.0, end - time.monotonic()))

    def _future(self, key: Hashable) -> tuple[Future[T], bool]:
        with self._lock:
            future = self._found.get(key)
            mine = future is None
            if future is None:
                future = self._found[key] = Future()
            self._found.move_to_end(key)
            while len(self._found) > self._most:
                self._found.popitem(last=False)
        return future, mine

    def _fulfil(self, key: Hashable, future: Future[T], make: Callable[[], T]) -> None:
        try:
            future.set_result(make())
        except BaseException as error:
            with self._lock:
                self._found.pop(key, None)
            future.set_exception(error)


@dataclass(frozen=True)
class Offers:
    """The offers of a round at one revision."""

    revision: int
    warm: Warm
    supply: Supply


def import_engine() -> None:
    """Import the solver and the scorers, which takes seconds, beside the first requests and not before them.

    From then on a product of matrices takes one thread: requests share the processors, and threads that wait for each other cost tenfold.
    """
    import matcher.answers  # noqa: F401
    from matcher.candidates import limit_rules, pair_rules
    from matcher.scoring.base import components
    from matcher.scoring.text.threads import one_each

    for family in (pair_rules, limit_rules, components):
        family()
    one_each()


def _settle_memory() -> None:
    """What lasts is left out of the collector's rounds, which would stop everybody for a second in a region of many offers."""
    gc.unfreeze()
    gc.collect()
    gc.freeze()


class Desk:
    """Everything kept warm in this process."""

    def __init__(self, db: Database, most_rounds: int = 8, most_plans: int = 2) -> None:
        self._db = db
        self._ahead = LookAhead(db)
        self._offers: Shelf[Offers] = Shelf(2 * most_rounds)
        self._latest: OrderedDict[str, Offers] = OrderedDict()
        self._lock = threading.Lock()
        self._making: defaultdict[str, threading.Lock] = defaultdict(threading.Lock)
        self._most_rounds = most_rounds
        self._plans: Shelf[Run] = Shelf(most_plans)
        self._used: Shelf[dict[tuple[str, str], int]] = Shelf(4 * most_rounds)

    def offers(self, round_id: str, revision: int) -> Offers:
        """The offers of a round, not older than this revision unless making them takes longer than a request waits."""
        self._ahead.make_room()
        latest = self._last(round_id)
        if latest is not None and latest.revision >= revision:
            return latest
        made = self._offers.start((round_id, revision), lambda: self._made(round_id, revision))
        wait([made], FIRST_PATIENCE if latest is None else PATIENCE)
        if latest is None and not made.done():
            raise Problem(
                503, "getting_ready", "The offers of this round are read for the first time; ask again soon.", {"Retry-After": "10"}
            )
        if latest is None:
            return made.result()
        if made.done() and (error := made.exception()) is not None:
            log.error("offers_not_made", round_id=round_id, revision=revision, error=type(error).__name__)
        return self._last(round_id) or latest

    def _last(self, round_id: str) -> Offers | None:
        """The last offers made of a round, which is then the last to be forgotten."""
        with self._lock:
            if round_id in self._latest:
                self._latest.move_to_end(round_id)
            return self._latest.get(round_id)

    def _made(self, round_id: str, revision: int) -> Offers:
        """One at a time for each round: whoever comes second follows what the first has made."""
        with self._making[round_id]:
            latest = self._last(round_id)
            if latest is not None and latest.revision >= revision:
                return latest
            made, follows = self._read(round_id, revision, latest)
            with self._lock:
                self._latest[round_id] = made
                self._latest.move_to_end(round_id)
                while len(self._latest) > self._most_rounds:
                    self._latest.popitem(last=False)
        if not follows:
            _settle_memory()
            self._ahead.begin(round_id, lambda: offers.warm if (offers := self._latest.get(round_id)) else None)
        return made

    def close(self) -> None:
        """Look ahead no longer and end what was begun."""
        self._ahead.stop()
        self._offers.close()

    def _read(self, round_id: str, revision: int, before: Offers | None) -> tuple[Offers, bool]:
        """The offers as they are now, and whether they follow those before."""
        from matcher.warm import Warm

        import_engine()
        start = time.perf_counter()
        with tempfile.TemporaryDirectory(prefix="matcher-offers-") as folder:
            with self._db.reading(ALL) as session:
                supply = read_supply(session, round_id, Path(folder), before.supply if before else None)
            follows = before is not None and supply.same_folder(before.supply)
            warm = Warm(supply.round, Path(folder), before.warm if before is not None and follows else None)
        seconds = round(time.perf_counter() - start, 3)
        told = {"opportunities": len(warm.opportunities), "seconds": seconds, "follows": follows}
        log.info("offers_made", round_id=round_id, revision=revision, **told)
        return Offers(revision, warm, supply), follows

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
