"""Slates: who is told to ask where and by when, advisory by advisory, and what each wave asks in all."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from matcher.pipeline import Run
from matcher.report.people import advisory_name
from matcher.report.words import count, long_date


@dataclass(frozen=True)
class Wave:
    """One turn of asking: its name, its last day (of all schools), and how many ask."""

    name: str
    until: str
    asks: str


@dataclass(frozen=True)
class Line:
    """One option of a student."""

    title: str
    opportunity_id: str
    when: str
    odds: int


@dataclass(frozen=True)
class Slate:
    """The options of one student, in order."""

    name: str
    student_id: str
    lines: list[Line]


@dataclass(frozen=True)
class Group:
    """The slates of one advisory, by name of the student."""

    name: str
    slates: list[Slate]


def waves(rows: Sequence[tuple[Any, ...]]) -> list[Wave]:
    """What each wave asks, in order; `rows` are those of waves.csv."""
    asks, ends = Counter[int](), defaultdict[int, set[date]](set)
    for _, _, wave, until in rows:
        asks[wave] += 1
        ends[wave].add(until)
    return [Wave(f"Wave {w}" if w else "Asked already", _span(ends[w]), count(asks[w], "option")) for w in sorted(asks)]


def _span(days: set[date]) -> str:
    first, last = min(days), max(days)
    return long_date(first) if first == last else f"{long_date(first)} to {long_date(last)}"


def slates(run: Run, rows: Sequence[tuple[Any, ...]], dates: Sequence[tuple[Any, ...]]) -> list[Group]:
    """Every slate by school and advisory; `rows` are those of slates.csv and `dates` those of waves.csv."""
    round_, lines = run.world.round, defaultdict[str, list[Line]](list)
    turns = {(student_id, opportunity_id): (wave, until) for student_id, opportunity_id, wave, until in dates}
    for student_id, _, opportunity_id, _, odds, _ in sorted(rows, key=lambda row: row[:2]):
        wave, until = turns[student_id, opportunity_id]
        when = f"Wave {wave}: ask by {long_date(until)}" if wave else f"Asked already, holds until {long_date(until)}"
        lines[student_id].append(Line(round_.opportunity[opportunity_id].title, opportunity_id, when, int(100 * odds + 0.5)))
    several, groups = len({s.school_id for s in run.world.students}) > 1, defaultdict[str, list[Slate]](list)
    for student in sorted(run.world.students, key=lambda s: (s.name.casefold(), s.student_id)):
        school = round_.school[student.school_id]
        name = ", ".join([school.name or school.school_id] * several + [advisory_name(student.advisory)])
        told = Slate(student.name or student.student_id, student.student_id if student.name else "", lines[student.student_id])
        groups[name].append(told)
    return [Group(name, groups[name]) for name in sorted(groups)]
