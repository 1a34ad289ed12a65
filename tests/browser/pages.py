"""A service of its own for the browser: `matcher serve` in a new folder, and a page that notes what it asks for and what it logs."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

LINK = re.compile(r"http://\S+/sign-in\?token=\S+")


@dataclass
class Served:
    """The address of a running service, and the link that it printed."""

    url: str
    link: str


@contextmanager
def served(home: Path, **environment: str) -> Iterator[Served]:
    """A running service, until the block ends."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    names = {"MATCHER_HOME": str(home), "MATCHER_TEXT_LEVEL": "light", "MATCHER_RATE_LIMIT": ""} | environment
    given = {k: v for k, v in os.environ.items() if k != "DATABASE_URL"} | names
    command = [sys.executable, "-m", "matcher", "serve", "--port", str(port)]
    process = subprocess.Popen(command, env=given, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    try:
        lines: list[str] = []
        for line in process.stdout:
            lines.append(line)
            if LINK.search(line):
                break
        threading.Thread(target=process.stdout.read, daemon=True).start()
        url = f"http://127.0.0.1:{port}"
        with httpx.Client(transport=httpx.HTTPTransport(retries=10)) as client:
            client.get(f"{url}/readyz", timeout=60)
        yield Served(url, LINK.search("".join(lines))[0])
    finally:
        process.terminate()
        process.wait(30)
        process.stdout.close()


@dataclass
class Watched:
    """A page, the hosts that it asked, and what it logged."""

    page: Any
    hosts: set[str] = field(default_factory=set)
    logged: list[str] = field(default_factory=list)


def watched(context: Any) -> Watched:
    """A new page under watch."""
    found = Watched(context.new_page())
    found.page.on("request", lambda request: found.hosts.add(httpx.URL(request.url).host) if request.url.startswith("http") else None)
    found.page.on("console", lambda message: found.logged.append(message.text))
    found.page.on("pageerror", lambda error: found.logged.append(str(error)))
    return found


def ready(page: Any) -> None:
    """Until a page has read all it shows."""
    page.wait_for_selector("main:not([aria-busy])", timeout=60_000)
