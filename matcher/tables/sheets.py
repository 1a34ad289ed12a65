"""The sheets of an unpacked workbook: how far their cells reach and which formulas failed, before anything is laid out."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from xml.parsers import expat

from matcher.tables.archive import DamagedError

MAX_CELLS = 10_000_000
_REFERENCE = re.compile(r"([A-Za-z]{0,3})(\d{1,7})", re.ASCII)
_NO_RESULT = re.compile(rb"""</f>\s*(?:<v\s*/>|<v>\s*</v>)?\s*</c>""")
_CELL_AT = re.compile(rb"""<c [^>]*?\br="([A-Z]+\d+)\"""")


@dataclass
class Sheet:
    """What is known of a sheet without laying it out; rows and columns count from 1, cells without a value do not count."""

    name: str = ""
    last_row: int = 0
    last_column: int = 0
    failed: set[tuple[int, int]] = field(default_factory=set)


def sheets_of(parts: dict[str, bytes]) -> list[Sheet]:
    """Every sheet among the parts, also those that the workbook does not name.

    Raises
    ------
    DamagedError
        When a part is not well-formed XML.
    """
    names = _names(parts)
    found = []
    for part, xml in parts.items():
        if b"sheetData" in xml:
            sheet = _walk(xml)
            sheet.name = names.get(part.lower(), "")
            found.append(sheet)
    return found


def _parse(xml: bytes, start: Callable[[str, dict[str, str]], None]) -> None:
    parser = expat.ParserCreate()
    parser.StartElementHandler = start
    try:
        parser.Parse(xml, True)
    except expat.ExpatError:
        raise DamagedError("not well-formed XML") from None


def _names(parts: dict[str, bytes]) -> dict[str, str]:
    """Sheet names by lower-case part, through the workbook's relations."""
    targets: dict[str, str] = {}
    names: dict[str, str] = {}

    def relation(tag: str, attributes: dict[str, str]) -> None:
        if tag.rpartition(":")[2] == "Relationship":
            target = posixpath.normpath(posixpath.join("/xl", attributes.get("Target", "")))
            targets[attributes.get("Id", "")] = target.lstrip("/").lower()

    def sheet(tag: str, attributes: dict[str, str]) -> None:
        if tag.rpartition(":")[2] == "sheet":
            link = next((v for k, v in attributes.items() if k.rpartition(":")[2] == "id"), "")
            names[targets.get(link, "")] = attributes.get("name", "")

    lower = {name.lower(): xml for name, xml in parts.items()}
    for name, start in (("xl/_rels/workbook.xml.rels", relation), ("xl/workbook.xml", sheet)):
        if name in lower:
            _parse(lower[name], start)
    return names


def _walk(xml: bytes) -> Sheet:
    """Follow the rows and cells as a reader does: positions are given, or else the next one."""
    sheet = Sheet()
    row = column = 0

    def start(tag: str, attributes: dict[str, str]) -> None:
        nonlocal row, column
        tag = tag.rpartition(":")[2]
        if tag == "c":
            row, column = position(attributes.get("r"), row, column + 1)
            if attributes.get("t") == "e":
                sheet.failed.add((row, column))
                use()
        elif tag in {"v", "is", "f"}:
            use()
        elif tag == "row":
            row, column = position(attributes.get("r"), row + 1, 0)

    def use() -> None:
        sheet.last_row = max(sheet.last_row, row)
        sheet.last_column = max(sheet.last_column, column)

    _parse(xml, start)
    if b"</f>" in xml:
        sheet.failed |= _without_result(xml)
    return sheet


def position(reference: str | None, row: int, column: int) -> tuple[int, int]:
    """Row and column of ``C3``, or the row of ``3``; the given ones when there is no reference."""
    if reference is None:
        return row, column
    match = _REFERENCE.fullmatch(reference)
    if not match:
        raise DamagedError("a cell at an impossible place")
    return int(match[2]), column_number(match[1]) or column


@cache
def column_number(letters: str) -> int:
    """Excel's column letters as a number from 1; 0 for none."""
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - ord("A") + 1
    return number


def column_letters(number: int) -> str:
    """A column number from 1 as Excel's letters: 27 is AA."""
    before, last = divmod(number - 1, 26)
    return (column_letters(before) if before else "") + chr(ord("A") + last)


def _without_result(xml: bytes) -> set[tuple[int, int]]:
    """Cells with a formula for which no value is stored, as other programs than Excel write them."""
    found = set()
    for match in _NO_RESULT.finditer(xml):
        cell = _CELL_AT.match(xml, max(0, xml.rfind(b"<c ", 0, match.start())))
        if cell:
            found.add(position(cell[1].decode(), 0, 0))
    return found
