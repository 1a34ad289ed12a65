"""What is known over several terms: where students have been, which mentors return."""

from __future__ import annotations

from typing import Any

from sqlmodel import Session, col, select

from api.auth import Caller
from api.store.nouns import NOUNS, seen
from api.tables import MentorRow, PublicationRow, ResultRow, RoundRow, RoundSchoolRow, StudentRow


def of_student(session: Session, student_id: str, who: Caller) -> list[dict[str, str]]:
    """The placements of a student in published plans of the caller's schools."""
    question = (
        select(RoundRow, ResultRow)
        .join(PublicationRow, col(PublicationRow.round_id) == col(RoundRow.round_id))
        .join(ResultRow, col(ResultRow.run_id) == col(PublicationRow.run_id))
        .where(PublicationRow.ended_at == "", ResultRow.kind == "placements", ResultRow.student_id == student_id)
        .order_by(col(RoundRow.starts), col(RoundRow.round_id))
    )
    return [
        {"round_id": round_.round_id, "round": round_.name, "starts": round_.starts, "ends": round_.ends, **_where(row.cells)}
        for round_, row in session.exec(question)
        if who.sees(row.school_id)
    ]


def _where(cells: dict[str, str]) -> dict[str, str]:
    return {name: cells.get(name, "") for name in ("opportunity_id", "site_id", "mentor_id", "sessions")}


def is_known(session: Session, student_id: str, who: Caller) -> bool:
    """Whether a student of this id is in a round of the caller's schools."""
    found = session.exec(select(StudentRow.school_id).where(StudentRow.student_id == student_id)).all()
    return any(who.sees(school) for school in found)


def of_mentor(session: Session, mentor_id: str, who: Caller) -> list[dict[str, Any]]:
    """The rounds in which a mentor was, with the students placed with them."""
    found = []
    question = select(MentorRow.round_id).where(MentorRow.mentor_id == mentor_id)
    if who.schools is not None:
        own = select(RoundSchoolRow.round_id).where(col(RoundSchoolRow.school_id).in_(who.schools))
        question = question.where(col(MentorRow.round_id).in_(own))
    for round_id in session.exec(question).all():
        row = session.exec(seen(NOUNS["mentors"], round_id, who).where(MentorRow.mentor_id == mentor_id)).first()
        round_ = session.get(RoundRow, round_id)
        if row is not None and round_ is not None:
            told = {"round_id": round_id, "round": round_.name, "starts": round_.starts, "site_id": row.site_id}
            found.append(told | {"placed": _placed(session, round_id, mentor_id, who)})
    return sorted(found, key=lambda r: (r["starts"], r["round_id"]))


def _placed(session: Session, round_id: str, mentor_id: str, who: Caller) -> int:
    question = (
        select(ResultRow.school_id)
        .join(PublicationRow, col(ResultRow.run_id) == col(PublicationRow.run_id))
        .where(PublicationRow.round_id == round_id, PublicationRow.ended_at == "")
        .where(ResultRow.kind == "placements", ResultRow.mentor_id == mentor_id)
    )
    return sum(who.sees(school) for school in session.exec(question))
