"""A CSV file, from bytes to records: encoding, separator and quotation marks."""

from __future__ import annotations

import csv
import io
from collections.abc import Collection, Iterator
from contextlib import suppress

from matcher.domain import REQUIRED_TABLES
from matcher.errors import Severity
from matcher.tables.base import MAX_COLUMNS, RawTable, Tables, build, squash

SEPARATORS = {",": "commas", ";": "semicolons", "\t": "tabs"}
_FOREIGN = {b"PK\x03\x04": "a workbook (.xlsx)", b"\xd0\xcf\x11\xe0": "an old or locked workbook (.xls)", b"%PDF": "a PDF"}
_UTF16 = (b"\xff\xfe", b"\xfe\xff")


def read_csv(found: Tables, name: str, data: bytes, known: Collection[str]) -> RawTable | None:
    """The table in these bytes, or None when it cannot be read.

    Parameters
    ----------
    found : collects what is wrong.
    known : the column names of this table, which give the separator away.
    """
    text = _decode(found, name, data)
    if text is None:
        return None
    if not text.strip():
        severity: Severity = "error" if name in REQUIRED_TABLES else "warning"
        hint = "Maybe the export failed; even without rows there must be a header."
        found.add(name, "empty_file", "is empty", hint, severity=severity)
        return None
    position = text.find("\0")
    if position >= 0:
        hint = "Maybe the file is damaged; save it again as CSV UTF-8."
        found.add(name, "nul_byte", "has a NUL byte in it", hint, row=text.count("\n", 0, position) + 1)
        return None
    separator, skip = _separator(text, known)
    if separator != ",":
        hint = "Maybe save it with commas; read like this, list cells need quotation marks."
        found.add(name, "separator", f"is separated by {SEPARATORS[separator]}, not commas", hint, severity="warning")
    before = len(found.issues)
    table = build(found, name, _records(found, name, text, separator, skip))
    broken = any(issue.code in {"bad_quote", "cell_too_long"} for issue in found.issues[before:])
    return RawTable(table.name, table.header, table.header_row, table.rows, complete=False) if table and broken else table


def _decode(found: Tables, name: str, data: bytes) -> str | None:
    """The text with every newline a line feed; a warning when it was not UTF-8."""
    for magic, what in _FOREIGN.items():
        if data.startswith(magic):
            found.add(name, "not_a_table", f"is {what}, although its name ends in .csv", "Maybe open it and save it as CSV UTF-8.")
            return None
    text = None
    for encoding in ("utf-16",) if data.startswith(_UTF16) else ("utf-8-sig", "cp1252"):
        with suppress(UnicodeDecodeError):
            text = data.decode(encoding)
            break
    if text is None:
        found.add(name, "bad_encoding", "is not text of a known encoding", "Maybe the file is damaged; save it again as CSV UTF-8.")
        return None
    if encoding != "utf-8-sig":
        shown = "Windows-1252" if encoding == "cp1252" else "UTF-16"
        hint = "Maybe save it as CSV UTF-8, and check names with accents."
        found.add(name, "encoding", f"is not UTF-8; it was read as {shown}", hint, severity="warning")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _separator(text: str, known: Collection[str]) -> tuple[str, int]:
    """The separator, and how many lines stand before the table (Excel's ``sep=;``)."""
    first = text.split("\n", 1)[0]
    if first[:4].lower() == "sep=" and first[4:5] in SEPARATORS and len(first) <= 5:
        return first[4], 1
    line = next(line for line in io.StringIO(text, newline="\n") if line.strip())
    squashed = {squash(name) for name in known}

    def fit(separator: str) -> tuple[int, int]:
        cells = line.split(separator, MAX_COLUMNS)
        return sum(squash(cell) in squashed for cell in cells), len(cells)

    return max(SEPARATORS, key=fit), 0


def _records(found: Tables, name: str, text: str, separator: str, skip: int) -> Iterator[tuple[int, list[str]]]:
    """Number and cells of each record. A record that cannot be read is noted; after a stray quotation mark the next line goes on."""
    lines = io.StringIO(text, newline="\n")
    for _ in range(skip):
        next(lines)
    reader = csv.reader(lines, delimiter=separator, strict=True)
    number = skip
    while True:
        number += 1
        try:
            yield number, next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            if "field larger" in str(error):
                hint = "Maybe a quotation mark that is never closed swallows the rows after it."
                found.add(name, "cell_too_long", "has a cell far too long; the rows from here on were not read", hint, row=number)
                return
            hint = "Maybe a quotation mark is missing, or one inside a text must be doubled."
            found.add(name, "bad_quote", "has a quotation mark at a wrong place", hint, row=number)
