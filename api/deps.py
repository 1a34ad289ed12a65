"""What every route asks for: the database, who calls, a page of a list, and answers that are given once."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any
from urllib.parse import urlsplit

import sqlalchemy as sa
from fastapi import Depends, Header, Query, Request
from fastapi.responses import JSONResponse
from limits import RateLimitItem, parse
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter
from sqlmodel import Session

from api import audit_log
from api.auth import COOKIE, Caller, Role, find_caller, note_use
from api.database import ALL, Database
from api.problems import Problem
from api.settings import ServiceSettings
from api.store.nouns import Page
from api.tables import IdempotencyRow

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
MOST_TO_PAGE = 500
MOST_TO_COUNT = 1_000_000_000


class Limiter:
    """Requests per key, or per address for those without one, in this process."""

    def __init__(self, settings: ServiceSettings) -> None:
        self._window = MovingWindowRateLimiter(MemoryStorage())
        self._known = parse(settings.rate_limit) if settings.rate_limit else None
        self._unknown = parse(settings.rate_limit_signed_out) if settings.rate_limit_signed_out else None

    def known(self, key_id: str) -> None:
        """Count a request of a key."""
        self._hit(self._known, key_id)

    def unknown(self, address: str) -> None:
        """Count a request without a valid key."""
        self._hit(self._unknown, f"from {address}")

    def _hit(self, item: RateLimitItem | None, who: str) -> None:
        if item is None or self._window.hit(item, who):
            return
        reset = self._window.get_window_stats(item, who).reset_time
        seconds = max(1, round(reset - _clock()))
        raise Problem(
            429,
            "too_many_requests",
            f"At most {item.amount} requests are answered here in {item.get_expiry()} seconds.",
            {"Retry-After": str(seconds)},
        )


def _clock() -> float:
    import time

    return time.time()


def database(request: Request) -> Database:
    """The database of the application."""
    found: Database = request.app.state.database
    return found


def same_origin(request: Request) -> bool:
    """Whether a browser sends this from a page of this service; on plain http browsers tell only the origin."""
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site == "same-origin"
    return urlsplit(request.headers.get("origin", "")).netloc == request.headers.get("host")


def caller(request: Request) -> Caller:
    """Who holds the key of this request.

    Raises
    ------
    Problem
        401 without a valid key, 429 after too many requests.
    """
    scheme, _, secret = request.headers.get("authorization", "").partition(" ")
    cookie = "" if secret else request.cookies.get(COOKIE, "")
    limiter: Limiter = request.app.state.limiter
    db: Database = request.app.state.database
    found = None
    if cookie or (secret and scheme.lower() == "bearer"):
        with db.reading(ALL) as session:
            found = find_caller(session, (cookie or secret).strip())
    if found is None:
        limiter.unknown(request.client.host if request.client else "")
        raise Problem(401, "no_valid_key", "A valid key is needed: Authorization: Bearer ml_...", {"WWW-Authenticate": "Bearer"})
    who, stale = found
    limiter.known(who.key_id)
    if cookie and request.method not in SAFE and not same_origin(request):
        raise Problem(403, "other_origin", "A browser may change something only from the pages of this service.")
    if stale:
        with db.writing(ALL) as session:
            note_use(session, who.key_id)
    request.state.key_id = who.key_id
    return who


def allow(*roles: Role) -> Callable[..., Caller]:
    """A dependency: the caller, when the key has one of these roles."""

    def check(who: Annotated[Caller, Depends(caller)]) -> Caller:
        if who.role not in roles:
            raise Problem(403, "role", f"A key with the role {who.role} cannot do this; it takes {' or '.join(roles)}.")
        return who

    return check


Db = Annotated[Database, Depends(database)]
Anybody = Annotated[Caller, Depends(allow(*Role))]
Writer = Annotated[Caller, Depends(allow(Role.COORDINATOR, Role.TOOL, Role.ADMIN))]
Coordinator = Annotated[Caller, Depends(allow(Role.COORDINATOR, Role.ADMIN))]
Admin = Annotated[Caller, Depends(allow(Role.ADMIN))]
Confidant = frozenset({Role.COORDINATOR, Role.ADMIN})
"""Roles that see what families told the school."""


def page(
    limit: Annotated[int, Query(ge=1, le=MOST_TO_PAGE, description="How many items at most.")] = 100,
    cursor: Annotated[str | None, Query(max_length=1000, description="`next_cursor` of the page before.")] = None,
) -> Page:
    """Which part of a list is asked for."""
    return Page(limit, cursor)


Paged = Annotated[Page, Depends(page)]


@dataclass(frozen=True)
class Once:
    """Does what a POST asks for, once per `Idempotency-Key`; the same key with another body is a conflict."""

    db: Database
    who: Caller
    where: str
    key: str | None

    def __call__(
        self, body: Any, make: Callable[[Session], tuple[int, dict[str, Any], str]], *, hide: tuple[str, ...] = ()
    ) -> JSONResponse:
        """Answer with what `make` gives: status, body, location; fields in `hide` are not kept for another time."""
        told = body if isinstance(body, bytes) else json.dumps(body, sort_keys=True, default=str).encode()
        sha256 = hashlib.sha256(self.where.encode() + b"\0" + told).hexdigest()
        with self.db.writing(self.who.seen) as session:
            earlier = self._earlier(session)
            if earlier is not None:
                if earlier.sha256 != sha256:
                    raise Problem(409, "idempotency_conflict", "This Idempotency-Key was used for another request.")
                return _response(earlier.status, earlier.body, earlier.location, replayed=True)
            status, answer, location = make(session)
            if self.key:
                kept = {name: None if name in hide else value for name, value in answer.items()}
                session.add(
                    IdempotencyRow(
                        key_id=self.who.key_id, idempotency_key=self.key, sha256=sha256, status=status, body=kept, location=location
                    )
                )
        return _response(status, answer, location)

    def _earlier(self, session: Session) -> IdempotencyRow | None:
        if not self.key:
            return None
        if self.db.postgres:
            session.execute(sa.select(sa.func.pg_advisory_xact_lock(sa.func.hashtext(f"{self.who.key_id} {self.key}"))))
        return session.get(IdempotencyRow, (self.who.key_id, self.key))


def _response(status: int, body: dict[str, Any], location: str, *, replayed: bool = False) -> JSONResponse:
    headers = ({"Location": location} if location else {}) | ({"Idempotent-Replayed": "true"} if replayed else {})
    return JSONResponse(body, status, headers)


def once(
    request: Request,
    who: Annotated[Caller, Depends(caller)],
    db: Db,
    idempotency_key: Annotated[
        str | None, Header(max_length=200, description="The same key and body again are answered as the first time.")
    ] = None,
) -> Once:
    """What makes a POST safe to send again."""
    return Once(db, who, f"{request.method} {request.url.path}?{request.url.query}", idempotency_key)


Singly = Annotated[Once, Depends(once)]


def etag(*parts: object) -> str:
    """A tag that changes with any of these."""
    return '"' + hashlib.sha256("\0".join(map(str, parts)).encode()).hexdigest()[:20] + '"'


def check_match(given: str | None, current: str) -> None:
    """An update must say which state it changes, and that state must still be the one."""
    if given is None:
        raise Problem(428, "if_match_needed", "Send If-Match with the ETag of what you change.")
    if given.strip() not in {current, "*"}:
        raise Problem(412, "changed_since", "Somebody changed this since you read it; read it again.")


IfMatch = Annotated[str | None, Header(alias="If-Match", max_length=200, description="The ETag of what is changed.")]


def noted(db: Database, who: Caller, what: str, about: str, **more: Any) -> None:
    """Note a reading in the audit log."""
    with db.writing(who.seen) as session:
        audit_log.note(session, who.key_id, what, about, **more)
