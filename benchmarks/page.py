"""What every page of results says of itself, and where it goes."""

from __future__ import annotations

import datetime as dt
import platform
from collections.abc import Iterable
from importlib.metadata import version
from pathlib import Path

RESULTS = Path(__file__).with_name("results")


def stamp(command: str) -> str:
    """The command that made a page, the day and the versions."""
    versions = ", ".join(f"{name} {version(name)}" for name in ("ortools", "numpy", "scipy"))
    return f"`{command}`, {dt.date.today()}, Python {platform.python_version()}, {versions}."


def finish(name: str, lines: Iterable[str], write: bool) -> None:
    """Print a page, and keep it as results/`name`.md when `write` says so."""
    text = "\n".join(lines) + "\n"
    print(text, end="")
    if write:
        (RESULTS / f"{name}.md").write_text(text, encoding="utf-8")
