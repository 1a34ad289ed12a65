"""What each kind of law says: the typed numbers of the rule packs, one model per kind."""

from __future__ import annotations

import datetime as dt

from pydantic import BaseModel, ConfigDict, field_validator, model_validator

from matcher.cells import WEEKDAYS


class Strict(BaseModel):
    """Frozen, and no key that it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid")


def _minutes(value: object) -> object:
    """``24:30`` as minutes from midnight; unlike cells, laws may reach past midnight."""
    if isinstance(value, str):
        hours, colon, minutes = value.partition(":")
        if not (colon and hours.isdigit() and minutes.isdigit() and int(minutes) < 60 and int(hours) < 30):
            raise ValueError(f"{value!r} is not a time like 19:00")
        return int(hours) * 60 + int(minutes)
    return value


class MinimumAge(Strict):
    """Paid work is lawful from this age."""

    min_age: int


class ProgrammeAge(Strict):
    """A programme gives credit from this age, or from this grade."""

    program: str
    min_age: int
    or_grade: int


class HoursPerDay(Strict):
    """Most paid hours on a school day and on another day, and rest between days."""

    school_day: float | None = None
    other_day: float | None = None
    day_of_week: dict[str, float] = {}
    day_before_school: bool = False
    by_week: bool = False
    rest_hours: float | None = None

    @field_validator("day_of_week")
    @classmethod
    def _weekdays(cls, value: dict[str, float]) -> dict[str, float]:
        if unknown := set(value) - set(WEEKDAYS):
            raise ValueError(f"unknown weekdays {sorted(unknown)}")
        return value


class HoursPerWeek(Strict):
    """Most paid hours in a school week and in another week, and days a week."""

    school_week: float | None = None
    other_week: float | None = None
    max_days: int | None = None


class ClockWindow(Strict):
    """Between which times of day paid work is lawful; minutes from midnight."""

    start: int
    end: int
    summer_end: int | None = None
    summer_from: str | None = None
    summer_to: str | None = None
    end_before_other_day: int | None = None

    _times = field_validator("start", "end", "summer_end", "end_before_other_day", mode="before")(_minutes)

    @model_validator(mode="after")
    def _summer(self) -> ClockWindow:
        if self.summer_end is not None:
            if self.summer_to != "labor_day":
                raise ValueError("summer_to must be labor_day")
            dt.date.fromisoformat(f"2000-{self.summer_from}")
        return self


class SchoolHours(Strict):
    """Between which times of a school day paid work is unlawful; minutes from midnight."""

    start: int
    end: int

    _times = field_validator("start", "end", mode="before")(_minutes)


class ProgrammeDisabled(Strict):
    """A programme whose exceptions do not count."""

    program: str


class HazardousOrders(Strict):
    """The numbers of the hazardous orders that bar tasks."""

    orders: tuple[int, ...]


class PermittedTasks(Strict):
    """The only tasks that are lawful."""

    tasks: tuple[str, ...]


class OneDocument(Strict):
    """A paper that must be in date."""

    document: str


class Papers(Strict):
    """Papers that must be in date."""

    documents: tuple[str, ...]


class Clearance(Strict):
    """The paper that clears an adult, and how long the law lets it count from its first day."""

    document: str
    valid_days: int | None = None
    valid_months: int | None = None


class Observable(Strict):
    """The papers that stand in for an observable place."""

    site_document: str
    student_document: str


class Driving(Strict):
    """From which age and with which papers a student drives."""

    min_age: int
    documents: tuple[str, ...]


class VanPersons(Strict):
    """Most persons in a van, the driver included."""

    max_persons: int


class Duty(Strict):
    """Something the school must do that no plan can check."""

    every_days: int


KINDS: dict[str, type[Strict]] = {
    "minimum_age": MinimumAge,
    "programme_age": ProgrammeAge,
    "hours_per_day": HoursPerDay,
    "hours_per_week": HoursPerWeek,
    "clock_window": ClockWindow,
    "school_hours": SchoolHours,
    "programme_disabled": ProgrammeDisabled,
    "hazardous_orders": HazardousOrders,
    "permitted_tasks": PermittedTasks,
    "work_permit": OneDocument,
    "student_documents": Papers,
    "site_documents": Papers,
    "clearance": Clearance,
    "observable": Observable,
    "driving": Driving,
    "van_persons": VanPersons,
    "duty": Duty,
}
