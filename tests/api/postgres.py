"""A PostgreSQL of our own in a temporary folder, started once per test process and stopped with it."""

from __future__ import annotations

import atexit
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from functools import cache
from pathlib import Path

import psycopg
import pytest

USER = "postgres"


def _programs() -> Path | None:
    """Where initdb and postgres are: in PATH, or where Debian puts them."""
    found = shutil.which("initdb")
    places = [Path(found).resolve().parent] if found else []
    places += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    return next((place for place in places if (place / "initdb").exists() and (place / "postgres").exists()), None)


def _as_user() -> dict[str, object]:
    """PostgreSQL does not run as root."""
    if os.getuid() != 0:
        return {}
    found = pwd.getpwnam(USER)
    return {"user": found.pw_uid, "group": found.pw_gid, "extra_groups": []}


@cache
def server() -> str:
    """The address of the server, without a database; skips the test where there is none.

    The test command of the Makefile installs it where it can.
    """
    programs = _programs()
    if programs is None:
        pytest.skip("PostgreSQL is not installed: the same tests run on SQLite only")
    folder = Path(tempfile.mkdtemp(prefix="matcher-pg-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    if os.getuid() == 0:
        shutil.chown(folder, USER)
    run = _as_user()
    data = folder / "data"
    command = [str(programs / "initdb"), "-D", str(data), "-U", USER, "--auth=trust", "-E", "UTF8", "--locale=C", "--no-sync"]
    subprocess.run(command, check=True, capture_output=True, cwd=folder, **run)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    options = [
        "-c",
        "listen_addresses=127.0.0.1",
        "-c",
        f"unix_socket_directories={folder}",
        "-c",
        "fsync=off",
        "-c",
        "max_connections=200",
    ]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [str(programs / "postgres"), "-D", str(data), "-p", str(port), *options], stdout=log, stderr=log, cwd=folder, **run
        )
    atexit.register(_stop, process)
    address = f"postgresql://{USER}@127.0.0.1:{port}"
    for _ in range(200):
        try:
            psycopg.connect(f"{address}/postgres", connect_timeout=2).close()
            return address
        except psycopg.OperationalError:
            time.sleep(0.05)
    raise RuntimeError("PostgreSQL did not start")


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.send_signal(signal.SIGINT)
    process.wait(20)


def new_database(name: str, template: str | None = None) -> str:
    """A database of this name, empty or like another one."""
    address = server()
    with psycopg.connect(f"{address}/postgres", autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"' + (f' TEMPLATE "{template}"' if template else ""))
    return f"{address}/{name}"
