"""Runs, what they wrote and what was published of it."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from api.tables.base import json_column, now, outer_key


class SnapshotRow(SQLModel, table=True):
    """What a run reads: a round folder as a zip, named by its SHA-256; never changed."""

    __tablename__ = "snapshots"
    sha256: str = Field(primary_key=True, max_length=64)
    round_id: str = Field(foreign_key="rounds.round_id", ondelete="CASCADE", index=True, max_length=64)
    data: bytes
    created_at: str = Field(default_factory=now)


class RunRow(SQLModel, table=True):
    """One solve of a round, who works on it and how it ended."""

    __tablename__ = "runs"
    __table_args__ = (sa.Index("ix_runs_queue", "status", "created_at"),)
    run_id: str = Field(primary_key=True, max_length=64)
    round_id: str = Field(foreign_key="rounds.round_id", ondelete="CASCADE", index=True, max_length=64)
    snapshot: str = Field(foreign_key="snapshots.sha256", max_length=64)
    revision: int = 0
    previous_run_id: str | None = Field(default=None, max_length=64)
    status: str = Field(default="queued", max_length=16)
    stage: str = ""
    progress: float = 0
    attempts: int = 0
    worker: str = ""
    claim: str = ""
    heartbeat: float = 0
    cancel: bool = False
    summary: dict[str, Any] = Field(default_factory=dict, sa_column=json_column())
    error: dict[str, Any] = Field(default_factory=dict, sa_column=json_column())
    created_at: str = Field(default_factory=now)
    created_by: str = ""
    started_at: str = ""
    finished_at: str = ""


class ResultFileRow(SQLModel, table=True):
    """A file that a run wrote, byte for byte."""

    __tablename__ = "result_files"
    run_id: str = Field(foreign_key="runs.run_id", primary_key=True, ondelete="CASCADE", max_length=64)
    name: str = outer_key()
    data: bytes


class ResultRow(SQLModel, table=True):
    """A row of a table that a run wrote."""

    __tablename__ = "result_rows"
    __table_args__ = (sa.Index("ix_result_rows_student", "run_id", "student_id"),)
    run_id: str = Field(foreign_key="runs.run_id", primary_key=True, ondelete="CASCADE", max_length=64)
    kind: str = Field(primary_key=True, max_length=16)
    position: int = Field(primary_key=True)
    school_id: str = Field(default="", max_length=200)
    student_id: str = Field(default="", max_length=200)
    opportunity_id: str = Field(default="", max_length=200)
    mentor_id: str = Field(default="", max_length=200)
    cells: dict[str, str] = Field(sa_column=json_column())


class RulePackRow(SQLModel, table=True):
    """The text of a rule pack that some run used, so that it can be judged again by the same laws."""

    __tablename__ = "rule_packs"
    sha256: str = Field(primary_key=True, max_length=64)
    name: str
    text: str
    first_used_at: str = Field(default_factory=now)


class PublicationRow(SQLModel, table=True):
    """A run that was published; at most one of a round is in force."""

    __tablename__ = "publications"
    __table_args__ = (
        sa.Index(
            "uq_publications_in_force",
            "round_id",
            unique=True,
            sqlite_where=sa.text("ended_at = ''"),
            postgresql_where=sa.text("ended_at = ''"),
        ),
    )
    publication_id: str = Field(primary_key=True, max_length=64)
    round_id: str = Field(foreign_key="rounds.round_id", ondelete="CASCADE", index=True, max_length=64)
    run_id: str = Field(foreign_key="runs.run_id", ondelete="CASCADE", max_length=64)
    overrides: int = 0
    published_at: str = Field(default_factory=now)
    published_by: str = ""
    ended_at: str = ""
    ended_by: str = ""
    why: str = ""


class OverrideRow(SQLModel, table=True):
    """A placement against a rule: one person asks with a reason, another one agrees."""

    __tablename__ = "overrides"
    override_id: str = Field(primary_key=True, max_length=64)
    run_id: str = Field(foreign_key="runs.run_id", ondelete="CASCADE", index=True, max_length=64)
    school_id: str = Field(max_length=200)
    student_id: str = Field(max_length=200)
    opportunity_id: str = Field(max_length=200)
    rules: list[str] = Field(sa_column=json_column())
    reason: str
    asked_by: str
    asked_at: str = Field(default_factory=now)
    agreed_by: str = ""
    agreed_at: str = ""
