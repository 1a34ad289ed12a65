"""How schools fared: measured when a plan is published, by the code of `matcher benchmark`, and kept with its small counts hidden."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import sqlalchemy as sa
import structlog
from sqlmodel import Session, col, select

from api.auth import Caller
from api.store import runs
from api.store.rounds import sees_whole
from api.tables import PublicationRow, ResultFileRow, RoundRow
from matcher.errors import InputError

FILE = "benchmark.json"
"""Among the files of a run; not one that it wrote."""


def measured(round_: Path, plan: Path, label: str) -> bytes:
    """The figures of a plan as they may be told; none where this machine cannot read the texts as the run did, which is logged."""
    from matcher.answers import load_plan
    from matcher.benchmark.facts import facts_of
    from matcher.benchmark.rows import all_rows

    try:
        run = load_plan(plan, round_)
    except InputError as error:
        structlog.get_logger().warning("not_measured", round_id=label, error=type(error).__name__)
        return b"[]"
    return json.dumps([asdict(row) for row in all_rows([facts_of(run, label)])]).encode()


def keep(session: Session, run_id: str, figures: bytes) -> None:
    """Keep the figures of a run, in place of earlier ones."""
    session.execute(sa.delete(ResultFileRow).where(col(ResultFileRow.run_id) == run_id, col(ResultFileRow.name) == FILE))
    session.add(ResultFileRow(run_id=run_id, name=FILE, data=figures))


def figures(session: Session, who: Caller, round_id: str | None) -> list[dict[str, Any]]:
    """The figures of the plans in force: of the caller's schools, and of whole rounds for those who have all schools of them.

    Somebody who knows one of two schools could subtract it from the whole.
    """
    question = select(PublicationRow, RoundRow).join(RoundRow, col(RoundRow.round_id) == col(PublicationRow.round_id))
    question = question.where(PublicationRow.ended_at == "").order_by(col(RoundRow.starts), col(RoundRow.round_id))
    if round_id is not None:
        question = question.where(PublicationRow.round_id == round_id)
    found = []
    for publication, round_ in session.exec(question).all():
        rows = json.loads(runs.result_file(session, publication.run_id, FILE) or b"[]")
        whole = sees_whole(round_, who)
        head = {"round_id": round_.round_id, "run_id": publication.run_id}
        found += [
            head | {name: value for name, value in row.items() if name not in {"round", "title"}}
            for row in rows
            if (row["level"] == "school" and who.sees(row["school_id"])) or (whole and row["level"] in {"round", "school", "group"})
        ]
    return found
