"""/healthz, /readyz, /metrics, and the sign-in link."""

from __future__ import annotations

from typing import Annotated

import sqlalchemy as sa
from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, generate_latest
from pydantic import BaseModel
from sqlmodel import select

from api import audit_log
from api.auth import COOKIE, SESSION_HOURS, use_sign_in
from api.database import ALL, is_current
from api.deps import Db
from api.problems import Problem
from api.store import runs
from api.tables import KeyRow
from matcher import __version__

router = APIRouter(tags=["operations"])


class Health(BaseModel):
    """How the service is."""

    status: str
    version: str


@router.get("/healthz", operation_id="healthz", summary="The process is alive")
def healthz() -> Health:
    """Answers as long as the process does."""
    return Health(status="ok", version=__version__)


@router.get("/readyz", operation_id="readyz", summary="The service can answer")
def readyz(db: Db, request: Request) -> Health:
    """Answers when the database does and has the tables of this version."""
    with db.reading(ALL) as session:
        session.exec(select(sa.func.count()).select_from(KeyRow)).one()
    if not is_current(request.app.state.settings):
        raise Problem(503, "not_ready", "The database has the tables of another version; run matcher migrate.")
    return Health(status="ready", version=__version__)


@router.get("/metrics", operation_id="metrics", summary="Numbers for Prometheus", response_class=Response)
def metrics(db: Db, request: Request) -> Response:
    """Requests by route, status and time; runs by status."""
    with db.reading(ALL) as session:
        for status, count in runs.waiting(session).items():
            request.app.state.runs_gauge.labels(status).set(count)
    return Response(generate_latest(REGISTRY), media_type=CONTENT_TYPE_LATEST)


@router.get("/sign-in", operation_id="sign_in", summary="Use the one-time link", response_class=RedirectResponse, include_in_schema=False)
def sign_in(db: Db, token: Annotated[str, Query(min_length=20, max_length=200)]) -> Response:
    """Turns the link that `matcher serve` prints into a session of this browser; the link works once."""
    with db.writing(ALL) as session:
        secret = use_sign_in(session, token)
        if secret is None:
            raise Problem(401, "link_used", "This link was used already or is too old; start the service again for a new one.")
        audit_log.note(session, "sign-in link", "signed_in")
    response = RedirectResponse("/", 303)
    response.set_cookie(COOKIE, secret, max_age=SESSION_HOURS * 3600, httponly=True, samesite="strict")
    return response


@router.get("/", response_class=HTMLResponse, include_in_schema=False)
def home() -> HTMLResponse:
    """A page without anything in it but where to go on."""
    return HTMLResponse(
        "<!doctype html><html lang=en><meta charset=utf-8><title>internship matcher</title>"
        "<h1>internship matcher</h1><p>The service is running. Its addresses are described in "
        "<a href=/v1/openapi.json>/v1/openapi.json</a> and in docs/api.md.</p></html>"
    )
