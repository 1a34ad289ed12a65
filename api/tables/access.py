"""Keys, the audit log, remembered answers and webhooks."""

from __future__ import annotations

from typing import Any

from sqlmodel import Field, SQLModel

from api.tables.base import json_column, now, outer_key


class KeyRow(SQLModel, table=True):
    """An API key: only the hash of its secret is kept."""

    __tablename__ = "keys"
    key_id: str = Field(primary_key=True, max_length=64)
    name: str
    person: str = Field(description="who holds it; two keys of one person are one person")
    role: str = Field(max_length=16)
    schools: list[str] = Field(sa_column=json_column())
    prefix: str = Field(max_length=16)
    sha256: str = Field(max_length=64, unique=True)
    created_at: str = Field(default_factory=now)
    expires_at: str = ""
    last_used_at: str = ""
    revoked_at: str = ""


class SignInRow(SQLModel, table=True):
    """A sign-in link that works once."""

    __tablename__ = "sign_ins"
    sha256: str = Field(primary_key=True, max_length=64)
    expires_at: str
    used_at: str = ""


class IdempotencyRow(SQLModel, table=True):
    """What was answered to a POST, to be answered again to the same one."""

    __tablename__ = "idempotency"
    key_id: str = Field(primary_key=True, max_length=64)
    idempotency_key: str = outer_key()
    sha256: str = Field(max_length=64)
    status: int
    body: dict[str, Any] = Field(sa_column=json_column())
    location: str = ""
    created_at: str = Field(default_factory=now)


class AuditRow(SQLModel, table=True):
    """Who did what, chained by hashes; rows are only ever added."""

    __tablename__ = "audit_log"
    seq: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    at: str
    who: str
    what: str
    about: str = ""
    before: dict[str, Any] = Field(sa_column=json_column())
    after: dict[str, Any] = Field(sa_column=json_column())
    why: str = ""
    previous: str = Field(max_length=64)
    hash: str = Field(max_length=64)


class AuditHeadRow(SQLModel, table=True):
    """The end of the chain, so that rows missing at the end are missed."""

    __tablename__ = "audit_head"
    one: int = Field(default=1, primary_key=True)
    seq: int = 0
    hash: str = Field(default="0" * 64, max_length=64)


class WebhookRow(SQLModel, table=True):
    """An address that is told of events."""

    __tablename__ = "webhooks"
    webhook_id: str = Field(primary_key=True, max_length=64)
    url: str
    secret: str
    events: list[str] = Field(sa_column=json_column())
    schools: list[str] = Field(sa_column=json_column())
    created_by: str = ""
    created_at: str = Field(default_factory=now)


class DeliveryRow(SQLModel, table=True):
    """An event on its way to a webhook."""

    __tablename__ = "deliveries"
    delivery_id: str = Field(primary_key=True, max_length=64)
    webhook_id: str = Field(foreign_key="webhooks.webhook_id", ondelete="CASCADE", index=True, max_length=64)
    body: str
    attempts: int = 0
    next_at: float = Field(default=0, index=True)
    state: str = Field(default="waiting", max_length=16)
    last_status: str = ""
    created_at: str = Field(default_factory=now)
