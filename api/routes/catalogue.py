"""/v1/rules, /v1/benchmarks, /v1/demo-rounds and histories: what is known beyond one round."""

from __future__ import annotations

import datetime as dt
import re
from functools import lru_cache
from importlib.resources import as_file, files
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Response
from fastapi import Path as PathParameter
from pydantic import BaseModel, Field
from sqlmodel import Session

from api import audit_log
from api.deps import Anybody, Confidant, Coordinator, Db, Paged, Singly, noted
from api.problems import Problem, not_found
from api.routes.rounds import shown
from api.schemas import Listed, Pagination, RoundOut, Row
from api.store import benchmarks, folders, history, rounds
from api.store.nouns import Page, cursor_of

router = APIRouter()
_STATE = re.compile(r"[A-Z]{2}-[A-Z]{2}")


class RulesOut(Listed[Row]):
    """Laws in force, and the members of the engine's families."""

    rules: list[dict[str, str]]
    objectives: list[dict[str, str]]
    components: list[dict[str, str]]


class DemoRound(BaseModel):
    """A round that ships with the service; everybody in it is invented."""

    demo_round_id: str
    name: str


class FigureOut(BaseModel):
    """One figure of a published plan, as `measures.csv` of `matcher benchmark` has it (docs/benchmark.md)."""

    round_id: str
    run_id: str
    level: Literal["round", "school", "group"]
    starts: str
    school_id: str
    dimension: str = Field(description="How students are grouped, of a group.")
    group: str
    measure: str = Field(examples=["placed_of_seekers"])
    version: int = Field(description="Of the definition of the measure.")
    unit: str
    shown: Literal["exact", "at_least", "at_most", "hidden"]
    value: float | None
    low: float | None = Field(description="Lower end of the interval of 95 %.")
    high: float | None
    numerator: float | None
    denominator: float | None
    n: int | None = Field(description="Students that the value rests on; null where that is hidden.")
    gap: float | None = Field(description="Of a group, to all other students; of a plan without a solver, to the plan.")
    gap_low: float | None
    gap_high: float | None


@lru_cache(maxsize=256)
def _rules(on: dt.date | None, state: str | None) -> dict[str, Any]:
    from matcher.answers import rules_in_force

    return rules_in_force(on, state)


@router.get("/v1/rules", operation_id="list_rules", summary="The rules in force", tags=["rules"])
def list_rules(
    who: Anybody,
    on: Annotated[dt.date | None, Query(description="A date; left out: every date.", examples=["2026-10-01"])] = None,
    state: Annotated[str | None, Query(max_length=10, description="A state.", examples=["US-RI"])] = None,
) -> RulesOut:
    """Laws of the shipped rule packs with their sources, and the rules, objectives and components that the engine has."""
    if state is not None and not _STATE.fullmatch(state):
        raise Problem(422, "invalid", "A state is written like US-RI.")
    told = _rules(on, state)
    return RulesOut(
        items=[Row.model_validate(law) for law in told["laws"]],
        pagination=Pagination(limit=len(told["laws"]), next_cursor=None),
        rules=told["rules"],
        objectives=told["objectives"],
        components=told["components"],
    )


@router.get("/v1/demo-rounds", operation_id="list_demo_rounds", summary="Rounds to try", tags=["demo rounds"])
def list_demo_rounds(who: Anybody) -> Listed[DemoRound]:
    """Rounds that ship with the service."""
    return Listed(
        items=[DemoRound(demo_round_id="riverbend", name="Riverbend Met, fall 2026")], pagination=Pagination(limit=1, next_cursor=None)
    )


@router.post(
    "/v1/demo-rounds/{demo_round_id}",
    status_code=201,
    response_model=RoundOut,
    operation_id="copy_demo_round",
    summary="Make a round from a demo",
    tags=["demo rounds"],
)
def copy_demo_round(
    demo_round_id: Annotated[str, PathParameter(max_length=64, examples=["riverbend"])], who: Coordinator, once: Singly
) -> Response:
    """A new round with the data of a demo round; for keys with all schools, for its schools are invented."""
    if demo_round_id != "riverbend":
        raise not_found("demo round")
    if who.schools is not None:
        raise Problem(403, "foreign_school", "The demo rounds have invented schools; a key with all schools can copy them.")
    source = files("matcher") / "demo_round"
    with as_file(source if source.is_dir() else files("matcher") / ".." / "fixtures" / "demo") as folder:
        upload = folders.read_upload(folder)

    def make(session: Session) -> tuple[int, dict[str, Any], str]:
        if upload.round is None:
            raise Problem(500, "internal", "The demo round cannot be read.")
        row = rounds.create_round(session, who, "Riverbend Met, fall 2026 (demo)", sorted(upload.round.school))
        folders.write_round(session, row, upload, who.key_id)
        rounds.touch(session, row)
        audit_log.note(session, who.key_id, "round.created", row.round_id, after={"demo": demo_round_id})
        return 201, shown(session, row, who).model_dump(), f"/v1/rounds/{row.round_id}"

    return once({}, make)


@router.get("/v1/benchmarks", operation_id="list_benchmarks", summary="How schools fared", tags=["benchmarks"])
def list_benchmarks(
    who: Anybody,
    db: Db,
    page: Paged,
    round_id: Annotated[str | None, Query(max_length=64, description="Only of this round.")] = None,
    measure: Annotated[str | None, Query(max_length=64, description="Only this measure.", examples=["placed_of_seekers"])] = None,
) -> Listed[FigureOut]:
    """How schools fared by the published plan of each round, as `matcher benchmark` measures it.

    Small counts are hidden. A key is told of its own schools; of a round and its groups, when it has all schools of the round.
    """
    with db.reading(who.seen) as session:
        if round_id is not None:
            rounds.find_round(session, round_id, who)
        found = [f for f in benchmarks.figures(session, who, round_id) if measure in {None, f["measure"]}]
    first = _first(page)
    items = [FigureOut.model_validate(f) for f in found[first : first + page.limit]]
    more = cursor_of(str(first + page.limit)) if first + page.limit < len(found) else None
    return Listed(items=items, pagination=Pagination(limit=page.limit, next_cursor=more))


def _first(page: Page) -> int:
    """Where a page of a list that is made anew each time begins."""
    after = page.after() or ["0"]
    if len(after) != 1 or not after[0].isdecimal() or len(after[0]) > 9:
        raise Problem(422, "bad_cursor", "This cursor was not given out here.")
    return int(after[0])


@router.get("/v1/students/{student_id}/history", operation_id="student_history", summary="Where a student has been", tags=["students"])
def student_history(student_id: Annotated[str, PathParameter(max_length=200)], who: Anybody, db: Db, page: Paged) -> Listed[Row]:
    """The placements of a student in published plans, the oldest term first."""
    with db.reading(who.seen) as session:
        rounds.round_of_noun(session, "students", student_id, who)
        found = history.of_student(session, student_id, who)
        if not found and not history.is_known(session, student_id, who):
            raise not_found("student")
    if who.role in Confidant:
        noted(db, who, "history.read", student_id)
    return Listed(items=[Row.model_validate(row) for row in found[: page.limit]], pagination=Pagination(limit=page.limit, next_cursor=None))


@router.get("/v1/mentors/{mentor_id}/history", operation_id="mentor_history", summary="Whom a mentor has taken", tags=["mentors"])
def mentor_history(mentor_id: Annotated[str, PathParameter(max_length=200)], who: Anybody, db: Db, page: Paged) -> Listed[Row]:
    """In which rounds a mentor offered places, and how many students were placed with them: whether they return."""
    with db.reading(who.seen) as session:
        found = history.of_mentor(session, mentor_id, who)
    if not found:
        raise not_found("mentor")
    return Listed(items=[Row.model_validate(row) for row in found[: page.limit]], pagination=Pagination(limit=page.limit, next_cursor=None))
