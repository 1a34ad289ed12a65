"""What a raw table is, how big it may be, and how records of text become one."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from matcher.domain import TABLES
from matcher.errors import Issue, Severity

MAX_BYTES = 64 * 1024 * 1024
MAX_ROWS = 200_000
MAX_COLUMNS = 1_000
MAX_CELL = 10_000
MAX_SHOWN = 200


@dataclass(frozen=True)
class RawTable:
    """One table as trimmed text, nothing understood yet.

    Attributes
    ----------
    name : the table of the contract (``students``).
    header : the column names as they were written; a column without a name is an empty text.
    header_row : the spreadsheet line of the header, nearly always 1.
    rows : line number and cells of each row that is not blank, as many cells as the header has (or more below a title, which is no header).
    complete : False when some rows could not be read, so that their ids are not known.
    """

    name: str
    header: tuple[str, ...]
    header_row: int
    rows: list[tuple[int, list[str]]]
    complete: bool = True


@dataclass
class Tables:
    """The raw tables of a round folder by name, and everything wrong with the files."""

    tables: dict[str, RawTable] = field(default_factory=dict)
    issues: list[Issue] = field(default_factory=list)

    def add(
        self,
        table: str,
        code: str,
        message: str,
        hint: str,
        *,
        row: int | None = None,
        column: str | None = None,
        value: str = "",
        severity: Severity = "error",
    ) -> None:
        """Note one fault."""
        self.issues.append(Issue(table, row, column, code, severity, shown(value), message, hint))


def shown(value: str) -> str:
    """A cell short enough for a message."""
    return value if len(value) <= MAX_SHOWN else value[:MAX_SHOWN] + "…"


def squash(name: str) -> str:
    """A name without case, spaces and signs: ``Student ID`` and ``student_id`` are the same."""
    return re.sub(r"[\W_]+", "", name).casefold()


def is_header(name: str, cells: Sequence[str]) -> bool:
    """Whether any of these cells is a column name of the table; a title above the table is none."""
    known = {squash(column) for column in TABLES[name].model_fields} if name in TABLES else {squash(cell) for cell in cells}
    return any(squash(cell) in known for cell in cells if cell)


def build(found: Tables, name: str, records: Iterable[tuple[int, list[str]]]) -> RawTable | None:
    """Trim the records, take the first one that is not blank as the header, leave blank ones out, and note what does not fit."""
    header: tuple[str, ...] = ()
    header_row, known = 0, False
    rows: list[tuple[int, list[str]]] = []
    for number, record in records:
        cells = [cell.strip() for cell in record]
        if not any(cells):
            continue
        if not header:
            header, header_row = _without_tail(cells), number
            known = is_header(name, header)
            if len(header) > MAX_COLUMNS:
                _too_many(found, name, "too_many_columns", number, f"has more than {MAX_COLUMNS:,} columns")
                return None
            continue
        if len(rows) == MAX_ROWS:
            _too_many(found, name, "too_many_rows", number, f"has more than {MAX_ROWS:,} rows")
            return None
        if len(cells) != len(header):
            cells = _fitted(found, name, number, cells, len(header)) if known else cells + [""] * (len(header) - len(cells))
        rows.append((number, cells))
    return RawTable(name, header, header_row, rows) if header else None


def _without_tail(cells: list[str]) -> tuple[str, ...]:
    width = max(i for i, cell in enumerate(cells) if cell) + 1
    return tuple(cells[:width])


def _too_many(found: Tables, name: str, code: str, row: int, message: str) -> None:
    found.add(name, code, f"{message}; nothing of it was read", "Maybe it is the wrong file, or split the round.", row=row)


def _fitted(found: Tables, name: str, row: int, cells: list[str], width: int) -> list[str]:
    """The cells cut or filled to the width of the header."""
    extra = [cell for cell in cells[width:] if cell]
    if extra:
        hint = "Maybe a text with a comma stands without quotation marks."
        found.add(name, "long_row", f"has {len(cells)} cells, but the header has {width}", hint, row=row, value=extra[0])
    if len(cells) < width:
        hint = "Maybe a separator is missing; the cells that are not there count as blank."
        message = f"has only {len(cells)} cells, but the header has {width}"
        found.add(name, "short_row", message, hint, row=row, severity="warning")
    return cells[:width] + [""] * (width - len(cells))
