"""Rounds: who may see them, what they hold, and the number of their latest change."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from api.auth import Caller
from api.problems import Problem, not_found
from api.store.nouns import DEMAND, NOUNS, Page, read_page
from api.tables import PublicationRow, RoundRow, RoundSchoolRow, RunRow, StudentRow, new_id


def create_round(session: Session, caller: Caller, name: str, schools: Iterable[str] | None) -> RoundRow:
    """A new round without tables, for these schools or for all that the caller has."""
    wanted = sorted(set(schools)) if schools is not None else sorted(caller.schools or ())
    if any(not caller.sees(school) for school in wanted):
        raise not_found("school")
    row = RoundRow(round_id=new_id("rnd"), name=name, schools=[], created_by=caller.key_id)
    session.add(row)
    session.flush()
    set_schools(session, row, wanted)
    return row


def set_schools(session: Session, row: RoundRow, schools: Iterable[str]) -> None:
    """Open a round to more schools."""
    new = sorted(set(schools) - set(row.schools))
    session.execute(sa.insert(RoundSchoolRow), [{"round_id": row.round_id, "school_id": s} for s in new]) if new else None
    row.schools = sorted({*row.schools, *new})
    session.add(row)
    session.flush()


def _seen(caller: Caller) -> Any:
    question = select(RoundRow)
    if caller.schools is None:
        return question
    own = select(RoundSchoolRow.round_id).where(col(RoundSchoolRow.school_id).in_(caller.schools))
    return question.where(col(RoundRow.round_id).in_(own))


def list_rounds(session: Session, caller: Caller, page: Page) -> tuple[list[RoundRow], str | None]:
    """Rounds of the caller's schools."""
    return read_page(session, _seen(caller), [col(RoundRow.round_id)], page)


def find_round(session: Session, round_id: str, caller: Caller, *, whole: bool = False, lock: bool = False) -> RoundRow:
    """One round, or 404; with `whole`, 403 unless every school of the round is the caller's."""
    question = _seen(caller).where(RoundRow.round_id == round_id)
    row: RoundRow | None = session.exec(question.with_for_update() if lock else question).first()
    if row is None:
        raise not_found("round")
    if whole and not sees_whole(row, caller):
        raise Problem(403, "shared_round", "This round has schools that this key does not have; a key with all of them can do this.")
    return row


def sees_whole(row: RoundRow, caller: Caller) -> bool:
    """Whether every school of the round is the caller's."""
    return caller.schools is None or set(row.schools) <= caller.schools


def touch(session: Session, row: RoundRow, tables: Iterable[str] = ()) -> int:
    """Count a change; without names of tables, or with a table of what there is, suggestions are made anew from it."""
    named = set(tables)
    row.revision += 1
    if not named or named - DEMAND:
        row.supply_revision = row.revision
    session.add(row)
    session.flush()
    return row.revision


def round_of_noun(session: Session, noun_name: str, row_id: str, caller: Caller) -> str:
    """The newest round that holds this row, when nobody says which; 404 when none does."""
    noun = NOUNS[noun_name]
    first = noun.columns()[0]
    question = (
        select(RoundRow.round_id)
        .join(noun.table, noun.table.round_id == RoundRow.round_id)
        .where(first == row_id.split("~", maxsplit=1)[0])
        .order_by(col(RoundRow.created_at).desc())
    )
    if caller.schools is not None:
        own = select(RoundSchoolRow.round_id).where(col(RoundSchoolRow.school_id).in_(caller.schools))
        question = question.where(col(RoundRow.round_id).in_(own))
        if noun_name in {"schools", "students", "requests"}:
            question = question.where(col(noun.table.school_id).in_(caller.schools))
    found = session.exec(question.limit(1)).first()
    if found is None:
        raise not_found(noun.one)
    return str(found)


def newest_round(session: Session, caller: Caller) -> str:
    """The newest round that the caller sees; 404 when there is none."""
    row = session.exec(_seen(caller).order_by(col(RoundRow.created_at).desc()).limit(1)).first()
    if row is None:
        raise not_found("round")
    return str(row.round_id)


def published_run(session: Session, round_id: str) -> str | None:
    """The run of a round that is in force."""
    return session.exec(select(PublicationRow.run_id).where(PublicationRow.round_id == round_id, PublicationRow.ended_at == "")).first()


def find_run(session: Session, run_id: str, caller: Caller) -> tuple[RunRow, RoundRow]:
    """A run and its round, or 404."""
    run = session.exec(select(RunRow).where(RunRow.run_id == run_id).execution_options(populate_existing=True)).first()
    if run is None:
        raise not_found("run")
    try:
        return run, find_round(session, run.round_id, caller)
    except Problem:
        raise not_found("run") from None


def student_cells(session: Session, round_id: str, student_id: str) -> dict[str, str]:
    """What is known of a student, nothing when the row is gone."""
    row = session.get(StudentRow, (round_id, student_id))
    return dict(row.cells) if row is not None else {}
