"""What somebody might change in a round, as plain data, and the round with those changes."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from matcher.domain import Date, Patterns, Round
from matcher.errors import InputError
from matcher.settings import DEFAULT_CAP

EVERYBODY = "*"
"""Said instead of a student: every student."""
MOST_ROWS = 100
More = Annotated[int, Field(ge=-1000, le=1000)]
Id = Annotated[str, Field(max_length=200)]
Counts = Annotated[dict[Id, More], Field(max_length=MOST_ROWS)]
Wish = Literal["avoid", "goals", "requests"]
_KEYS = {"students": "student_id", "opportunities": "opportunity_id", "mentors": "mentor_id", "sites": "site_id", "vans": "van_id"}
_ROOM = (
    ("seats", "opportunities", "seats", 1),
    ("mentors", "mentors", "max_students", 0),
    ("sites", "sites", "max_students", 0),
    ("vans", "vans", "seats", 1),
)
"""Which edit changes which number of which table, and the least it may be."""


class Edits(BaseModel):
    """Changes to a round.

    Attributes
    ----------
    seats, mentors, sites, vans : how many more (or fewer) an opportunity, a mentor, a site, a van takes.
    minutes : how many minutes longer a student may travel one way; ``*`` for every student.
    sessions : other weekly windows of an opportunity, as the table writes them.
    starts, ends : another first or last day of an opportunity.
    waive : wishes that a student takes back.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    seats: Counts = Field({}, description="Opportunity and how many seats more, or fewer.", examples=[{"O5": 1}])
    mentors: Counts = Field({}, description="Mentor and how many students more, or fewer.")
    sites: Counts = Field({}, description="Site and how many students more, or fewer.")
    vans: Counts = Field({}, description="Van and how many seats more, or fewer.")
    minutes: Counts = Field({}, description="Student, or * for everybody, and how many minutes more one way.", examples=[{"S1": 10}])
    sessions: Annotated[dict[Id, Patterns], Field(max_length=MOST_ROWS)] = Field(
        {}, description="Opportunity and its weekly windows.", examples=[{"O5": "Tue 09:00-15:00;Thu 09:00-15:00"}]
    )
    starts: Annotated[dict[Id, Date], Field(max_length=MOST_ROWS)] = Field({}, description="Opportunity and its first day.")
    ends: Annotated[dict[Id, Date], Field(max_length=MOST_ROWS)] = Field({}, description="Opportunity and its last day.")
    waive: Annotated[dict[Id, tuple[Wish, ...]], Field(max_length=MOST_ROWS)] = Field(
        {}, description="Student and the wishes taken back.", examples=[{"S1": ["avoid"]}]
    )

    @property
    def only_room(self) -> bool:
        """Whether nothing changes but how many somebody takes: then the same pairs stay lawful, with the same points."""
        return not (self.minutes or self.sessions or self.starts or self.ends or self.waive)

    def __bool__(self) -> bool:
        return any(getattr(self, name) for name in type(self).model_fields)


def edited(round_: Round, edits: Edits) -> Round:
    """The round with these changes.

    Raises
    ------
    InputError
        When an edit names nobody in the round, or a number that cannot be.
    """
    if not edits:
        raise InputError("nothing is to be changed. Maybe ask for one more seat, like --seats O5=+1.")
    for name, table, column, least in _ROOM:
        for row_id, more in getattr(edits, name).items():
            here = getattr(_row(round_, table, row_id), column)
            round_ = _with(round_, table, row_id, {column: _sum(row_id, column, here, more, least)})
    for name in ("sessions", "starts", "ends"):
        for row_id, value in getattr(edits, name).items():
            round_ = _with(round_, "opportunities", row_id, {name: value})
    for offer in round_.opportunities:
        if offer.starts and offer.ends and offer.ends < offer.starts:
            raise InputError(f"opportunity {offer.opportunity_id} would end on {offer.ends}, before it starts on {offer.starts}.")
    for student_id, more in edits.minutes.items():
        round_ = _longer(round_, student_id, more)
    for student_id, wishes in edits.waive.items():
        round_ = _waived(round_, student_id, wishes)
    return round_


def _row(round_: Round, table: str, row_id: str) -> Any:
    found = next((row for row in getattr(round_, table) if getattr(row, _KEYS[table]) == row_id), None)
    if found is None:
        raise InputError(f"{table} has no {_KEYS[table]} {row_id!r}. Maybe check the spelling: ids are case-sensitive.")
    return found


def _with(round_: Round, table: str, row_id: str, changes: dict[str, Any]) -> Round:
    """The round where the row of that id says something else."""
    row = _row(round_, table, row_id)
    rows: Any = tuple(other.model_copy(update=changes) if other is row else other for other in getattr(round_, table))
    return replace(round_, **{table: rows})


def _sum(row_id: str, column: str, here: int | None, more: int, least: int) -> int:
    if here is None:
        raise InputError(f"{row_id} has no {column} of its own, so it cannot have more or fewer. Maybe change its opportunities.")
    if here + more < least:
        raise InputError(f"{row_id} has {column} {here}, so {more:+} would leave {here + more}. The least is {least}.")
    return here + more


def _longer(round_: Round, student_id: str, more: int) -> Round:
    """The round where a student, or everybody, may travel so many minutes longer; the round's own cap gives way for them alone."""
    named = {s.student_id for s in round_.students} if student_id == EVERYBODY else {_row(round_, "students", student_id).student_id}
    limits = round_.settings.limits
    cap = limits.max_travel_minutes
    students = []
    for student in round_.students:
        given = [c for c in (student.max_travel_minutes, cap) if c is not None]
        minutes = (min(given) if given else DEFAULT_CAP) + (more if student.student_id in named else 0)
        students.append(student.model_copy(update={"max_travel_minutes": max(0, minutes)}))
    raised = limits.model_copy(update={"max_travel_minutes": None if cap is None else cap + max(0, more)})
    return replace(round_, students=tuple(students), settings=round_.settings.model_copy(update={"limits": raised}))


def _waived(round_: Round, student_id: str, wishes: tuple[Wish, ...]) -> Round:
    """The round where a student takes wishes back; what was landed, pursued or declined is no mere wish and stays."""
    round_ = _with(round_, "students", student_id, {wish: "" for wish in wishes if wish != "requests"})
    if "requests" not in wishes:
        return round_
    kept = tuple(r for r in round_.requests if r.student_id != student_id or r.state != "wish")
    return replace(round_, requests=kept)
