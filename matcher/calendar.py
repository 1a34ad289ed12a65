"""Weekly windows and term dates minus school calendar, closures and leave: the dated sessions."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from functools import cached_property
from typing import NamedTuple

from matcher.cells import DateRange, Window
from matcher.domain import Mentor, Opportunity, Round, Site

DAY = dt.timedelta(days=1)


class Session(NamedTuple):
    """One dated meeting, in minutes from midnight, wall-clock time."""

    date: dt.date
    start: int
    end: int


class Schedule(NamedTuple):
    """Everything but the school that decides the dated sessions of a variant; equal schedules share their sessions."""

    windows: tuple[Window, ...]
    first: dt.date
    last: dt.date
    closed: tuple[DateRange, ...]
    uncovered: tuple[dt.date, ...]


class Calendar:
    """School days and dated sessions of a round."""

    def __init__(self, round_: Round) -> None:
        self.round = round_
        self.first, self.last = round_.settings.round.start, round_.settings.round.end
        self._no_school: dict[str, set[dt.date]] = defaultdict(set)
        self._no_lti: dict[str, set[dt.date]] = defaultdict(set)
        for row in round_.calendar:
            for school_id in [row.school_id] if row.school_id != "*" else [s.school_id for s in round_.schools]:
                (self._no_school if row.kind == "no_school" else self._no_lti)[school_id].add(row.date)
        self._frozen: dict[str, frozenset[dt.date]] = {}
        self._off: dict[str, tuple[frozenset[dt.date], frozenset[dt.date]]] = {}
        self._schedules: dict[Schedule, Schedule] = {}
        self._sessions: dict[tuple[str, int], tuple[Schedule, tuple[Session, ...]]] = {}
        self._equal: dict[tuple[Session, ...], tuple[Session, ...]] = {}

    def is_school_day(self, school_id: str, day: dt.date) -> bool:
        """Monday to Friday without a `no_school` row; a day without LTI is a school day."""
        return day.weekday() < 5 and day not in self._no_school[school_id]

    def days_without_school(self, school_id: str) -> frozenset[dt.date]:
        """What decides the school days of a school."""
        if school_id not in self._frozen:
            self._frozen[school_id] = frozenset(self._no_school[school_id])
        return self._frozen[school_id]

    def days_off(self, school_id: str) -> tuple[frozenset[dt.date], frozenset[dt.date]]:
        """Days without school and without LTI: schools that agree in them have the same sessions and school days."""
        if school_id not in self._off:
            self._off[school_id] = frozenset(self._no_school[school_id]), frozenset(self._no_lti[school_id])
        return self._off[school_id]

    def is_school_week(self, school_id: str, day: dt.date) -> bool:
        """Whether the Sunday-to-Saturday week of that day has a school day."""
        sunday = week_of(day)
        return any(self.is_school_day(school_id, sunday + i * DAY) for i in range(7))

    @cached_property
    def _dates(self) -> dict[int, list[dt.date]]:
        by_weekday: dict[int, list[dt.date]] = defaultdict(list)
        for i in range((self.last - self.first).days + 1):
            by_weekday[(self.first + i * DAY).weekday()].append(self.first + i * DAY)
        return by_weekday

    def schedule(self, opportunity: Opportunity, pattern: int, site: Site, mentors: Iterable[Mentor]) -> Schedule:
        """The schedule of one pattern of an opportunity; equal schedules are one object."""
        first = max(self.first, opportunity.starts or self.first)
        last = min(self.last, opportunity.ends or self.last)
        schedule = Schedule(opportunity.sessions[pattern], first, last, site.closures, self._uncovered(tuple(mentors)))
        return self._schedules.setdefault(schedule, schedule)

    def _uncovered(self, mentors: tuple[Mentor, ...]) -> tuple[dt.date, ...]:
        """Dates blocked by leave: nobody there, or a cleared mentor away and no cleared one present."""
        dates = {d for m in mentors for leave in m.leave for d in self._days(leave)}
        return tuple(sorted(d for d in dates if _blocked(mentors, d)))

    def _days(self, leave: DateRange) -> Iterable[dt.date]:
        first, last = max(leave.first, self.first), min(leave.last, self.last)
        return (first + i * DAY for i in range((last - first).days + 1))

    def sessions(self, school_id: str, schedule: Schedule) -> tuple[Session, ...]:
        """The dated sessions of a schedule for students of a school, in order of time; equal answers are one object."""
        key = (school_id, id(schedule))  # a schedule is dear to hash; the one asked about is kept, so its id stays its own
        if key not in self._sessions:
            off = self._no_school[school_id] | self._no_lti[school_id] | set(schedule.uncovered)
            dated = tuple(
                sorted(
                    Session(day, window.start, window.end)
                    for window in schedule.windows
                    for day in self._dates[window.weekday]
                    if schedule.first <= day <= schedule.last and day not in off and not any(day in c for c in schedule.closed)
                )
            )
            self._sessions[key] = schedule, self._equal.setdefault(dated, dated)
        return self._sessions[key][1]


def _blocked(mentors: tuple[Mentor, ...], day: dt.date) -> bool:
    away = [m for m in mentors if on_leave(m, day)]
    present = [m for m in mentors if not on_leave(m, day)]
    if not present:
        return True
    return any(holds_clearance(m, day) for m in away) and not any(holds_clearance(m, day) for m in present)


def on_leave(mentor: Mentor, day: dt.date) -> bool:
    """Whether the mentor is away that day."""
    return any(day in leave for leave in mentor.leave)


def holds_clearance(mentor: Mentor, day: dt.date) -> bool:
    """Whether a clearance on file covers the day (state clocks are judged by the rule, not here)."""
    return any(d.name == "clearance" and d.covers(day) for d in mentor.documents)


def week_of(day: dt.date) -> dt.date:
    """The Sunday on which the week of that day begins."""
    return day - dt.timedelta(days=(day.weekday() + 1) % 7)


def labor_day(year: int) -> dt.date:
    """The first Monday of September."""
    first = dt.date(year, 9, 1)
    return first + dt.timedelta(days=-first.weekday() % 7)


def add_months(day: dt.date, months: int) -> dt.date:
    """The same day of a later month, or that month's last day."""
    month = day.year * 12 + day.month - 1 + months
    year, month = divmod(month, 12)
    for last in range(day.day, 27, -1):
        try:
            return dt.date(year, month + 1, last)
        except ValueError:
            continue
    return dt.date(year, month + 1, day.day)
