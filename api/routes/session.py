"""/sign-in and /v1/session: how a browser comes to act for somebody, who that is, and how it ends."""

from __future__ import annotations

from typing import Annotated

import sqlalchemy as sa
from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import JSONResponse, RedirectResponse
from pydantic import BaseModel, Field, StringConstraints
from sqlmodel import Session, col

from api import audit_log
from api.auth import COOKIE, LINK_KEY, SESSION_HOURS, Role, find_caller, use_sign_in
from api.bodies import Model
from api.database import ALL
from api.deps import Anybody, Db, Limiter, same_origin
from api.problems import Problem
from api.routes import pages
from api.tables import KeyRow, now

router = APIRouter(tags=["session"])
LINK_USED = "This link was used already or is too old; matcher keys sign-in prints a new one."


class SessionOut(BaseModel):
    """Who asks, and what they may."""

    name: str
    person: str
    role: Role
    schools: list[str] = Field(description="Ids, or `*` for all.")


class SignIn(Model):
    """A key to act with in this browser."""

    key: Annotated[str, StringConstraints(min_length=1, max_length=200)] = Field(description="The secret of a key.", examples=["ml_..."])


def _with_cookie(response: Response, request: Request, secret: str) -> Response:
    secure = request.url.scheme == "https"
    response.set_cookie(COOKIE, secret, max_age=SESSION_HOURS * 3600, httponly=True, samesite="strict", secure=secure)
    return response


@router.get("/sign-in", include_in_schema=False)
def sign_in(db: Db, request: Request, token: Annotated[str | None, Query(min_length=20, max_length=200)] = None) -> Response:
    """Turns the link that `matcher serve` prints into a session of this browser; the link works once. Without one, a page to sign in."""
    if token is None:
        return pages.shown("sign_in")
    with db.writing(ALL) as session:
        secret = use_sign_in(session, token)
        if secret is not None:
            audit_log.note(session, "sign-in link", "signed_in")
    if secret is None:
        if "text/html" in request.headers.get("accept", ""):
            return pages.shown("sign_in", 401, used=True)
        raise Problem(401, "link_used", LINK_USED)
    return _with_cookie(RedirectResponse("/", 303), request, secret)


@router.post("/v1/session", status_code=201, response_model=SessionOut, operation_id="create_session", summary="Sign a browser in")
def create_session(body: SignIn, db: Db, request: Request) -> Response:
    """Keep a key in a cookie that no script can read, so that the pages act with it; only the pages of this service can do this."""
    if not same_origin(request):
        raise Problem(403, "other_origin", "A browser signs in only from the pages of this service.")
    with db.reading(ALL) as session:
        found = find_caller(session, body.key.strip())
    if found is None:
        limiter: Limiter = request.app.state.limiter
        limiter.unknown(request.client.host if request.client else "")
        raise Problem(401, "no_valid_key", "This key is not valid, or no longer.")
    who, _ = found
    with db.writing(ALL) as session:
        audit_log.note(session, who.key_id, "signed_in")
    told = SessionOut(name=who.name, person=who.person, role=who.role, schools=sorted(who.schools or [ALL]))
    return _with_cookie(JSONResponse(told.model_dump(), 201), request, body.key.strip())


@router.get("/v1/session", operation_id="get_session", summary="Who am I?")
def get_session(who: Anybody) -> SessionOut:
    """Name, role and schools of the key that asks."""
    return SessionOut(name=who.name, person=who.person, role=who.role, schools=sorted(who.schools or [ALL]))


@router.delete("/v1/session", status_code=204, operation_id="delete_session", summary="Sign a browser out")
def delete_session(who: Anybody, db: Db) -> Response:
    """Forget the cookie; a session that a sign-in link began ends for good, a key of one's own goes on."""
    with db.writing(ALL) as session:
        _end_link_session(session, who.key_id)
        audit_log.note(session, who.key_id, "signed_out")
    response = Response(status_code=204)
    response.delete_cookie(COOKIE, httponly=True, samesite="strict")
    return response


def _end_link_session(session: Session, key_id: str) -> None:
    row = session.get(KeyRow, key_id)
    if row is not None and (row.name, row.person) == LINK_KEY:
        session.execute(sa.update(KeyRow).where(col(KeyRow.key_id) == key_id).values(revoked_at=now()))
