"""What is known over several terms: where students have been, which mentors return, how schools fared."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from sqlmodel import Session, col, select

from api.auth import Caller
from api.store.nouns import NOUNS, seen
from api.tables import MentorRow, PublicationRow, ResultRow, RoundRow, RoundSchoolRow, StudentRow

SMALL = 10
CAPS = ((300, 1), (100, 2), (40, 5), (20, 10), (10, 20))
"""From so many students on, shares are told only between this and 100 less this."""


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


def measures(session: Session, who: Caller, round_id: str | None) -> list[dict[str, Any]]:
    """Per published plan and school: how its seekers fared."""
    question = select(PublicationRow).where(PublicationRow.ended_at == "").order_by(col(PublicationRow.published_at))
    if round_id is not None:
        question = question.where(PublicationRow.round_id == round_id)
    found = []
    for publication in session.exec(question).all():
        placed: dict[str, list[dict[str, str]]] = defaultdict(list)
        left: dict[str, int] = defaultdict(int)
        rows = select(ResultRow).where(ResultRow.run_id == publication.run_id, col(ResultRow.kind).in_(("placements", "unplaced")))
        for row in session.exec(rows):
            if row.kind == "placements":
                placed[row.school_id].append(row.cells)
            elif row.cells.get("code") != "not_ready":
                left[row.school_id] += 1
        found += [
            {"round_id": publication.round_id, "run_id": publication.run_id, "school_id": school, **_measure(placed[school], left[school])}
            for school in sorted({*placed, *left} - {""})
            if who.sees(school)
        ]
    return found


def _measure(placed: list[dict[str, str]], left: int) -> dict[str, Any]:
    seekers = len(placed) + left
    if seekers < SMALL:
        return {"seekers": None, "placed_percent": None, "mean_points": None, "mean_minutes": None}
    cap = next(cap for least, cap in CAPS if seekers >= least)
    share = min(max(100 * len(placed) / seekers, cap), 100 - cap)
    enough = len(placed) >= SMALL
    means = {
        f"mean_{name}": round(sum(int(row[name]) for row in placed) / len(placed), 1) if enough else None for name in ("points", "minutes")
    }
    return {"seekers": seekers, "placed_percent": round(share, 1), **means}
