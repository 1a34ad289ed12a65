"""A workbook, from checked bytes to records: what Excel stores as dates, numbers and yes/no becomes text."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Callable, Iterator
from typing import TypeVar

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, SheetTypeEnum

from matcher.domain import REQUIRED_TABLES
from matcher.errors import Severity
from matcher.tables.archive import DamagedError, UnsafeError, pack, unpack
from matcher.tables.base import MAX_ROWS, RawTable, Tables, build, is_header
from matcher.tables.sheets import MAX_CELLS, Sheet, column_letters, sheets_of

Cell = int | float | str | bool | dt.time | dt.date | dt.datetime | dt.timedelta
_DAMAGED = "Maybe it is damaged, protected by a password or an old .xls; save it again as .xlsx."
FAILED = "#ERROR!"
T = TypeVar("T")


def read_workbook(found: Tables, file: str, data: bytes, table_of: Callable[[str], str | None]) -> bool:
    """Add the tables of a workbook to `found`; False when the workbook as a whole cannot be read.

    Parameters
    ----------
    file : name of the file, for messages.
    table_of : the table that a sheet name stands for, or None when the sheet is none or comes second.
    """
    try:
        parts = unpack(data)
        sheets = sheets_of(parts)
        out_of_bounds = [sheet for sheet in sheets if not _bounded(found, file, sheet)]
        if out_of_bounds:
            return False
        book = _calm(lambda: CalamineWorkbook.from_filelike(io.BytesIO(pack(parts))))
    except UnsafeError as error:
        found.add(file, "unsafe_workbook", str(error), "Maybe copy the tables into a new workbook.")
        return False
    except (DamagedError, CalamineError):
        found.add(file, "bad_workbook", "cannot be read as a workbook", _DAMAGED)
        return False
    by_name = {sheet.name: sheet for sheet in sheets}
    for meta in book.sheets_metadata:
        name = table_of(meta.name) if meta.typ == SheetTypeEnum.WorkSheet else None
        if name:
            _read_sheet(found, name, book, by_name.get(meta.name, Sheet(meta.name)))
    return True


def _bounded(found: Tables, file: str, sheet: Sheet) -> bool:
    """Whether the sheet fits in memory: the reader lays out every cell up to the last row and column in use."""
    if sheet.last_row * sheet.last_column <= MAX_CELLS:
        return True
    place = f"sheet {sheet.name!r} reaches out to cell {column_letters(sheet.last_column)}{sheet.last_row}"
    if sheet.last_row > MAX_ROWS + 1:
        message, hint = f"{place}; at most {MAX_ROWS:,} rows are read", "Maybe delete stray cells below the table, or split the round."
        found.add(file, "too_many_rows", message, hint)
    else:
        found.add(file, "too_many_columns", place, "Maybe delete stray cells far to the right of the table.")
    return False


def _read_sheet(found: Tables, name: str, book: CalamineWorkbook, facts: Sheet) -> None:
    try:
        sheet: CalamineSheet = _calm(lambda: book.get_sheet_by_name(facts.name))
        rows: list[list[Cell]] = _calm(lambda: sheet.to_python(skip_empty_area=False))
    except CalamineError:
        found.add(name, "bad_workbook", "is a sheet that cannot be read", _DAMAGED)
        return
    _mark_failed(rows, facts)
    before = len(found.issues)
    table = build(found, name, _records(rows))
    if table:
        found.tables[name] = table
        _note_merged(found, table, sheet)
    elif len(found.issues) == before:
        severity: Severity = "error" if name in REQUIRED_TABLES else "warning"
        found.add(name, "empty_file", "is an empty sheet", "Maybe the table is on another sheet.", severity=severity)


def _mark_failed(rows: list[list[Cell]], facts: Sheet) -> None:
    """The reader gives blanks for formulas without a result; write them out so that nobody takes them for blanks."""
    for row, column in sorted(facts.failed):
        rows.extend([] for _ in range(row - len(rows)))
        cells = rows[row - 1]
        cells.extend("" for _ in range(column - len(cells)))
        cells[column - 1] = FAILED


def _note_merged(found: Tables, table: RawTable, sheet: CalamineSheet) -> None:
    if not is_header(table.name, table.header):
        return  # a title above the table, which is said of its header
    last = table.rows[-1][0] if table.rows else table.header_row
    for (top, left), (bottom, right) in sheet.merged_cell_ranges or []:
        if top < last and left < len(table.header) and (top, left) != (bottom, right):
            hint = "Maybe unmerge them and write the value into each cell; only the first one counts."
            place = f"{column_letters(left + 1)}{top + 1}:{column_letters(right + 1)}{bottom + 1}"
            found.add(table.name, "merged_cells", "has merged cells", hint, row=top + 1, value=place, severity="warning")


def _calm(read: Callable[[], T]) -> T:
    """Call the reader; a panic in its Rust is a damaged file and not the end of the process."""
    try:
        return read()
    except BaseException as error:
        if type(error).__name__ == "PanicException":
            raise CalamineError("panic") from None
        raise


def _records(rows: list[list[Cell]]) -> Iterator[tuple[int, list[str]]]:
    for number, row in enumerate(rows, start=1):
        yield number, [cell_text(cell) for cell in row]


def cell_text(value: Cell) -> str:
    """A typed cell in the form of the input files."""
    match value:
        case str():
            return value.replace("\r\n", "\n").replace("\r", "\n")
        case bool():
            return "yes" if value else "no"
        case int():
            return str(value)
        case float():
            return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
        case dt.datetime():
            return value.date().isoformat() if value.time() == dt.time() else f"{value.date()} {_clock(_seconds(value.time()))}"
        case dt.date():
            return value.isoformat()
        case dt.time():
            return _clock(_seconds(value))
        case dt.timedelta():
            return _clock(value.total_seconds())


def _seconds(time: dt.time) -> float:
    return time.hour * 3600 + time.minute * 60 + time.second + time.microsecond / 1e6


def _clock(seconds: float) -> str:
    """``08:30``; the hair by which spreadsheets miss a minute is rounded away, true seconds stay."""
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes // 60:02d}:{minutes % 60:02d}" + (f":{rest:02d}" if rest else "")
