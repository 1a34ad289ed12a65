"""What changed since the earlier plan: who moves or loses a place and why, who is new."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from matcher.changes import Fate, fates
from matcher.domain import Earlier, Student
from matcher.pipeline import Run
from matcher.report.people import DECISION_SENTENCE, PRIVATE, advisory_name
from matcher.report.words import Speller, count, hours, long_date


@dataclass(frozen=True)
class Move:
    """One student who is not where they were; `to` is "" for a student without a place now."""

    name: str
    student_id: str
    where: str
    before: str
    before_hours: str
    to: str
    to_hours: str
    why: str


@dataclass(frozen=True)
class Changes:
    """What became of everybody who had a place, in a sentence and row by row; those without a place now come first."""

    summary: str
    terms: str
    rows: list[Move]


def changes(run: Run, rows: Sequence[tuple[Any, ...]], speller: Speller) -> Changes | None:
    """The rows of changes.csv in words; None when there is no earlier plan to compare with.

    Parameters
    ----------
    rows : in the column order of `matcher.publish.CHANGES`.
    """
    previous = {row.student_id: row for row in run.world.round.previous}
    if not previous:
        return None
    placed = {p.student.student_id: p for p in run.placements}
    told = []
    for student_id, offer, _, to, _, code, reason in rows:
        student, place = run.world.round.student[student_id], placed.get(student_id)
        there = hours(place.variant.windows) if place else ""
        why = DECISION_SENTENCE if code in PRIVATE else speller(str(reason))
        here = _title(run, offer), hours(_windows(run, previous[student_id]))
        told.append(
            Move(student.name or student_id, student_id if student.name else "", _where(run, student), *here, _title(run, to), there, why)
        )
    told.sort(key=lambda move: (bool(move.to), move.name.casefold(), move.student_id))
    return Changes(_summary(Counter(fates(run).values()), len(placed.keys() - previous.keys())), _terms(run), told)


def _summary(kinds: Counter[Fate], new: int) -> str:
    times = count(kinds[Fate.OTHER_HOURS], "keeps it at other times", "keep it at other times")
    parts = [
        f"Of {count(kinds.total(), 'student')} with a place, {count(kinds[Fate.KEPT], 'keeps', 'keep')} it",
        *([times] if kinds[Fate.OTHER_HOURS] else []),
        count(kinds[Fate.ELSEWHERE], "moves", "move"),
    ]
    fresh = f" {count(new, 'student who had no place has', 'students who had no place have')} one." if new else ""
    return f"{', '.join(parts)} and {count(kinds[Fate.LOST] + kinds[Fate.OUT], 'has', 'have')} none now.{fresh}"


def _terms(run: Run) -> str:
    repair = run.world.settings.repair
    if repair.began is None:
        return ""
    dates = f"The term began on {long_date(repair.began)}; this plan counts from {long_date(run.world.first)} on."
    weeks = f" First commitments of {count(repair.commitment_weeks, 'week')} are kept while they are lawful and there is room."
    return dates + weeks * bool(repair.commitment_weeks)


def _windows(run: Run, row: Earlier) -> Any:
    offer = run.world.round.opportunity.get(row.opportunity_id)
    return row.sessions or (offer.sessions[0] if offer else ())


def _title(run: Run, opportunity_id: str) -> str:
    offer = run.world.round.opportunity.get(opportunity_id)
    return f"{offer.title} ({opportunity_id})" if offer else opportunity_id


def _where(run: Run, student: Student) -> str:
    school = run.world.round.school[student.school_id]
    several = len(run.world.round.schools) > 1
    return ", ".join([school.name or school.school_id] * several + [advisory_name(student.advisory)] * bool(student.advisory))
