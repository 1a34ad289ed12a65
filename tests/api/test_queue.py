"""The queue of runs: taken once, taken over from the dead, given up when poisonous, stopped within a second."""

from __future__ import annotations

import threading
import time

import pytest
from sqlmodel import select

from api import jobs
from api.database import ALL, Database
from api.jobs import Worker
from api.store import runs
from api.store.runs import beat, claim_run, end_run
from api.tables import ResultRow, RoundRow, RunRow, SnapshotRow
from tests.api.service import Service, settings_for, tiny_zip
from tests.patience import patient

LEASE = 5.0


@pytest.fixture
def db(settings):
    made = Database(settings)
    with made.writing(ALL) as session:
        session.add(RoundRow(round_id="r", name="r", schools=[]))
        session.flush()
        session.add(SnapshotRow(sha256="s", round_id="r", data=b""))
        session.flush()
    yield made
    made.close()


def queue(db: Database, count: int) -> list[str]:
    with db.writing(ALL) as session:
        row = session.get_one(RoundRow, "r")
        return [runs.add_run(session, row, "s", None, "test").run_id for _ in range(count)]


def take(db: Database, worker: str, lease: float = LEASE, most: int = 3) -> RunRow | None:
    with db.writing(ALL) as session:
        return claim_run(session, worker, lease, most)


def one(db: Database, run_id: str) -> RunRow:
    with db.reading(ALL) as session:
        return session.get_one(RunRow, run_id)


def test_each_run_is_taken_by_one_worker_the_oldest_first(db):
    ids = queue(db, 12)
    assert take(db, "first").run_id == ids[0]
    taken: list[str] = []

    def work(name: str) -> None:
        while run := take(db, name):
            taken.append(run.run_id)

    threads = [threading.Thread(target=work, args=(f"w{i}",)) for i in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(taken) == sorted(ids[1:])


def test_a_silent_worker_loses_its_run_and_cannot_end_it(db):
    (run_id,) = queue(db, 1)
    old = take(db, "dead")
    assert take(db, "other") is None, "the first one is alive"
    new = take(db, "other", lease=-1)
    assert (new.run_id, new.attempts) == (run_id, 2)
    with db.writing(ALL) as session:
        assert beat(session, run_id, old.claim, "solve") == "lost"
        assert not end_run(session, run_id, old.claim, "failed", {})
        assert beat(session, run_id, new.claim, "solve") == "go"
        assert end_run(session, run_id, new.claim, "failed", {"code": "x"})
        assert not end_run(session, run_id, new.claim, "finished", {})
    assert one(db, run_id).status == "failed"


def test_a_run_that_brings_workers_down_is_given_up_with_the_reason(db):
    (run_id,) = queue(db, 1)
    for attempt in (1, 2, 3):
        assert take(db, f"w{attempt}", lease=-1).attempts == attempt
    assert take(db, "w4", lease=-1) is None
    run = one(db, run_id)
    assert (run.status, run.error["code"], run.error["attempts"]) == ("failed", "poison", 3)
    assert "3 attempts" in run.error["detail"]


def test_a_worker_that_shuts_down_gives_its_run_back_without_an_attempt(db):
    (run_id,) = queue(db, 1)
    run = take(db, "w")
    with db.writing(ALL) as session:
        runs.give_back(session, run_id, run.claim)
    again = take(db, "w")
    assert (again.run_id, again.attempts) == (run_id, 1)


def test_stopping_a_waiting_run_ends_it_and_a_taken_one_is_told(db):
    waiting, taken = queue(db, 2)
    with db.writing(ALL) as session:
        runs.ask_to_stop(session, session.get_one(RunRow, waiting))
    assert one(db, waiting).status == "cancelled"
    run = take(db, "w")
    assert run.run_id == taken
    with db.writing(ALL) as session:
        runs.ask_to_stop(session, session.get_one(RunRow, taken))
        assert beat(session, taken, run.claim, "solve") == "cancel"
    assert take(db, "other", lease=-1) is None, "a stopped run is not taken over"
    assert one(db, taken).status == "cancelled"


@pytest.fixture
def service(tmp_path):
    made = Service(settings_for("sqlite", tmp_path, max_attempts=2))
    yield made
    made.close()


def in_thread(worker: Worker) -> threading.Thread:
    thread = threading.Thread(target=worker.work_once)
    thread.start()
    return thread


def until(check, seconds: float = 30) -> float:
    """Seconds until the check holds."""
    start = time.monotonic()
    end = start + patient(seconds)
    while time.monotonic() < end:
        if check():
            return time.monotonic() - start
        time.sleep(0.02)
    raise AssertionError("it did not happen")


@pytest.fixture
def slow_solve(monkeypatch, tmp_path):
    """A solver that never ends, in place of the real one."""
    script = tmp_path / "slow.py"
    script.write_text("import sys, time\nprint('... solve', file=sys.stderr, flush=True)\ntime.sleep(600)\n")
    _instead(monkeypatch, script)


def _instead(monkeypatch, script) -> None:
    real = jobs.subprocess.Popen
    monkeypatch.setattr(jobs.subprocess, "Popen", lambda command, **more: real([command[0], str(script)], **more))


def test_stop_ends_the_solver_within_a_second(service, slow_solve):
    round_id = service.new_round(tiny_zip(), schools=["K1"])
    run_id = service.post(f"/v1/rounds/{round_id}/runs", {}, 202)["run_id"]
    worker = Worker(service.settings)
    thread = in_thread(worker)
    until(lambda: service.get(f"/v1/runs/{run_id}")["stage"] == "solve")
    service.call("DELETE", f"/v1/runs/{run_id}", 202)
    assert until(lambda: service.get(f"/v1/runs/{run_id}")["status"] == "cancelled") < patient(1.5)
    thread.join(10)
    worker.db.close()


def test_a_stopping_worker_puts_its_run_back(service, slow_solve):
    round_id = service.new_round(tiny_zip(), schools=["K1"])
    run_id = service.post(f"/v1/rounds/{round_id}/runs", {}, 202)["run_id"]
    worker = Worker(service.settings)
    thread = in_thread(worker)
    until(lambda: service.get(f"/v1/runs/{run_id}")["stage"] == "solve")
    worker.stopping.set()
    thread.join(10)
    told = service.get(f"/v1/runs/{run_id}")
    assert (told["status"], told["attempts"]) == ("queued", 0)
    worker.db.close()


def test_a_solver_that_dies_is_tried_again_and_then_given_up(service, monkeypatch, tmp_path):
    script = tmp_path / "dies.py"
    script.write_text("import os, signal\nos.kill(os.getpid(), signal.SIGKILL)\n")
    _instead(monkeypatch, script)
    round_id = service.new_round(tiny_zip(), schools=["K1"])
    run_id = service.post(f"/v1/rounds/{round_id}/runs", {}, 202)["run_id"]
    worker = Worker(service.settings)
    assert worker.work_once()
    assert service.get(f"/v1/runs/{run_id}")["status"] == "queued"
    assert worker.work_once()
    told = service.get(f"/v1/runs/{run_id}")
    assert (told["status"], told["error"]["code"]) == ("failed", "poison")
    assert not worker.work_once()
    worker.db.close()


def test_the_real_solver_in_its_own_process(service):
    round_id = service.new_round(tiny_zip(), schools=["K1"])
    run_id = service.post(f"/v1/rounds/{round_id}/runs", {}, 202)["run_id"]
    worker = Worker(service.settings)
    assert worker.work_once()
    worker.db.close()
    assert service.get(f"/v1/runs/{run_id}")["status"] == "finished"
    with service.app.state.database.reading(ALL) as session:
        assert len(session.exec(select(ResultRow).where(ResultRow.kind == "placements")).all()) == 4
