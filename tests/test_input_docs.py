"""docs/input.md names every issue code of the import and every column, and nothing that does not exist."""

from __future__ import annotations

import ast
import re
from pathlib import Path

from matcher.domain import REQUIRED_TABLES, TABLES
from matcher.load.header import required_columns

ROOT = Path(__file__).parents[1]
DOC = (ROOT / "docs" / "input.md").read_text(encoding="utf-8")
SPEAKERS = {"add", "note", "error", "warning", "_issue", "Issue", "CellError", "_too_many"}
FEED_SPEAKERS = {"fault", "tell", "_tell", "_refuse"}


def codes_in_source() -> set[str]:
    """Words like a code among the arguments of the calls that make issues."""
    files = [ROOT / "matcher" / "cells.py", ROOT / "matcher" / "settings.py"]
    files += [path for room in ("tables", "load", "check") for path in (ROOT / "matcher" / room).glob("*.py")]
    columns = {column for model in TABLES.values() for column in model.model_fields}
    found = set()
    for path in files:
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(call, ast.Call) and getattr(call.func, "attr", getattr(call.func, "id", "")) in SPEAKERS:
                words = {a.value for a in call.args if isinstance(a, ast.Constant) and isinstance(a.value, str)}
                found |= {word for word in words if re.fullmatch("[a-z]+(_[a-z]+)+|encoding|separator|expired", word)} - columns
    for path in (ROOT / "matcher" / "travel").glob("*.py"):
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(call, ast.Call) and getattr(call.func, "attr", getattr(call.func, "id", "")) in FEED_SPEAKERS:
                found |= {a.value for a in call.args if isinstance(a, ast.Constant) and str(a.value).startswith("gtfs_")}
    return found | {"bad_value"}


def codes_in_docs() -> set[str]:
    rows = re.findall(r"^\| (.+?) \| (?:E|W|E/W) \|", DOC, re.MULTILINE)
    return {code for row in rows for code in re.findall("`([a-z_]+)`", row)}


def test_every_code_is_explained_and_every_explained_code_exists():
    assert codes_in_docs() == codes_in_source()
    assert len(codes_in_docs()) > 80


def test_every_column_is_listed_and_the_needed_ones_are_bold():
    for table, model in TABLES.items():
        (line,) = re.findall(rf"^\| `{table}`( \*)? \| (.+) \|$", DOC, re.MULTILINE)
        assert bool(line[0]) == (table in REQUIRED_TABLES)
        columns = line[1].split(", ")
        assert [column.strip("*") for column in columns] == list(model.model_fields)
        assert {column.strip("*") for column in columns if column.startswith("**")} == required_columns(table)
