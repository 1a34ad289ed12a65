"""Why this, why not that, why unplaced, and the smallest change that would help; no answer names another student."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from matcher.domain import Student
from matcher.errors import InputError
from matcher.pipeline import Run
from matcher.rules.base import Limit
from matcher.rules.trip import VAN
from matcher.scoring.base import way_of
from matcher.solver.problem import Problem
from matcher.solver.whatif import Change, Outcome, WhatIf
from matcher.widen import Opening, widened

RESOLVE_PAIRS = 40_000
"""Rounds with more lawful pairs are never solved again for one question; what the prices cannot tell is then left open."""
WIDEN_PAIRS = 2_000_000
"""Rounds with more lawful pairs leave the effect of new papers and the like to the next run."""
TRIES = 4
MANY_PAIRS = 1_000_000
"""Rounds with more lawful pairs try one change for each student before they name the pin that surely works."""
UNPLACED_COST = 1000
"""What one student fewer placed counts in a cost or a price, in points."""


@dataclass(frozen=True)
class Unplaced:
    """Why a student is not placed, and the smallest change that would place them."""

    student_id: str
    code: str
    reason: str
    smallest_change: str


@dataclass(frozen=True)
class Option:
    """One opportunity from a student's point of view; `cost` is None where it was not worked out."""

    opportunity_id: str
    lawful: bool
    rule: str
    reason: str
    cost: int | None = None


class Explainer:
    """Answers about one run."""

    def __init__(self, run: Run, absent: np.ndarray | None = None) -> None:
        self.run, self._absent = run, absent
        self.world, self.candidates = run.world, run.lawful.candidates
        self.problem: Problem = run.model.problem
        self._chosen = {int(self.candidates.student[p]): int(p) for p in run.solution.chosen}
        use = np.zeros(len(self.problem), np.int64)
        use[run.solution.chosen] = 1
        self._full = (self.problem.limits @ use) >= self.problem.at_most
        self._columns = self.problem.limits.tocsc()
        self._obstacles = self._columns.T @ self._full.astype(np.int64)
        self._openings: dict[int, Opening | None] = {}

    @cached_property
    def _whatif(self) -> WhatIf:
        return WhatIf(self.problem, self.run.solution, self._absent)

    def _after(self, change: Change) -> Outcome | None:
        """The best plan after a change; None when it is not known."""
        return self._whatif.answer(change, may_solve=len(self.problem) <= RESOLVE_PAIRS)

    def placed_because(self, pair: int) -> str:
        """Why these points, in words."""
        variant, student = self.candidates.variant_of(pair), self.candidates.student_of(pair)
        return self.run.scorer.words(student, variant, way_of(self.candidates, pair))

    def unplaced(self, student: Student) -> Unplaced:
        """The first obstacle of a student without a placement, and the smallest change that would place them."""
        if student.status == "not_ready":
            change = "Once the advisor sets the status to seeking, the student takes part."
            return Unplaced(student.student_id, "not_ready", "The student is not ready yet.", change)
        pairs = self.candidates.of_students(student.student_id)
        return self._all_full(student, pairs) if len(pairs) else self._nothing_lawful(student)

    def _nothing_lawful(self, student: Student) -> Unplaced:
        place = self.world.student_place[student.student_id]
        refused = self.run.judge.refusals(place)
        if not refused.size:
            return Unplaced(student.student_id, "no_offer", "There is no opportunity in this round.", "An opportunity.")
        alike = _nearest(refused)
        variant = self.world.variants[int(alike[0])]
        reasons = list(self.run.judge.reasons(student, variant))
        stops = " And: ".join(f"{why}" for _, why in reasons)
        reason = f"None of the {refused.shape[1]} offers is lawful for this student. Nearest {len(alike)}: {stops}."
        change = self._opened(student, alike, [name for name, _ in reasons])
        return Unplaced(student.student_id, reasons[0][0], reason, change)

    def _opened(self, student: Student, variants: np.ndarray, rules: list[str]) -> str:
        remedies = " and ".join(self._remedy(name) for name in rules)
        named = [f"{self.world.variants[int(v)].opportunity.opportunity_id}" for v in variants[:3]]
        opens = f"{remedies[:1].upper()}{remedies[1:]}: that opens {', '.join(dict.fromkeys(named))}"
        wide = self._widened
        if wide is None or self._opening(student) is None:
            return f"{opens} (a place there is then decided by the next run)."
        pairs = wide.candidates.of_students(student.student_id)
        change = Change(added=tuple(pairs.tolist()))
        outcome = wide._after(change)
        if outcome is None:
            return f"{opens} (a place there is then decided by the next run)."
        got = np.intersect1d(outcome.chosen, pairs)
        if len(got):
            return f"{opens}; the student is then placed at {wide.candidates.variant_of(int(got[0])).opportunity.opportunity_id}."
        return f"{opens}, which is full then. {wide._all_full(student, pairs).smallest_change}"

    @cached_property
    def _widened(self) -> Explainer | None:
        """The same round with the pairs that the nearest changes would open to students for whom nothing is lawful."""
        if len(self.problem) > WIDEN_PAIRS:
            return None
        left = np.setdiff1d(np.arange(len(self.world.students)), self.candidates.student)
        openings = [o for place in left if (o := self._opening(self.world.students[int(place)])) is not None]
        if not openings:
            return None
        wide = widened(self.run, openings)
        return Explainer(wide.run, wide.absent)

    def _opening(self, student: Student) -> Opening | None:
        """What the nearest change would open; None where nothing would, or where a van must be chosen first."""
        place = self.world.student_place[student.student_id]
        if place not in self._openings:
            refused = self.run.judge.refusals(place)
            alike = _nearest(refused) if refused.size else np.zeros(0, np.int64)
            trips = self.run.judge.block(slice(place, place + 1))[1]
            unsure = (trips.mode[0, alike] < 0) | (trips.mode[0, alike] == VAN)
            self._openings[place] = None if unsure.any() or not len(alike) else Opening(place, alike, trips)
        return self._openings[place]

    def _remedy(self, rule: str) -> str:
        known = {r.name: r.remedy for r in self.run.judge.rules}
        return known.get(rule) or "another decision"

    def _all_full(self, student: Student, pairs: np.ndarray) -> Unplaced:
        nearest = pairs[np.lexsort((pairs, -self.candidates.points[pairs], self._obstacles[pairs]))]
        shortages = [(self._shortage(int(p)), int(p)) for p in nearest[: 10 * TRIES]]
        rows, pair = shortages[0]
        first = self._limits(rows)[0] if len(rows) else None
        options = len({self.world.variants[v].opportunity.opportunity_id for v in np.unique(self.candidates.variant[pairs])})
        reason = f"All {options} lawful options are taken by plans that place more students or serve them better"
        reason += f"; nearest: {self.candidates.variant_of(pair).opportunity.opportunity_id}" + (f" ({_told(first)})." if first else ".")
        return Unplaced(student.student_id, first.rule if first else "full", reason, self._one_more(student, shortages))

    def _one_more(self, student: Student, shortages: list[tuple[np.ndarray, int]]) -> str:
        place = self.world.student_place[student.student_id]
        added = () if self._absent is None else tuple(p for p in self.candidates.of_students(student.student_id) if self._absent[p])
        tried: set[tuple[int, ...]] = set()
        most = TRIES if len(self.problem) <= MANY_PAIRS else 1
        for rows, pair in shortages:
            if len(tried) == most or tuple(rows) in tried:
                continue
            tried.add(tuple(rows))
            change = Change(more=tuple((int(row), 1) for row in rows), added=added, likely=(pair,))
            outcome = self._after(change)
            if outcome is not None and (self.candidates.student[outcome.chosen] == place).any():
                return f"{self._grown(rows)} would place the student."
        rows, pair = shortages[0]
        return (
            f"{self._grown(rows)}, kept by a pin at {self.candidates.variant_of(pair).opportunity.opportunity_id}, would place the student."
        )

    def _shortage(self, pair: int) -> np.ndarray:
        """Rows of limits that are full and hold this pair."""
        rows = self._columns.indices[self._columns.indptr[pair] : self._columns.indptr[pair + 1]]
        return np.asarray(np.sort(rows[self._full[rows]]))

    def _limits(self, rows: Iterable[int]) -> list[Limit]:
        """Every limit that is tight in these rows."""
        found = [limit for row in rows for limit in self.run.model.meaning[row] if limit.at_most == self.problem.at_most[row]]
        return sorted(found, key=lambda limit: (limit.rule != "seats", limit.rule, limit.about))

    def _grown(self, rows: np.ndarray) -> str:
        seen = dict.fromkeys(_grow(limit) for limit in self._limits(rows))
        text = " and ".join(seen) or "a change of the decisions about this student"
        return text[:1].upper() + text[1:]

    def options(self, student: Student, asked: str | None = None, costs: int = 5) -> list[Option]:
        """Every opportunity for one student: refused by which rule with which fact, or lawful and at what cost.

        The cost is worked out for the opportunity asked for, or else for the best few lawful ones.
        """
        if student.student_id not in self.world.student_place:
            return []
        ids = [asked] if asked else [o.opportunity_id for o in self.world.round.opportunities]
        if asked and asked not in self.world.variants_at:
            raise InputError(f"there is no opportunity {asked!r} in this round")
        pairs = self.candidates.of_students(student.student_id)
        by_opportunity: dict[str, list[int]] = {}
        for pair in pairs:
            by_opportunity.setdefault(self.candidates.variant_of(int(pair)).opportunity.opportunity_id, []).append(int(pair))
        best = sorted(by_opportunity, key=lambda o: (-max(int(self.candidates.points[p]) for p in by_opportunity[o]), o))
        priced = set(best[:costs] if not asked else [asked])
        return [self._option(student, i, by_opportunity.get(i, []), i in priced) for i in ids]

    def _option(self, student: Student, opportunity_id: str, pairs: list[int], priced: bool) -> Option:
        if not pairs:
            refusals = [next(self.run.judge.reasons(student, v)) for v in self.world.variants[self.world.variants_at[opportunity_id]]]
            rule, why = refusals[0]
            return Option(opportunity_id, False, rule, f"{why[:1].upper()}{why[1:]}.")
        current = self._chosen.get(self.world.student_place[student.student_id])
        if current in pairs:
            return Option(opportunity_id, True, "", "This is the placement.", 0)
        full = self._limits(self._shortage(max(pairs, key=lambda p: int(self.candidates.points[p]))))
        state = f"Lawful; {_told(full[0])}." if full else "Lawful, with room."
        if not priced:
            return Option(opportunity_id, True, "", state)
        cost, words = self._cost(pairs)
        return Option(opportunity_id, True, "", f"{state} {words}", cost)

    def _cost(self, pairs: list[int]) -> tuple[int | None, str]:
        """What the round would lose if the student had one of these pairs, by solving again with that as a demand."""
        forced = self._after(Change(demanded=tuple(pairs)))
        if forced is None:
            return None, "What it would cost is not worked out in a round of this size."
        if not forced.feasible:
            return None, "It cannot be given: pins or other decisions stand against it."
        return self._difference(forced)

    def _difference(self, other: Outcome) -> tuple[int, str]:
        base, new = {s.name: s.value for s in self.run.solution.stages}, other.values
        points = int(self.problem.points[self.run.solution.chosen].sum() - self.problem.points[other.chosen].sum())
        cost = UNPLACED_COST * (len(self.run.solution.chosen) - len(other.chosen)) + points
        first = next((name for name in base if base[name] != new.get(name)), None)
        return cost, "It costs the round nothing but the draw." if first is None else _loss(first, base[first] - new[first])


def _nearest(refused: np.ndarray) -> np.ndarray:
    """int64: of the variants that fewest rules refuse, those refused by the most frequent set of rules (bool [rules, variants])."""
    obstacles = refused.sum(axis=0)
    nearest = np.flatnonzero(obstacles == int(obstacles.min()))
    packed = np.packbits(refused[:, nearest], axis=0).T
    kinds, counts = np.unique(packed, axis=0, return_counts=True)
    return np.asarray(nearest[(kinds[int(np.argmax(counts))] == packed).all(axis=1)])


def _told(limit: Limit) -> str:
    return {
        "seats": f"every seat of {limit.about} is taken",
        "mentor_capacity": f"mentor {limit.about} has all the students they take",
        "site_capacity": f"site {limit.about} has all the students it takes",
        "van_seats": f"every seat of {limit.about} is taken",
    }.get(limit.rule, f"a decision about people kept apart or together stands against it at {limit.about}")


def _grow(limit: Limit) -> str:
    name = limit.about.split(",")[0]
    return {
        "seats": f"one more seat at {name}",
        "mentor_capacity": f"one more student for mentor {name}",
        "site_capacity": f"one more student at site {name}",
        "van_seats": f"one more seat in {limit.about}",
    }.get(limit.rule, "a change of the decisions about this student")


def _loss(stage: str, by: int) -> str:
    if stage == "most_placed" or stage.startswith("priority_"):
        return f"It would leave {by} student{'s' if by > 1 else ''} more without a place."
    if stage.startswith("worst_off_"):
        return f"It would push {by} student{'s' if by > 1 else ''} more below {stage.rsplit('_', 1)[1]} points."
    if stage == "total_points":
        return f"It would cost other students {by} points in all."
    if stage == "landed":
        return f"It would break {by} landed agreement{'s' if by > 1 else ''} of other students."
    if stage == "least_change":
        return f"It would move {by} student{'s' if by > 1 else ''} more from where they are today."
    return "It loses the public draw, which decides between equally good plans."
