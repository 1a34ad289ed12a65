"""Options that several commands share."""

from __future__ import annotations

import datetime as dt
import os
from pathlib import Path
from typing import Annotated

import typer

from matcher.errors import InputError

MOST_WORKERS = 64
Folder = Annotated[Path, typer.Argument(metavar="ROUND", help="A round folder: round.toml and tables as CSV or one workbook.")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document and nothing else.")]
Workers = Annotated[int, typer.Option(help="Threads to use; the answer is the same for any number.", min=1, max=MOST_WORKERS)]
CPUS = min(os.cpu_count() or 1, MOST_WORKERS)
Budget = Annotated[
    float | None,
    typer.Option(help="Seconds the solver may take; then the best plan so far is taken, with its gap.", min=0.001),
]


def read_date(text: str | None) -> dt.date | None:
    """A date as it is typed, or None."""
    try:
        return None if text is None else dt.date.fromisoformat(text)
    except ValueError:
        raise InputError(f"{text!r} is not a date. Maybe write it like 2026-10-01.") from None
