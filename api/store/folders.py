"""Between a round folder and the database: what is uploaded goes in cell by cell, and a run gets the same folder back."""

from __future__ import annotations

import csv
import hashlib
import io
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from api.problems import Problem
from api.store.nouns import NOUNS, columns_of, insert_all, record, rows_of
from api.tables import DecisionRow, RoundFileRow, RoundRow, SnapshotRow, new_id
from matcher.domain import TABLES, Round
from matcher.errors import Issue
from matcher.load import last_term_files, read_round
from matcher.load.header import read_header
from matcher.settings import Settings
from matcher.tables import RawTable, read_tables
from matcher.travel.feed_files import feed_hashes

SETTINGS = "round.toml"
KEPT_AS_FILES = ("calendar", "travel", "vans", "previous", "history")
OWN_FIELDS = "knowledge/*.toml"
_EPOCH = (2000, 1, 1, 0, 0, 0)


@dataclass(frozen=True)
class Upload:
    """A round folder that was read: its round (None when it has errors), its issues and its cells by table."""

    round: Round | None
    issues: list[Issue]
    tables: dict[str, list[dict[str, str]]] = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)


def read_upload(folder: Path) -> Upload:
    """Read a folder as the command line would."""
    round_, issues = read_round(folder)
    if round_ is None:
        return Upload(None, issues)
    tables = {name: list(_cells(raw)) for name, raw in read_tables(folder).tables.items()}
    files = {path.relative_to(folder).as_posix(): data for path, data in _read_beside_tables(folder, round_.settings).items()}
    for name in KEPT_AS_FILES:
        if name in tables:
            files[f"{name}.csv"] = table_bytes(name, tables[name])
    return Upload(round_, issues, tables, files)


def _read_beside_tables(folder: Path, settings: Settings) -> dict[Path, bytes]:
    """The files that a run reads beside the tables: settings, the school's own rule packs and fields of work, feeds.

    Of last term's plan only the columns that are read.
    """
    packs = [name for name in settings.round.rule_packs if name.endswith(".toml")]
    named = (SETTINGS, *packs, *feed_hashes(folder, settings.gtfs.feeds))
    whole = {(folder / name).resolve() for name in named} | {p.resolve() for p in folder.glob(OWN_FIELDS)}
    part = {(folder / name).resolve(): data for name, data in last_term_files(folder, settings.objectives.last_term).items()}
    files = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    kept = {path: path.read_bytes() for path in files if path.resolve() in whole}
    return kept | {path: part[path.resolve()] for path in files if path.resolve() in part}


def _cells(raw: RawTable) -> Iterator[dict[str, str]]:
    picks = read_header(raw).picks
    for _, cells in raw.rows:
        yield {column: cells[index] for column, index in picks.items()}


def table_bytes(name: str, rows: Iterable[dict[str, str]]) -> bytes:
    """A table of the contract as CSV, every column in its order."""
    text = io.StringIO()
    columns = columns_of(name)
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([[row.get(column, "") for column in columns] for row in rows])
    return text.getvalue().encode()


def write_round(session: Session, row: RoundRow, upload: Upload, who: str) -> dict[str, int]:
    """Replace what the round holds by what was uploaded; decisions added one by one stay."""
    if upload.round is None:
        raise ValueError("only a sound upload is written")
    round_id = row.round_id
    for noun in reversed(NOUNS.values()):
        session.execute(sa.delete(noun.table).where(noun.table.round_id == round_id))
    session.execute(sa.delete(RoundFileRow).where(col(RoundFileRow.round_id) == round_id))
    session.execute(sa.delete(DecisionRow).where(col(DecisionRow.round_id) == round_id, col(DecisionRow.imported)))
    school_of = {s.student_id: s.school_id for s in upload.round.students}
    counts = {}
    for name, noun in NOUNS.items():
        counts[name] = insert_all(session, noun, (record(noun, round_id, cells, school_of) for cells in upload.tables.get(name, [])))
    decisions = [decision(round_id, cells, school_of, who, imported=True) for cells in upload.tables.get("decisions", [])]
    if decisions:
        session.execute(sa.insert(DecisionRow), decisions)
    counts["decisions"] = len(decisions)
    session.execute(sa.insert(RoundFileRow), [{"round_id": round_id, "name": n, "data": d} for n, d in upload.files.items()])
    counts |= {name: len(upload.tables[name]) for name in KEPT_AS_FILES if name in upload.tables}
    settings = upload.round.settings.round
    row.starts, row.ends = settings.start.isoformat(), settings.end.isoformat()
    return counts


def decision(round_id: str, cells: dict[str, str], school_of: dict[str, str], who: str, *, imported: bool) -> dict[str, Any]:
    """A decision for the database, with the schools of the students it names."""
    schools = sorted({school_of[person] for person in (cells.get("a", ""), cells.get("b", "")) if person in school_of})
    return {
        "decision_id": new_id("dec"),
        "round_id": round_id,
        "schools": f";{';'.join(schools)};" if schools else "",
        "cells": {k: v for k, v in cells.items() if v},
        "imported": imported,
        "created_by": who,
    }


def files_of(session: Session, round_id: str) -> dict[str, bytes]:
    """The round as the files of a folder: the tables, and the decisions of both kinds as one table."""
    files: dict[str, bytes] = dict(
        session.exec(select(RoundFileRow.name, RoundFileRow.data).where(RoundFileRow.round_id == round_id)).all()
    )
    if SETTINGS not in files:
        raise Problem(409, "empty_round", "Nothing was imported into this round yet.")
    files |= {f"{name}.csv": table_bytes(name, rows_of(session, noun, round_id)) for name, noun in NOUNS.items()}
    orders = session.exec(select(DecisionRow.cells).where(DecisionRow.round_id == round_id)).all()
    files["decisions.csv"] = table_bytes(
        "decisions", sorted(map(dict, orders), key=lambda c: [c.get(k, "") for k in columns_of("decisions")])
    )
    return files


def snapshot(session: Session, round_id: str) -> str:
    """Keep the round as it is now, for a run; the same round twice is kept once."""
    files = files_of(session, round_id)
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        for name in sorted(files):
            archive.writestr(zipfile.ZipInfo(name, _EPOCH), files[name], zipfile.ZIP_DEFLATED)
    told = hashlib.sha256(round_id.encode() + b"\0" + data.getvalue()).hexdigest()
    if session.get(SnapshotRow, told) is None:
        session.add(SnapshotRow(sha256=told, round_id=round_id, data=data.getvalue()))
        session.flush()
    return told


def unpack_snapshot(session: Session, sha256: str, folder: Path) -> None:
    """Lay a kept round out as a folder."""
    data = session.exec(select(SnapshotRow.data).where(SnapshotRow.sha256 == sha256)).one()
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        archive.extractall(folder)


def write_files(files: dict[str, bytes], folder: Path) -> None:
    """Write files of known names into a folder."""
    for name, data in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)


def _parsed(name: str, rows: Iterable[dict[str, str]]) -> Iterator[Any]:
    model = TABLES[name]
    for cells in rows:
        yield model.model_validate({column: text for column, text in cells.items() if text})


def parsed(name: str, cells: dict[str, str]) -> Any:
    """One row as the engine reads it."""
    return next(_parsed(name, [cells]))
