"""What the service shows and takes: one model per thing and, where it matters, per role."""

from __future__ import annotations

from typing import Annotated, Any, Generic, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from api.auth import Role
from api.bodies import Model

T = TypeVar("T")
Cell = str | int | float | bool | list[str] | None
Id = Annotated[str, StringConstraints(min_length=1, max_length=200)]
Reason = Annotated[str, StringConstraints(min_length=3, max_length=2000, strip_whitespace=True)]
Name = Annotated[str, StringConstraints(min_length=1, max_length=200, strip_whitespace=True)]


class Pagination(BaseModel):
    """Where a list goes on."""

    limit: int = Field(examples=[100])
    next_cursor: str | None = Field(description="Send it as `cursor` for the next page; null at the end.")


class Listed(BaseModel, Generic[T]):
    """A page of a list."""

    items: list[T]
    pagination: Pagination


class Row(BaseModel):
    """A row of a table of the contract: its cells as text, in the notation of the CSV files."""

    model_config = ConfigDict(extra="allow")


class NewRound(Model):
    """A round to make."""

    name: Name = Field(examples=["Fall 2026"])
    schools: list[Id] | None = Field(None, max_length=1000, description="Who it is for; left out: all schools of the key.")


class RoundChange(Model):
    """What can be changed of a round."""

    name: Name


class RoundOut(BaseModel):
    """A round."""

    round_id: str
    name: str
    schools: list[str] = Field(description="Schools of the round that this key has.")
    starts: str = Field(examples=["2026-09-08"])
    ends: str
    revision: int = Field(description="Counts every change of its data.")
    published_run_id: str | None
    public_overrides: int = Field(description="Placements of the published plan that two people made against a rule.")
    created_at: str


class IssueOut(BaseModel):
    """Something wrong in an upload."""

    table: str
    row: int | None
    column: str | None
    code: str
    severity: Literal["error", "warning"]
    value: str
    message: str
    hint: str


class ImportOut(BaseModel):
    """What became of an upload: accepted and in force as a whole, or refused as a whole."""

    import_id: str
    round_id: str
    accepted: bool
    errors: int
    warnings: int
    issues: list[IssueOut]
    counts: dict[str, int] = Field(description="Rows per table.")
    revision: int
    created_at: str


class NewRun(Model):
    """A run to start."""

    previous_run_id: Id | None = Field(None, description="Its placements are where students are today: as few as possible move.")


class RunOut(BaseModel):
    """A run: how far it is, or how it ended."""

    run_id: str
    round_id: str
    status: Literal["queued", "running", "finished", "failed", "infeasible", "cancelled"]
    stage: str = Field(examples=["solve"])
    progress: float = Field(ge=0, le=1)
    attempts: int
    previous_run_id: str | None
    revision: int = Field(description="The revision of the round that it read.")
    objectives: list[dict[str, Any]] = Field(description="Name, value and proven bound, in order.")
    gap: float | None
    counts: dict[str, int]
    seconds: dict[str, float]
    error: dict[str, Any] | None = Field(description="Why there is no plan: a code and what helps to correct it.")
    created_at: str
    started_at: str | None
    finished_at: str | None


class NewDecision(Model):
    """An order of a coordinator."""

    kind: Literal["pin", "ban", "no_contact", "keep_apart", "keep_together"]
    a: Id = Field(description="The student, or the first person.", examples=["S001"])
    b: Id = Field(description="The opportunity, or the second person.", examples=["O43"])
    until: Annotated[str, StringConstraints(pattern=r"^\d{4}-\d{2}-\d{2}$")] | None = None
    note: Annotated[str, StringConstraints(max_length=2000)] = ""


class DecisionOut(BaseModel):
    """An order in force, without its note for those who need not know."""

    decision_id: str
    kind: str
    a: str
    b: str
    until: str
    note: str | None
    created_at: str


class Upsert(Model):
    """Rows to add or to change, by their ids."""

    round_id: Id
    items: list[dict[Annotated[str, StringConstraints(max_length=100)], Cell]] = Field(min_length=1, max_length=10_000)


class UpsertOut(BaseModel):
    """What became of the rows; all of them or none."""

    created: int
    updated: int
    unchanged: int
    revision: int


class SuggestionOut(BaseModel):
    """A lawful opportunity for one student."""

    opportunity_id: str
    title: str
    site_id: str
    site_name: str
    mentor_id: str
    cluster: str
    placement_kind: str
    sessions: str
    points: int = Field(ge=0, le=1000)
    mode: str
    minutes: int
    transfers: int
    reason: str
    seats: int
    open_seats: int = Field(description="Seats per session that the published plan and pins leave.")
    contested: int = Field(description="Other students who asked for it and wait.")


class Suggestions(BaseModel):
    """The best lawful opportunities, best first."""

    items: list[SuggestionOut]
    pagination: Pagination
    round_id: str
    revision: int = Field(description="The state of the round that this answers from.")


class Profile(Model):
    """Somebody to suggest opportunities to; nothing of it is kept. Cells as in the table `students`."""

    round_id: Id | None = None
    school_id: Id | None = Field(None, description="Left out: the first school of the round that this key has.")
    interests: Annotated[str, StringConstraints(max_length=10_000)] = Field("", examples=["fixing bikes, animals"])
    avoid: Annotated[str, StringConstraints(max_length=10_000)] = ""
    goals: Annotated[str, StringConstraints(max_length=10_000)] = ""
    grade: int | None = Field(None, ge=1, le=13)
    birth_date: Annotated[str, StringConstraints(pattern=r"^\d{4}-\d{2}-\d{2}$")] | None = None
    languages: list[Id] = Field([], max_length=20)
    needs: list[Id] = Field([], max_length=50)
    programs: list[Id] = Field([], max_length=20)
    travel_modes: list[Literal["walk", "bike", "transit", "drive", "dropoff", "van"]] = Field(["walk", "dropoff"], max_length=6)
    max_travel_minutes: int | None = Field(None, ge=0, le=600)
    lat: float | None = Field(None, ge=-90, le=90)
    lon: float | None = Field(None, ge=-180, le=180)
    available: Annotated[str, StringConstraints(max_length=2000)] = ""
    documents: Annotated[str, StringConstraints(max_length=5000)] | None = Field(
        None, description="Left out: parent_consent and emergency_contacts in date."
    )
    limit: int = Field(10, ge=1, le=500)
    cluster: Annotated[str, StringConstraints(max_length=200)] | None = None
    placement_kind: Literal["unpaid_learning", "paid_employment"] | None = None


class PublicationOut(BaseModel):
    """A plan that was published."""

    publication_id: str
    round_id: str
    run_id: str
    overrides: int
    published_at: str
    ended_at: str | None
    why: str


class Withdrawal(Model):
    """Why a published plan is taken back."""

    why: Reason


class NewOverride(Model):
    """A placement against a rule, to be agreed to by a second person."""

    student_id: Id
    opportunity_id: Id
    reason: Reason


class OverrideOut(BaseModel):
    """A placement against a rule."""

    override_id: str
    run_id: str
    student_id: str
    opportunity_id: str
    rules: list[str]
    reason: str
    asked_at: str
    agreed: bool


class NewKey(Model):
    """A key to make."""

    name: Name = Field(examples=["ImBlaze"])
    person: Annotated[str, StringConstraints(max_length=200)] = Field("", description="Who holds it; an override needs two persons.")
    role: Role
    schools: list[Id] = Field(min_length=1, max_length=1000, description="Ids, or `*` for all.")
    days: int = Field(365, ge=1, le=3650)


class KeyOut(BaseModel):
    """A key, known by the beginning of its secret."""

    key_id: str
    name: str
    person: str
    role: Role
    schools: list[str]
    prefix: str
    secret: str | None = Field(None, description="Told once, when the key is made.")
    created_at: str
    expires_at: str
    last_used_at: str | None
    revoked_at: str | None


class NewWebhook(Model):
    """An address to tell of events."""

    url: Annotated[str, StringConstraints(min_length=8, max_length=2000, pattern=r"^https?://")]
    events: list[Literal["run.finished", "placement.changed"]] = Field(min_length=1, max_length=2)


class WebhookOut(BaseModel):
    """An address that is told of events; deliveries are signed as Standard Webhooks says."""

    webhook_id: str
    url: str
    events: list[str]
    secret: str | None = Field(None, description="Told once.")
    created_at: str
