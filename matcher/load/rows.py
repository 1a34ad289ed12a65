"""The rows of a raw table to rows of the domain, every bad cell an issue."""

from __future__ import annotations

from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from matcher.cells import CellError
from matcher.check.base import Source
from matcher.domain import TABLES, Row
from matcher.errors import Issue, Severity
from matcher.load.header import Header, required_columns
from matcher.tables.base import MAX_CELL, RawTable, shown

_FAILED = frozenset({"#REF!", "#N/A", "#NAME?", "#VALUE!", "#DIV/0!", "#NULL!", "#NUM!", "#SPILL!", "#CALC!", "#ERROR!"})
_LAWFUL_BLANKS = {
    "grade": "is blank: rules that ask for a grade will refuse this student",
    "birth_date": "is blank: rules that ask for an age will refuse this student",
    "interests": "is blank: nothing is known to match this student by",
    "travel_modes": "is blank: no trip is possible for this student",
}
_STAND_INS = {
    "lat": "0",
    "lon": "0",
    "sessions": "Mon 00:00-24:00",
    "placement_kind": "unpaid_learning",
    "seats": "1",
    "asked": "0",
    "landed": "0",
    "date": "2000-01-01",
    "mode": "walk",
    "minutes": "0",
    "weekdays": "mon",
    "departs": "00:00",
    "returns": "24:00",
}
_KINDS = {"decisions": "pin", "calendar": "no_school"}
_HINTS = {
    "seats": "Maybe take the row out until there is a seat.",
    "lat": "Maybe lat and lon are swapped.",
    "lon": "Maybe lat and lon are swapped.",
}


@dataclass
class Rows:
    """What became of a table: its rows, where each came from, which cells were bad, and the issues.

    A row with bad cells stays, with harmless stand-ins, so that its other cells are checked too; the round is refused anyway.
    """

    rows: list[Row] = field(default_factory=list)
    sources: dict[int, Source] = field(default_factory=dict)
    issues: list[Issue] = field(default_factory=list)


def read_rows(raw: RawTable, header: Header) -> Rows:
    """Every row of the table as its model."""
    out = Rows()
    reader = _RowReader(raw.name, header, out.issues)
    for number, cells in raw.rows:
        row, source = reader.read(number, cells)
        out.rows.append(row)
        out.sources[id(row)] = source
    return out


class _RowReader:
    def __init__(self, table: str, header: Header, issues: list[Issue]) -> None:
        self.table = table
        self.model = TABLES[table]
        self.places = header.picks
        self.columns = tuple(header.picks.items())
        self.required = required_columns(table)
        self.needed = frozenset(name for name, info in self.model.model_fields.items() if info.is_required())
        self.missing = header.missing
        self.issues = issues

    def note(self, at: tuple[int, str], code: str, value: str, message: str, hint: str, *, severity: Severity = "error") -> None:
        """Note an issue at a row and column."""
        self.issues.append(Issue(self.table, *at, code, severity, shown(value), message, hint))

    def read(self, number: int, cells: list[str]) -> tuple[Row, Source]:
        """The row, with stand-ins for bad cells, and where it came from."""
        faulty: set[str] = set(self.missing)
        data: dict[str, str] = {}
        for column, index in self.columns:
            text = cells[index]
            if not text:
                if column in self.required and not self._blank(number, column):
                    faulty.add(column)
            elif len(text) > MAX_CELL:
                message = f"has {len(text):,} characters; at most {MAX_CELL:,} are read"
                self.note((number, column), "cell_too_long", text, message, "Maybe a quotation mark is missing, or shorten the text.")
                faulty.add(column)
            elif text[0] == "#" and text in _FAILED:
                hint = "Maybe correct the formula, or write the value itself."
                self.note((number, column), "formula_error", text, "is a formula without a result", hint)
                faulty.add(column)
            else:
                data[column] = text
        row = self._validated(number, data, faulty)
        return row, Source(number, cells, self.places, frozenset(faulty))

    def _blank(self, row: int, column: str) -> bool:
        """Note a blank required cell; whether it is lawful."""
        if self.table == "students" and column in _LAWFUL_BLANKS:
            self.note((row, column), "missing_fact", "", _LAWFUL_BLANKS[column], "Maybe ask the school for it.", severity="warning")
            return True
        self.note((row, column), "blank_cell", "", "is blank, but this cell is needed", "Maybe fill it in, or delete the row.")
        return False

    def _validated(self, number: int, data: dict[str, str], faulty: set[str]) -> Row:
        """The row; columns that turn out to be bad are added to `faulty`."""
        tried: dict[str, Any] = data | self._stand_ins(faulty) if faulty else data
        try:
            return self.model.model_validate(tried)
        except ValidationError as error:
            for details in error.errors():
                column = str(details["loc"][0])
                self._from_pydantic(number, column, data[column], details)
                faulty.add(column)
            sound = {column: text for column, text in data.items() if column not in faulty}
            return self.model.model_validate(sound | self._stand_ins(faulty))

    def _stand_ins(self, faulty: set[str]) -> dict[str, str]:
        kind = {"kind": _KINDS[self.table]} if self.table in _KINDS else {}
        return {column: (_STAND_INS | kind).get(column, "") for column in faulty & self.needed}

    def _from_pydantic(self, row: int, column: str, value: str, details: ErrorDetails) -> None:
        cause = details.get("ctx", {}).get("error")
        if isinstance(cause, CellError):
            hint = _choice_hint(value, str(cause)) if cause.code == "bad_value" else cause.hint
            self.note((row, column), cause.code, value, str(cause), hint)
            return
        bounds = details.get("ctx", {})
        if "ge" in bounds:
            message = f"is too small; the least is {bounds['ge']:g}"
        elif "le" in bounds:
            message = f"is too big; the most is {bounds['le']:g}"
        else:
            message = f"cannot be read: {details['msg']}"
        self.note((row, column), "out_of_range", value, message, _HINTS.get(column, "Maybe there is a typing error."))


def _choice_hint(value: str, message: str) -> str:
    """The word that is probably meant, of the lawful ones that the message lists."""
    words = message.rpartition("one of ")[2].split(", ")
    near = [
        word for part in value.lower().split(";") if part.strip() not in words for word in get_close_matches(part.strip(), words, 1, 0.7)
    ]
    return f"Maybe {near[0]} is meant." if near else "Maybe use one of these words."
