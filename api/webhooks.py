"""Webhooks: events are written with the change they tell of, signed, and sent until they arrive or are given up."""

from __future__ import annotations

import ipaddress
import json
import socket
import time
from datetime import UTC, datetime
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import Any
from urllib.parse import urlsplit

import sqlalchemy as sa
import structlog
from sqlmodel import Session, col, select
from standardwebhooks.webhooks import Webhook

from api.database import ALL, Database
from api.settings import ServiceSettings
from api.tables import DeliveryRow, RoundSchoolRow, WebhookRow, new_id, now

log = structlog.get_logger()
TIMEOUT = 10
_FIRST_WAIT = 5
_LONGEST_WAIT = 6 * 3600
_SEND_LEASE = 60


def enqueue(session: Session, event: str, round_id: str, data: dict[str, Any]) -> None:
    """Tell everybody who wants to know, when this transaction is kept; ids only, no personal data."""
    schools = set(session.exec(select(RoundSchoolRow.school_id).where(RoundSchoolRow.round_id == round_id)).all())
    body = json.dumps({"type": event, "timestamp": now(), "data": data})
    for hook in session.exec(select(WebhookRow)):
        if event in hook.events and (ALL in hook.schools or schools & set(hook.schools)):
            session.add(DeliveryRow(delivery_id=new_id("msg"), webhook_id=hook.webhook_id, body=body))
    session.flush()


class Refused(Exception):  # noqa: N818 - it is no error
    """An address that is not called; the text says why."""


def lawful_address(url: str, *, allow_private: bool) -> tuple[str, int, str]:
    """Host, port and the one address to connect to.

    Raises
    ------
    Refused
        When the host is unknown, or any of its addresses is not public.
    """
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.username:
        raise Refused("not an http(s) address")
    try:
        port = parts.port or (443 if parts.scheme == "https" else 80)
        found = socket.getaddrinfo(parts.hostname, port, type=socket.SOCK_STREAM)
    except (OSError, ValueError, UnicodeError):
        raise Refused("the host is not known") from None
    addresses = [str(item[4][0]) for item in found]
    if not allow_private and any(not _public(address) for address in addresses):
        raise Refused("the address is not public")
    return parts.hostname, port, addresses[0]


def _public(address: str) -> bool:
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        ip = ip.ipv4_mapped or ip.sixtofour or ip
    return ip.is_global and not ip.is_multicast


def deliver_due(db: Database, settings: ServiceSettings, most: int = 20) -> int:
    """Send what is due; answers how many were tried."""
    for tried in range(most):
        with db.writing(ALL) as session:
            due = select(DeliveryRow).where(DeliveryRow.state == "waiting", DeliveryRow.next_at <= time.time())
            row = session.exec(due.order_by(col(DeliveryRow.next_at)).limit(1).with_for_update(skip_locked=True)).first()
            hook = session.get(WebhookRow, row.webhook_id) if row is not None else None
            if row is None or hook is None:
                return tried
            row.attempts += 1
            row.next_at = time.time() + _SEND_LEASE
            session.add(row)
        status, ok = _send(row, hook, settings)
        with db.writing(ALL) as session:
            _note(session, row, status, ok, settings.webhook_attempts)
    return most


def _send(row: DeliveryRow, hook: WebhookRow, settings: ServiceSettings) -> tuple[str, bool]:
    try:
        status = post(hook.url, hook.secret, row.delivery_id, row.body, allow_private=settings.allow_private_webhooks)
        return str(status), 200 <= status < 300
    except Refused as why:
        return str(why), False
    except (OSError, HTTPException) as error:
        return type(error).__name__, False


def post(url: str, secret: str, message_id: str, body: str, *, allow_private: bool) -> int:
    """One signed POST to the very address that was checked; redirects are not followed."""
    host, port, address = lawful_address(url, allow_private=allow_private)
    parts = urlsplit(url)
    stamp = datetime.now(UTC)
    headers = {
        "Content-Type": "application/json",
        "Host": parts.netloc,
        "webhook-id": message_id,
        "webhook-timestamp": str(int(stamp.timestamp())),
        "webhook-signature": Webhook(secret).sign(message_id, stamp, body),
    }
    if parts.scheme == "https":
        connection: HTTPConnection = _Pinned(host, port, address)
    else:
        connection = HTTPConnection(address, port, timeout=TIMEOUT)
    try:
        connection.request("POST", (parts.path or "/") + (f"?{parts.query}" if parts.query else ""), body.encode(), headers)
        return connection.getresponse().status
    finally:
        connection.close()


class _Pinned(HTTPSConnection):
    """TLS to one address, under the name of the host."""

    def __init__(self, host: str, port: int, address: str) -> None:
        super().__init__(host, port, timeout=TIMEOUT)
        self._address = address

    def connect(self) -> None:
        """Connect to the address and check the certificate against the name."""
        raw = socket.create_connection((self._address, self.port), self.timeout)
        self.sock = self._context.wrap_socket(raw, server_hostname=self.host)  # type: ignore[attr-defined]


def _note(session: Session, row: DeliveryRow, status: str, ok: bool, most: int) -> None:
    state = "delivered" if ok else "given_up" if row.attempts >= most else "waiting"
    wait = min(_FIRST_WAIT * 4 ** (row.attempts - 1), _LONGEST_WAIT)
    change = sa.update(DeliveryRow).where(col(DeliveryRow.delivery_id) == row.delivery_id)
    session.execute(change.values(state=state, last_status=status, next_at=time.time() + wait))
    log.info("webhook_tried", delivery_id=row.delivery_id, state=state, attempts=row.attempts)
