"""What every table shares: names of constraints, moments as text, ids nobody guesses."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}
SQLModel.metadata.naming_convention = NAMING


def now() -> str:
    """This moment in UTC as sortable text, the same on every database."""
    return datetime.now(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def new_id(kind: str) -> str:
    """An id nobody can guess, with a word in front that says what it names."""
    return f"{kind}_{secrets.token_hex(10)}"


def json_column() -> Any:
    """A column of plain data."""
    return sa.Column(sa.JSON, nullable=False)


def round_key() -> Any:
    """The round, first part of a primary key."""
    return Field(foreign_key="rounds.round_id", primary_key=True, ondelete="CASCADE", max_length=64)


def outer_key() -> Any:
    """An id that other people chose, last part of a primary key."""
    return Field(primary_key=True, max_length=200)


def within(parent: str, *columns: str) -> sa.ForeignKeyConstraint:
    """A reference to a row of the same round."""
    names = ["round_id", *columns]
    return sa.ForeignKeyConstraint(names, [f"{parent}.{name}" for name in names], ondelete="CASCADE")
