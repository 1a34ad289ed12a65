"""Gets suggestions ready for students who have not asked yet: while nobody asks, their texts are read and the laws judged for their kind.

Nothing of it is kept on disk, and an answer is the same with or without it.
"""

from __future__ import annotations

import os
import threading
import time
from collections import defaultdict
from collections.abc import Callable
from typing import TYPE_CHECKING

import structlog
from sqlmodel import col, select

from api.database import ALL, Database
from api.store.folders import parsed
from api.tables import StudentRow

if TYPE_CHECKING:
    from matcher.warm import Warm

log = structlog.get_logger()
QUIET = 0.3
"""Seconds without a question after which it goes on."""


class LookAhead:
    """Looks at the students of rounds, one after another in a thread of its own, and makes room for whoever asks."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._asked = 0.0
        self._stopping = threading.Event()
        self._lock = threading.Lock()
        self._passes: defaultdict[str, int] = defaultdict(int)
        self._threads: list[threading.Thread] = []

    def make_room(self) -> None:
        """Somebody asks."""
        self._asked = time.monotonic()

    def stop(self) -> None:
        """Look no further; nothing of the database is in use when this returns."""
        with self._lock:
            self._stopping.set()
        for thread in self._threads:
            thread.join()

    def begin(self, round_id: str, warm: Callable[[], Warm | None]) -> None:
        """Look at the students of a round from the beginning; a pass that is under way ends.

        Parameters
        ----------
        warm : gives the round as it is by then; None when it was forgotten.
        """
        self.make_room()
        with self._lock:
            if self._stopping.is_set():
                return
            self._passes[round_id] += 1
            thread = threading.Thread(target=self._pass, args=(round_id, self._passes[round_id], warm), name="look-ahead", daemon=True)
            self._threads = [*(other for other in self._threads if other.is_alive()), thread]
            thread.start()

    def _pass(self, round_id: str, number: int, warm: Callable[[], Warm | None]) -> None:
        try:
            looked = self._look(round_id, number, warm)
        except Exception as error:  # answers do not depend on it
            log.warning("look_ahead_stumbled", round_id=round_id, error=type(error).__name__)
            return
        log.info("looked_ahead", round_id=round_id, students=looked)

    def _look(self, round_id: str, number: int, warm: Callable[[], Warm | None]) -> int:
        place = col(StudentRow.student_id)
        order = place.desc() if os.getpid() % 2 else place.asc()
        with self._db.reading(ALL) as session:
            everybody = session.exec(select(StudentRow.student_id).where(StudentRow.round_id == round_id).order_by(order)).all()
        for looked, student_id in enumerate(everybody):
            while not self._stopping.is_set() and (waited := time.monotonic() - self._asked) < QUIET:
                self._stopping.wait(QUIET - waited)
            ready = warm()
            if ready is None or self._passes[round_id] != number or self._stopping.is_set():
                return looked
            self._look_at(ready, round_id, student_id)
        return len(everybody)

    def _look_at(self, ready: Warm, round_id: str, student_id: str) -> None:
        with self._db.reading(ALL) as session:
            mine = (StudentRow.round_id == round_id, StudentRow.student_id == student_id)
            cells = session.exec(select(StudentRow.cells).where(*mine)).first()
        if cells is not None:
            ready.prepare(parsed("students", dict(cells)))
