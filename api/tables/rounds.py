"""A round and its rows: they keep the cells of the contract, so that a run reads what was uploaded."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from api.tables.base import json_column, now, outer_key, round_key, within


class RoundRow(SQLModel, table=True):
    """One act of placing, with the number of its latest change."""

    __tablename__ = "rounds"
    round_id: str = Field(primary_key=True, max_length=64)
    name: str
    schools: list[str] = Field(sa_column=json_column(), description="all schools it is for, also those a session may not see")
    starts: str = ""
    ends: str = ""
    revision: int = 0
    supply_revision: int = 0
    created_at: str = Field(default_factory=now)
    created_by: str = ""
    purged_at: str = ""


class RoundSchoolRow(SQLModel, table=True):
    """Which schools a round is for: who may see it."""

    __tablename__ = "round_schools"
    round_id: str = round_key()
    school_id: str = Field(primary_key=True, max_length=200, index=True)


class RoundFileRow(SQLModel, table=True):
    """A file of a round that is no table of things with ids: round.toml, calendar, travel, vans, previous, packs."""

    __tablename__ = "round_files"
    round_id: str = round_key()
    name: str = outer_key()
    data: bytes


class SchoolRow(SQLModel, table=True):
    """A school in a round."""

    __tablename__ = "schools"
    round_id: str = round_key()
    school_id: str = outer_key()
    cells: dict[str, str] = Field(sa_column=json_column())


class StudentRow(SQLModel, table=True):
    """A student in a round."""

    __tablename__ = "students"
    __table_args__ = (within("schools", "school_id"), sa.Index("ix_students_school", "round_id", "school_id"))
    round_id: str = round_key()
    student_id: str = outer_key()
    school_id: str = Field(max_length=200)
    cells: dict[str, str] = Field(sa_column=json_column())


class SiteRow(SQLModel, table=True):
    """A site in a round."""

    __tablename__ = "sites"
    round_id: str = round_key()
    site_id: str = outer_key()
    schools: str = Field(default="", description="who may use it, as ;a;b;; blank for all")
    cells: dict[str, str] = Field(sa_column=json_column())


class MentorRow(SQLModel, table=True):
    """A mentor in a round."""

    __tablename__ = "mentors"
    __table_args__ = (within("sites", "site_id"),)
    round_id: str = round_key()
    mentor_id: str = outer_key()
    site_id: str = Field(max_length=200, index=True)
    cells: dict[str, str] = Field(sa_column=json_column())


class OpportunityRow(SQLModel, table=True):
    """An opportunity in a round."""

    __tablename__ = "opportunities"
    __table_args__ = (within("sites", "site_id"),)
    round_id: str = round_key()
    opportunity_id: str = outer_key()
    site_id: str = Field(max_length=200, index=True)
    cells: dict[str, str] = Field(sa_column=json_column())


class RequestRow(SQLModel, table=True):
    """A student's wish in a round."""

    __tablename__ = "requests"
    __table_args__ = (
        within("students", "student_id"),
        within("opportunities", "opportunity_id"),
        sa.Index("ix_requests_opportunity", "round_id", "opportunity_id"),
    )
    round_id: str = round_key()
    student_id: str = outer_key()
    opportunity_id: str = outer_key()
    school_id: str = Field(max_length=200)
    cells: dict[str, str] = Field(sa_column=json_column())


class DecisionRow(SQLModel, table=True):
    """A coordinator's order in a round; `school_id` is blank when it names no student."""

    __tablename__ = "decisions"
    decision_id: str = Field(primary_key=True, max_length=64)
    round_id: str = Field(foreign_key="rounds.round_id", ondelete="CASCADE", index=True, max_length=64)
    schools: str = Field(default="", description="the schools of the students it names, as ;a;b;")
    cells: dict[str, str] = Field(sa_column=json_column())
    imported: bool = False
    created_at: str = Field(default_factory=now)
    created_by: str = ""


class ImportRow(SQLModel, table=True):
    """An upload and what was wrong with it."""

    __tablename__ = "imports"
    import_id: str = Field(primary_key=True, max_length=64)
    round_id: str = Field(foreign_key="rounds.round_id", ondelete="CASCADE", index=True, max_length=64)
    accepted: bool
    errors: int
    warnings: int
    issues: list[dict[str, Any]] = Field(sa_column=json_column())
    counts: dict[str, int] = Field(sa_column=json_column())
    sha256: str = ""
    revision: int = 0
    created_at: str = Field(default_factory=now)
    created_by: str = ""
