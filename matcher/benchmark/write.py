"""From round folders to the files of a benchmark; only what may be told reaches a file."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import platform
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, astuple, fields
from importlib.metadata import version
from pathlib import Path
from typing import Any

from matcher import __version__
from matcher.benchmark import bootstrap
from matcher.benchmark.attack import SMALL
from matcher.benchmark.facts import DRAW, Facts
from matcher.benchmark.history import HistoryMeasure, history_rows
from matcher.benchmark.history import measures as history_measures
from matcher.benchmark.measures.base import Measure
from matcher.benchmark.page import benchmark_page
from matcher.benchmark.protect import CAPS, WIDTH
from matcher.benchmark.row import Row
from matcher.benchmark.rows import all_rows, measures
from matcher.benchmark.tree import GROUP
from matcher.benchmark.work import facts_of_rounds
from matcher.pipeline import Stage
from matcher.publish import check_target, csv_bytes, swap

COLUMNS = tuple(field.name for field in fields(Row))
DICTIONARY = ("measure", "version", "title", "definition", "numerator", "denominator", "unit", "better", "levels")


def benchmark(
    folders: Sequence[Path],
    out: Path,
    on: dt.date | None = None,
    plans: Path | None = None,
    workers: int = 1,
    announce: Stage = lambda _: None,
) -> dict[str, Any]:
    """Measure rounds and write the files to `out`, all or none; what it returns is told on stdout.

    Raises
    ------
    InputError
        When a round or the place to write is wrong; nothing is written.
    """
    check_target(out, *folders, mark="measures.csv")
    rounds, hashes = facts_of_rounds(folders, on, plans, workers, announce)
    announce("hide small counts and write")
    rows = [*all_rows(rounds), *history_rows(rounds)]
    texts = {
        "measures.csv": csv_bytes(COLUMNS, [_cells(row) for row in rows]),
        "measures.json": _json({"measures": [asdict(row) for row in rows], "dictionary": dictionary()}),
        "dictionary.csv": csv_bytes(DICTIONARY, [tuple(entry.values()) for entry in dictionary()]),
        "report.html": benchmark_page(rows, dictionary()).encode(),
    }
    texts["manifest.json"] = _json(_manifest(rounds, hashes, texts))
    _put(texts, out)
    shown = sum(row.shown != "hidden" for row in rows)
    return {
        "rounds": len(rounds),
        "schools": len({(f.label, school) for f in rounds for school, _ in f.schools}),
        "figures": len(rows),
        "shown": shown,
        "hidden": len(rows) - shown,
        "files": sorted(texts),
    }


def dictionary() -> list[dict[str, Any]]:
    """What every measure means."""
    return [
        {
            "measure": m.name,
            "version": m.version,
            "title": m.title,
            "definition": m.definition,
            "numerator": m.numerator,
            "denominator": m.denominator,
            "unit": m.unit,
            "better": m.better,
            "levels": ";".join(m.levels),
        }
        for m in _known()
    ]


def _known() -> list[Measure | HistoryMeasure]:
    return [*measures(), *history_measures()]


def _cells(row: Row) -> tuple[object, ...]:
    return tuple("" if value is None else value for value in astuple(row))


def _manifest(rounds: list[Facts], hashes: dict[str, str], texts: dict[str, bytes]) -> dict[str, Any]:
    return {
        "engine": __version__,
        "versions": {name: version(name) for name in ("ortools", "numpy", "scipy")} | {"python": platform.python_version()},
        "rounds": [
            {"round": f.label, "starts": f.starts.isoformat(), "papers_on": f.on.isoformat(), "sha256": hashes[f.label]} for f in rounds
        ],
        "settings": {
            "small": SMALL,
            "smallest_group": GROUP,
            "caps": [{"from": least, "low": cap, "high": 100 - cap} for least, cap in CAPS],
            "width": WIDTH,
            "bootstrap_draws": bootstrap.DRAWS,
            "random_order_seed": DRAW,
        },
        "outputs": {name: hashlib.sha256(text).hexdigest() for name, text in texts.items()},
    }


def _put(texts: dict[str, bytes], out: Path) -> None:
    """The folder as a whole, in place of an earlier one."""
    target = out.resolve()
    target.parent.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(prefix=f".{target.name}.", dir=target.parent))
    try:
        for name, text in texts.items():
            (draft / name).write_bytes(text)
        draft.chmod(0o755)
        swap(draft, target)
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _json(value: Any) -> bytes:
    return (json.dumps(value, indent=1, ensure_ascii=False) + "\n").encode()
