"""The house keeps its rooms: imports go one way, files stay short and say what they are, nothing names a machine."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SOURCES = sorted([*(ROOT / "matcher").rglob("*.py"), *(ROOT / "api").rglob("*.py")])
TESTS = sorted((ROOT / "tests").rglob("*.py"))
MOST_LINES = 300
BINARY = {".png", ".xlsx", ".npz", ".npy", ".zip", ".woff2", ".ico"}


def tracked() -> list[Path]:
    """Every text file that git knows; without git, every one in the rooms that are kept."""
    done = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=False)
    if done.returncode == 0:
        found = [ROOT / name for name in done.stdout.decode().split("\0") if name]
    else:
        rooms = ("matcher", "api", "docs", "tests", "fixtures", "benchmarks")
        inside = [path for room in rooms for path in (ROOT / room).rglob("*") if "__pycache__" not in path.parts]
        found = [*ROOT.glob("*.*"), ROOT / "Makefile", *inside]
    return sorted(path for path in found if path.is_file() and path.suffix not in BINARY)


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def test_import_contracts_hold():
    command = "import sys; from importlinter.cli import lint_imports_command; sys.exit(lint_imports_command(['--no-cache']))"
    done = subprocess.run([sys.executable, "-c", command], cwd=ROOT, capture_output=True, text=True, check=False, env=_environment())
    assert done.returncode == 0, done.stdout + done.stderr
    kept, broken = map(int, re.findall(r"Contracts: (\d+) kept, (\d+) broken", done.stdout)[0])
    assert (kept >= 6, broken) == (True, 0)


def _environment() -> dict[str, str]:
    return os.environ | {"PYTHONPATH": str(ROOT)}


@pytest.mark.parametrize("path", SOURCES + TESTS, ids=name)
def test_the_first_line_says_in_one_sentence_what_the_file_is(path):
    text = path.read_text(encoding="utf-8")
    if path.name == "__init__.py" and not text:
        return
    said = ast.get_docstring(ast.parse(text))
    assert said, "no docstring"
    first = said.split("\n", 1)[0]
    assert text.startswith(('"""' + first, 'r"""' + first))
    assert first.endswith("."), first
    assert len(re.findall(r"[.!?](?: [A-Z]|$)", first)) <= 2, f"more than a sentence and an afterthought: {first}"
    assert len(first) >= 20


@pytest.mark.parametrize("path", SOURCES, ids=name)
def test_files_stay_short(path):
    lines = len(path.read_text(encoding="utf-8").splitlines())
    assert lines <= MOST_LINES


WHAT_IS_LOADED = """
import sys
from matcher.cli import main
sys.argv = ["matcher", *sys.argv[1:]]
try:
    main()
except SystemExit as stop:
    print("HEAVY", stop.code, sorted({name.split(".")[0] for name in sys.modules} & {"ortools", "sklearn", "scipy", "pandas"}))
"""


@pytest.mark.parametrize("words", [["--help"], ["run", "--help"], ["check", "--help"]], ids=" ".join)
def test_help_is_fast_because_it_imports_no_solver_and_no_learning(words):
    command = (
        "import sys\nfrom matcher.cli import main\nsys.argv = ['matcher', *sys.argv[1:]]\ntry:\n    main()\nexcept SystemExit as stop:\n"
    )
    command += "    heavy = sorted({m.split('.')[0] for m in sys.modules} & {'ortools', 'sklearn', 'scipy', 'pandas'})\n"
    command += "    print('HEAVY', stop.code, heavy)\n"
    done = subprocess.run([sys.executable, "-c", command, *words], cwd=ROOT, capture_output=True, text=True, check=True, env=_environment())
    assert done.stdout.splitlines()[-1] == "HEAVY 0 []"
    assert "Usage" in done.stdout


def test_only_the_solver_imports_or_tools():
    pattern = re.compile(r"^\s*(?:from|import) ortools", re.MULTILINE)
    users = {name(path) for path in SOURCES if pattern.search(path.read_text(encoding="utf-8"))}
    assert users
    assert all(user.startswith("matcher/solver/") for user in users)


@pytest.mark.parametrize("family", ["matcher/rules", "matcher/scoring", "matcher/solver/objectives"])
def test_members_of_a_family_hold_one_member_each(family):
    wanted = {"matcher/rules": r"^(?:RULE|LIMITS) = ", "matcher/scoring": r"^COMPONENT = ", "matcher/solver/objectives": r"^OBJECTIVE = "}
    members = [path for path in sorted((ROOT / family).glob("*.py")) if path.stem not in {"__init__", "base"}]
    assert len(members) >= 6
    for path in members:
        found = re.findall(wanted[family], path.read_text(encoding="utf-8"), re.MULTILINE)
        assert len(found) == len(set(found)) >= 1, name(path)


def test_no_file_names_a_machine():
    """Absolute paths of one machine and package hosts of one network do not belong into files."""
    places = re.compile(r"(?<![\w.])/(?:work|root|home)/[\w.]+")
    hosts = re.compile(r"(?:https?://|index-url[ =]+)[^\s\"')]*(?:pypi|artifactory|nexus|devpi)[^\s\"')]*", re.IGNORECASE)
    files = tracked()
    assert len(files) > 200
    faults = []
    for path in files:
        text = path.read_text(encoding="utf-8", errors="replace")
        faults += [f"{name(path)}: {place}" for place in places.findall(text)]
        faults += [f"{name(path)}: {host}" for host in hosts.findall(text)]
    assert faults == []
