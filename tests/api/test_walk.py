"""The walk of docs/api.md, line by line with curl against `matcher serve` as a user starts it."""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MATCHER = [sys.executable, "-m", "matcher"]


@pytest.fixture
def running(tmp_path):
    """`matcher serve` with no settings but a folder and a free port."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    names = {"DATABASE_URL", "MATCHER_HOME"}
    environment = {k: v for k, v in os.environ.items() if k not in names} | {
        "MATCHER_HOME": str(tmp_path / "home"),
        "PYTHONPATH": str(ROOT),
    }
    with (tmp_path / "log").open("wb") as log:
        process = subprocess.Popen([*MATCHER, "serve", "--port", str(port)], stdout=subprocess.PIPE, stderr=log, env=environment, text=True)
    url = f"http://127.0.0.1:{port}"
    try:
        for _ in range(600):
            try:
                with urllib.request.urlopen(f"{url}/readyz", timeout=5) as answer:
                    assert answer.status == 200
                break
            except OSError:
                assert process.poll() is None, (tmp_path / "log").read_text()
                time.sleep(0.1)
        yield url, environment, process
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=30)
        assert process.returncode in {0, -signal.SIGTERM}


@pytest.mark.skipif(shutil.which("curl") is None or shutil.which("bash") is None, reason="needs curl and bash")
def test_the_walk_of_the_page(running, tmp_path):
    url, environment, _ = running
    text = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")
    blocks = re.findall(r"```sh\n(.*?)```", text, re.DOTALL)
    assert len(blocks) == 8
    made = subprocess.run(
        [*MATCHER, "keys", "create", "walk", "--role", "admin"], env=environment, capture_output=True, text=True, check=True
    )
    key = made.stdout.strip()
    assert key.startswith("ml_")
    (tmp_path / "fixtures").symlink_to(ROOT / "fixtures")
    script = "set -euo pipefail\n" + "".join(blocks)
    environment = environment | {"URL": url, "KEY": key, "LC_ALL": "C.UTF-8"}
    done = subprocess.run(["bash", "-c", script], env=environment, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    said = done.stdout.splitlines()
    assert said[0] == "True"
    assert "most_placed" in said[1]
    assert len(said) == 12, said
    assert said[5] == "pin"
    assert int(said[6]) >= 1
    assert "ike" in said[10]
    assert 50 < float(said[11]) < 100


def test_the_sign_in_link_works_once(running):
    url, _, process = running
    starting, ready = process.stdout.readline(), process.stdout.readline()
    assert starting.startswith(f"Starting at {url} on ")
    assert "please wait" in starting
    assert ready.startswith("Ready. Sign in once, within a quarter of an hour: ")
    link = re.search(r"http://\S+/sign-in\?token=\S+", ready)[0]
    opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor())
    with opener.open(link) as answer:
        assert answer.url == f"{url}/"
    with opener.open(f"{url}/v1/rounds") as answer:
        assert answer.status == 200
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(link)
    assert refused.value.code == 401
    refused.value.close()
    for origin in ({}, {"Sec-Fetch-Site": "cross-site"}):
        post = urllib.request.Request(f"{url}/v1/rounds", b'{"name": "x"}', {"Content-Type": "application/json", **origin})
        with pytest.raises(urllib.error.HTTPError) as refused:
            opener.open(post)
        assert refused.value.code == 403
        refused.value.close()
    post = urllib.request.Request(
        f"{url}/v1/rounds", b'{"name": "x"}', {"Content-Type": "application/json", "Sec-Fetch-Site": "same-origin"}
    )
    with opener.open(post) as answer:
        assert answer.status == 201
