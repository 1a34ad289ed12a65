"""A hash of what a table says, whatever its form: order, encoding, separator and file type do not count."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

from matcher.errors import InputError
from matcher.tables import RawTable, read_tables

_QUOTED = re.compile('[",\n\r]')


def canonical_hashes(folder: Path) -> dict[str, str]:
    """SHA-256 (hexadecimal) of each input table of the folder, and of ``round.toml``, by name; docs/input.md defines it to the byte.

    Raises
    ------
    InputError
        When a table cannot be read as a table; then there is nothing to name.
    """
    try:
        settings = (folder / "round.toml").read_bytes().decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"there is no round.toml in this folder that can be read ({type(error).__name__})") from None
    found = read_tables(folder)
    errors = [issue for issue in found.issues if issue.severity == "error"]
    if errors:
        raise InputError(f"{errors[0].table} {errors[0].message}", errors)
    hashes = {name: _sha256(canonical_text(table)) for name, table in sorted(found.tables.items())}
    return hashes | {"round.toml": _sha256(settings.replace("\r\n", "\n").replace("\r", "\n"))}


def canonical_text(table: RawTable) -> str:
    """The table as CSV with its named columns in order of their names and its rows in order."""
    order = sorted((i for i, name in enumerate(table.header) if name), key=lambda i: table.header[i])
    rows = sorted([cells[i] for i in order] for _, cells in table.rows)
    return "".join(_line(row) for row in [[table.header[i] for i in order], *rows])


def _line(cells: list[str]) -> str:
    return ",".join('"' + cell.replace('"', '""') + '"' if _QUOTED.search(cell) else cell for cell in cells) + "\n"


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8")).hexdigest()
