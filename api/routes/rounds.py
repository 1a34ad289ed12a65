"""/v1/rounds: the acts of placing, what they were fed and what was decided in them."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Response
from fastapi import Path as PathParameter
from sqlmodel import Session

from api import audit_log
from api.auth import Caller
from api.deps import Anybody, Coordinator, Db, IfMatch, Paged, Singly, Writer, check_match, etag
from api.schemas import Listed, NewRound, Pagination, RoundChange, RoundOut
from api.store import publications, rounds
from api.tables import RoundRow

router = APIRouter(prefix="/v1/rounds", tags=["rounds"])
RoundId = Annotated[str, PathParameter(max_length=64, description="A round.", examples=["rnd_0123456789abcdef0123"])]


def shown(session: Session, row: RoundRow, who: Caller) -> RoundOut:
    """A round as its reader sees it."""
    schools = row.schools if who.schools is None else sorted(set(row.schools) & who.schools)
    published = publications.in_force(session, row.round_id)
    return RoundOut(
        round_id=row.round_id,
        name=row.name,
        schools=schools,
        starts=row.starts,
        ends=row.ends,
        revision=row.revision,
        published_run_id=published.run_id if published else None,
        public_overrides=published.overrides if published else 0,
        created_at=row.created_at,
    )


def tag_of(row: RoundRow) -> str:
    """Changes with every change of the round."""
    return etag(row.round_id, row.revision, row.name)


@router.post("", status_code=201, response_model=RoundOut, operation_id="create_round", summary="Make a round")
def create_round(body: NewRound, who: Writer, once: Singly) -> Response:
    """Make an empty round; an import fills it."""

    def make(session: Session) -> tuple[int, dict[str, Any], str]:
        row = rounds.create_round(session, who, body.name, body.schools)
        audit_log.note(session, who.key_id, "round.created", row.round_id, after={"name": row.name, "schools": row.schools})
        return 201, shown(session, row, who).model_dump(), f"/v1/rounds/{row.round_id}"

    return once(body.model_dump(), make)


@router.get("", operation_id="list_rounds", summary="List rounds")
def list_rounds(who: Anybody, db: Db, page: Paged) -> Listed[RoundOut]:
    """The rounds of this key's schools."""
    with db.reading(who.seen) as session:
        rows, cursor = rounds.list_rounds(session, who, page)
        items = [shown(session, row, who) for row in rows]
    return Listed(items=items, pagination=Pagination(limit=page.limit, next_cursor=cursor))


@router.get("/{round_id}", operation_id="get_round", summary="Read a round")
def get_round(round_id: RoundId, who: Anybody, db: Db, response: Response) -> RoundOut:
    """One round; its ETag is needed to change it."""
    with db.reading(who.seen) as session:
        row = rounds.find_round(session, round_id, who)
        response.headers["ETag"] = tag_of(row)
        return shown(session, row, who)


@router.patch("/{round_id}", operation_id="change_round", summary="Rename a round")
def change_round(round_id: RoundId, body: RoundChange, who: Coordinator, db: Db, response: Response, if_match: IfMatch = None) -> RoundOut:
    """Change what a round is called; the state that is changed is named by If-Match."""
    with db.writing(who.seen) as session:
        row = rounds.find_round(session, round_id, who, whole=True, lock=True)
        check_match(if_match, tag_of(row))
        before, row.name = row.name, body.name
        session.add(row)
        audit_log.note(session, who.key_id, "round.renamed", round_id, before={"name": before}, after={"name": body.name})
        session.flush()
        response.headers["ETag"] = tag_of(row)
        return shown(session, row, who)
