"""Who asks: API keys with a role and schools, sign-in links that work once."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

import sqlalchemy as sa
from sqlmodel import Session, col, select

from api.database import ALL
from api.tables import KeyRow, SignInRow, new_id, now

COOKIE = "matcher_session"
SIGN_IN_MINUTES = 15
SESSION_HOURS = 12
_PREFIX = 12
LINK_KEY = ("sign-in link", "whoever started the service")
"""Name and person of the keys that sign-in links make."""
_USED_EVERY = timedelta(minutes=1)


class Role(StrEnum):
    """What a key is for."""

    COORDINATOR = "coordinator"
    TOOL = "tool"
    ANALYST = "analyst"
    ADMIN = "admin"


@dataclass(frozen=True)
class Caller:
    """Who asks, and for which schools.

    Attributes
    ----------
    schools : ids, or None for all.
    """

    key_id: str
    name: str
    person: str
    role: Role
    schools: frozenset[str] | None

    @property
    def seen(self) -> frozenset[str] | str:
        """The schools as a session of the database takes them."""
        return ALL if self.schools is None else self.schools

    def sees(self, school_id: str) -> bool:
        """Whether rows of this school may be shown."""
        return self.schools is None or school_id in self.schools


def hashed(secret: str) -> str:
    """SHA-256 of a secret: enough for 256 random bits, and fast."""
    return hashlib.sha256(secret.encode()).hexdigest()


def in_time(**delta: float) -> str:
    """A moment from now, as text."""
    return (datetime.now(UTC) + timedelta(**delta)).isoformat(timespec="microseconds").replace("+00:00", "Z")


def create_key(session: Session, name: str, role: Role, schools: list[str], days: float, person: str = "") -> tuple[KeyRow, str]:
    """A new key and its secret, which is told this once."""
    secret = f"ml_{secrets.token_urlsafe(32)}"
    row = KeyRow(
        key_id=new_id("key"),
        name=name,
        person=person or name,
        role=role,
        schools=sorted(set(schools)),
        prefix=secret[:_PREFIX],
        sha256=hashed(secret),
        expires_at=in_time(days=days),
    )
    session.add(row)
    return row, secret


_HOLDER = select(KeyRow).where(KeyRow.sha256 == sa.bindparam("sha256"))


def find_caller(session: Session, secret: str) -> tuple[Caller, bool] | None:
    """Who holds this secret, and whether its last use should be noted; None when nobody may use it."""
    row = session.exec(_HOLDER, params={"sha256": hashed(secret)}).first()
    if row is None or row.revoked_at or (row.expires_at and row.expires_at <= now()):
        return None
    schools = None if ALL in row.schools else frozenset(row.schools)
    stale = row.last_used_at < in_time(seconds=-_USED_EVERY.total_seconds())
    return Caller(row.key_id, row.name, row.person, Role(row.role), schools), stale


def note_use(session: Session, key_id: str) -> None:
    """Remember that a key was used."""
    session.exec(sa.update(KeyRow).where(col(KeyRow.key_id) == key_id).values(last_used_at=now()))


def create_sign_in(session: Session) -> str:
    """A token for a link that signs in once."""
    token = secrets.token_urlsafe(32)
    session.add(SignInRow(sha256=hashed(token), expires_at=in_time(minutes=SIGN_IN_MINUTES)))
    return token


def use_sign_in(session: Session, token: str) -> str | None:
    """The secret of a session for a token, once and in time."""
    used = sa.update(SignInRow).where(
        col(SignInRow.sha256) == hashed(token), col(SignInRow.used_at) == "", col(SignInRow.expires_at) > now()
    )
    if session.exec(used.values(used_at=now())).rowcount != 1:
        return None
    name, person = LINK_KEY
    _, secret = create_key(session, name, Role.ADMIN, [ALL], SESSION_HOURS / 24, person)
    return secret
