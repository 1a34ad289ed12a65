"""The best plan of a tiny round by trying every plan; limits and objectives counted in plain code from docs/rules.md.

From the engine come only the lawful pairs, their points and their lots in the public draw.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from math import prod

from matcher.candidates import Candidates
from matcher.cells import Window
from matcher.domain import Mentor, Opportunity, Round, Student
from matcher.plan import lots
from matcher.world import Variant

CLEARANCE_DAYS = {"us-ri": ("US-RI", 365)}
VAN_RIDERS = 9
HALF_LOT = 2**20
DAY = dt.timedelta(days=1)

Session = tuple[dt.date, int, int]
Place = tuple[str, str, dt.date, int]
"""Room that somebody takes: kind, id, date, minute."""


@dataclass(frozen=True)
class Stay:
    """One student somewhere: a pair that may be chosen, or a place occupied already (`pair` is -1)."""

    pair: int
    student_id: str
    site_id: str
    opportunity_id: str
    windows: frozenset[Window]
    sessions: frozenset[Session]
    places: frozenset[Place]
    rides: frozenset[tuple[str, int]] = frozenset()
    value: tuple[int, ...] = ()


@dataclass(frozen=True)
class Best:
    """The best objective values and every plan (as places of pairs) that has them."""

    values: dict[str, int]
    plans: list[tuple[int, ...]]


def best_plan(round_: Round, candidates: Candidates) -> Best | None:
    """Try every plan; None when no plan is lawful."""
    search = _Search(round_, candidates)
    return search.run()


def plans_to_try(candidates: Candidates) -> int:
    """How many plans there are, lawful or not."""
    return prod(1 + count for count in Counter(candidates.student.tolist()).values())


class _Search:
    def __init__(self, round_: Round, candidates: Candidates) -> None:
        self.round = round_
        self.candidates = candidates
        first = round_.settings.round.start
        self.decisions = [d for d in round_.decisions if d.until is None or d.until >= first]
        windows = [w for o in round_.opportunities for p in o.sessions for w in p] + [w for r in round_.previous for w in r.sessions]
        self.starts = sorted({w.start for w in windows})
        self.names, values = _objectives(round_, candidates)
        self.occupied = list(self._occupied())
        self.options: dict[str, list[Stay]] = {}
        for pair in range(len(candidates)):
            student, variant = candidates.student_of(pair), candidates.variant_of(pair)
            stay = self._stay(student, variant.opportunity, variant.mentor, variant.windows, pair, self._rides(variant, pair), values[pair])
            self.options.setdefault(student.student_id, []).append(stay)

    def run(self) -> Best | None:
        taken = Counter(place for stay in self.occupied for place in stay.places)
        self.best: tuple[int, ...] | None = None
        self.plans: list[tuple[int, ...]] = []
        self._try(sorted(self.options), [], taken, Counter())
        if self.best is None:
            return None
        return Best(dict(zip(self.names, self.best, strict=True)), self.plans)

    def _try(self, left: list[str], plan: list[Stay], taken: Counter[Place], rides: Counter[tuple[str, int]]) -> None:
        if not left:
            self._whole(plan)
            return
        self._try(left[1:], plan, taken, rides)
        for stay in self.options[left[0]]:
            if self._room(stay, taken, rides) and not any(self._clash(stay, other) for other in [*plan, *self.occupied]):
                self._try(left[1:], [*plan, stay], taken + Counter(stay.places), rides + Counter(stay.rides))

    def _whole(self, plan: list[Stay]) -> None:
        """Judge what only a whole plan can break, and keep the plan if it is among the best."""
        everywhere = {stay.student_id: stay for stay in [*self.occupied, *plan]}
        seeking = {s.student_id for s in self.round.students if s.status == "seeking"}
        chosen = {stay.student_id for stay in plan}
        for d in self.decisions:
            if d.kind == "pin" and d.a in seeking and (d.a not in chosen or everywhere[d.a].opportunity_id != d.b):
                return
            if d.kind == "keep_together" and {d.a, d.b} <= self.round.student.keys() and {d.a, d.b} & chosen:
                one, other = everywhere.get(d.a), everywhere.get(d.b)
                if one is None or other is None or (one.site_id, one.windows) != (other.site_id, other.windows):
                    return
        value = tuple(map(sum, zip(*(stay.value for stay in plan), strict=True))) if plan else (0,) * len(self.names)
        if self.best is None or value > self.best:
            self.best, self.plans = value, []
        if value == self.best:
            self.plans.append(tuple(sorted(stay.pair for stay in plan)))

    def _room(self, stay: Stay, taken: Counter[Place], rides: Counter[tuple[str, int]]) -> bool:
        vans = {van.van_id: van for van in self.round.vans}
        return all(taken[place] < self._most(place) for place in stay.places) and all(
            rides[ride] < min(vans[ride[0]].seats, VAN_RIDERS) for ride in stay.rides
        )

    def _most(self, place: Place) -> int:
        kind, name = place[:2]
        if kind == "seats":
            return self.round.opportunity[name].seats
        most = self.round.mentor[name].max_students if kind == "mentor" else self.round.site[name].max_students
        return 10**6 if most is None else most

    def _clash(self, one: Stay, other: Stay) -> bool:
        """Whether a decision in force forbids these two side by side."""
        kinds = {d.kind for d in self.decisions if {d.a, d.b} == {one.student_id, other.student_id}}
        if "no_contact" in kinds and (one.site_id == other.site_id or one.rides & other.rides):
            return True
        meet = any(a[0] == b[0] and a[1] < b[2] and b[1] < a[2] for a in one.sessions for b in other.sessions)
        return "keep_apart" in kinds and one.site_id == other.site_id and meet

    def _rides(self, variant: Variant, pair: int) -> frozenset[tuple[str, int]]:
        if self.candidates.van[pair] < 0:
            return frozenset()
        vans = self.candidates.van_choices[self.candidates.van[pair]]
        return frozenset((van, window.weekday) for van, window in zip(vans, variant.windows, strict=True))

    def _occupied(self) -> Iterator[Stay]:
        for row in self.round.previous:
            student, opportunity = self.round.student[row.student_id], self.round.opportunity[row.opportunity_id]
            if student.status == "placed":
                lead = self.round.mentor[opportunity.mentors[0]]
                yield self._stay(student, opportunity, lead, row.sessions or opportunity.sessions[0])

    def _stay(
        self,
        student: Student,
        opportunity: Opportunity,
        mentor: Mentor,
        windows: tuple[Window, ...],
        pair: int = -1,
        rides: frozenset[tuple[str, int]] = frozenset(),
        value: tuple[int, ...] = (),
    ) -> Stay:
        sessions = frozenset(self._sessions(student, opportunity, windows))
        places: set[Place] = set()
        for day, start, end in sessions:
            in_charge = self._in_charge(student, opportunity, mentor, day)
            for at in self.starts:
                if start <= at < end:
                    places.add(("seats", opportunity.opportunity_id, day, at))
                    places.add(("site", opportunity.site_id, day, at))
                    if in_charge:
                        places.add(("mentor", in_charge, day, at))
        site_id, offer_id = opportunity.site_id, opportunity.opportunity_id
        return Stay(pair, student.student_id, site_id, offer_id, frozenset(windows), sessions, frozenset(places), rides, value)

    def _sessions(self, student: Student, opportunity: Opportunity, windows: tuple[Window, ...]) -> Iterator[Session]:
        day, term = self.round.settings.round.start, self.round.settings.round
        off = {c.date for c in self.round.calendar if c.school_id in {"*", student.school_id}}
        mentors = [self.round.mentor[m] for m in opportunity.mentors]
        while day <= term.end:
            inside = (opportunity.starts or day) <= day <= (opportunity.ends or day)
            closed = any(day in closure for closure in self.round.site[opportunity.site_id].closures)
            if inside and not closed and day not in off and not _blocked(mentors, day):
                for window in windows:
                    if window.weekday == day.weekday():
                        yield day, window.start, window.end
            day += DAY

    def _in_charge(self, student: Student, opportunity: Opportunity, mentor: Mentor, day: dt.date) -> str | None:
        if not _away(mentor, day):
            return mentor.mentor_id
        listed = [self.round.mentor[m] for m in opportunity.mentors]
        here = {self.round.site[opportunity.site_id].state, self.round.school[student.school_id].state}
        return next((m.mentor_id for m in listed if not _away(m, day) and self._cleared(m, here, day)), None)

    def _cleared(self, mentor: Mentor, here: set[str], day: dt.date) -> bool:
        clocks = [days for pack, (state, days) in CLEARANCE_DAYS.items() if pack in self.round.settings.round.rule_packs and state in here]
        return any(
            d.name == "clearance" and d.covers(day) and all(d.valid_from and day <= d.valid_from + n * DAY for n in clocks)
            for d in mentor.documents
        )


def _away(mentor: Mentor, day: dt.date) -> bool:
    return any(day in leave for leave in mentor.leave)


def _blocked(mentors: list[Mentor], day: dt.date) -> bool:
    """Whether leave takes the session away: nobody there, or a covered mentor away and no covered one present."""
    away = [m for m in mentors if _away(m, day)]
    present = [m for m in mentors if m not in away]

    def covered(some: list[Mentor]) -> bool:
        return any(d.name == "clearance" and d.covers(day) for m in some for d in m.documents)

    return not present or (covered(away) and not covered(present))


def _objectives(round_: Round, candidates: Candidates) -> tuple[list[str], list[tuple[int, ...]]]:
    """Names of the objectives in order, and the values of each pair."""
    everyone = [candidates.student_of(pair) for pair in range(len(candidates))]
    classes = sorted({s.priority for s in everyone}, reverse=True)[:-1]
    kept = [_kept(round_, candidates, pair) for pair in range(len(candidates))]
    landed = [_landed(round_, candidates, pair) for pair in range(len(candidates))]
    draw = [int(lot) for lot in lots(candidates)]
    points = [int(p) for p in candidates.points]
    columns: dict[str, dict[str, list[int]]] = {
        "priority_classes": {f"priority_{level}": [int(s.priority >= level) for s in everyone] for level in classes},
        "most_placed": {"most_placed": [1] * len(candidates)},
        "worst_off": {f"worst_off_{band}": [int(p >= band) for p in points] for band in (200, 400)},
        "total_points": {"total_points": points},
        "landed": {"landed": landed} if any(landed) else {},
        "least_change": {"least_change": kept} if any(kept) else {},
        "public_draw": {"public_draw": [n // HALF_LOT for n in draw], "public_draw_2": [n % HALF_LOT for n in draw]},
    }
    order = {name: column for objective in round_.settings.objectives.order for name, column in columns[objective].items()}
    return list(order), [tuple(column[pair] for column in order.values()) for pair in range(len(candidates))]


def _landed(round_: Round, candidates: Candidates, pair: int) -> int:
    student, opportunity = candidates.student_of(pair).student_id, candidates.variant_of(pair).opportunity.opportunity_id
    first = round_.settings.round.start
    live = [r for r in round_.requests if r.state == "landed" and (r.expires is None or r.expires >= first)]
    return int(any((r.student_id, r.opportunity_id) == (student, opportunity) for r in live))


def _kept(round_: Round, candidates: Candidates, pair: int) -> int:
    student, variant = candidates.student_of(pair), candidates.variant_of(pair)
    return int(
        any(
            row.student_id == student.student_id
            and row.opportunity_id == variant.opportunity.opportunity_id
            and (not row.sessions or set(row.sessions) == set(variant.windows))
            for row in round_.previous
        )
    )
