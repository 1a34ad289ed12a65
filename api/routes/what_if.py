"""What a change of the round would lead to."""

from __future__ import annotations

from dataclasses import asdict

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field

from api.deps import Coordinator, Db, noted
from api.problems import Problem
from api.routes.results import explainable
from api.routes.runs import RunId
from api.store import rounds
from matcher.edits import Edits

router = APIRouter(tags=["runs"])


class MoveOut(BaseModel):
    """A student whose place would be another one."""

    student_id: str
    before: str | None = Field(description="Opportunity, sessions and mentor; null for a student without a place.")
    after: str | None
    reason: str


class SupposedOut(BaseModel):
    """The plan that the changed round would have, beside the plan of the run."""

    feasible: bool = Field(description="Whether all pins and other decisions could be kept; else there would be no plan.")
    before: dict[str, int] = Field(description="The value of each objective, in order.")
    after: dict[str, int]
    placed_now: int
    placed: int
    points_now: int
    points: int
    moves: list[MoveOut]
    warm: bool = Field(description="Whether this was proven from the prices of the run's plan, without solving again.")
    told: str = Field(examples=["It would place 1 student more."])


@router.post("/v1/runs/{run_id}/what-if", operation_id="suppose_changes", summary="Suppose changes of a run's round")
def suppose_changes(run_id: RunId, body: Edits, who: Coordinator, db: Db, request: Request) -> SupposedOut:
    """The exact plan with one more seat, other days, a longer trip or a wish taken back, and who would move; nothing is changed.

    Needs a plan that is proven best, and a key that sees all schools of the round.
    """
    from matcher.explain import ASKED_PAIRS, RESOLVE_PAIRS
    from matcher.what_if import suppose

    with db.reading(who.seen) as session:
        run, plan = explainable(request, session, run_id, who)
        rounds.find_round(session, run.round_id, who, whole=True)
    pairs = len(plan.model.problem)
    found = suppose(plan, body, may_solve=pairs <= RESOLVE_PAIRS) if pairs <= ASKED_PAIRS else None
    if found is None:
        raise Problem(409, "too_large", "Only solving again could tell, and this round is too large for that while somebody waits.")
    noted(db, who, "what_if.read", run_id)
    return SupposedOut(**asdict(found), told=found.told)
