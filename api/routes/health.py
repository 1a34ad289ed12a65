"""/healthz, /readyz, /metrics: how the service is."""

from __future__ import annotations

import sqlalchemy as sa
from fastapi import APIRouter, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, generate_latest
from pydantic import BaseModel
from sqlmodel import select

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
