"""What becomes of everybody who has a place today: who is no longer there, and why; no reason names another student."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from matcher.cells import show_windows
from matcher.domain import Earlier
from matcher.pipeline import Run
from matcher.plan import Placement, keeping
from matcher.rules.base import Limit


class Fate(StrEnum):
    """What becomes of a student who has a place today."""

    KEPT = "kept"
    OTHER_HOURS = "other_hours"
    ELSEWHERE = "elsewhere"
    LOST = "lost"
    OUT = "out"
    """Not ready, so without a part in this plan."""


def fates(run: Run) -> dict[str, Fate]:
    """What becomes of each student of `previous`, by student id."""
    now = {p.student.student_id: p for p in run.placements}
    return {row.student_id: _fate(run, row, now.get(row.student_id)) for row in run.world.round.previous}


def _fate(run: Run, row: Earlier, place: Placement | None) -> Fate:
    status = run.world.round.student[row.student_id].status
    if status == "placed":
        return Fate.KEPT
    if place is None:
        return Fate.OUT if status == "not_ready" else Fate.LOST
    if place.variant.opportunity.opportunity_id != row.opportunity_id:
        return Fate.ELSEWHERE
    return Fate.KEPT if row.sessions in {(), place.variant.windows} else Fate.OTHER_HOURS


@dataclass(frozen=True)
class Moved:
    """One student whose place is another one than today; the columns of changes.csv.

    Attributes
    ----------
    to_opportunity, to_sessions : "" for a student without a place now.
    code : the rule that refuses the earlier place, the limit that leaves no room there, or a code of docs/outputs.md.
    """

    student_id: str
    from_opportunity: str
    from_sessions: str
    to_opportunity: str
    to_sessions: str
    code: str
    reason: str


def moved(run: Run) -> list[Moved]:
    """The students of `previous` who take part or did, and are not where they were, by id."""
    now, fate = {p.student.student_id: p for p in run.placements}, fates(run)
    rows = sorted(run.world.round.previous, key=lambda row: row.student_id)
    left = [row for row in rows if fate[row.student_id] != Fate.KEPT]
    problem, candidates = run.model.problem, run.lawful.candidates
    kept = np.zeros(len(problem), np.int64) if problem.kept is None else problem.kept
    staying = run.solution.chosen[kept[run.solution.chosen] > 0]
    stay = np.asarray(problem.limits[:, staying].sum(axis=1)).ravel()
    found = []
    for row in left:
        place, pairs = now.get(row.student_id), keeping(candidates, row)
        code, reason = _no_room(run, pairs, stay) if pairs else _unlawful(run, row)
        if not code:
            code, reason = _could_stay(run, row, place, pairs)
        to = (place.variant.opportunity.opportunity_id, show_windows(place.variant.windows)) if place else ("", "")
        found.append(Moved(row.student_id, row.opportunity_id, show_windows(row.sessions), *to, code, reason))
    return found


def _unlawful(run: Run, row: Earlier) -> tuple[str, str]:
    """The first rule that refuses the earlier place today, with the fact."""
    student = run.world.round.student[row.student_id]
    if student.status == "not_ready":
        return "not_ready", "The student does not take part now: the status is not_ready."
    if row.opportunity_id not in run.world.round.opportunity:
        return "gone", f"{row.opportunity_id} is no longer offered."
    there = [v for v in run.world.variants[run.world.variants_at[row.opportunity_id]] if row.sessions in {(), v.windows}]
    if not there:
        return "other_hours", f"{row.opportunity_id} is no longer offered at these hours."
    rule, why = min((list(run.judge.reasons(student, v)) for v in there), key=len)[0]
    return rule, f"The place at {row.opportunity_id} is no longer lawful: {why}."


def _no_room(run: Run, pairs: list[int], stay: np.ndarray) -> tuple[str, str]:
    """The limit that those who keep their places and this student would break together; nothing when there is room for all of them.

    Parameters
    ----------
    stay : int64 [limits]: what those who keep their places use.
    """
    problem = run.model.problem
    broken: list[list[Limit]] = []
    for pair in pairs:
        column = problem.limits[:, [pair]].tocoo()
        full = column.row[(stay[column.row] + column.data > problem.at_most[column.row]) & (column.data > 0)]
        if not len(full):
            return "", ""
        broken.append([limit for row in full for limit in run.model.meaning[row] if limit.at_most == problem.at_most[row]])
    first = min(broken, key=len)[0]
    named, there = first.about.split(",")[0], run.lawful.candidates.variant_of(pairs[0]).opportunity.opportunity_id
    words = {
        "seats": f"{named} has fewer seats than students who were there",
        "mentor_capacity": f"mentor {named} takes fewer students than were there",
        "site_capacity": f"site {named} takes fewer students than were there",
        "van_seats": f"the school van to {there} has fewer seats than riders",
    }
    decided = "a decision of the school about particular people stands against it"
    return first.rule, f"There is no room left: {words.get(first.rule, decided)}."


def _could_stay(run: Run, row: Earlier, place: Placement | None, pairs: list[int]) -> tuple[str, str]:
    """Why a student leaves a lawful place that has room for all who stay: somebody else has it now, or the new one is better."""
    problem, candidates = run.model.problem, run.lawful.candidates
    others = run.solution.chosen[candidates.student[run.solution.chosen] != candidates.student[pairs[0]]]
    if any(not problem.violated(np.append(others, pair)).size for pair in pairs):
        points = max(int(candidates.points[pair]) for pair in pairs)
        gain = f" ({points} points there, {place.points} here)" if place else ""
        return "better_plan", f"{row.opportunity_id} is still lawful and free; the plan is better with this change{gain}."
    return "made_room", f"{row.opportunity_id} is still lawful; somebody else has the place, because the plan as a whole is better so."
