"""Which column of a raw table is which column of the contract."""

from __future__ import annotations

from dataclasses import dataclass, field
from difflib import get_close_matches

from matcher.domain import TABLES
from matcher.errors import Issue, Severity
from matcher.tables.base import RawTable, shown, squash

REQUIRED_BESIDE_MODEL: dict[str, frozenset[str]] = {
    "students": frozenset({"grade", "birth_date", "interests", "travel_modes"}),
    "sites": frozenset({"name"}),
    "opportunities": frozenset({"description"}),
}


def required_columns(table: str) -> frozenset[str]:
    """Columns that must be there: what the model cannot do without and what the contract marks."""
    fields = TABLES[table].model_fields
    return frozenset(name for name, info in fields.items() if info.is_required()) | REQUIRED_BESIDE_MODEL.get(table, frozenset())


@dataclass
class Header:
    """Where each known column stands, which required ones do not, and what is wrong with the header."""

    picks: dict[str, int] = field(default_factory=dict)
    missing: frozenset[str] = frozenset()
    issues: list[Issue] = field(default_factory=list)


def read_header(raw: RawTable) -> Header:
    """Match the header of a raw table; without a single known column only that is said."""
    header = Header()
    known = {squash(name): name for name in TABLES[raw.name].model_fields}
    unknown: list[str] = []
    renamed: dict[str, str] = {}

    def note(code: str, column: str, value: str, message: str, hint: str, *, severity: Severity = "warning") -> None:
        header.issues.append(Issue(raw.name, raw.header_row, shown(column) or None, code, severity, shown(value), message, hint))

    for index, written in enumerate(raw.header):
        column = known.get(squash(written)) if written else None
        if column is None:
            if written:
                unknown.append(written)
            elif any(cells[index] for _, cells in raw.rows):
                note(
                    "unnamed_column",
                    "",
                    "",
                    f"has cells in column number {index + 1}, which has no name",
                    "Maybe delete them or name the column.",
                )
        elif column in header.picks:
            note("duplicate_column", column, written, "is there twice", "Maybe delete the one that does not count.", severity="error")
        else:
            header.picks[column] = index
            if written != column:
                renamed[column] = written
    if not header.picks:
        header.issues = [_wrong_header(raw, known)]
        return header
    if renamed:  # one line for a table, however many
        columns = ", ".join(renamed)
        read_as = "was read as the column" if len(renamed) == 1 else "were read as the columns"
        only = next(iter(renamed)) if len(renamed) == 1 else ""
        note(
            "renamed_column",
            only,
            ", ".join(renamed.values()),
            f"{read_as} {columns}",
            "Maybe rename them; they were read all the same." if len(renamed) > 1 else f"Maybe rename it to {columns}.",
        )
    for written in unknown:
        near = get_close_matches(written.casefold(), [c for c in known.values() if c not in header.picks] or list(known.values()), 1, 0.7)
        hint = f"Maybe you mean {near[0]}." if near else "Maybe delete it; it is not used."
        note("unknown_column", written, written, "is not a column of this table", hint)
    header.missing = required_columns(raw.name) - header.picks.keys()
    for column in sorted(header.missing):
        near = get_close_matches(column, unknown, 1, 0.7)
        hint = f"Maybe the column {shown(near[0])!r} should be called {column}." if near else f"Maybe add a column {column}."
        note("missing_column", column, "", "is a column that must be there", hint, severity="error")
    return header


def _wrong_header(raw: RawTable, known: dict[str, str]) -> Issue:
    below = (number for number, cells in raw.rows[:20] if sum(squash(cell) in known for cell in cells) > 1)
    row = next(below, None)
    hint = f"Maybe the header is in row {row}: delete the rows above it." if row else "Maybe the first row must hold the column names."
    message = "has none of this table's column names in its first row; nothing of it was read"
    return Issue(raw.name, raw.header_row, None, "wrong_header", "error", shown(", ".join(filter(None, raw.header))), message, hint)
