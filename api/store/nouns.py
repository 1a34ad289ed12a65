"""The six tables of things with ids: which table, which id, what of it other rows are found by."""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col, select

from api.auth import Caller
from api.problems import Problem, not_found
from api.tables import MentorRow, OpportunityRow, RequestRow, SchoolRow, SiteRow, StudentRow
from matcher.domain import TABLES

CHUNK = 4000
"""Rows in one statement or one question; below what SQLite takes as parameters."""
ID_JOIN = "~"
"""Between the two ids that name a request."""
DEMAND = frozenset({"students", "requests"})
"""Tables that say who looks for a place; the others say what there is."""


@dataclass(frozen=True)
class Noun:
    """A table of the contract in the database.

    Attributes
    ----------
    ids : the columns that name a row.
    facts : further cells that stand in a column of their own, so that they can be asked for.
    """

    name: str
    one: str
    table: Any
    ids: tuple[str, ...]
    facts: tuple[str, ...] = ()

    def id_of(self, row: Any) -> str:
        """The id of a row in addresses."""
        return ID_JOIN.join(getattr(row, column) for column in self.ids)

    def columns(self) -> list[Any]:
        """The id columns."""
        return [col(getattr(self.table, column)) for column in self.ids]


NOUNS = {
    noun.name: noun
    for noun in (
        Noun("schools", "school", SchoolRow, ("school_id",)),
        Noun("students", "student", StudentRow, ("student_id",), ("school_id",)),
        Noun("sites", "site", SiteRow, ("site_id",), ("schools",)),
        Noun("mentors", "mentor", MentorRow, ("mentor_id",), ("site_id",)),
        Noun("opportunities", "opportunity", OpportunityRow, ("opportunity_id",), ("site_id",)),
        Noun("requests", "request", RequestRow, ("student_id", "opportunity_id")),
    )
}
"""In the order in which rows refer to each other."""


@dataclass(frozen=True)
class Page:
    """Which part of a list is wanted."""

    limit: int = 100
    cursor: str | None = None

    def after(self) -> list[str] | None:
        """The key of the last row of the page before."""
        if not self.cursor:
            return None
        try:
            found = json.loads(urlsafe_b64decode(self.cursor.encode() + b"=="))
        except ValueError:
            found = None
        if not isinstance(found, list) or not all(isinstance(part, str) and "\0" not in part for part in found):
            raise Problem(422, "bad_cursor", "This cursor was not given out here.")
        return found


def cursor_of(*key: str) -> str:
    """A key as an opaque text."""
    return urlsafe_b64encode(json.dumps(key).encode()).decode().rstrip("=")


def read_page(session: Session, question: Any, keys: Sequence[Any], page: Page) -> tuple[list[Any], str | None]:
    """The rows of a page in order of these columns, and the cursor of the next one."""
    after = page.after()
    if after is not None:
        if len(after) != len(keys):
            raise Problem(422, "bad_cursor", "This cursor belongs to another list.")
        question = question.where(sa.tuple_(*keys) > sa.tuple_(*[sa.literal(part) for part in after]))
    rows = list(session.exec(question.order_by(*keys).limit(page.limit + 1)).all())
    if len(rows) <= page.limit:
        return rows, None
    rows = rows[: page.limit]
    return rows, cursor_of(*[getattr(rows[-1], key.key) for key in keys])


def _listed(names: Iterable[str]) -> str:
    """Names as a text in which each stands between semicolons."""
    found = sorted(names)
    return f";{';'.join(found)};" if found else ""


def sites_seen(round_id: str, schools: Iterable[str] | None) -> Any:
    """A question for the ids of the sites that some of these schools may use."""
    question = select(SiteRow.site_id).where(SiteRow.round_id == round_id)
    if schools is None:
        return question
    own = [col(SiteRow.schools).contains(f";{school};", autoescape=True) for school in schools]
    return question.where(sa.or_(col(SiteRow.schools) == "", *own))


def seen(noun: Noun, round_id: str, caller: Caller) -> Any:
    """A question for the rows of a round that this caller may see."""
    question = select(noun.table).where(noun.table.round_id == round_id)
    if caller.schools is None:
        return question
    if noun.name in {"schools", "students", "requests"}:
        return question.where(col(noun.table.school_id).in_(caller.schools))
    return question.where(col(noun.table.site_id).in_(sites_seen(round_id, caller.schools)))


def find(session: Session, noun: Noun, round_id: str, row_id: str, caller: Caller) -> Any:
    """One row by its id, or 404 when it is not there or not for this caller."""
    parts = row_id.split(ID_JOIN) if len(noun.ids) > 1 else [row_id]
    if len(parts) != len(noun.ids):
        raise not_found(noun.one)
    question = seen(noun, round_id, caller).where(*[column == part for column, part in zip(noun.columns(), parts, strict=True)])
    row = session.exec(question).first()
    if row is None:
        raise not_found(noun.one)
    return row


def rows_of(session: Session, noun: Noun, round_id: str) -> Iterator[dict[str, str]]:
    """The cells of every row, in order of ids."""
    question = select(noun.table.cells).where(noun.table.round_id == round_id).order_by(*noun.columns())
    yield from session.exec(question.execution_options(yield_per=CHUNK))


def record(noun: Noun, round_id: str, cells: dict[str, str], school_of: dict[str, str]) -> dict[str, Any]:
    """A row for the database."""
    row: dict[str, Any] = {"round_id": round_id, "cells": {k: v for k, v in cells.items() if v != ""}}
    for column in (*noun.ids, *noun.facts):
        value = cells.get(column, "")
        row[column] = _listed(part.strip() for part in value.split(";") if part.strip()) if column == "schools" else value
    if noun.name == "requests":
        row["school_id"] = school_of.get(row["student_id"], "")
    return row


def insert_all(session: Session, noun: Noun, rows: Iterable[dict[str, Any]]) -> int:
    """Add rows that are not there yet."""
    count = 0
    for chunk in chunks(rows):
        session.execute(sa.insert(noun.table), chunk)
        count += len(chunk)
    return count


def chunks(rows: Iterable[Any]) -> Iterator[list[Any]]:
    """The rows in pieces that one statement takes."""
    left = iter(rows)
    while chunk := list(islice(left, CHUNK)):
        yield chunk


def upsert_all(session: Session, noun: Noun, rows: list[dict[str, Any]]) -> None:
    """Add rows, or replace those with the same ids."""
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    keys = ["round_id", *noun.ids]
    for chunk in chunks(rows):
        statement = insert(noun.table)
        others = {column: statement.excluded[column] for column in chunk[0] if column not in keys}
        session.execute(statement.on_conflict_do_update(index_elements=keys, set_=others), chunk)


def present(session: Session, noun: Noun, round_id: str, rows: Sequence[dict[str, Any]]) -> dict[tuple[str, ...], Any]:
    """The rows that are there already of those that are to be written, by their ids."""
    found: dict[tuple[str, ...], Any] = {}
    first = noun.columns()[0]
    for chunk in chunks(sorted({row[noun.ids[0]] for row in rows})):
        for row in session.exec(select(noun.table).where(noun.table.round_id == round_id, first.in_(chunk))):
            found[tuple(getattr(row, column) for column in noun.ids)] = row
    return found


def school_of_students(session: Session, round_id: str, students: Iterable[str]) -> dict[str, str]:
    """The school of each of these students."""
    found: dict[str, str] = {}
    for chunk in chunks(sorted(set(students))):
        question = select(StudentRow.student_id, StudentRow.school_id)
        wanted = question.where(StudentRow.round_id == round_id, col(StudentRow.student_id).in_(chunk))
        found.update(session.exec(wanted).all())
    return found


def columns_of(noun_name: str) -> list[str]:
    """The columns of a table of the contract, in its order."""
    return list(TABLES[noun_name].model_fields)
