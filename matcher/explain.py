"""Why this, why not that, why unplaced, and the smallest change that would help; no answer names another student."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from matcher.domain import SolveStatus, Student
from matcher.errors import InputError
from matcher.losses import loss
from matcher.pipeline import Run
from matcher.rules.base import Limit, PairRule
from matcher.rules.trip import RULE as TRIP
from matcher.rules.trip import VAN
from matcher.scoring.base import way_of
from matcher.sentences import COST, DECISIONS, LAST_TERM, POINTS, ROOM, Sentence, full, grown, told
from matcher.solver.problem import Problem
from matcher.solver.whatif import Change, Outcome, WhatIf
from matcher.turns import Turns
from matcher.widen import Opening, nearest, widened
from matcher.wishes import answered, first_wishes
from matcher.world import Variant

RESOLVE_PAIRS = 40_000
"""Rounds with more lawful pairs are never solved again for one question; what the prices cannot tell is then left open."""
ASKED_PAIRS = 150_000
"""Rounds with more lawful pairs do not ask what each change would lead to: they name a seat kept by a pin, which surely works, and
leave the effect of new papers and the like to the next run."""
NEAREST = 40
"""Pairs whose shortages are looked at for one student."""
TRIES = 2
"""Changes asked about for one student before a seat kept by a pin is named: a third one seldom succeeds where two did not."""
UNPLACED_COST = 1000
"""What one student fewer placed counts in a cost or a price, in points."""


@dataclass(frozen=True)
class Unplaced:
    """Why a student is not placed, and the smallest change that would place them."""

    student_id: str
    code: str
    said: tuple[Sentence, ...]
    smallest_change: str

    @property
    def reason(self) -> str:
        """Why, in words."""
        return told(self.said)


@dataclass(frozen=True)
class Option:
    """One opportunity from a student's point of view; `cost` is None where it was not worked out."""

    opportunity_id: str
    lawful: bool
    rule: str
    said: tuple[Sentence, ...]
    cost: int | None = None


class Explainer:
    """Answers about one run."""

    def __init__(self, run: Run, absent: np.ndarray | None = None) -> None:
        self.run, self._absent, self._turns = run, absent, Turns(run)
        self.world, self.candidates = run.world, run.lawful.candidates
        self.problem: Problem = run.model.problem
        self._chosen = {int(self.candidates.student[p]): int(p) for p in run.solution.chosen}
        use = np.zeros(len(self.problem), np.int64)
        use[run.solution.chosen] = 1
        self._full = (self.problem.limits @ use) >= self.problem.at_most
        self._columns = self.problem.limits.tocsc()
        self._obstacles = self._columns.T @ self._full.astype(np.int64)
        self._openings: dict[int, Opening | None] = {}
        self._wished = first_wishes(self.world)
        self._proven = run.solution.status == SolveStatus.OPTIMAL

    @property
    def _asks(self) -> bool:
        return len(self.problem) <= ASKED_PAIRS

    @cached_property
    def _whatif(self) -> WhatIf:
        return WhatIf(self.problem, self.run.solution, self._absent, control=self.run.control)

    def _after(self, change: Change) -> Outcome | None:
        """The best plan after a change; None when it is not known."""
        return self._whatif.answer(change, may_solve=self._proven and len(self.problem) <= RESOLVE_PAIRS)

    def placed_because(self, pair: int) -> tuple[Sentence, ...]:
        """Why these points, in words, and what last term decided."""
        variant, student = self.candidates.variant_of(pair), self.candidates.student_of(pair)
        words = self.run.scorer.words(student, variant, way_of(self.candidates, pair))
        return Sentence(words, (POINTS,)), self._turn(student)

    def _turn(self, student: Student) -> Sentence:
        return Sentence(self._turns.said(student.student_id), (LAST_TERM,))

    def unplaced(self, student: Student) -> Unplaced:
        """The first obstacle of a student without a placement, and the smallest change that would place them."""
        if student.status == "not_ready":
            change = "Once the advisor sets the status to seeking, the student takes part."
            return Unplaced(student.student_id, "not_ready", (Sentence("The student is not ready yet.", ("not_ready",)),), change)
        pairs = self.candidates.of_students(student.student_id)
        why = self._all_full(student, pairs) if len(pairs) else self._nothing_lawful(student)
        return replace(why, said=(*self._wishes(student), *why.said, self._turn(student)))

    def _wishes(self, student: Student) -> tuple[Sentence, ...]:
        """For the first wishes of a student, in their order, what stands in the way of each."""
        pairs, asked = self._pairs_at(student), self._wished.get(student.student_id, ())
        return tuple(answered(self.world.round.opportunity[o], self._option(student, o, pairs.get(o, []), False).said[0]) for o in asked)

    def _pairs_at(self, student: Student) -> dict[str, list[int]]:
        """The lawful pairs of a student, by opportunity."""
        found: dict[str, list[int]] = {}
        for pair in self.candidates.of_students(student.student_id).tolist():
            found.setdefault(self.candidates.variant_of(pair).opportunity.opportunity_id, []).append(pair)
        return found

    def _nothing_lawful(self, student: Student) -> Unplaced:
        place = self.world.student_place[student.student_id]
        refused = self.run.judge.refusals(place)
        if not refused.size:
            none = Sentence("There is no opportunity in this round.", ("no_offer",))
            return Unplaced(student.student_id, "no_offer", (none,), "An opportunity.")
        alike = nearest(refused)
        variant = self.world.variants[int(alike[0])]
        reasons = list(self.run.judge.reasons(student, variant))
        stops = " And: ".join(f"{why}" for _, why in reasons)
        reason = f"None of the {refused.shape[1]} offers is lawful for this student. Nearest {len(alike)}: {stops}."
        rules = [name for name, _ in reasons]
        said = Sentence(reason, self._speaks_of(student, variant, rules))
        return Unplaced(student.student_id, rules[0], (said,), self._opened(student, alike, rules))

    def _speaks_of(self, student: Student, variant: Variant, rules: list[str]) -> tuple[str, ...]:
        """These rules and, with the trip, those that forbid a way to travel, for its reason tells theirs."""
        ways = [r for r in self.run.judge.rules if isinstance(r, PairRule) and r.mode] if "trip" in rules else []
        return (*rules, *(r.name for r in ways if r.mode in student.travel_modes and r.reason(self.world, student, variant)))

    def _opened(self, student: Student, variants: np.ndarray, rules: list[str]) -> str:
        remedies = " and ".join(self._remedy(name, student, variants) for name in rules)
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
        if not self._asks:
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
            alike = nearest(refused) if refused.size else np.zeros(0, np.int64)
            trips = self.run.judge.block(slice(place, place + 1))[1]
            unsure = (trips.mode[0, alike] < 0) | (trips.mode[0, alike] == VAN)
            self._openings[place] = None if unsure.any() or not len(alike) else Opening(place, alike, trips)
        return self._openings[place]

    def _remedy(self, rule: str, student: Student, variants: np.ndarray) -> str:
        if rule == "trip":
            return TRIP.to_open(self.world, student, variants)
        known = {r.name: r.remedy for r in self.run.judge.rules}
        return known.get(rule) or "another decision"

    def _all_full(self, student: Student, pairs: np.ndarray) -> Unplaced:
        nearest = pairs[np.lexsort((pairs, -self.candidates.points[pairs], self._obstacles[pairs]))]
        shortages = [(self._shortage(int(p)), int(p)) for p in nearest[: NEAREST if self._asks else 1]]
        rows, pair = shortages[0]
        first = self._limits(rows)[0] if len(rows) else None
        options = len({self.world.variants[v].opportunity.opportunity_id for v in np.unique(self.candidates.variant[pairs])})
        taken = ", and giving one here would leave others worse off" if self._proven else " in this plan, which is not proven best"
        reason = f"All {options} lawful options are taken{taken}"
        reason += f"; nearest: {self.candidates.variant_of(pair).opportunity.opportunity_id}" + (f" ({full(first)})." if first else ".")
        code = first.rule if first else "full"
        return Unplaced(student.student_id, code, (Sentence(reason, (code,)),), self._one_more(student, shortages))

    def _one_more(self, student: Student, shortages: list[tuple[np.ndarray, int]]) -> str:
        place = self.world.student_place[student.student_id]
        added = () if self._absent is None else tuple(p for p in self.candidates.of_students(student.student_id) if self._absent[p])
        tried: set[tuple[int, ...]] = set()
        for rows, pair in shortages if self._asks else ():
            if len(tried) == TRIES or tuple(rows) in tried:
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

    def exceeded(self, student: Student, opportunity_id: str) -> list[Limit]:
        """The limits that the plan would exceed with this student at this opportunity and nowhere else; the variant that exceeds fewest."""
        places = [self.world.student_place[student.student_id]]
        chosen = self.run.solution.chosen[~np.isin(self.candidates.student[self.run.solution.chosen], places)]
        use = np.asarray(self._columns[:, chosen].sum(axis=1)).ravel()
        found = []
        for pair in self.candidates.of_students(student.student_id):
            if self.candidates.variant_of(int(pair)).opportunity.opportunity_id == opportunity_id:
                column = slice(*self._columns.indptr[pair : pair + 2])
                rows = self._columns.indices[column]
                found.append(self._limits(rows[use[rows] + self._columns.data[column] > self.problem.at_most[rows]]))
        return min(found, key=len, default=[])

    def _grown(self, rows: np.ndarray) -> str:
        seen = dict.fromkeys(grown(limit) for limit in self._limits(rows))
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
        by_opportunity = self._pairs_at(student)
        best = sorted(by_opportunity, key=lambda o: (-max(int(self.candidates.points[p]) for p in by_opportunity[o]), o))
        priced = set(best[:costs] if not asked else [asked])
        return [self._option(student, i, by_opportunity.get(i, []), i in priced) for i in ids]

    def _option(self, student: Student, opportunity_id: str, pairs: list[int], priced: bool) -> Option:
        if not pairs:
            variant = self.world.variants[self.world.variants_at[opportunity_id]][0]
            reasons = list(self.run.judge.reasons(student, variant))
            why = "; and ".join(reason for _, reason in reasons)
            said = Sentence(f"{why[:1].upper()}{why[1:]}.", self._speaks_of(student, variant, [rule for rule, _ in reasons]))
            return Option(opportunity_id, False, reasons[0][0], (said,))
        current = self._chosen.get(self.world.student_place[student.student_id])
        if current in pairs:
            return Option(opportunity_id, True, "", (Sentence("This is the placement.", (ROOM,)),), 0)
        limits = self._limits(self._shortage(max(pairs, key=lambda p: int(self.candidates.points[p]))))
        state = Sentence(f"Lawful; {full(limits[0])}.", (limits[0].rule,)) if limits else Sentence("Lawful, with room.", (ROOM,))
        if not priced:
            return Option(opportunity_id, True, "", (state,))
        cost, words = self._cost(pairs)
        return Option(opportunity_id, True, "", (state, words), cost)

    def _cost(self, pairs: list[int]) -> tuple[int | None, Sentence]:
        """What the round would lose if the student had one of these pairs, by solving again with that as a demand."""
        forced = self._after(Change(demanded=tuple(pairs)))
        if forced is None:
            return None, Sentence("What it would cost is not worked out in a round of this size.", (COST,))
        if not forced.feasible:
            return None, Sentence("It cannot be given: pins or other decisions stand against it.", (DECISIONS,))
        return self._difference(forced)

    def _difference(self, other: Outcome) -> tuple[int, Sentence]:
        base, new = {s.name: s.value for s in self.run.solution.stages}, other.values
        points = int(self.problem.points[self.run.solution.chosen].sum() - self.problem.points[other.chosen].sum())
        cost = UNPLACED_COST * (len(self.run.solution.chosen) - len(other.chosen)) + points
        first = next((name for name in base if base[name] != new.get(name)), None)
        if first is None:
            return cost, Sentence("It costs the round nothing but the draw.", (COST,))
        return cost, Sentence(loss(first, base[first] - new[first]), (LAST_TERM if first.startswith("carry_over_") else COST,))
