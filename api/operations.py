"""Running the service: the web processes and their workers, keys, and the check of the audit log."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
import uvicorn
from sqlmodel import Session, col, select
from uvicorn.supervisors import Multiprocess

from api import audit_log
from api.auth import Role, create_key, create_sign_in
from api.database import ALL, Database, migrate
from api.settings import ServiceSettings
from api.tables import AuditRow, KeyRow, now
from matcher.errors import InputError
from matcher.terminal import say

_GRACE = 10
_BUSY = 120
"""Seconds without a sign of life after which a web process is taken for dead: reading a region for the first time, it gives none."""
_AGAIN = 2
COMMAND_LINE = "command line"


def serve(settings: ServiceSettings) -> None:
    """Bring the tables to this version, answer requests and keep workers running, until told to stop; once it answers print a link."""
    where = "PostgreSQL" if settings.database_url else settings.home
    say(f"Starting at http://{settings.host}:{settings.port} on {where}; this takes some seconds, please wait.")
    migrate(settings)
    link = sign_in_link(settings)
    crew = Crew(settings)
    crew.start()
    try:
        proxies = {"proxy_headers": bool(settings.proxy_headers), "forwarded_allow_ips": settings.proxy_headers or None}
        listen("api.main:create_app", settings.host, settings.port, settings.web_processes, _tell(link), factory=True, **proxies)
    finally:
        crew.stop()


def _tell(link: str) -> Callable[[], None]:
    return lambda: say(f"Ready. Sign in once, within a quarter of an hour: {link}")


def sign_in_link(settings: ServiceSettings) -> str:
    """A link that signs one browser in, once."""
    with _open(settings) as session:
        return f"http://{settings.host}:{settings.port}/sign-in?token={create_sign_in(session)}"


def listen(app: str, host: str, port: int, processes: int, ready: Callable[[], None] | None = None, **more: Any) -> None:
    """Answer requests with so many processes; `ready` is called once the first of them does.

    The socket is made here so that it sends at once: uvicorn's own, shared by several processes, waits 40 ms for each answer
    (no TCP_NODELAY, for asyncio sets it only on sockets made with the protocol named).
    """
    config = uvicorn.Config(
        app,
        host,
        port,
        workers=processes,
        access_log=False,
        log_level="warning",
        server_header=False,
        timeout_graceful_shutdown=_GRACE,
        timeout_worker_healthcheck=_BUSY,
        **more,
    )
    server, bound = uvicorn.Server(config), config.bind_socket()
    bound.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    if ready is not None:
        threading.Thread(target=_once_answered, args=(bound.getsockname()[:2], ready), daemon=True).start()
    if processes > 1:
        Multiprocess(config, [bound]).run()
    else:
        server.run(sockets=[bound])


def _once_answered(address: tuple[str, int], then: Callable[[], None]) -> None:
    """A web process listens only after it has loaded everything; until then nobody can connect."""
    while True:
        try:
            socket.create_connection(address, timeout=1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return then()


class Crew:
    """Worker processes beside the web processes; one that ends is started again."""

    def __init__(self, settings: ServiceSettings) -> None:
        self._stopping = threading.Event()
        self._threads = [threading.Thread(target=self._keep, daemon=True) for _ in range(settings.run_workers)]
        self._environment = os.environ | {"MATCHER_HOME": str(Path(settings.home).resolve()), "MATCHER_PARENT": str(os.getpid())}

    def start(self) -> None:
        """Start every worker."""
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Let workers give their runs back, and end."""
        self._stopping.set()
        for thread in self._threads:
            thread.join(_GRACE + 2)

    def _keep(self) -> None:
        while not self._stopping.is_set():
            process = subprocess.Popen([sys.executable, "-m", "api.work"], env=self._environment)
            while process.poll() is None and not self._stopping.wait(0.2):
                pass
            if process.poll() is None:
                process.terminate()
                try:
                    process.wait(_GRACE)
                except subprocess.TimeoutExpired:
                    process.kill()
            self._stopping.wait(_AGAIN)


def new_key(settings: ServiceSettings, name: str, role: str, schools: list[str], person: str, days: int | None) -> dict[str, Any]:
    """Make a key for somebody.

    Raises
    ------
    InputError
        When there is no such role, or no school is named.
    """
    if role not in set(Role):
        raise InputError(f"there is no role {role!r}. Maybe one of: {', '.join(Role)}.")
    if not schools:
        raise InputError("a key needs schools. Maybe --schools '*' for all.")
    with _open(settings) as session:
        row, secret = create_key(session, name, Role(role), schools, days or settings.key_days, person)
        audit_log.note(session, COMMAND_LINE, "key.made", row.key_id, after={"role": role, "schools": row.schools, "name": name})
        return {"key_id": row.key_id, "secret": secret, "role": role, "schools": row.schools, "expires_at": row.expires_at}


def all_keys(settings: ServiceSettings) -> list[dict[str, Any]]:
    """Every key without its hash."""
    with _open(settings) as session:
        rows = session.exec(select(KeyRow).order_by(col(KeyRow.created_at))).all()
        return [row.model_dump(exclude={"sha256"}) for row in rows]


def end_key(settings: ServiceSettings, key_id: str) -> None:
    """Revoke a key.

    Raises
    ------
    InputError
        When there is none with this id.
    """
    with _open(settings) as session:
        if session.get(KeyRow, key_id) is None:
            raise InputError(f"there is no key {key_id!r}")
        session.execute(sa.update(KeyRow).where(col(KeyRow.key_id) == key_id, col(KeyRow.revoked_at) == "").values(revoked_at=now()))
        audit_log.note(session, COMMAND_LINE, "key.revoked", key_id)


def audit_faults(settings: ServiceSettings) -> tuple[int, list[str]]:
    """How many rows the audit log has, and what is wrong with them."""
    with _open(settings) as session:
        faults = list(audit_log.verify(session))
        return session.exec(select(sa.func.count()).select_from(AuditRow)).one(), faults


@contextmanager
def _open(settings: ServiceSettings) -> Iterator[Session]:
    """A session over every school, for the person at the machine."""
    migrate(settings)
    db = Database(settings)
    try:
        with db.writing(ALL) as session:
            yield session
    finally:
        db.close()
