"""What a cross-check sees: the round, where its rows came from, and how to say what is wrong."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

from matcher.domain import TABLES, Round, Row
from matcher.errors import Issue, Severity
from matcher.tables.base import shown

_TABLE_OF = {model: name for name, model in TABLES.items()}
_ORDER = {name: place for place, name in enumerate(("round.toml", *TABLES))}
_MOST_SUGGESTIONS = 300
_MOST_KNOWN = 2_000


class Source(NamedTuple):
    """Where a row came from: its line, its cells as text, the place of each column, and the columns that could not be read."""

    line: int
    cells: Sequence[str]
    places: Mapping[str, int]
    faulty: frozenset[str] = frozenset()

    def written(self, column: str) -> str:
        """The cell as it was written."""
        return self.cells[self.places[column]] if column in self.places else ""


@dataclass(frozen=True)
class Origin:
    """Where a round came from.

    Attributes
    ----------
    folder : the round folder, for rule packs that lie in it.
    sources : by ``id(row)``; rows without a source have no line number.
    unreadable : tables that are not there or not whole, so that nothing is said about references to them.
    settings_known : False when ``round.toml`` could not be read, so that nothing is said about dates of the round.
    """

    folder: Path | None = None
    sources: Mapping[int, Source] = field(default_factory=dict)
    unreadable: frozenset[str] = frozenset()
    settings_known: bool = True


class Scene:
    """A round with its origin."""

    def __init__(self, round_: Round, origin: Origin) -> None:
        self.round = round_
        self.origin = origin
        self._suggested = 0

    def line(self, row: Row) -> int | None:
        """Spreadsheet line of the row."""
        source = self.origin.sources.get(id(row))
        return source.line if source else None

    def sound(self, row: Row, *columns: str) -> bool:
        """Whether these cells could be read."""
        source = self.origin.sources.get(id(row))
        return source is None or source.faulty.isdisjoint(columns)

    def given(self, row: Row, column: str) -> bool:
        """Whether something was written in the cell, so that its value is not a default."""
        source = self.origin.sources.get(id(row))
        return bool(source.written(column).strip()) if source else column in row.model_fields_set

    def error(self, row: Row, column: str, code: str, message: str, hint: str, *, value: str | None = None) -> Iterable[Issue]:
        """The issue, or nothing when the cell is faulty anyway; `value` is a part of the cell, else all of it."""
        return self._issue(row, column, value, "error", code=code, message=message, hint=hint)

    def warning(self, row: Row, column: str, code: str, message: str, hint: str, *, value: str | None = None) -> Iterable[Issue]:
        """Like `error`, for what does not stop the round."""
        return self._issue(row, column, value, "warning", code=code, message=message, hint=hint)

    def _issue(
        self, row: Row, column: str, value: str | None, severity: Severity, *, code: str, message: str, hint: str
    ) -> Iterable[Issue]:
        if not self.sound(row, column):
            return ()
        source = self.origin.sources.get(id(row))
        written = source.written(column) if source else _show(getattr(row, column))
        text = shown(written if value is None else value)
        return (Issue(_TABLE_OF[type(row)], self.line(row), column, code, severity, text, message, hint),)

    @cached_property
    def ids(self) -> dict[str, frozenset[str]]:
        """The ids of the five tables that others refer to."""
        r = self.round
        tables: dict[str, dict[str, Any]] = {
            "schools": r.school,
            "students": r.student,
            "sites": r.site,
            "mentors": r.mentor,
            "opportunities": r.opportunity,
        }
        return {name: frozenset(rows) - {""} for name, rows in tables.items()}

    @cached_property
    def free_days(self) -> frozenset[dt.date]:
        """Dates on which no school has LTI."""
        closed: dict[dt.date, set[str]] = {}
        for day in self.round.calendar:
            closed.setdefault(day.date, set()).add(day.school_id)
        return frozenset(date for date, schools in closed.items() if "*" in schools or schools >= self.ids["schools"])

    @cached_property
    def _by_likeness(self) -> dict[str, dict[str, str]]:
        return {name: {likeness(i): i for i in sorted(ids, reverse=True)} for name, ids in self.ids.items()}

    def suggestion(self, value: str, *tables: str) -> str:
        """A hint with the id that is probably meant; costly comparisons stop after some hundred."""
        for table in tables:
            same = self._by_likeness[table].get(likeness(value))
            if same:
                return f"Maybe {same} is meant."
        self._suggested += 1
        if self._suggested <= _MOST_SUGGESTIONS:
            for table in tables:
                near = closest(value, self.ids[table])
                if near and digits(near) == digits(value):
                    return f"Maybe {near} is meant."
        return "Maybe that row was deleted, or the id has a typing error."


def likeness(id_: str) -> str:
    """An id without case, signs and the leading zeros that spreadsheets drop."""
    return re.sub(r"[\W_]+|(?<!\d)0+(?=\d)", "", id_).casefold()


def digits(id_: str) -> str:
    """The digits of an id: ids that differ in them are other ids and not typing errors."""
    return re.sub(r"\D", "", id_)


def closest(value: str, known: Collection[str]) -> str | None:
    """The known name most like `value`; None when none is alike or there are too many to compare."""
    if len(known) > _MOST_KNOWN:
        return None
    return next(iter(get_close_matches(value, sorted(known), 1, 0.75)), None)


def sort_issues(issues: Iterable[Issue]) -> list[Issue]:
    """By table (round.toml first, then the order of the contract), row, column."""
    return sorted(issues, key=lambda i: (_ORDER.get(i.table, len(_ORDER)), i.table, i.row or 0, i.column or "", i.code, i.value, i.message))


def _show(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple) and not hasattr(value, "_fields"):
        return ";".join(_show(part) for part in value)
    return str(value)
