"""Retention: what a term that is over no longer needs is removed; what is kept is told, with the reason."""

from __future__ import annotations

from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from api import audit_log
from api.database import ALL, Database, migrate
from api.settings import ServiceSettings
from api.tables import (
    DecisionRow,
    IdempotencyRow,
    ImportRow,
    MentorRow,
    PublicationRow,
    RequestRow,
    ResultFileRow,
    ResultRow,
    RoundFileRow,
    RoundRow,
    RunRow,
    SnapshotRow,
    StudentRow,
    now,
)

KEPT_OF_STUDENT = ("student_id", "school_id", "grade")
KEPT_OF_MENTOR = ("mentor_id", "site_id", "max_students")
KEPT_OF_RESULT = ("student_id", "opportunity_id", "site_id", "mentor_id", "sessions", "points", "mode", "minutes", "transfers")
WHY = (
    "kept: the ids, school and grade of students, and where published plans placed them - history of where each student has been",
    "kept: ids of mentors and their sites - which mentors return",
    "kept: publications and the audit log - who decided what; they hold no personal data but ids",
    "kept: sites, opportunities, schools, rule packs - they tell of no person",
)


def purge(settings: ServiceSettings, ended_before: date, *, really: bool) -> dict[str, Any]:
    """Remove personal data of rounds that ended before a day; without `really` only say what would go."""
    migrate(settings)
    db = Database(settings)
    try:
        with db.writing(ALL) as session:
            wanted = select(RoundRow).where(RoundRow.ends != "", RoundRow.ends < ended_before.isoformat(), RoundRow.purged_at == "")
            rounds = session.exec(wanted.order_by(col(RoundRow.ends))).all()
            removed = [_purge_round(session, row, really=really) for row in rounds]
            if really and rounds:
                _answers(session)
    finally:
        db.close()
    return {"rounds": [row.round_id for row in rounds], "removed": removed, "kept": list(WHY), "done": really}


def _purge_round(session: Session, row: RoundRow, *, really: bool) -> str:
    round_id = row.round_id
    published = set(session.exec(select(PublicationRow.run_id).where(PublicationRow.round_id == round_id)).all())
    runs = set(session.exec(select(RunRow.run_id).where(RunRow.round_id == round_id)).all())
    students = session.exec(select(StudentRow).where(StudentRow.round_id == round_id)).all()
    told = (
        f"{round_id} ({row.name}, ended {row.ends}): names, birth dates, texts, addresses, needs and documents of {len(students)} "
        f"students; names and documents of mentors; requests, decisions, uploads, files of {len(runs)} runs; "
        f"results of {len(runs - published)} runs that were never published, and the reasons of the others"
    )
    if not really:
        return f"would be removed: {told}"
    for student in students:
        student.cells = _only(student.cells, KEPT_OF_STUDENT)
    for mentor in session.exec(select(MentorRow).where(MentorRow.round_id == round_id)):
        mentor.cells = _only(mentor.cells, KEPT_OF_MENTOR)
    for table in (RequestRow, DecisionRow, ImportRow, RoundFileRow):
        session.execute(sa.delete(table).where(col(table.round_id) == round_id))
    session.execute(sa.delete(ResultFileRow).where(col(ResultFileRow.run_id).in_(runs)))
    session.execute(sa.delete(ResultRow).where(col(ResultRow.run_id).in_(runs - published)))
    for result in session.exec(select(ResultRow).where(col(ResultRow.run_id).in_(published))):
        result.cells = _only(result.cells, KEPT_OF_RESULT)
    session.execute(sa.update(SnapshotRow).where(col(SnapshotRow.round_id) == round_id).values(data=b""))
    session.execute(sa.update(RunRow).where(col(RunRow.round_id) == round_id).values(error={}))
    row.purged_at = now()
    row.revision += 1
    row.supply_revision = row.revision
    session.add(row)
    audit_log.note(session, "command line", "round.purged", round_id, after={"students": len(students), "runs": len(runs)})
    return f"removed: {told}"


def _answers(session: Session) -> None:
    """Remembered answers hold issues and rows; a POST so old is not sent again."""
    session.execute(sa.delete(IdempotencyRow))


def _only(cells: dict[str, str], kept: tuple[str, ...]) -> dict[str, str]:
    return {name: cells[name] for name in kept if name in cells}
