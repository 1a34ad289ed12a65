"""Writes a round made of domain objects as a folder of CSV tables, so that the command line and the auditor can read it."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

from matcher.cells import DateRange, Document, Window, clock, show_windows
from matcher.domain import REQUIRED_TABLES, TABLES, Round
from matcher.settings import Settings
from tests.folders import write_csvs

TIMES = {"leave_after", "return_by", "departs", "returns"}


def write_round(folder: Path, round_: Round) -> Path:
    """Write round.toml and every table that must be there or has rows; reading the folder gives the same round again."""
    tables = {name: table for name in TABLES if len(table := table_of(round_, name)) > 1 or name in REQUIRED_TABLES}
    folder.mkdir(parents=True, exist_ok=True)
    return write_csvs(folder, tables, toml(round_.settings))


def table_of(round_: Round, name: str) -> list[list[str]]:
    """Header and rows of one table as text."""
    columns = list(TABLES[name].model_fields)
    return [columns, *([cell(column, getattr(row, column)) for column in columns] for row in getattr(round_, name))]


def cell(column: str, value: Any) -> str:
    """One value as a cell."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple):
        return _list(value)
    return clock(value) if column in TIMES else str(value)


def _list(value: tuple[Any, ...]) -> str:
    if value and isinstance(value[0], tuple) and not hasattr(value[0], "_fields"):
        return " | ".join(show_windows(pattern) for pattern in value)
    return ";".join(_part(part) for part in value)


def _part(part: str | Window | DateRange | Document) -> str:
    if isinstance(part, DateRange):
        return f"{part.first}..{part.last}"
    if isinstance(part, Document):
        dates = "..".join(str(day) for day in (part.valid_from, part.valid_until) if day)
        return f"{part.name}:{dates}" if dates else part.name
    return str(part)


def toml(settings: Settings) -> str:
    """The settings as round.toml."""
    lines: list[str] = []
    for name, section in settings.model_dump(exclude_none=True).items():
        plain = {key: value for key, value in section.items() if not isinstance(value, dict)}
        lines += [f"[{name}]", *(f"{key} = {_value(value)}" for key, value in plain.items())]
        for key in section.keys() - plain.keys():
            lines += [f"[{name}.{key}]", *(f"{inner} = {_value(value)}" for inner, value in section[key].items())]
    return "\n".join(lines) + "\n"


def _value(value: Any) -> str:
    return str(value) if isinstance(value, dt.date) else json.dumps(value, ensure_ascii=False)
