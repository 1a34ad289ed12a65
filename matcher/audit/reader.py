"""Reads a round folder, CSV or workbook, into plain rows of text, and takes the hash of every table's content."""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import io
import re
from dataclasses import dataclass
from pathlib import Path

import python_calamine as calamine

from matcher.audit.finding import Finding, about_file

TABLES = (
    "schools", "students", "sites", "mentors", "opportunities", "requests", "decisions", "calendar", "travel", "vans", "previous",
    "history",
)  # fmt: skip
NEEDED_TABLES = TABLES[:5]

Grid = list[list[str]]


@dataclass(frozen=True)
class Table:
    """A table as text: header names as written, and the trimmed cells of every row that is not blank."""

    names: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    def records(self) -> list[dict[str, str]]:
        """Give the rows as dicts by header name in lower_snake; of two columns of one name the first counts."""
        columns = [lower_snake(name) for name in self.names]
        return [dict(zip(reversed(columns), reversed(row), strict=True)) for row in self.rows]

    def sha256(self) -> str:
        """Hash the content as docs/input.md says, blind to the order of rows and columns and to the kind of file."""
        order = sorted(range(len(self.names)), key=lambda index: self.names[index])
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow([self.names[index] for index in order])
        writer.writerows(sorted([row[index] for index in order] for row in self.rows))
        return hashlib.sha256(text.getvalue().encode("utf-8")).hexdigest()


def read_tables(folder: Path) -> tuple[dict[str, Table], list[Finding]]:
    """Read every table of a round folder; also give what is missing or has no proper shape."""
    findings: list[Finding] = []
    grids: dict[str, Grid] = {}
    files = sorted(folder.iterdir()) if folder.is_dir() else []
    for path in files:
        if path.suffix.lower() in {".csv", ".tsv"} and lower_snake(path.stem) in TABLES:
            _keep(grids, lower_snake(path.stem), _delimited(path, findings), findings)
        elif path.suffix.lower() == ".xlsx" and not path.name.startswith((".", "~$")):
            for name, grid in _workbook(path, findings).items():
                _keep(grids, name, grid, findings)
    findings += [about_file("file_missing", f"table {name} is not in the round folder") for name in NEEDED_TABLES if name not in grids]
    return {name: _table(name, grid, findings) for name, grid in grids.items()}, findings


def decode(content: bytes) -> str:
    """Turn bytes into text: UTF-8 with or without a mark, UTF-16, else Windows-1252."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")


def split_text(text: str) -> Grid:
    """Split delimited text into cells; the header row tells which of comma, semicolon and tab parts them."""
    first, _, rest = text.partition("\n")
    if re.fullmatch(r"sep=[,;\t]\s*", first):
        text = rest
    header = text.lstrip("\r\n").split("\n", 1)[0]
    delimiter = max((",", ";", "\t"), key=header.count)
    return [list(row) for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)]


def lower_snake(name: str) -> str:
    """Give a header or sheet name in lower_snake."""
    return re.sub(r"[\s\-]+", "_", name.strip().lstrip("\ufeff").strip()).lower()


def _delimited(path: Path, findings: list[Finding]) -> Grid:
    try:
        return split_text(decode(path.read_bytes()))
    except (csv.Error, UnicodeDecodeError, OSError):
        findings.append(about_file("file_shape", f"{path.name} is not readable as delimited text"))
        return []


def _keep(grids: dict[str, Grid], name: str, grid: Grid, findings: list[Finding]) -> None:
    if name in grids:
        findings.append(about_file("file_shape", f"table {name} stands twice in the round folder"))
    grids[name] = grid


def _workbook(path: Path, findings: list[Finding]) -> dict[str, Grid]:
    try:
        book = calamine.CalamineWorkbook.from_path(str(path))
        sheets = {lower_snake(name): name for name in book.sheet_names}
        return {
            table: [[_cell(value) for value in row] for row in book.get_sheet_by_name(sheets[table]).to_python()]
            for table in TABLES
            if table in sheets
        }
    except (calamine.CalamineError, OSError):
        findings.append(about_file("file_shape", f"{path.name} is not a readable workbook"))
        return {}


def _cell(value: object) -> str:
    """Write a spreadsheet's value as the CSV would have it."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, dt.datetime):
        midnight = value.time() == dt.time(0)
        return value.date().isoformat() if midnight else value.isoformat(sep=" ", timespec="minutes")
    if isinstance(value, dt.time):
        return value.isoformat(timespec="minutes")
    if isinstance(value, dt.timedelta):
        minutes = round(value.total_seconds() / 60)
        return f"{minutes // 60:02d}:{minutes % 60:02d}"
    return str(value)


def _table(name: str, grid: Grid, findings: list[Finding]) -> Table:
    filled = [[_trimmed(cell) for cell in row] for row in grid if any(cell.strip() for cell in row)]
    if not filled:
        return Table((), ())
    header, *body = filled
    named = [index for index, column in enumerate(header) if column]
    if len({lower_snake(header[index]) for index in named}) < len(named):
        findings.append(about_file("file_shape", f"table {name} has two columns of one name"))
    width = max(named) + 1
    for number, row in enumerate(body, start=2):
        if any(row[width:]):
            findings.append(about_file("file_shape", f"table {name}, row {number} has more cells than the header"))
    padded = [row + [""] * (width - len(row)) for row in body]
    return Table(tuple(header[index] for index in named), tuple(tuple(row[index] for index in named) for row in padded))


def _trimmed(cell: str) -> str:
    return cell.replace("\r\n", "\n").replace("\r", "\n").strip()
