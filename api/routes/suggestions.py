"""Suggestions: the best lawful opportunities for a student of the round, or for a profile that is not kept."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated, Literal

import sqlalchemy as sa
from fastapi import APIRouter, Query, Request
from fastapi import Path as PathParameter
from pydantic import ValidationError
from sqlmodel import Session, col, select

from api import views
from api.auth import Caller, Role
from api.deps import Anybody, Db, noted
from api.desk import Desk, Offers
from api.problems import Problem, not_found
from api.routes.nouns import AnyRound
from api.schemas import Pagination, Profile, SuggestionOut, Suggestions
from api.store import folders, rounds
from api.store.nouns import NOUNS, find
from api.tables import DecisionRow, RequestRow, RoundRow
from matcher.domain import Request as Wish
from matcher.domain import Student

if TYPE_CHECKING:
    import numpy as np

    from matcher.warm import Option

router = APIRouter(tags=["suggestions"])
VISITOR = "(profile)"
LIVE = ("wish", "pursuing")


@router.get("/v1/students/{student_id}/suggestions", operation_id="suggest_for_student", summary="Suggest opportunities to a student")
def suggest_for_student(
    student_id: Annotated[str, PathParameter(max_length=200)],
    who: Anybody,
    db: Db,
    request: Request,
    round_id: AnyRound = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 10,
    cluster: Annotated[str | None, Query(max_length=200, description="Only of this career cluster.")] = None,
    placement_kind: Annotated[Literal["unpaid_learning", "paid_employment"] | None, Query()] = None,
    max_minutes: Annotated[int | None, Query(ge=0, le=1440, description="Only so far away, one way.")] = None,
    open_only: Annotated[bool, Query(description="Only with a seat that the published plan leaves.")] = False,
) -> Suggestions:
    """The best lawful opportunities as the data is now, best first, with reasons, travel, open seats and how many others want them."""
    with db.reading(who.seen) as session:
        wanted = round_id or rounds.round_of_noun(session, "students", student_id, who)
        row = rounds.find_round(session, wanted, who)
        found = find(session, NOUNS["students"], wanted, student_id, who)
        student: Student = folders.parsed("students", found.cells)
        asked = select(RequestRow.cells).where(RequestRow.round_id == wanted, RequestRow.student_id == student_id)
        wishes = [folders.parsed("requests", dict(cells)) for cells in session.exec(asked)]
        published = rounds.published_run(session, wanted)
    question = _Question(limit, cluster, placement_kind, max_minutes, open_only)
    return _answer(request, db, who, row, published, student, wishes, question)


@router.post("/v1/suggestions", operation_id="suggest_for_profile", summary="Suggest opportunities to a profile")
def suggest_for_profile(body: Profile, who: Anybody, db: Db, request: Request) -> Suggestions:
    """The same for somebody described in the body; nothing of it is stored or logged.

    What is left out is taken as for an ordinary student: sixteen, grade 11, parent's consent and emergency contacts in date.
    """
    with db.reading(who.seen) as session:
        row = rounds.find_round(session, body.round_id or rounds.newest_round(session, who), who)
        published = rounds.published_run(session, row.round_id)
    student = _visitor(body, row, who)
    question = _Question(body.limit, body.cluster, body.placement_kind, body.max_travel_minutes, False)
    return _answer(request, db, who, row, published, student, [], question)


class _Question:
    def __init__(self, limit: int, cluster: str | None, kind: str | None, max_minutes: int | None, open_only: bool) -> None:
        self.limit, self.cluster, self.kind = limit, (cluster or "").casefold(), kind
        self.max_minutes, self.open_only = max_minutes, open_only


def _answer(
    request: Request, db: Db, who: Caller, row: RoundRow, published: str | None, student: Student, wishes: list[Wish], question: _Question
) -> Suggestions:
    from matcher.warm import Wanted

    desk: Desk = request.app.state.desk
    offers = desk.offers(row.round_id, row.supply_revision)
    if student.school_id not in offers.warm.round.school:
        raise not_found("school")
    used = desk.used_seats(published) if published else {}
    wanted = Wanted(question.limit, _allowed(offers, used, question), question.max_minutes)
    options = offers.warm.options(student, wishes, wanted)
    with db.reading(who.seen) as session:
        if offers.revision < row.supply_revision:
            options = _still_allowed(session, row.round_id, student.student_id, offers, options)
        others = _contested(session, row.round_id, student.student_id, [o.opportunity_id for o in options])
    if student.student_id != VISITOR and who.role == "coordinator":
        noted(db, who, "suggestions.read", f"{row.round_id}/{student.student_id}")
    items = [_shown(option, used, others, who.role) for option in options]
    pagination = Pagination(limit=question.limit, next_cursor=None)
    return Suggestions(items=items, pagination=pagination, round_id=row.round_id, revision=offers.revision)


def _allowed(offers: Offers, used: dict[tuple[str, str], int], question: _Question) -> np.ndarray | None:
    from matcher.warm import mask

    if not (question.cluster or question.kind or question.open_only):
        return None
    least: dict[str, int] = {}
    for (opportunity_id, _), n in used.items() if question.open_only else ():
        least[opportunity_id] = min(n, least.get(opportunity_id, n))
    site = offers.warm.round.site
    keep = []
    for offer in offers.warm.opportunities:
        cluster = (offer.cluster or site[offer.site_id].cluster).casefold()
        good = (not question.cluster or cluster == question.cluster) and (not question.kind or offer.placement_kind == question.kind)
        keep.append(good and least.get(offer.opportunity_id, 0) < offer.seats)
    return mask(offers.warm, keep)


def _still_allowed(session: Session, round_id: str, student_id: str, offers: Offers, options: list[Option]) -> list[Option]:
    """While offers are made anew: what a ban or a no-contact decision of this moment takes away is taken away at once."""
    orders = [dict(cells) for cells in session.exec(select(DecisionRow.cells).where(DecisionRow.round_id == round_id))]
    own = [(o["kind"], {o["a"], o["b"]}) for o in orders if student_id in {o["a"], o["b"]}]
    banned = set().union(*(pair for kind, pair in own if kind == "ban"))
    avoided = set().union(*(pair for kind, pair in own if kind == "no_contact"))
    sites = {m.site_id for m in offers.warm.round.mentors if m.mentor_id in avoided}
    return [o for o in options if o.opportunity_id not in banned and o.site_id not in sites]


_WAITING = (
    select(RequestRow.opportunity_id, sa.func.count())
    .where(RequestRow.round_id == sa.bindparam("round_id"), RequestRow.student_id != sa.bindparam("student_id"))
    .where(col(RequestRow.opportunity_id).in_(sa.bindparam("opportunities", expanding=True)))
    .where(sa.func.coalesce(col(RequestRow.cells)["state"].as_string(), "wish").in_(LIVE))
    .group_by(col(RequestRow.opportunity_id))
)
"""Made once: to put it together takes longer than to ask it."""


def _contested(session: Session, round_id: str, student_id: str, opportunities: Iterable[str]) -> dict[str, int]:
    """How many other students want each of these."""
    given = {"round_id": round_id, "student_id": student_id, "opportunities": list(opportunities)}
    return {str(opportunity_id): int(count) for opportunity_id, count in session.execute(_WAITING, given)}


def _shown(option: Option, used: dict[tuple[str, str], int], others: dict[str, int], role: Role) -> SuggestionOut:
    taken = used.get((option.opportunity_id, option.sessions), 0)
    told = {name: getattr(option, name) for name in SuggestionOut.model_fields if hasattr(option, name)}
    told["reason"] = views.suggestion(option.reason, role)
    return SuggestionOut(
        **told, site_name=option.site, open_seats=max(0, option.seats - taken), contested=others.get(option.opportunity_id, 0)
    )


def _visitor(body: Profile, row: RoundRow, who: Caller) -> Student:
    schools = [school for school in row.schools if who.sees(school)]
    school_id = body.school_id or next(iter(schools), "")
    if school_id not in schools:
        raise not_found("school")
    starts, ends = row.starts, row.ends
    papers = body.documents if body.documents is not None else f"parent_consent:{starts}..{ends};emergency_contacts:{starts}..{ends}"
    born = body.birth_date or (f"{int(starts[:4]) - 17}-01-01" if starts else None)
    facts = {
        "student_id": VISITOR,
        "school_id": school_id,
        "grade": body.grade or 11,
        "birth_date": born,
        "interests": body.interests,
        "avoid": body.avoid,
        "goals": body.goals,
        "languages": tuple(body.languages),
        "needs": tuple(body.needs),
        "programs": tuple(body.programs),
        "travel_modes": tuple(body.travel_modes),
        "max_travel_minutes": body.max_travel_minutes,
        "lat": body.lat,
        "lon": body.lon,
        "starts_from": "home" if body.lat is not None and body.lon is not None else "school",
        "returns_to": "home" if body.lat is not None and body.lon is not None else "school",
        "available": body.available or (),
        "documents": papers,
    }
    try:
        return Student.model_validate({name: value for name, value in facts.items() if value not in (None, "")})
    except ValidationError as error:
        where = [str(e["loc"][0]) for e in error.errors()]
        raise Problem(422, "bad_profile", f"These fields cannot be read: {', '.join(where)}.") from None
