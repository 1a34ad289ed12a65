"""Random `kill -9` during import, run and publish, on both databases: nothing lost, nothing double, nothing half."""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import httpx
import sqlalchemy as sa

from api import audit_log
from api.database import ALL, Database
from api.operations import new_key
from api.settings import ServiceSettings
from tests.api.service import settings_for, tiny_zip


class Running:
    """`matcher serve`, started again whenever it is found dead."""

    def __init__(self, settings: ServiceSettings, seed: int) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self.random = random.Random(seed)
        names = {"MATCHER_HOME": str(settings.home), "MATCHER_LEASE_SECONDS": "2", "MATCHER_MAX_ATTEMPTS": "100", "MATCHER_RATE_LIMIT": ""}
        self.environment = os.environ | names | ({"DATABASE_URL": settings.database_url} if settings.database_url else {})
        self.log = (settings.home / "log").open("wb")
        self.stopping = threading.Event()
        self.kills: dict[str, int] = {}
        self.restarts: list[float] = []
        self.start()

    def start(self) -> None:
        """Start it and wait until it is ready."""
        begun = time.monotonic()
        command = [sys.executable, "-m", "matcher", "serve", "--port", str(self.port)]
        self.process = subprocess.Popen(command, env=self.environment, stdout=self.log, stderr=self.log)
        while time.monotonic() - begun < 120:
            try:
                if httpx.get(f"{self.url}/readyz", timeout=5).status_code == 200:
                    self.restarts.append(time.monotonic() - begun)
                    return
            except httpx.HTTPError:
                time.sleep(0.05)
        raise RuntimeError("it did not start")

    def family(self) -> dict[str, list[int]]:
        """The process ids of the service: the web, its workers, their solvers."""
        children: dict[int, list[tuple[int, str]]] = {}
        for path in Path("/proc").iterdir():
            if path.name.isdigit():
                try:
                    parent = int((path / "stat").read_text().rpartition(")")[2].split()[1])
                    told = (path / "cmdline").read_text().replace("\0", " ")
                except OSError:
                    continue
                children.setdefault(parent, []).append((int(path.name), told))
        workers = [pid for pid, told in children.get(self.process.pid, []) if "api.work" in told]
        solvers = [pid for worker in workers for pid, told in children.get(worker, []) if "api.solve" in told]
        return {"web": [self.process.pid], "worker": workers, "solver": solvers}

    def kill_one(self) -> bool:
        """End one of them at once; the service is started again when it was its head."""
        found = self.family()
        kind = self.random.choice(["web", "worker", "worker", "solver", "solver"])
        if not found[kind]:
            return False
        try:
            os.kill(self.random.choice(found[kind]), signal.SIGKILL)
        except ProcessLookupError:
            return False
        self.kills[kind] = self.kills.get(kind, 0) + 1
        if kind == "web":
            self.process.wait()
            self.start()
        return True

    def stop(self) -> None:
        """A friendly end."""
        self.process.terminate()
        self.process.wait(60)
        self.log.close()


def insist(client: httpx.Client, method: str, path: str, **more: object) -> httpx.Response:
    """Send until it is answered, as a client that was cut off does."""
    while True:
        try:
            answer = client.request(method, path, **more)
            if answer.status_code < 500:
                return answer
        except httpx.HTTPError:
            pass
        time.sleep(0.1)


def one_round(client: httpx.Client, number: int, data: bytes, acknowledged: dict[str, list[str]]) -> None:
    """Make a round, fill it, run it, publish it; every write has an Idempotency-Key."""

    def write(what: str, path: str, expected: int, **more: object) -> dict[str, object]:
        answer = insist(client, "POST", path, headers={"Idempotency-Key": f"{number} {what}"}, **more)
        assert answer.status_code == expected, (what, answer.status_code, answer.text)
        acknowledged.setdefault(what, []).append(json.dumps(answer.json(), sort_keys=True))
        return dict(answer.json())

    round_id = write("round", "/v1/rounds", 201, json={"name": f"round {number}", "schools": ["K1"]})["round_id"]
    assert write("import", f"/v1/rounds/{round_id}/imports", 201, content=data)["accepted"]
    run_id = write("run", f"/v1/rounds/{round_id}/runs", 202, json={})["run_id"]
    while (told := insist(client, "GET", f"/v1/runs/{run_id}").json())["status"] in {"queued", "running"}:
        time.sleep(0.2)
    assert told["status"] == "finished", told
    write("publication", f"/v1/runs/{run_id}/publish", 201)


def check(settings: ServiceSettings, acknowledged: dict[str, list[str]]) -> dict[str, int]:
    """What the database holds against what was acknowledged; each run must hold what the first one does, which nobody disturbed."""
    db = Database(settings)
    lost = double = half = 0
    with db.reading(ALL) as session:

        def count(question: str) -> int:
            return int(session.exec(sa.text(question)).scalar_one())

        tables = {"round": "rounds", "import": "imports", "run": "runs", "publication": "publications"}
        for what, table in tables.items():
            there, told = count(f"SELECT count(*) FROM {table}"), len(acknowledged[what])
            lost, double = lost + max(0, told - there), double + max(0, there - told)

        def listed(question: str) -> list[str]:
            return [str(found) for found in session.exec(sa.text(question)).scalars()]

        whole = None
        for run_id in listed("SELECT run_id FROM runs WHERE status = 'finished' ORDER BY created_at"):
            kinds = listed(f"SELECT kind FROM result_rows WHERE run_id = '{run_id}' ORDER BY kind")
            held = (kinds, listed(f"SELECT name FROM result_files WHERE run_id = '{run_id}' ORDER BY name"))
            whole = whole or held
            ends = count(f"SELECT count(*) FROM audit_log WHERE what = 'run.ended' AND about = '{run_id}'")
            half += held != whole or held[0].count("placements") != 4
            double += ends != 1
        half += count("SELECT count(*) FROM rounds r WHERE (SELECT count(*) FROM students s WHERE s.round_id = r.round_id) <> 6")
        faults = len(list(audit_log.verify(session)))
        attempts = count("SELECT max(attempts) FROM runs")
    db.close()
    return {"lost": lost, "double": double, "half": half, "audit faults": faults, "most attempts of a run": attempts}


def measure(kind: str, kills: int, seed: int, seconds: float) -> dict[str, object]:
    """Kill so many processes, or as many as so many seconds allow, while rounds are made, run and published: one each half round or so."""
    with tempfile.TemporaryDirectory(prefix="matcher-faults-") as folder:
        settings = settings_for(kind, Path(folder))
        secret = new_key(settings, "faults", "admin", ["*"], "", None)["secret"]
        running = Running(settings, seed)
        acknowledged: dict[str, list[str]] = {}
        done, rounds, data, begun = 0, 0, tiny_zip(), time.monotonic()

        def work() -> None:
            nonlocal rounds
            with httpx.Client(base_url=running.url, headers={"Authorization": f"Bearer {secret}"}, timeout=20) as client:
                while not running.stopping.is_set():
                    one_round(client, rounds, data, acknowledged)
                    rounds += 1

        worker = threading.Thread(target=work)
        worker.start()
        while rounds == 0 and worker.is_alive():
            time.sleep(0.05)
        undisturbed = time.monotonic() - begun
        while done < kills and worker.is_alive() and time.monotonic() - begun < seconds:
            time.sleep(running.random.uniform(0.05, undisturbed))
            done += running.kill_one()
        running.stopping.set()
        worker.join(600)
        running.stop()
        told = {
            "database": kind,
            "a round undisturbed, s": round(undisturbed, 1),
            "kills": done,
            "of": running.kills,
            "rounds published": rounds,
        }
        return (
            told
            | check(settings, acknowledged)
            | {"longest restart, s": round(max(running.restarts), 2), "s": round(time.monotonic() - begun)}
        )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seconds", type=float, default=7200, help="for how long, where the machine is slow")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--database", choices=["sqlite", "postgres"], action="append")
    given = parser.parse_args()
    for each in given.database or ["sqlite", "postgres"]:
        result = measure(each, given.kills, given.seed, given.seconds)
        print(json.dumps(result), flush=True)
        if result["lost"] or result["double"] or result["half"] or result["audit faults"]:
            sys.exit(1)
