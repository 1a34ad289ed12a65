"""What was published: at most one plan of a round is in force, and the earlier ones are kept."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from api.store.nouns import Page, read_page
from api.tables import OverrideRow, PublicationRow, ResultRow, new_id, now


def in_force(session: Session, round_id: str) -> PublicationRow | None:
    """The publication of a round that counts now."""
    return session.exec(select(PublicationRow).where(PublicationRow.round_id == round_id, PublicationRow.ended_at == "")).first()


def publish(session: Session, round_id: str, run_id: str, overrides: int, who: str) -> PublicationRow:
    """Put a run in force, in place of the one before."""
    earlier = in_force(session, round_id)
    if earlier is not None:
        _end(session, earlier, who, "another plan was published")
    row = PublicationRow(publication_id=new_id("pub"), round_id=round_id, run_id=run_id, overrides=overrides, published_by=who)
    session.add(row)
    session.flush()
    return row


def withdraw(session: Session, row: PublicationRow, who: str, why: str) -> None:
    """Take a published plan back; that it was published stays."""
    _end(session, row, who, why)


def _end(session: Session, row: PublicationRow, who: str, why: str) -> None:
    row.ended_at, row.ended_by, row.why = now(), who, why
    session.add(row)
    session.flush()


def list_publications(session: Session, round_id: str, page: Page) -> tuple[list[PublicationRow], str | None]:
    """Every publication of a round, the oldest first."""
    question = select(PublicationRow).where(PublicationRow.round_id == round_id)
    return read_page(session, question, [col(PublicationRow.published_at), col(PublicationRow.publication_id)], page)


def overrides_of(session: Session, run_id: str, *, agreed_only: bool = False) -> list[OverrideRow]:
    """Placements of a run against a rule."""
    question = select(OverrideRow).where(OverrideRow.run_id == run_id).order_by(col(OverrideRow.asked_at))
    return [row for row in session.exec(question) if row.agreed_at or not agreed_only]


def results(session: Session, run_id: str, kind: str, schools: frozenset[str] | None, page: Page) -> tuple[list[ResultRow], str | None]:
    """Rows of a result table that these schools may see: of their students, and of no student; not of one whose school is not known."""
    question = select(ResultRow).where(ResultRow.run_id == run_id, ResultRow.kind == kind)
    if schools is not None:
        of_nobody = sa.and_(col(ResultRow.school_id) == "", col(ResultRow.student_id) == "")
        question = question.where(sa.or_(col(ResultRow.school_id).in_(schools), of_nobody))
    after = page.after()
    if after is not None:
        question = question.where(col(ResultRow.position) > _position(after))
    rows: list[Any] = list(session.exec(question.order_by(col(ResultRow.position)).limit(page.limit + 1)).all())
    return rows[: page.limit], str(rows[page.limit - 1].position) if len(rows) > page.limit else None


def _position(after: list[str]) -> int:
    return int(after[0]) if len(after) == 1 and after[0].isdigit() and len(after[0]) < 10 else -1


def placement_of(session: Session, run_id: str, student_id: str) -> ResultRow | None:
    """Where a run places a student."""
    question = select(ResultRow).where(ResultRow.run_id == run_id, ResultRow.student_id == student_id, ResultRow.kind == "placements")
    return session.exec(question).first()


def used_seats(session: Session, run_id: str) -> dict[tuple[str, str], int]:
    """Seats taken by a run, per opportunity and sessions."""
    question = select(ResultRow.cells).where(ResultRow.run_id == run_id, ResultRow.kind == "seats")
    return {(cells["opportunity_id"], cells["sessions"]): int(cells["used"]) for cells in session.exec(question)}
