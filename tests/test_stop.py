"""Ctrl-C ends a command promptly, with one line and nothing written; a budget gives a plan that verifies with its gap."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from matcher.generate import generate
from matcher.solver.problem import to_arrays
from matcher.terminal import Announcer
from tests.patience import patient
from tests.solver.test_control import PROMPT, hard
from tests.test_cli import ROOT, TINY, process

SAID = "matcher: stopped before it was done; nothing was written\n"


def interrupted(words: list[object], begun: str, after: float) -> tuple[float, subprocess.CompletedProcess[str]]:
    """Seconds that a command takes to end after Ctrl-C, some time after it said that it begins with something; and what it said."""
    environment = os.environ | {"PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"}
    command = [sys.executable, "-m", "matcher", *map(str, words)]
    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # a child of tests in the background would not hear it
    child = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment)
    signal.signal(signal.SIGINT, before)
    heard = ""
    while begun and child.stderr and begun not in heard:
        heard += child.stderr.readline()
    time.sleep(after)
    told = time.monotonic()
    child.send_signal(signal.SIGINT)
    out, err = child.communicate(timeout=60)
    return time.monotonic() - told, subprocess.CompletedProcess(command, child.returncode, out, heard + err)


@pytest.fixture(scope="module")
def problem(tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("hard") / "problem.npz"
    np.savez(path, **to_arrays(hard()))
    return path


def test_ctrl_c_ends_solve(problem, tmp_path):
    delay, said = interrupted(["solve", problem, "--out", tmp_path / "answer.npz"], "", 6)
    assert (said.returncode, said.stdout, said.stderr) == (1, "", SAID)
    assert list(tmp_path.iterdir()) == []
    assert delay < patient(PROMPT)


@pytest.mark.parametrize("stage", ["prepare", "rules and scores", "solve", "explain and write", "audit"])
def test_ctrl_c_ends_run_at_every_stage(stage, tmp_path):
    generate(120, 1, 5, tmp_path / "round")
    delays = []
    for _ in range(2):  # the machine may be busy
        delay, said = interrupted(["run", tmp_path / "round", "--out", tmp_path / "plan"], f"... {stage}\n", 0)
        assert said.returncode == 1
        assert said.stderr.endswith(f"... {stage}\n{SAID}")
        assert [path.name for path in tmp_path.iterdir()] == ["round"]
        delays.append(delay)
    assert min(delays) < patient(PROMPT)


def test_ctrl_c_that_a_library_drops_is_raised_when_the_next_stage_begins(capsys):
    signal.signal(signal.SIGINT, signal.default_int_handler)
    with Announcer() as announce:
        announce("solve")
        with contextlib.suppress(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
        with pytest.raises(KeyboardInterrupt):
            announce("audit")
    assert "audit" not in capsys.readouterr().err
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_a_budget_that_is_too_short_gives_a_plan_that_verifies_with_its_gap(tmp_path):
    generate(120, 1, 5, tmp_path / "round")
    plan = tmp_path / "plan"
    made = process("run", tmp_path / "round", "--out", plan, "--budget", "0.001", "--json")
    assert made.code == 0, made.err
    summary = made.document
    assert summary["status"] == "feasible"
    assert summary["gap"] > 0
    assert "budget of 0.001 seconds" in summary["why_stopped"]
    assert all(objective["bound"] >= objective["value"] for objective in summary["objectives"])
    said = process("verify", plan, "--round", tmp_path / "round", "--proof")
    assert said.code == 0, said.err
    first = next(o for o in summary["objectives"] if o["bound"] != o["value"])
    assert said.out == (
        "Verified: every rule holds on every dated session; the plan is not proven best: "
        f"{first['name']} is {first['value']:,}, and the prices prove at most {first['bound']:,}.\n"
    )
    summary["gap"] = summary["gap"] / 2
    (plan / "summary.json").write_text(json.dumps(summary), encoding="utf-8")
    assert process("verify", plan, "--round", tmp_path / "round", "--proof").code == 4


def test_a_budget_that_is_enough_gives_the_same_bytes(tmp_path):
    for name, more in (("one", []), ("other", ["--budget", "1000"])):
        assert process("run", TINY, "--out", tmp_path / name, *more).code == 0
    for path in (tmp_path / "one").iterdir():
        if path.name != "summary.json":
            assert path.read_bytes() == (tmp_path / "other" / path.name).read_bytes(), path.name


def test_solve_with_a_budget_says_the_gap(problem, tmp_path):
    said = process("solve", problem, "--out", tmp_path / "answer.npz", "--budget", "1", "--json")
    assert said.code == 0
    assert said.document["status"] == "feasible"
    assert 0 < said.document["gap"] < 1
    assert len(np.load(tmp_path / "answer.npz")["chosen"]) == said.document["objectives"][0]["value"]
