"""A service to test: its settings, its client with keys, its worker, and rounds to feed it with."""

from __future__ import annotations

import csv
import io
import secrets
import shutil
import zipfile
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from fastapi.testclient import TestClient
from httpx2 import Response

from api.database import migrate
from api.jobs import Worker
from api.main import create_app
from api.operations import new_key
from api.settings import ServiceSettings
from api.store import folders, runs
from matcher.conflict import told
from matcher.errors import InputError
from matcher.pipeline import run_round
from matcher.publish import publish
from matcher.terminal import issue_fields
from tests.api.postgres import new_database

ROOT = Path(__file__).parents[2]
TINY, DEMO = ROOT / "fixtures" / "tiny", ROOT / "fixtures" / "demo"
ALL = "*"
Rows = dict[str, list[dict[str, str]]]


@cache
def _postgres_template() -> str:
    name = f"template_{secrets.token_hex(4)}"
    migrate(ServiceSettings(database_url=new_database(name)))
    return name


def settings_for(kind: str, home: Path, **given: Any) -> ServiceSettings:
    """Settings over a new database of this kind with its tables."""
    if kind == "postgres":
        return ServiceSettings(home=home, database_url=new_database(f"t_{secrets.token_hex(6)}", _postgres_template()), **given)
    settings = ServiceSettings(home=home, database_url="", **given)
    migrate(settings)
    return settings


class Ended:
    """A solve that has ended already."""

    def __init__(self, code: int, said: dict[str, Any]) -> None:
        self.process, self.stage = self, "audit"
        self.returncode, self._said = code, said

    def wait(self, _: float = 0) -> int:
        return self.returncode

    def answer(self) -> dict[str, Any]:
        return self._said

    def finish(self) -> None: ...

    listen = kill = finish


class InThisProcess(Worker):
    """A worker that solves in this process: the same files, without the seconds that a new process needs to import the solver."""

    def _start(self, run: Any, folder: Path) -> Any:
        with self.db.reading(ALL) as session:
            folders.unpack_snapshot(session, run.snapshot, folder / "round")
            if run.previous_run_id:
                runs.write_results(session, run.previous_run_id, folder / "previous", ("placements.csv", "unplaced.csv"))
        try:
            solved = run_round(folder / "round", previous=folder / "previous" if run.previous_run_id else None)
        except InputError as error:
            details = [issue_fields(issue) for issue in error.issues]
            return Ended(error.exit_code, {"error": str(error), "details": details})
        if not solved.solved:
            return Ended(3, {"error": "the round cannot be solved", "details": told(solved)})
        return Ended(0, publish(solved, folder / "plan"))


class Service:
    """The application in this process, and what is needed around it."""

    def __init__(self, settings: ServiceSettings) -> None:
        self.settings = settings
        self.app = create_app(settings)
        self.client = TestClient(self.app, raise_server_exceptions=False)
        self.admin = self.key("admin")

    def key(self, role: str, *schools: str, person: str = "", days: int = 30) -> dict[str, str]:
        """Headers with a new key."""
        made = new_key(self.settings, f"{role} of {','.join(schools) or 'all'}", role, list(schools) or [ALL], person, days)
        return {"Authorization": f"Bearer {made['secret']}"}

    def call(self, method: str, path: str, expected: int | None = None, key: dict[str, str] | None = None, **more: Any) -> Response:
        """A request; with `expected`, its status is checked."""
        headers = {**(self.admin if key is None else key), **more.pop("headers", {})}
        answer = self.client.request(method, path, headers=headers, **more)
        if expected is not None:
            assert answer.status_code == expected, (method, path, answer.status_code, answer.text[:2000])
        return answer

    def get(self, path: str, expected: int = 200, key: dict[str, str] | None = None, **more: Any) -> Any:
        """What a GET answers."""
        return self.call("GET", path, expected, key, **more).json()

    def post(self, path: str, body: Any, expected: int = 201, key: dict[str, str] | None = None, **more: Any) -> Any:
        """What a POST answers."""
        return self.call("POST", path, expected, key, json=body, **more).json()

    def new_round(self, data: bytes, name: str = "Fall", schools: list[str] | None = None) -> str:
        """A round with this upload in it."""
        round_id = self.post("/v1/rounds", {"name": name, "schools": schools or []})["round_id"]
        told = self.call("POST", f"/v1/rounds/{round_id}/imports", 201, content=data, headers={"content-type": "application/zip"}).json()
        assert told["accepted"], told["issues"][:5]
        return round_id

    def solve(self) -> int:
        """Let a worker solve everything that waits."""
        worker, count = InThisProcess(self.settings), 0
        while worker.work_once():
            count += 1
        worker.db.close()
        return count

    def finished_run(self, round_id: str, **body: Any) -> str:
        """A run of a round, solved."""
        run_id = self.post(f"/v1/rounds/{round_id}/runs", body, 202)["run_id"]
        self.solve()
        told = self.get(f"/v1/runs/{run_id}")
        assert told["status"] == "finished", told
        return run_id

    def close(self) -> None:
        """Let go of the database."""
        self.app.state.desk.close()
        self.app.state.database.close()


def rows_of(folder: Path) -> Rows:
    """The tables of a round folder."""
    return {path.stem: list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8")))) for path in sorted(folder.glob("*.csv"))}


def zip_of(tables: Rows, settings: str = "") -> bytes:
    """A round folder as a zip."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("round.toml", settings)
        for name, rows in tables.items():
            if rows:
                text = io.StringIO()
                writer = csv.DictWriter(text, list(rows[0]), lineterminator="\n")
                writer.writeheader()
                writer.writerows(rows)
                archive.writestr(f"{name}.csv", text.getvalue())
    return data.getvalue()


def tiny() -> Rows:
    """The round that is solved by hand."""
    return {name: rows for name, rows in rows_of(TINY).items() if name != "expected"}


def tiny_zip(change: Callable[[Rows], None] | None = None) -> bytes:
    """The same as a zip, changed."""
    tables = tiny()
    if change:
        change(tables)
    return zip_of(tables, (TINY / "round.toml").read_text(encoding="utf-8"))


def two_schools(tables: Rows) -> None:
    """A second school with one student, who may use what the first one uses, and a site of its own."""
    tables["schools"].append({**tables["schools"][0], "school_id": "K2", "name": "Other High"})
    other = {**tables["students"][0], "student_id": "S9", "school_id": "K2", "name": "Zoe Other"}
    tables["students"].append(other)
    own = {**tables["sites"][0], "site_id": "W9", "schools": "K2"}
    tables["sites"] = [{**row, "schools": row.get("schools") or ""} for row in tables["sites"]] + [own]
    tables["mentors"].append({**tables["mentors"][0], "mentor_id": "M9", "site_id": "W9"})
    tables["opportunities"].append({**tables["opportunities"][0], "opportunity_id": "O9", "site_id": "W9", "mentors": "M9"})
    tables["requests"].append({**tables["requests"][0], "student_id": "S9", "opportunity_id": "O9"})


def copy_of(folder: Path, to: Path) -> Path:
    """A folder to spoil."""
    return Path(shutil.copytree(folder, to))
