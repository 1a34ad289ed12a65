"""The worker: takes runs from the queue and has each solved by the command line in a process of its own."""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import structlog

from api import audit_log, webhooks
from api.database import ALL, Database
from api.settings import ServiceSettings
from api.store import folders, runs
from api.tables import RunRow
from matcher.errors import InputError
from matcher.law import pack_path

log = structlog.get_logger()
LOOK_EVERY = 0.25
IDLE = 0.5
_ENDS = {2: "failed", 3: "infeasible", 4: "failed"}
_CODES = {2: "bad_input", 3: "infeasible", 4: "not_verified"}
_KEPT = ("table", "row", "column", "code", "severity", "message", "hint")


@dataclass
class Child:
    """A solve in a process of its own."""

    process: subprocess.Popen[bytes]
    said: Path
    stage: str = "start"
    _reader: threading.Thread | None = field(default=None, repr=False)

    def listen(self) -> None:
        """Follow which stage it says it is in."""

        def read() -> None:
            with self.process.stderr or nullcontext(()) as lines:
                for line in lines:
                    text = line.decode("utf-8", "replace").strip()
                    if text.startswith("... "):
                        self.stage = text[4:]

        self._reader = threading.Thread(target=read, daemon=True)
        self._reader.start()

    def kill(self) -> None:
        """End it at once, with everything it started."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.finish()

    def finish(self) -> None:
        """Wait for its end and for its last word."""
        self.process.wait()
        if self._reader is not None:
            self._reader.join(5)

    def answer(self) -> dict[str, Any]:
        """The one JSON document it printed."""
        try:
            found = json.loads(self.said.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return found if isinstance(found, dict) else {}


class Worker:
    """Solves runs, one at a time; any number of workers share a queue."""

    def __init__(self, settings: ServiceSettings, db: Database | None = None) -> None:
        self.settings = settings
        self.db = db or Database(settings)
        self.name = f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(3)}"
        self.stopping = threading.Event()

    def serve(self) -> None:
        """Take runs until told to stop."""
        threading.Thread(target=self._deliver, daemon=True).start()
        log.info("worker_started", worker=self.name)
        while not self.stopping.is_set():
            try:
                if not self.work_once():
                    self.stopping.wait(IDLE)
            except Exception as error:
                log.error("worker_stumbled", error=type(error).__name__)
                self.stopping.wait(2)
        log.info("worker_stopped", worker=self.name)

    def work_once(self) -> bool:
        """Take and solve the next run; False when none waits."""
        with self.db.writing(ALL) as session:
            run = runs.claim_run(session, self.name, self.settings.lease_seconds, self.settings.max_attempts)
        if run is None:
            return False
        log.info("run_taken", run_id=run.run_id, attempt=run.attempts)
        with tempfile.TemporaryDirectory(prefix="matcher-run-") as folder:
            self._solve(run, Path(folder))
        return True

    def _deliver(self) -> None:
        while not self.stopping.is_set():
            try:
                if not webhooks.deliver_due(self.db, self.settings):
                    self.stopping.wait(1)
            except Exception as error:
                log.error("delivery_stumbled", error=type(error).__name__)
                self.stopping.wait(5)

    def _solve(self, run: RunRow, folder: Path) -> None:
        child = self._start(run, folder)
        child.listen()
        try:
            end = self._watch(run, child)
        except BaseException:
            child.kill()
            raise
        if end == "done":
            self._keep(run, child, folder)
            return
        child.kill()
        with self.db.writing(ALL) as session:
            if end == "cancel":
                runs.end_run(session, run.run_id, run.claim, "cancelled", {"code": "cancelled", "detail": "It was stopped."})
                self._told(session, run, "cancelled")
            elif end == "late":
                detail = f"It took longer than {self.settings.max_run_seconds:g} seconds."
                runs.end_run(session, run.run_id, run.claim, "failed", {"code": "too_long", "detail": detail})
                self._told(session, run, "failed")
            elif end == "stop":
                runs.give_back(session, run.run_id, run.claim)
        log.info("run_left", run_id=run.run_id, why=end)

    def _start(self, run: RunRow, folder: Path) -> Child:
        round_, out = folder / "round", folder / "plan"
        command = [
            sys.executable,
            "-m",
            "api.solve",
            str(round_),
            "--out",
            str(out),
            "--workers",
            str(self.settings.solver_threads),
            "--json",
        ]
        with self.db.reading(ALL) as session:
            folders.unpack_snapshot(session, run.snapshot, round_)
            if run.previous_run_id:
                runs.write_results(session, run.previous_run_id, folder / "previous", ("placements.csv", "unplaced.csv"))
                command += ["--previous", str(folder / "previous")]
        said = folder / "said.json"
        environment = {k: v for k, v in os.environ.items() if "DATABASE" not in k} | {"MATCHER_PARENT": str(os.getpid())}
        with said.open("wb") as output:
            process = subprocess.Popen(command, stdout=output, stderr=subprocess.PIPE, start_new_session=True, env=environment, cwd=folder)
        return Child(process, said)

    def _watch(self, run: RunRow, child: Child) -> str:
        """Until the solve ends (``done``) or must end: ``cancel``, ``lost``, ``late`` or ``stop``."""
        until = time.monotonic() + self.settings.max_run_seconds
        while True:
            try:
                child.process.wait(LOOK_EVERY)
                return "done"
            except subprocess.TimeoutExpired:
                pass
            with self.db.writing(ALL) as session:
                said = runs.beat(session, run.run_id, run.claim, child.stage)
            if said != "go":
                return said
            if self.stopping.is_set():
                return "stop"
            if time.monotonic() > until:
                return "late"

    def _keep(self, run: RunRow, child: Child, folder: Path) -> None:
        """Store what came of it; a process that ended without an answer is tried again, up to the limit."""
        child.finish()
        code, said = child.process.returncode, child.answer()
        with self.db.writing(ALL) as session:
            if code == 0 and said:
                kept = runs.finish_run(session, run.run_id, run.claim, folder / "plan", said, _packs(folder))
                status = "finished"
            elif code in _ENDS:
                status = _ENDS[code]
                kept = runs.end_run(session, run.run_id, run.claim, status, _error(code, said))
            elif run.attempts >= self.settings.max_attempts:
                status = "failed"
                detail = f"It was given up after {run.attempts} attempts: each time the process ended without an answer (last: {code})."
                kept = runs.end_run(session, run.run_id, run.claim, status, {"code": "poison", "detail": detail, "attempts": run.attempts})
            else:
                status = "queued"
                kept = runs.try_again(session, run.run_id, run.claim)
            if kept and status != "queued":
                self._told(session, run, status)
        log.info("run_ended", run_id=run.run_id, status=status if kept else "lost", exit_code=code)

    def _told(self, session: Any, run: RunRow, status: str) -> None:
        audit_log.note(session, f"worker {self.name}", "run.ended", run.run_id, after={"status": status, "attempt": run.attempts})
        webhooks.enqueue(session, "run.finished", run.round_id, {"run_id": run.run_id, "round_id": run.round_id, "status": status})


def _error(code: int, said: dict[str, Any]) -> dict[str, Any]:
    """Why there is no plan; of issues everything but the cell itself."""
    details = [{k: d[k] for k in _KEPT if k in d} if isinstance(d, dict) else d for d in said.get("details", [])[:200]]
    return {"code": _CODES[code], "detail": str(said.get("error", "")), "details": details}


def _packs(folder: Path) -> dict[str, tuple[str, str]]:
    """The rule packs that the run used, by their SHA-256."""
    found = {}
    manifest = json.loads((folder / "plan" / "manifest.json").read_text(encoding="utf-8"))
    for name, sha256 in manifest.get("rule_packs", {}).items():
        try:
            found[sha256] = (name, pack_path(name, folder / "round").read_text(encoding="utf-8"))
        except (OSError, InputError):
            continue
    return found
