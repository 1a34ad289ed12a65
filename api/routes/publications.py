"""Publishing: the plan of a round that is in force, with the placements that two people made against a rule."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Request, Response
from fastapi import Path as PathParameter
from sqlmodel import Session

from api import audit_log, views, webhooks
from api.deps import Anybody, Coordinator, Db, Paged, Singly
from api.problems import Problem, not_found
from api.routes.results import explainable
from api.routes.rounds import RoundId
from api.routes.runs import RunId, finished, sentences_for
from api.schemas import Listed, NewOverride, OverrideOut, Pagination, PublicationOut, Row, Withdrawal
from api.store import benchmarks, folders, publications, rounds, runs
from api.store.nouns import cursor_of
from api.tables import KeyRow, OverrideRow, PublicationRow, RunRow, new_id, now
from matcher.audit import audit

if TYPE_CHECKING:
    from matcher.pipeline import Run

router = APIRouter(tags=["publishing"])


def shown(row: PublicationRow) -> PublicationOut:
    """A publication as it is told."""
    return PublicationOut.model_validate(row.model_dump() | {"ended_at": row.ended_at or None})


def override_out(row: OverrideRow) -> OverrideOut:
    """A placement against a rule as it is told."""
    return OverrideOut.model_validate(row.model_dump() | {"agreed": bool(row.agreed_at)})


@router.post(
    "/v1/runs/{run_id}/publish", status_code=201, response_model=PublicationOut, operation_id="publish_run", summary="Publish a run"
)
def publish_run(run_id: RunId, who: Coordinator, db: Db, once: Singly) -> Response:
    """Put the plan of a run in force, in place of the one before; its files are verified again first, as `matcher verify` does."""
    with db.reading(who.seen) as session:
        run = finished(session, run_id, who)
        rounds.find_round(session, run.round_id, who, whole=True)
        findings, figures = _verified(session, run)
    if findings:
        raise Problem(409, "not_verified", f"{len(findings)} findings: this plan must not be used.", findings=findings[:200])

    def make(session: Session) -> tuple[int, dict[str, Any], str]:
        rounds.find_round(session, run.round_id, who, whole=True, lock=True)
        before = publications.in_force(session, run.round_id)
        if before is not None and before.run_id == run_id:
            raise Problem(409, "published_already", "This run is the published one.")
        agreed = publications.overrides_of(session, run_id, agreed_only=True)
        row = publications.publish(session, run.round_id, run_id, len(agreed), who.key_id)
        benchmarks.keep(session, run_id, figures)
        told = {"run_id": run_id, "overrides": [o.override_id for o in agreed]}
        audit_log.note(session, who.key_id, "run.published", run.round_id, before={"run_id": before.run_id if before else None}, after=told)
        webhooks.enqueue(session, "placement.changed", run.round_id, {"run_id": run_id, "round_id": run.round_id})
        return 201, shown(row).model_dump(), f"/v1/rounds/{run.round_id}/publications"

    return once({"run_id": run_id}, make)


def _verified(session: Session, run: RunRow) -> tuple[list[str], bytes]:
    """What is wrong with the files of a run; and how its schools fared, when nothing is."""
    with tempfile.TemporaryDirectory(prefix="matcher-verify-") as folder:
        round_, out = Path(folder) / "round", Path(folder) / "plan"
        folders.unpack_snapshot(session, run.snapshot, round_)
        runs.write_results(session, run.run_id, out)
        findings = [str(finding) for finding in audit(out, round_)]
        return findings, b"" if findings else benchmarks.measured(round_, out, run.round_id)


@router.post(
    "/v1/runs/{run_id}/unpublish", response_model=PublicationOut, operation_id="unpublish_run", summary="Take a published plan back"
)
def unpublish_run(run_id: RunId, body: Withdrawal, who: Coordinator, once: Singly) -> Response:
    """The plan is no longer in force; that it was stays on record."""

    def make(session: Session) -> tuple[int, dict[str, Any], str]:
        run = finished(session, run_id, who)
        rounds.find_round(session, run.round_id, who, whole=True, lock=True)
        row = publications.in_force(session, run.round_id)
        if row is None or row.run_id != run_id:
            raise Problem(409, "not_published", "This run is not the published one.")
        publications.withdraw(session, row, who.key_id, body.why)
        audit_log.note(session, who.key_id, "run.unpublished", run.round_id, before={"run_id": run_id}, why=body.why)
        webhooks.enqueue(session, "placement.changed", run.round_id, {"run_id": None, "round_id": run.round_id})
        return 200, shown(row).model_dump(), ""

    return once(body.model_dump() | {"run_id": run_id}, make)


@router.get("/v1/rounds/{round_id}/publications", operation_id="list_publications", summary="List what was published")
def list_publications(round_id: RoundId, who: Anybody, db: Db, page: Paged) -> Listed[PublicationOut]:
    """Every publication of a round, the oldest first; the one without `ended_at` is in force."""
    with db.reading(who.seen) as session:
        rounds.find_round(session, round_id, who)
        rows, cursor = publications.list_publications(session, round_id, page)
    return Listed(items=[shown(row) for row in rows], pagination=Pagination(limit=page.limit, next_cursor=cursor))


@router.get("/v1/rounds/{round_id}/plan", operation_id="get_plan", summary="Read the published plan")
def get_plan(round_id: RoundId, who: Anybody, db: Db, page: Paged) -> Listed[Row]:
    """The placements in force; `override` says of each whether two people made it against a rule."""
    with db.reading(who.seen) as session:
        rounds.find_round(session, round_id, who)
        row = publications.in_force(session, round_id)
        if row is None:
            raise Problem(404, "not_found", "No plan of this round is published.")
        found, position = publications.results(session, row.run_id, "placements", who.schools, page)
        agreed = [o for o in publications.overrides_of(session, row.run_id, agreed_only=True) if who.sees(o.school_id)]
        said = sentences_for(session, row.run_id, (r.student_id for r in found), who)
    agreed = [o for o in agreed if o.agreed_at <= row.published_at]
    moved = {o.student_id for o in agreed}
    items: list[dict[str, str]] = [
        {**views.result("placements", r.cells, who.role, said.get(r.student_id, ())), "override": "no"}
        for r in found
        if r.student_id not in moved
    ]
    if position is None:
        items += [{"student_id": o.student_id, "opportunity_id": o.opportunity_id, "override": "yes"} for o in agreed]
    cursor = cursor_of(position) if position else None
    return Listed(items=[Row.model_validate(item) for item in items], pagination=Pagination(limit=page.limit, next_cursor=cursor))


@router.post(
    "/v1/runs/{run_id}/overrides", status_code=201, response_model=OverrideOut, operation_id="ask_override", summary="Ask to break a rule"
)
def ask_override(run_id: RunId, body: NewOverride, who: Coordinator, db: Db, once: Singly, request: Request) -> Response:
    """Ask for a placement that a hard rule refuses, or for which a limit (seats, a mentor, a site, a van) has no room, with a reason.

    It counts when a second person has agreed, and is counted in public.
    """
    with db.reading(who.seen) as session:
        run, plan = explainable(request, session, run_id, who)
        rounds.find_round(session, run.round_id, who, whole=True)
    student = plan.world.round.student.get(body.student_id)
    if student is None or not who.sees(student.school_id):
        raise not_found("student")
    if body.opportunity_id not in plan.world.round.opportunity:
        raise not_found("opportunity")
    rules = _refusing(plan, body)
    if not rules:
        raise Problem(422, "lawful", "No rule refuses this placement and the plan has room for it: pin it instead.")

    def make(session: Session) -> tuple[int, dict[str, Any], str]:
        row = OverrideRow(
            override_id=new_id("ovr"),
            run_id=run_id,
            school_id=student.school_id,
            student_id=body.student_id,
            opportunity_id=body.opportunity_id,
            rules=rules,
            reason=body.reason,
            asked_by=who.key_id,
        )
        session.add(row)
        session.flush()
        after = {"student_id": body.student_id, "opportunity_id": body.opportunity_id, "rules": rules}
        audit_log.note(session, who.key_id, "override.asked", row.override_id, after=after, why=body.reason)
        return 201, override_out(row).model_dump(), f"/v1/runs/{run_id}/overrides"

    return once(body.model_dump() | {"run_id": run_id}, make)


def _refusing(plan: Run, body: NewOverride) -> list[str]:
    """The rules that refuse the variant that breaks the fewest of them; where none does, those whose limits the plan would exceed."""
    from matcher.explain import Explainer

    world = plan.world
    student = world.round.student[body.student_id]
    if student not in world.students:
        raise Problem(422, "not_seeking", "Only seeking students are placed.")
    variants = world.variants[world.variants_at[body.opportunity_id]]
    refused = min(([rule for rule, _ in plan.judge.reasons(student, variant)] for variant in variants), key=len)
    return refused or sorted({limit.rule for limit in Explainer(plan).exceeded(student, body.opportunity_id)})


@router.get("/v1/runs/{run_id}/overrides", operation_id="list_overrides", summary="List placements against rules")
def list_overrides(run_id: RunId, who: Coordinator, db: Db) -> Listed[OverrideOut]:
    """What was asked for, and what a second person agreed to."""
    with db.reading(who.seen) as session:
        finished(session, run_id, who)
        rows = [row for row in publications.overrides_of(session, run_id) if who.sees(row.school_id)]
    return Listed(items=[override_out(row) for row in rows], pagination=Pagination(limit=len(rows), next_cursor=None))


@router.post(
    "/v1/runs/{run_id}/overrides/{override_id}/agreement",
    response_model=OverrideOut,
    operation_id="agree_override",
    summary="Agree to break a rule",
)
def agree_override(run_id: RunId, override_id: Annotated[str, PathParameter(max_length=64)], who: Coordinator, once: Singly) -> Response:
    """The second person's word; whoever asked cannot give it, nor another key of the same person."""

    def make(session: Session) -> tuple[int, dict[str, Any], str]:
        finished(session, run_id, who)
        row = session.get(OverrideRow, override_id)
        if row is None or row.run_id != run_id or not who.sees(row.school_id):
            raise not_found("override")
        asked = session.get(KeyRow, row.asked_by)
        if row.asked_by == who.key_id or (asked is not None and asked.person == who.person):
            raise Problem(403, "second_person", "Another person than the one who asked must agree.")
        row.agreed_by, row.agreed_at = row.agreed_by or who.key_id, row.agreed_at or now()
        session.add(row)
        session.flush()
        audit_log.note(session, who.key_id, "override.agreed", override_id, after={"asked_by": row.asked_by})
        return 200, override_out(row).model_dump(), ""

    return once({"override_id": override_id}, make)
