"""Reads what a run published: the tables and the two JSON files, with every fault of shape noted."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from matcher.audit.finding import Finding, about_file

COLUMNS = {
    "placements.csv": (
        "student_id", "opportunity_id", "site_id", "mentor_id", "sessions", "points", "mode", "minutes", "transfers", "reason",
    ),
    "unplaced.csv": ("student_id", "code", "reason", "smallest_change"),
    "seats.csv": ("opportunity_id", "sessions", "seats", "used", "price"),
    "slates.csv": ("student_id", "rank", "opportunity_id", "points", "odds", "reason"),
    "waves.csv": ("student_id", "opportunity_id", "wave", "hold_until"),
}  # fmt: skip
SEALED_ONLY = ("slates.csv", "waves.csv")
"""Files that the seals of manifest.json ask for; whatever else is missing is missed here."""
ESCAPED = ("=", "+", "-", "@", "\t", "\r")

Record = dict[str, str]


@dataclass
class Published:
    """The published files as text; `tables` lacks what is missing or not readable."""

    tables: dict[str, list[Record]] = field(default_factory=dict)
    summary: dict[str, Any] | None = None
    manifest: dict[str, Any] | None = None

    @property
    def placements(self) -> list[Record]:
        """Give the rows of placements.csv."""
        return self.tables.get("placements.csv", [])

    @property
    def unplaced(self) -> list[Record]:
        """Give the rows of unplaced.csv."""
        return self.tables.get("unplaced.csv", [])


def read_published(out: Path) -> tuple[Published, list[Finding]]:
    """Read the output folder of a run."""
    published, findings = Published(), list[Finding]()
    for name in COLUMNS:
        if name in SEALED_ONLY and not (out / name).is_file():
            continue
        content = _bytes(out / name, findings)
        if content is not None:
            rows = _rows(name, content, findings)
            if rows is not None:
                published.tables[name] = rows
    published.summary = _json(out / "summary.json", findings)
    published.manifest = _json(out / "manifest.json", findings)
    return published, findings


def unescaped(cell: str) -> str:
    """Take away the apostrophe that keeps spreadsheets from reading a cell as a formula."""
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(ESCAPED) else cell


def whole(text: str) -> int | None:
    """Read a whole number written in plain digits, None when it is not one."""
    return int(text) if text.isascii() and text.isdecimal() else None


def _bytes(path: Path, findings: list[Finding]) -> bytes | None:
    try:
        return path.read_bytes()
    except OSError:
        findings.append(about_file("file_missing", f"{path.name} is not in the output folder"))
        return None


def _rows(name: str, content: bytes, findings: list[Finding]) -> list[Record] | None:
    try:
        grid = [row for row in csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), strict=True) if row]
    except (UnicodeDecodeError, csv.Error):
        findings.append(about_file("file_shape", f"{name} is not a readable CSV file in UTF-8"))
        return None
    columns = COLUMNS[name]
    if not grid or tuple(grid[0]) != columns:
        findings.append(about_file("file_shape", f"{name} does not have the columns {','.join(columns)}"))
        return None
    rows = []
    for number, row in enumerate(grid[1:], start=2):
        if len(row) != len(columns):
            findings.append(about_file("file_shape", f"{name}, row {number} has {len(row)} cells, not {len(columns)}"))
        else:
            rows.append({column: unescaped(cell).strip() for column, cell in zip(columns, row, strict=True)})
    return rows


def _json(path: Path, findings: list[Finding]) -> dict[str, Any] | None:
    content = _bytes(path, findings)
    if content is None:
        return None
    try:
        document = json.loads(content.decode("utf-8"))
    except ValueError:
        document = None
    if not isinstance(document, dict):
        findings.append(about_file("file_shape", f"{path.name} is not a readable JSON object"))
        return None
    return document
