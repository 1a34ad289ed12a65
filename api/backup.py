"""Backup and restore: every table as lines of JSON in one archive, from and to either database."""

from __future__ import annotations

import base64
import json
import os
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlmodel import SQLModel

from api.database import ALL, Database, current_revision, migrate
from api.settings import ServiceSettings
from api.store.nouns import chunks
from matcher.errors import InputError

MANIFEST = "backup.json"
_FORMAT = 1


def _tables() -> list[sa.Table]:
    return list(SQLModel.metadata.sorted_tables)


def backup(settings: ServiceSettings, file: Path) -> int:
    """Write an archive that only its owner can read; answers the number of rows.

    Raises
    ------
    InputError
        When the file is there already or its folder is not.
    """
    if file.exists() or not file.parent.is_dir():
        raise InputError(f"{file} is there already, or its folder is not. Maybe name a new file.")
    migrate(settings)
    db, draft, count = Database(settings), file.with_name(f".{file.name}.part"), 0
    try:
        with db.reading(ALL) as session, _private(draft) as out_file, zipfile.ZipFile(out_file, "w", zipfile.ZIP_DEFLATED) as archive:
            if db.postgres:
                session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
            for table in _tables():
                with archive.open(f"{table.name}.jsonl", "w", force_zip64=True) as out:
                    for row in session.execute(sa.select(table).execution_options(yield_per=500)).mappings():
                        out.write(json.dumps({k: _out(v) for k, v in row.items()}, ensure_ascii=False).encode() + b"\n")
                        count += 1
            archive.writestr(MANIFEST, json.dumps({"format": _FORMAT, "revision": current_revision(settings), "rows": count}))
        draft.rename(file)
    finally:
        draft.unlink(missing_ok=True)
        db.close()
    return count


def _private(path: Path) -> Any:
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb")


def _out(value: Any) -> Any:
    return {"base64": base64.b64encode(value).decode()} if isinstance(value, bytes) else value


def restore(settings: ServiceSettings, file: Path) -> int:
    """Fill an empty database, all or nothing; answers the number of rows.

    Raises
    ------
    InputError
        When the database holds something, or the archive is not one of this version.
    """
    migrate(settings)
    db = Database(settings)
    try:
        with zipfile.ZipFile(file) as archive, db.writing(ALL) as session:
            told = json.loads(archive.read(MANIFEST))
            if told.get("format") != _FORMAT or told.get("revision") != current_revision(settings):
                raise InputError(f"{file} is of another version ({told.get('revision')}). Maybe restore it with that version and migrate.")
            if any(session.execute(sa.select(sa.literal(1)).select_from(table).limit(1)).first() for table in _tables()):
                raise InputError("the database is not empty. Maybe name another MATCHER_HOME or DATABASE_URL.")
            count = 0
            for table in _tables():
                for chunk in chunks(_rows(archive, table)):
                    session.execute(sa.insert(table), chunk)
                    count += len(chunk)
            if count != told["rows"]:
                raise InputError(f"{file} is damaged: it has {count} of {told['rows']} rows")
    except (OSError, zipfile.BadZipFile, KeyError, ValueError) as error:
        raise InputError(f"{file} cannot be read as a backup ({type(error).__name__})") from None
    finally:
        db.close()
    return count


def _rows(archive: zipfile.ZipFile, table: sa.Table) -> Iterator[dict[str, Any]]:
    binary = {column.name for column in table.columns if isinstance(column.type, sa.LargeBinary)}
    with archive.open(f"{table.name}.jsonl") as lines:
        for line in lines:
            row = json.loads(line)
            for name in binary & row.keys():
                row[name] = base64.b64decode(row[name]["base64"])
            yield row
