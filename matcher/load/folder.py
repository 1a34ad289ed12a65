"""The door of the engine: a folder in, a round and its issues out; nothing is half-loaded."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from matcher.check import check_round
from matcher.check.base import Origin, Source, sort_issues
from matcher.domain import REQUIRED_TABLES, TABLES, Round, Row
from matcher.errors import InputError, Issue
from matcher.load.header import read_header
from matcher.load.last_term import read_last_term
from matcher.load.rows import read_rows
from matcher.settings import Settings, read_settings
from matcher.tables import Tables, read_tables

MAX_SETTINGS_BYTES = 1024 * 1024


def read_round(folder: Path) -> tuple[Round | None, list[Issue]]:
    """Read a round folder and collect every problem of its files, cells and references.

    Parameters
    ----------
    folder : holds ``round.toml`` and the tables, as CSV files or as one workbook.

    Returns
    -------
    The round, or None when any issue is an error; and the issues, sorted by table, row and column.
    """
    if not folder.is_dir():
        message, hint = "is not in this place: there is no such folder", "Maybe the path has a typing error."
        if folder.is_file():
            message = "is looked for in a folder, and this is a file"
            hint = "Maybe name the folder that holds it; a workbook needs a round.toml beside it, which may be empty."
        return None, [Issue("round.toml", None, None, "missing_folder", "error", folder.name, message, hint)]
    settings, issues = _settings(folder / "round.toml")
    found = read_tables(folder)
    issues += found.issues
    tables: dict[str, list[Row]] = {name: [] for name in TABLES}
    sources: dict[int, Source] = {}
    unreadable = _unreadable(found)
    for name, raw in found.tables.items():
        header = read_header(raw)
        issues += header.issues
        if header.picks:
            read = read_rows(raw, header)
            tables[name] = read.rows
            sources |= read.sources
            issues += read.issues
        if not header.picks or _id_columns(name) & header.missing:
            unreadable.add(name)
    ordered: dict[str, Any] = {name: _sorted(name, rows) for name, rows in tables.items()}
    last_term, unread = read_last_term(folder, settings.objectives.last_term if settings else None)
    round_ = Round(settings or Settings(), **ordered, last_term=last_term)
    origin = Origin(folder, sources, frozenset(unreadable), settings_known=settings is not None)
    issues = sort_issues(issues + unread + check_round(round_, origin))
    return (None if any(issue.severity == "error" for issue in issues) else round_), issues


def load_round(folder: Path) -> tuple[Round, list[Issue]]:
    """Read a round folder that must be sound.

    Returns
    -------
    The round and the warnings.

    Raises
    ------
    InputError
        When there is an error; it carries all issues. Its message holds no cell of the input, so that it may be logged.
    """
    round_, issues = read_round(folder)
    if round_ is None:
        errors = Counter(issue.table for issue in issues if issue.severity == "error")
        where = ", ".join(f"{table} {count}" for table, count in errors.items())
        raise InputError(f"the round cannot be read: {errors.total()} errors in the input ({where})", issues)
    return round_, issues


def _unreadable(found: Tables) -> set[str]:
    """Tables of which not every row is known; a table that may be missing and is has no rows, which is known."""
    faulty = {issue.table for issue in found.issues if issue.severity == "error"}
    lost = {name for name in TABLES if name in REQUIRED_TABLES or name in faulty or not found.tables} - found.tables.keys()
    return lost | {name for name, table in found.tables.items() if not table.complete}


def _settings(path: Path) -> tuple[Settings | None, list[Issue]]:
    if path.is_file() and path.stat().st_size > MAX_SETTINGS_BYTES:
        message = f"is bigger than {MAX_SETTINGS_BYTES // 1024:,} KiB"
        return None, [Issue("round.toml", None, None, "too_big", "error", "", message, "Maybe it is the wrong file.")]
    return read_settings(path)


_KEYS: dict[str, Callable[[Any], tuple[Any, ...]]] = {
    "requests": lambda r: (r.student_id, r.opportunity_id, r.rank or 0, r.state, str(r.expires)),
    "decisions": lambda d: (d.kind, d.a, d.b, str(d.until), d.note),
    "calendar": lambda c: (c.school_id, c.date, c.kind),
    "travel": lambda t: (t.from_id, t.site_id, t.mode, t.minutes, t.transfers),
    "previous": lambda p: (p.student_id, p.opportunity_id, p.sessions),
    "history": lambda h: (h.site_id, h.mentor_id, h.asked, h.landed),
}


def _id_columns(name: str) -> set[str]:
    """The column other tables refer to: the first one of the five tables with ids that anything refers to."""
    return set() if name in _KEYS else {next(iter(TABLES[name].model_fields))}


def _sorted(name: str, rows: list[Row]) -> tuple[Row, ...]:
    first = next(iter(TABLES[name].model_fields))
    return tuple(sorted(rows, key=_KEYS.get(name, lambda row: getattr(row, first))))
