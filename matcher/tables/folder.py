"""The files of a round folder: which is which table, which is too many, which is missing."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from pathlib import Path

from matcher.domain import REQUIRED_TABLES, TABLES
from matcher.tables.base import MAX_BYTES, Tables, squash
from matcher.tables.text import read_csv
from matcher.tables.workbook import read_workbook

_BY_SQUASH = {squash(name): name for name in TABLES}
_UNREADABLE = {".xls", ".xlsm", ".xlsb", ".ods", ".numbers", ".tsv"}


def read_tables(folder: Path) -> Tables:
    """Every table of the folder that can be read, as text, and everything wrong with the files."""
    found = Tables()
    files = sorted(p for p in folder.iterdir() if p.is_file() and not p.name.startswith((".", "~$")))
    sheets = [p for p in files if p.suffix.lower() == ".xlsx"]
    csvs = [p for p in files if p.suffix.lower() == ".csv"]
    if len(sheets) > 1:
        names = ", ".join(p.name for p in sheets)
        found.add(
            sheets[0].name, "several_workbooks", f"is not the only workbook here: {names}", "Maybe move the old ones to another folder."
        )
        return found
    tables = [p for p in csvs if squash(p.stem) in _BY_SQUASH]
    if sheets and tables:
        message = f"stands beside {tables[0].name}: it is not clear which of the two counts"
        found.add(sheets[0].name, "two_sources", message, "Maybe move the workbook or the CSV files to another folder.")
        return found
    seen = _read_workbook(found, sheets[0]) if sheets else _read_csvs(found, csvs)
    for path in files:
        if path.suffix.lower() in _UNREADABLE:
            hint = "Maybe save it as .xlsx, or each table as CSV UTF-8."
            found.add(path.name, "unknown_table", "is a kind of file that is not read", hint, value=path.name, severity="warning")
    _note_missing(found, seen, [p.name for p in files])
    return found


def table_name(found: Tables, written: str, shown: str, taken: set[str]) -> str | None:
    """The table that a file or sheet called `written` holds; None, with an issue, when there is none or it is taken already."""
    name = _BY_SQUASH.get(squash(written))
    if name is None:
        near = get_close_matches(written.casefold(), TABLES, 1)
        hint = f"Maybe rename it to {near[0]}." if near else "Maybe it belongs elsewhere; it was not read."
        found.add(shown, "unknown_table", "is not a table of a round", hint, value=shown, severity="warning")
        return None
    if name in taken:
        found.add(name, "duplicate_table", "is there twice", "Maybe delete the older one.", value=shown)
        return None
    taken.add(name)
    if written != name:
        message = f"was read as the table {name}"
        found.add(name, "renamed_table", message, f"Maybe rename it to {name}.", value=shown, severity="warning")
    return name


def _read_csvs(found: Tables, csvs: Iterable[Path]) -> set[str]:
    seen: set[str] = set()
    for path in csvs:
        name = table_name(found, path.stem, path.name, seen)
        data = _bytes(found, name, path) if name else None
        if name and data is not None:
            table = read_csv(found, name, data, TABLES[name].model_fields)
            if table:
                found.tables[name] = table
                note_no_rows(found, name)
    return seen


def _read_workbook(found: Tables, path: Path) -> set[str]:
    data = _bytes(found, path.name, path)
    if data is None:
        return set(TABLES)
    seen: set[str] = set()
    if not read_workbook(found, path.name, data, lambda sheet: table_name(found, sheet, sheet, seen)):
        return set(TABLES)
    for name in found.tables:
        note_no_rows(found, name)
    return seen


def note_no_rows(found: Tables, name: str) -> None:
    """A required table with a header only is worth a word."""
    if name in REQUIRED_TABLES and not found.tables[name].rows:
        found.add(name, "no_rows", "has a header but no rows", "Maybe the export was cut off.", severity="warning")


def _bytes(found: Tables, name: str, path: Path) -> bytes | None:
    size = path.stat().st_size
    if size > MAX_BYTES:
        message = f"is {size / 2**20:,.0f} MiB big; at most {MAX_BYTES // 2**20} MiB are read"
        found.add(name, "too_big", message, "Maybe it is the wrong file, or split the round.")
        return None
    try:
        return path.read_bytes()
    except OSError as error:
        found.add(
            name,
            "unreadable_file",
            f"cannot be opened ({type(error).__name__})",
            "Maybe another program has it open, or rights are missing.",
        )
        return None


def _note_missing(found: Tables, seen: set[str], files: list[str]) -> None:
    for name in REQUIRED_TABLES:
        if name not in seen:
            near = get_close_matches(f"{name}.csv", files, 1, 0.75)
            hint = f"Maybe {near[0]} should be called {name}.csv." if near else "Maybe this is not the folder of a round."
            found.add(name, "missing_table", "is missing; a round needs this table", hint)
