"""The audit log: who did what, when and why, in a chain of hashes that no edit and no deletion survives unseen."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from api.tables import AuditHeadRow, AuditRow, now

_BATCH = 1000
_LOCK = 7_263_112


def note(
    session: Session,
    who: str,
    what: str,
    about: str = "",
    *,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
    why: str = "",
) -> None:
    """Add a row at the end of the chain, in the transaction of what it tells of.

    `before` and `after` hold no personal data: of persons, the names of the columns that changed.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.exec(sa.select(sa.func.pg_advisory_xact_lock(_LOCK)))  # type: ignore[call-overload]
    head = session.exec(select(AuditHeadRow).execution_options(populate_existing=True)).first() or AuditHeadRow()
    row = AuditRow(
        seq=head.seq + 1,
        at=now(),
        who=who,
        what=what,
        about=about,
        before=before or {},
        after=after or {},
        why=why,
        previous=head.hash,
        hash="",
    )
    row.hash = digest(row)
    head.seq, head.hash = row.seq, row.hash
    session.add(row)
    session.add(head)
    session.flush()


def digest(row: AuditRow) -> str:
    """SHA-256 over everything a row says and the hash of the row before."""
    said = [row.seq, row.at, row.who, row.what, row.about, row.before, row.after, row.why, row.previous]
    return hashlib.sha256(json.dumps(said, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()).hexdigest()


def verify(session: Session) -> Iterator[str]:
    """Everything wrong with the chain, in order; nothing when it holds."""
    last, previous = 0, "0" * 64
    while True:
        rows = session.exec(select(AuditRow).where(col(AuditRow.seq) > last).order_by(col(AuditRow.seq)).limit(_BATCH)).all()
        for row in rows:
            if row.seq != last + 1:
                yield f"row {last + 1}{f' to {row.seq - 1}' if row.seq > last + 2 else ''} is missing"
            elif row.previous != previous:
                yield f"row {row.seq} does not follow row {last}"
            if digest(row) != row.hash:
                yield f"row {row.seq} was changed"
            last, previous = row.seq, row.hash
        session.expunge_all()
        if len(rows) < _BATCH:
            break
    head = session.exec(select(AuditHeadRow)).first() or AuditHeadRow()
    if (head.seq, head.hash) != (last, previous):
        yield f"the chain ends at row {last}, but row {head.seq} was written"
