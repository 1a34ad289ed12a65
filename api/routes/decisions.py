"""/v1/rounds/{id}/decisions: pins, bans and people to keep apart, together or out of contact."""

from __future__ import annotations

from typing import Annotated, Any

import sqlalchemy as sa
from fastapi import APIRouter, Query, Response
from fastapi import Path as PathParameter
from sqlmodel import Session, col, select

from api import audit_log, views
from api.auth import Caller
from api.deps import Anybody, Confidant, Coordinator, Db, Paged, Singly, noted
from api.problems import Problem, not_found
from api.routes.rounds import RoundId
from api.schemas import DecisionOut, Listed, NewDecision, Pagination
from api.store import folders, rounds
from api.store.nouns import Page, cursor_of, school_of_students
from api.tables import DecisionRow, MentorRow, OpportunityRow, RoundRow

router = APIRouter(prefix="/v1/rounds/{round_id}/decisions", tags=["decisions"])


def shown(row: DecisionRow, who: Caller) -> DecisionOut:
    """A decision; its note is for coordinators."""
    cells = row.cells
    note = cells.get("note", "") if who.role in Confidant else None
    return DecisionOut(
        decision_id=row.decision_id,
        kind=cells["kind"],
        a=cells["a"],
        b=cells["b"],
        until=cells.get("until", ""),
        note=note,
        created_at=row.created_at,
    )


def _visible(row: DecisionRow, round_: RoundRow, who: Caller) -> bool:
    schools = [school for school in row.schools.split(";") if school] or round_.schools
    return views.decision(row.cells, who.role) and all(who.sees(school) for school in schools)


@router.post("", status_code=201, response_model=DecisionOut, operation_id="create_decision", summary="Decide something")
def create_decision(round_id: RoundId, body: NewDecision, who: Coordinator, once: Singly) -> Response:
    """Pin a student to an opportunity, ban one, or say which two persons; the next run keeps to it, or names what contradicts it."""

    def make(session: Session) -> tuple[int, dict[str, Any], str]:
        row = rounds.find_round(session, round_id, who, lock=True)
        school_of = school_of_students(session, round_id, (body.a, body.b))
        _check(session, round_id, body, school_of, row, who)
        cells = {key: str(value) for key, value in body.model_dump().items() if value}
        new = DecisionRow(**folders.decision(round_id, cells, school_of, who.key_id, imported=False))
        session.add(new)
        rounds.touch(session, row)
        told = shown(new, who).model_dump()
        after = {"kind": body.kind, "a": body.a, "b": body.b, "until": body.until or ""}
        audit_log.note(session, who.key_id, "decision.made", new.decision_id, after=after)
        return 201, told, f"/v1/rounds/{round_id}/decisions/{new.decision_id}"

    return once(body.model_dump(), make)


def _check(session: Session, round_id: str, body: NewDecision, school_of: dict[str, str], row: RoundRow, who: Caller) -> None:
    """Both must be in the round, of the right kind, and the students of the caller's schools."""
    pair = body.kind in {"pin", "ban"}
    tables: list[tuple[str, bool, Any]] = [(body.a, True, None if pair else MentorRow.mentor_id)]
    tables.append((body.b, not pair, OpportunityRow.opportunity_id if pair else MentorRow.mentor_id))
    for name, may_be_student, other in tables:
        if may_be_student and name in school_of:
            if not who.sees(school_of[name]):
                raise not_found("student")
            continue
        there = other is not None and session.exec(select(other).where(other.class_.round_id == round_id, other == name)).first()
        if not there:
            raise not_found("opportunity" if pair and name == body.b else "student" if pair else "person")
    if not school_of and not rounds.sees_whole(row, who):
        raise Problem(403, "shared_round", "A decision without a student concerns every school of the round.")


@router.get("", operation_id="list_decisions", summary="List decisions")
def list_decisions(
    round_id: RoundId,
    who: Anybody,
    db: Db,
    page: Paged,
    kind: Annotated[str | None, Query(max_length=20, description="Only of this kind.")] = None,
) -> Listed[DecisionOut]:
    """Decisions about students of this key's schools; tools see pins and bans."""
    with db.reading(who.seen) as session:
        round_ = rounds.find_round(session, round_id, who)
        question = select(DecisionRow).where(DecisionRow.round_id == round_id).order_by(col(DecisionRow.decision_id))
        rows = [row for row in session.exec(question) if _visible(row, round_, who) and kind in {None, row.cells["kind"]}]
    rows, cursor = _paged(rows, page)
    if who.role in Confidant and any(row.cells["kind"] == "no_contact" for row in rows):
        noted(db, who, "decisions.read", round_id, after={"rows": len(rows)})
    return Listed(items=[shown(row, who) for row in rows], pagination=Pagination(limit=page.limit, next_cursor=cursor))


def _paged(rows: list[DecisionRow], page: Page) -> tuple[list[DecisionRow], str | None]:
    after = page.after()
    left = [row for row in rows if not after or row.decision_id > after[0]]
    return left[: page.limit], cursor_of(left[page.limit - 1].decision_id) if len(left) > page.limit else None


@router.delete("/{decision_id}", status_code=204, operation_id="delete_decision", summary="Take a decision back")
def delete_decision(
    round_id: RoundId,
    decision_id: Annotated[str, PathParameter(max_length=64)],
    who: Coordinator,
    db: Db,
    why: Annotated[str, Query(max_length=2000, description="The reason, for the audit log.")] = "",
) -> None:
    """The next run no longer keeps to it."""
    with db.writing(who.seen) as session:
        row = rounds.find_round(session, round_id, who, lock=True)
        found = session.get(DecisionRow, decision_id)
        if found is None or found.round_id != round_id or not _visible(found, row, who):
            raise not_found("decision")
        cells = {key: found.cells.get(key, "") for key in ("kind", "a", "b", "until")}
        session.execute(sa.delete(DecisionRow).where(col(DecisionRow.decision_id) == decision_id))
        rounds.touch(session, row)
        audit_log.note(session, who.key_id, "decision.taken_back", decision_id, before=cells, why=why)
