"""/v1/keys, /v1/webhooks, /v1/audit-log: who may ask, who is told, and who did what."""

from __future__ import annotations

import base64
import secrets
from typing import Annotated, Any

import sqlalchemy as sa
from fastapi import APIRouter, Query, Request, Response
from fastapi import Path as PathParameter
from pydantic import BaseModel
from sqlmodel import Session, col, select

from api import audit_log
from api.auth import Caller, create_key
from api.database import ALL
from api.deps import MOST_TO_COUNT, MOST_TO_PAGE, Admin, Coordinator, Db, Paged, Singly
from api.problems import Problem, not_found
from api.schemas import KeyOut, Listed, NewKey, NewWebhook, Pagination, WebhookOut
from api.store.nouns import cursor_of, read_page
from api.tables import AuditRow, KeyRow, WebhookRow, new_id, now
from api.webhooks import Refused, lawful_address

router = APIRouter()


class AuditOut(BaseModel):
    """A row of the audit log."""

    seq: int
    at: str
    who: str
    what: str
    about: str
    before: dict[str, Any]
    after: dict[str, Any]
    why: str
    hash: str


def key_out(row: KeyRow, secret: str | None = None) -> KeyOut:
    """A key without its secret."""
    told = row.model_dump() | {"secret": secret, "last_used_at": row.last_used_at or None, "revoked_at": row.revoked_at or None}
    return KeyOut.model_validate(told)


def _within(schools: list[str], who: Caller) -> bool:
    return who.schools is None or (ALL not in schools and set(schools) <= who.schools)


@router.post("/v1/keys", status_code=201, response_model=KeyOut, operation_id="create_key", summary="Make a key", tags=["keys"])
def make_key(body: NewKey, who: Admin, once: Singly) -> Response:
    """A new key; its secret is told this once. Nobody gives a key more schools than their own has."""
    if not _within(body.schools, who):
        raise not_found("school")

    def make(session: Session) -> tuple[int, dict[str, Any], str]:
        row, secret = create_key(session, body.name, body.role, body.schools, body.days, body.person)
        audit_log.note(session, who.key_id, "key.made", row.key_id, after={"role": body.role, "schools": row.schools, "name": body.name})
        return 201, key_out(row, secret).model_dump(), f"/v1/keys/{row.key_id}"

    return once(body.model_dump(mode="json"), make, hide=("secret",))


@router.get("/v1/keys", operation_id="list_keys", summary="List keys", tags=["keys"])
def list_keys(who: Admin, db: Db, page: Paged) -> Listed[KeyOut]:
    """Keys for this key's schools."""
    with db.reading(who.seen) as session:
        rows = [row for row in session.exec(select(KeyRow).order_by(col(KeyRow.key_id))) if _within(row.schools, who)]
    after = page.after()
    left = [row for row in rows if not after or row.key_id > after[0]]
    cursor = cursor_of(left[page.limit - 1].key_id) if len(left) > page.limit else None
    return Listed(items=[key_out(row) for row in left[: page.limit]], pagination=Pagination(limit=page.limit, next_cursor=cursor))


@router.delete("/v1/keys/{key_id}", status_code=204, operation_id="revoke_key", summary="Revoke a key", tags=["keys"])
def revoke_key(key_id: Annotated[str, PathParameter(max_length=64)], who: Admin, db: Db) -> None:
    """The key stops working at once."""
    with db.writing(who.seen) as session:
        row = session.get(KeyRow, key_id)
        if row is None or not _within(row.schools, who):
            raise not_found("key")
        session.execute(sa.update(KeyRow).where(col(KeyRow.key_id) == key_id, col(KeyRow.revoked_at) == "").values(revoked_at=now()))
        audit_log.note(session, who.key_id, "key.revoked", key_id)


@router.post(
    "/v1/webhooks", status_code=201, response_model=WebhookOut, operation_id="create_webhook", summary="Make a webhook", tags=["webhooks"]
)
def create_webhook(body: NewWebhook, who: Coordinator, once: Singly, request: Request) -> Response:
    """An address to be told of events of this key's schools; its secret is told this once."""
    try:
        lawful_address(body.url, allow_private=request.app.state.settings.allow_private_webhooks)
    except Refused as why:
        raise Problem(422, "bad_address", f"This address is not called: {why}.") from None

    def make(session: Session) -> tuple[int, dict[str, Any], str]:
        secret = "whsec_" + base64.b64encode(secrets.token_bytes(24)).decode()
        schools = [ALL] if who.schools is None else sorted(who.schools)
        row = WebhookRow(
            webhook_id=new_id("hook"), url=body.url, secret=secret, events=list(body.events), schools=schools, created_by=who.key_id
        )
        session.add(row)
        audit_log.note(session, who.key_id, "webhook.made", row.webhook_id, after={"events": row.events})
        return 201, WebhookOut.model_validate(row.model_dump()).model_dump(), f"/v1/webhooks/{row.webhook_id}"

    return once(body.model_dump(), make, hide=("secret",))


@router.get("/v1/webhooks", operation_id="list_webhooks", summary="List webhooks", tags=["webhooks"])
def list_webhooks(who: Coordinator, db: Db, page: Paged) -> Listed[WebhookOut]:
    """Webhooks that this key made."""
    with db.reading(who.seen) as session:
        question = select(WebhookRow).where(WebhookRow.created_by == who.key_id)
        rows, cursor = read_page(session, question, [col(WebhookRow.webhook_id)], page)
    items = [WebhookOut.model_validate(row.model_dump() | {"secret": None}) for row in rows]
    return Listed(items=items, pagination=Pagination(limit=page.limit, next_cursor=cursor))


@router.delete("/v1/webhooks/{webhook_id}", status_code=204, operation_id="delete_webhook", summary="Delete a webhook", tags=["webhooks"])
def delete_webhook(webhook_id: Annotated[str, PathParameter(max_length=64)], who: Coordinator, db: Db) -> None:
    """Nothing is sent there any more."""
    with db.writing(who.seen) as session:
        row = session.get(WebhookRow, webhook_id)
        if row is None or row.created_by != who.key_id:
            raise not_found("webhook")
        session.delete(row)
        audit_log.note(session, who.key_id, "webhook.deleted", webhook_id)


@router.get("/v1/audit-log", operation_id="list_audit_log", summary="Read the audit log", tags=["audit log"])
def list_audit_log(
    who: Admin,
    db: Db,
    limit: Annotated[int, Query(ge=1, le=MOST_TO_PAGE)] = 100,
    after: Annotated[int, Query(ge=0, le=MOST_TO_COUNT, description="Rows after this number.")] = 0,
) -> Listed[AuditOut]:
    """Who did what, in order; for keys with all schools."""
    if who.schools is not None:
        raise Problem(403, "role", "The audit log tells of every school; a key with all of them can read it.")
    with db.reading(who.seen) as session:
        rows = session.exec(select(AuditRow).where(col(AuditRow.seq) > after).order_by(col(AuditRow.seq)).limit(limit)).all()
    cursor = str(rows[-1].seq) if len(rows) == limit else None
    return Listed(items=[AuditOut.model_validate(row.model_dump()) for row in rows], pagination=Pagination(limit=limit, next_cursor=cursor))
