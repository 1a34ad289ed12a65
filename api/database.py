"""The database: SQLite with its pragmas or PostgreSQL with its row-level security, and the migrations of both."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import event
from sqlalchemy.orm import SessionTransaction
from sqlmodel import Session

from api.settings import ServiceSettings

ALL = "*"
"""Said instead of a list of schools: every school."""
SEPARATOR = "\x1f"
TENANT_ROLE = "matcher_tenant"
_SECONDS_TO_WAIT = 30


def make_engine(settings: ServiceSettings) -> sa.Engine:
    """An engine for this database; SQLite waits for writers and never starts a write it could lose."""
    if settings.url.startswith("sqlite"):
        settings.home.mkdir(parents=True, exist_ok=True, mode=0o700)
        waits = {"timeout": _SECONDS_TO_WAIT, "check_same_thread": False}
        engine = sa.create_engine(settings.url, connect_args=waits, pool_size=20, hide_parameters=True)
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine
    return sa.create_engine(settings.url, pool_size=10, max_overflow=20, pool_pre_ping=True, hide_parameters=True)


def _prepare_sqlite(connection: Any, _: object) -> None:
    connection.isolation_level = None
    for pragma in ("journal_mode=WAL", "foreign_keys=ON", "synchronous=FULL", f"busy_timeout={_SECONDS_TO_WAIT * 1000}"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: sa.Connection) -> None:
    """A write takes the lock at once: a read that turns into a write would lose what was written in between."""
    reading = connection.get_execution_options().get("matcher_reading", False)
    connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")


class Database:
    """Opens sessions that see only some schools."""

    def __init__(self, settings: ServiceSettings) -> None:
        self.engine = make_engine(settings)
        self._reader = self.engine.execution_options(matcher_reading=True)
        self.postgres = self.engine.dialect.name == "postgresql"

    @contextmanager
    def reading(self, schools: frozenset[str] | str) -> Iterator[Session]:
        """A session that reads one consistent state."""
        with self._session(self._reader, schools) as session:
            yield session

    @contextmanager
    def writing(self, schools: frozenset[str] | str) -> Iterator[Session]:
        """A session whose changes are kept together when the block ends well."""
        with self._session(self.engine, schools) as session:
            yield session
            session.commit()

    def _session(self, engine: sa.Engine, schools: frozenset[str] | str) -> Session:
        session = Session(engine, expire_on_commit=False)
        if self.postgres:
            session.info["schools"] = schools if isinstance(schools, str) else SEPARATOR.join(sorted(schools))
            event.listen(session, "after_begin", _restrict)
        return session

    def close(self) -> None:
        """Give every connection back."""
        self.engine.dispose()


def _restrict(session: Session, _: SessionTransaction, connection: sa.Connection) -> None:
    """From here on PostgreSQL itself shows no row of another school."""
    connection.exec_driver_sql(f"SET LOCAL ROLE {TENANT_ROLE}")
    connection.execute(sa.text("SELECT set_config('matcher.schools', :schools, true)"), {"schools": session.info["schools"]})


def _config(settings: ServiceSettings) -> Config:
    here = Path(__file__).resolve().parent
    folder = next(path for path in (here / "migrations", here.parent / "migrations") if path.is_dir())
    config = Config()
    config.set_main_option("script_location", str(folder))
    config.attributes["settings"] = settings
    return config


def migrate(settings: ServiceSettings, revision: str = "head") -> None:
    """Bring the database to a revision of its tables; up from nothing, or down to an older one or ``base``."""
    logging.getLogger("alembic").setLevel(logging.WARNING)
    config = _config(settings)
    down = revision == "base" or (revision != "head" and revision in _before(settings, config))
    (command.downgrade if down else command.upgrade)(config, revision)


def _before(settings: ServiceSettings, config: Config) -> set[str]:
    current = current_revision(settings)
    script = ScriptDirectory.from_config(config)
    return {s.revision for s in script.iterate_revisions(current, "base")} - {current or ""} if current else set()


def current_revision(settings: ServiceSettings) -> str | None:
    """The revision the database stands at."""
    engine = make_engine(settings)
    try:
        with engine.connect() as connection:
            return MigrationContext.configure(connection).get_current_revision()
    finally:
        engine.dispose()


def is_current(settings: ServiceSettings) -> bool:
    """Whether the tables are those of this version."""
    return current_revision(settings) == ScriptDirectory.from_config(_config(settings)).get_current_head()
