"""What is asked of a finished run: why, what changed, who comes to a mentor."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi import Path as PathParameter
from pydantic import BaseModel, Field
from sqlmodel import col, select

from api import audit_log, views
from api.auth import Caller
from api.deps import Anybody, Confidant, Coordinator, Db, Paged, noted
from api.desk import Desk
from api.problems import not_found
from api.routes.runs import RunId, finished, sentences_for
from api.schemas import Listed, Pagination
from api.store import rounds, runs
from api.store.nouns import cursor_of
from api.tables import ResultRow, RunRow
from matcher.domain import Site

if TYPE_CHECKING:
    from matcher.pipeline import Run

router = APIRouter(tags=["runs"])


class Explanation(BaseModel):
    """Why a student is placed where, or not at all, and what would change it."""

    student_id: str
    status: str = Field(examples=["placed", "placed_before", "unplaced"])
    placement: dict[str, Any] | None
    code: str
    reason: str
    smallest_change: str
    options: list[dict[str, Any]] = Field(
        description="Each opportunity: lawful or which rule refuses it, and what it would cost the round."
    )
    slate: list[dict[str, Any]] = Field(description="The live options that the student is told to pursue, best first.")
    change: dict[str, str] | None = Field(description="Where the student was by the earlier plan, and why no longer; for coordinators.")


class Change(BaseModel):
    """A student who moved."""

    student_id: str
    before: str | None
    after: str | None
    reason: str


class Changes(Listed[Change]):
    """Who moved between two runs."""

    moved: int
    kept: int


class Visitor(BaseModel):
    """What a mentor is told of a student."""

    first_name: str
    starts: str = Field(description="Weekday and time of each session.", examples=["Tue 09:00;Thu 09:00"])
    needs: list[str]


def explainable(request: Request, session: Any, run_id: str, who: Caller) -> tuple[RunRow, Run]:
    """A finished run, loaded."""
    run = finished(session, run_id, who)
    desk: Desk = request.app.state.desk
    return run, desk.plan(run)


def _own(site: Site, who: Caller) -> bool:
    return not site.schools or any(who.sees(school) for school in site.schools)


@router.get("/v1/runs/{run_id}/explanations/{student_id}", operation_id="explain_student", summary="Explain a student's result")
def explain_student(
    run_id: RunId,
    student_id: Annotated[str, PathParameter(max_length=200)],
    who: Anybody,
    db: Db,
    request: Request,
    opportunity_id: Annotated[str | None, Query(max_length=200, description="Why not this one? Left out: every opportunity.")] = None,
) -> Explanation:
    """Why this, why not that, and the smallest change that would help."""
    from matcher.answers import change_of, explain_in, slate_of

    with db.reading(who.seen) as session:
        _, plan = explainable(request, session, run_id, who)
        promised = runs.rows_about(session, run_id, "slates", student_id)
        changes = runs.result_table(session, run_id, "changes.csv")
    round_ = plan.world.round
    student = round_.student.get(student_id)
    if student is None or not who.sees(student.school_id):
        raise not_found("student")
    offer = round_.opportunity.get(opportunity_id) if opportunity_id is not None else None
    if opportunity_id is not None and (offer is None or not _own(round_.site[offer.site_id], who)):
        raise not_found("opportunity")
    told = explain_in(plan, student_id, opportunity_id, views.known(who.role))
    told["slate"], told["change"] = slate_of(promised, student_id), change_of(changes, student_id)
    told["options"] = [o for o in told["options"] if _own(round_.site[round_.opportunity[o["opportunity_id"]].site_id], who)]
    if who.role in Confidant:
        noted(db, who, "explanation.read", f"{run_id}/{student_id}")
    return Explanation.model_validate(views.explanation(told, who.role))


@router.get("/v1/runs/{run_id}/changes", operation_id="compare_runs", summary="Compare with an earlier run")
def compare_runs(
    run_id: RunId,
    who: Anybody,
    db: Db,
    page: Paged,
    since: Annotated[str, Query(max_length=64, description="The earlier run.")],
) -> Changes:
    """Who moved from the earlier run to this one, and why."""
    from matcher.answers import compare_outputs

    with db.reading(who.seen) as session, tempfile.TemporaryDirectory(prefix="matcher-compare-") as folder:
        paths = {}
        for one in (since, run_id):
            finished(session, one, who)
            paths[one] = Path(folder) / one
            runs.write_results(session, one, paths[one], ("placements.csv", "unplaced.csv", "changes.csv"))
        told = compare_outputs(paths[since], paths[run_id])
        kinds = ("placements", "unplaced")
        own = select(ResultRow.student_id).where(col(ResultRow.run_id).in_([since, run_id]), col(ResultRow.kind).in_(kinds))
        if who.schools is not None:
            own = own.where(col(ResultRow.school_id).in_(who.schools))
        seen = set(session.exec(own).all())
        after = page.after()
        found = [c for c in told["changes"] if c["student_id"] in seen]
        left = [c for c in found if not after or c["student_id"] > after[0]]
        said = sentences_for(session, run_id, (c["student_id"] for c in left[: page.limit]), who)
    items = [Change(**{**c, "reason": views.change(c, who.role, said.get(c["student_id"], ()))}) for c in left[: page.limit]]
    cursor = cursor_of(items[-1].student_id) if len(left) > page.limit else None
    return Changes(items=items, pagination=Pagination(limit=page.limit, next_cursor=cursor), moved=len(found), kept=told["kept"])


@router.get("/v1/runs/{run_id}/mentors/{mentor_id}/visitors", operation_id="list_visitors", summary="Release to a mentor who comes")
def list_visitors(run_id: RunId, mentor_id: Annotated[str, PathParameter(max_length=200)], who: Coordinator, db: Db) -> Listed[Visitor]:
    """What a mentor may know of the students placed with them: first name, start times, needs; the release is noted in the audit log."""
    with db.writing(who.seen) as session:
        run = finished(session, run_id, who)
        question = select(ResultRow).where(ResultRow.run_id == run_id, ResultRow.kind == "placements", ResultRow.mentor_id == mentor_id)
        rows = [row for row in session.exec(question) if who.sees(row.school_id)]
        if not rows:
            raise not_found("mentor")
        items = [_visitor(session, run, row) for row in rows]
        audit_log.note(
            session, who.key_id, "students.released", f"{run_id}/{mentor_id}", after={"students": sorted(row.student_id for row in rows)}
        )
    return Listed(items=items, pagination=Pagination(limit=len(items), next_cursor=None))


def _visitor(session: Any, run: RunRow, row: ResultRow) -> Visitor:
    cells = rounds.student_cells(session, run.round_id, row.student_id)
    starts = ";".join(window.strip().partition("-")[0] for window in row.cells["sessions"].split(";"))
    needs = [need.strip() for need in cells.get("needs", "").split(";") if need.strip()]
    return Visitor(first_name=cells.get("name", "").partition(" ")[0], starts=starts, needs=needs)
