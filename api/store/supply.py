"""What a round offers, read for suggestions; rows whose cells are as they were keep what was read of them."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from api.problems import Problem
from api.store.folders import SETTINGS, parsed, write_files
from api.store.nouns import CHUNK, NOUNS
from api.tables import DecisionRow, RoundFileRow
from matcher.domain import Round
from matcher.settings import read_settings

_TABLES = ("schools", "sites", "mentors", "opportunities")
_FILES = ("calendar", "travel", "vans")


@dataclass
class Supply:
    """The offers of one round at one revision: no students, no requests.

    Attributes
    ----------
    files : the files of the round beside its tables of things with ids.
    rows : of each table, the row that each text of cells reads as.
    """

    round: Round
    files: dict[str, bytes]
    rows: dict[str, dict[str, Any]] = field(repr=False)

    def same_folder(self, other: Supply | None) -> bool:
        """Whether everything that is no table (settings, packs, fields of work) is the same, so that one may follow the other."""
        return other is not None and _others(self.files) == _others(other.files)


def _others(files: dict[str, bytes]) -> dict[str, bytes]:
    return {name: data for name, data in files.items() if not name.endswith(".csv")}


def read_supply(session: Session, round_id: str, folder: Path, before: Supply | None = None) -> Supply:
    """Read what the round offers now; `folder` gets the files beside the tables.

    Uploads and changes were checked when they came, so the checks of a whole round are left to the run.
    """
    names = select(RoundFileRow.name, RoundFileRow.data).where(RoundFileRow.round_id == round_id)
    files = dict(session.exec(names.where(col(RoundFileRow.name) != "previous.csv")).all())
    if SETTINGS not in files:
        raise Problem(409, "empty_round", "Nothing was imported into this round yet.")
    write_files(_others(files), folder)
    settings, issues = read_settings(folder / SETTINGS)
    if settings is None:
        raise Problem(409, "unsound_round", "The settings of this round cannot be read.", findings=[issue.code for issue in issues])
    rows = {name: _rows(session, name, round_id, before.rows[name] if before else {}) for name in _TABLES}
    rows["decisions"] = _decisions(session, round_id, before.rows["decisions"] if before else {})
    tables: dict[str, Any] = {name: tuple(found.values()) for name, found in rows.items()}
    mentors = {m.mentor_id for m in tables["mentors"]}
    tables["opportunities"] = tuple(o for o in tables["opportunities"] if mentors.issuperset(o.mentors))
    for name in _FILES:
        data = files.get(f"{name}.csv", b"")
        same = before is not None and before.files.get(f"{name}.csv", b"") == data
        tables[name] = getattr(before.round, name) if before is not None and same else _file(name, data)
    return Supply(Round(settings, **tables), files, rows)


def _rows(session: Session, name: str, round_id: str, known: dict[str, Any]) -> dict[str, Any]:
    """Every row of a table in order of ids, by the text of its cells (which holds the id)."""
    noun = NOUNS[name]
    cells = sa.cast(noun.table.cells, sa.Text)
    question = select(cells).where(noun.table.round_id == round_id).order_by(*noun.columns()).execution_options(yield_per=CHUNK)
    return {text: known[text] if text in known else parsed(name, json.loads(text)) for text in session.exec(question)}


def _decisions(session: Session, round_id: str, known: dict[str, Any]) -> dict[str, Any]:
    """The decisions; two that say the same are one."""
    found = session.exec(select(sa.cast(col(DecisionRow.cells), sa.Text)).where(DecisionRow.round_id == round_id))
    return {text: known[text] if text in known else parsed("decisions", json.loads(text)) for text in sorted(found)}


def _file(name: str, data: bytes) -> tuple[Any, ...]:
    """A table kept as a file: it changes only by an import, and is large (travel)."""
    return tuple(parsed(name, row) for row in csv.DictReader(io.StringIO(data.decode())))
