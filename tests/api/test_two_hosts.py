"""Several `matcher worker` processes on one PostgreSQL: a run ends once, and a worker killed in the middle loses its run to another."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

import pytest
from sqlmodel import select

from api.database import ALL
from api.settings import ServiceSettings
from api.tables import AuditRow, RunRow
from tests.api.service import Service, settings_for, tiny_zip
from tests.patience import patient

LEASE = 2
SLACK = 3
"""Seconds beside the lease until a free worker has looked and begun, on a busy machine."""


@pytest.fixture
def service(tmp_path):
    made = Service(settings_for("postgres", tmp_path))
    yield made
    made.close()


@pytest.fixture
def workers(service, tmp_path):
    """Two workers as on two hosts: they share nothing but the database."""
    environment = os.environ | {
        "DATABASE_URL": service.settings.database_url,
        "MATCHER_LEASE_SECONDS": str(LEASE),
        "MATCHER_TEXT_LEVEL": "light",
        "PYTHONWARNINGS": "ignore",
    }
    with (tmp_path / "log").open("wb") as log:
        found = [
            subprocess.Popen(
                [sys.executable, "-m", "matcher", "worker"],
                env=environment | {"MATCHER_HOME": str(tmp_path / f"host{i}")},
                stdout=log,
                stderr=log,
            )
            for i in range(2)
        ]
    yield found
    for process in found:
        if process.poll() is None:
            process.terminate()
        process.wait(30)


def rows(service: Service) -> list[RunRow]:
    with service.app.state.database.reading(ALL) as session:
        return list(session.exec(select(RunRow).order_by(RunRow.created_at)).all())


def until(check, seconds: float = 120):
    end = time.monotonic() + patient(seconds)
    while time.monotonic() < end:
        if (found := check()) is not None:
            return found
        time.sleep(0.05)
    raise AssertionError("it did not happen")


def holder(run: RunRow) -> int:
    """The process id of the worker that has a run."""
    return int(run.worker.split(":")[1])


def test_two_workers_share_a_queue_and_one_killed_is_taken_over_in_the_stated_time(service, workers):
    assert ServiceSettings.model_fields["lease_seconds"].default == 15, "docs/service.md states it"
    round_id = service.new_round(tiny_zip(), schools=["K1"])
    ids = [service.post(f"/v1/rounds/{round_id}/runs", {}, 202)["run_id"] for _ in range(3)]

    def both_busy():
        busy = [run for run in rows(service) if run.status == "running"]
        return busy if len({holder(run) for run in busy}) == 2 else None

    victim = until(both_busy)[0]
    os.kill(holder(victim), signal.SIGKILL)
    killed = time.monotonic()

    def taken_over():
        run = next(run for run in rows(service) if run.run_id == victim.run_id)
        return run if run.status != "running" or run.worker != victim.worker else None

    # the other worker may still be solving a run of its own: the time is counted from when it is free
    def free():
        mine = [run for run in rows(service) if run.status == "running" and run.worker not in {victim.worker, ""}]
        return True if not mine or mine[0].run_id == victim.run_id else None

    until(free)
    idle = time.monotonic()
    run = until(taken_over, 60)
    waited = time.monotonic() - max(killed, idle)
    assert waited < LEASE + patient(SLACK)
    assert run.attempts == 2 or run.status == "finished"
    until(lambda: True if all(run.status == "finished" for run in rows(service)) else None)
    found = rows(service)
    assert [run.run_id for run in found] == ids
    assert sorted(run.attempts for run in found) == [1, 1, 2]
    with service.app.state.database.reading(ALL) as session:
        ended = [row.about for row in session.exec(select(AuditRow).where(AuditRow.what == "run.ended"))]
    assert sorted(ended) == sorted(ids), "each run ends once"
