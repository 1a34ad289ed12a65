"""What a rule is: a law that refuses a pair with its reason, or a limit on how many of which pairs."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, TypeVar, runtime_checkable

import numpy as np

from matcher.calendar import Schedule, Session
from matcher.domain import Student
from matcher.facts import Age, Coverage
from matcher.law import Law, same_programme
from matcher.world import Variant, World

if TYPE_CHECKING:
    from matcher.candidates import Candidates

T = TypeVar("T")


@dataclass(frozen=True)
class PairRule:
    """A law about one student and one variant.

    The engine judges each distinct pair of keys once and spreads the answer, so the keys hold everything `refuse` reads
    and nothing else: few distinct keys make a fast rule.

    Attributes
    ----------
    name : the code in files and messages; `docs/rules.md` explains it.
    sentence : the law in one plain sentence.
    student_key, variant_key : the few facts the law reads.
    refuse : the reason why this pair is unlawful, or None. An unknown fact is a reason, and the sentence names it.
    rank : place in line when several rules refuse: orders 10, access and time 20, law 30, papers 40, people 50, travel 60.
    remedy : what would lift the refusal, as the end of "What helps: ...".
    laws : the kinds of law in the rule packs that it reads.
    mode : when set, the rule forbids only this mode of travel and not the pair.
    by_decision : whether `variant_key` reads decisions; the keys of all other rules outlast a change of decisions.
    """

    name: str
    sentence: str
    student_key: Callable[[World, Student], Hashable]
    variant_key: Callable[[World, Variant], Hashable]
    refuse: Callable[[World, Any, Any], str | None]
    rank: int
    remedy: str = ""
    laws: tuple[str, ...] = ()
    mode: str = ""
    by_decision: bool = False

    def reason(self, world: World, student: Student, variant: Variant) -> str | None:
        """Why this one pair is refused, or None."""
        return self.refuse(world, self.student_key(world, student), self.variant_key(world, variant))


@dataclass(frozen=True)
class Limit:
    """At least and at most how many of these pairs (weighted by `weights` when given) a plan may hold.

    Attributes
    ----------
    rule : code of the rule that asks for it.
    about : what it is about, for people: ids of the opportunity, site, mentor or van, and when.
    pairs : int64 [k], places in the candidates.
    """

    rule: str
    about: str
    pairs: np.ndarray
    at_most: int
    at_least: int = 0
    weights: np.ndarray | None = field(default=None, repr=False)


@dataclass(frozen=True)
class LimitRule:
    """A law about how many: it yields limits and never says how to solve."""

    name: str
    sentence: str
    limits: Callable[[World, Candidates], Iterator[Limit]]
    laws: tuple[str, ...] = ()


def no_key(*_: object) -> None:
    """The key of a side that the law does not read."""


def once(world: World, key: Hashable, make: Callable[[], T]) -> T:
    """What `make` gives for this world, made when first asked for and remembered under the key."""
    if key not in world.memory:
        world.memory[key] = make()
    found: T = world.memory[key]
    return found


def named_in(world: World, kind: str) -> frozenset[str]:
    """Everybody whom a decision of this kind in force names."""
    return once(world, ("named", kind), lambda: frozenset(p for d in world.round.decisions_in_force(kind) for p in (d.a, d.b)))


def grouped(values: np.ndarray) -> Iterator[tuple[int, np.ndarray]]:
    """Each distinct value in order, with int64 [k]: where it stands, ascending."""
    order = np.argsort(values, kind="stable")
    bounds = np.flatnonzero(np.diff(values[order], prepend=-1, append=-1))
    for start, end in pairwise(bounds):
        yield int(values[order[start]]), order[start:end]


def states_of(world: World, school_id: str, site_state: str) -> tuple[str, str]:
    """The states whose law binds a pair: the site's and the school's."""
    return site_state, world.round.school[school_id].state


class Paid(NamedTuple):
    """Variant key of the child-labour laws; unpaid placements have none, for those laws do not bind them."""

    state: str
    program: str
    schedule: Schedule
    tasks: tuple[str, ...] = ()


class Worker(NamedTuple):
    """Student key of the child-labour laws."""

    school_id: str
    age: Age | None
    programmes: frozenset[str]


def worker(world: World, student: Student) -> Worker:
    """School, age as far as laws tell it, and the programmes that some law reads."""
    return Worker(student.school_id, world.law_age(student), world.legal_programmes(student))


def paid_terms(_: World, variant: Variant) -> Paid | None:
    """State, programme and schedule of a paid variant."""
    if not variant.paid:
        return None
    return Paid(variant.site.state, same_programme(variant.opportunity.program), variant.schedule)


Offence = tuple[dt.date, str]
Judge = Callable[[World, str, Paid, frozenset[str], int], list[Offence]]


@runtime_checkable
class Tabled(Protocol):
    """A `refuse` function that can also judge all keys at once, with the same verdicts."""

    def table(self, world: World, students: list[Any], variants: list[Any]) -> np.ndarray:
        """Bool [students, variants]: where the law refuses."""


@dataclass(frozen=True)
class FirstOffence:
    """A `refuse` function out of a judge who lists offences for one fixed age, day by day.

    The judge's answer is kept per kind of school, terms, programmes in use and age, so that thousands of birthdays cost no
    more than a look at dates.
    """

    judge: Judge

    def __call__(self, world: World, who: Worker, terms: Paid | None) -> str | None:
        """The reason of the first offence at the ages that the student has on the days of the offences."""
        if terms is None:
            return None
        if who.age is None:
            dated = world.sessions(who.school_id, terms.schedule)
            return "the birth date is not known, and paid work has limits by age" if dated else None
        used = who.programmes & {terms.program}
        offences = []
        for age in {who.age.at_start, *(new for _, new in who.age.steps)}:
            found = self._offences(world, who.school_id, terms, used, age)
            offences += [offence for offence in found if who.age.on(offence[0]) == age]
        return min(offences)[1] if offences else None

    def offence_days(self, world: World, school_id: str, terms: Paid, used: frozenset[str], age: int) -> list[int]:
        """The ordinals of the days with an offence at one fixed age, ascending."""
        return sorted(day.toordinal() for day, _ in self._offences(world, school_id, terms, used, age))

    def _offences(self, world: World, school_id: str, terms: Paid, used: frozenset[str], age: int) -> list[Offence]:
        """Schools with the same laws, school days and sessions share one answer."""
        states = frozenset(states_of(world, school_id, terms.state))
        sessions = world.sessions(school_id, terms.schedule)
        key = (self.judge, states, world.calendar.days_without_school(school_id), sessions, terms.tasks, used, age)
        return once(world, key, lambda: self.judge(world, school_id, terms, used, age))

    def table(self, world: World, students: list[Worker], variants: list[Paid | None]) -> np.ndarray:
        """Bool [students, variants]: where some offence falls on a day on which the student has the age of the offence."""
        refused = np.zeros((len(students), len(variants)), dtype=bool)
        crews = list(_crews(students))
        for column, terms in enumerate(variants):
            if terms is None:
                continue
            days: dict[tuple[str, frozenset[str], int], list[int]] = {}
            for who, ages, rows, begins in crews:
                used = who.programmes & {terms.program}
                for step, age in enumerate(ages):
                    key = (who.school_id, used, age)
                    if key not in days:
                        days[key] = self.offence_days(world, who.school_id, terms, used, age)
                    if days[key]:
                        first, beyond = np.searchsorted(days[key], begins[step : step + 2])
                        refused[rows, column] |= first < beyond
        unknown: dict[str, list[int]] = defaultdict(list)
        for row, who in enumerate(students):
            if who.age is None:
                unknown[who.school_id].append(row)
        for school_id, alike in unknown.items():
            refused[alike] = [t is not None and bool(world.sessions(school_id, t.schedule)) for t in variants]
        return refused


def _crews(workers: list[Worker]) -> Iterator[tuple[Worker, tuple[int, ...], np.ndarray, np.ndarray]]:
    """Workers of known age alike but for their birthdays: one of them, their ages, int64 [k] who they are.

    Last comes int64 [ages + 1, k]: the day on which each begins to have each age, and a day beyond all.
    """
    crews: dict[Hashable, list[int]] = defaultdict(list)
    for i, who in enumerate(workers):
        if who.age is not None:
            crews[who.school_id, who.programmes, who.age.at_start, tuple(new for _, new in who.age.steps)].append(i)
    for rows in crews.values():
        ages = [worker.age for worker in (workers[i] for i in rows) if worker.age is not None]
        begins = [[0, *(day.toordinal() for day, _ in age.steps), dt.date.max.toordinal() + 1] for age in ages]
        yield workers[rows[0]], (ages[0].at_start, *(new for _, new in ages[0].steps)), np.array(rows), np.array(begins).T


Bound = tuple[tuple[Law, Any], ...]


def touches(law: Law, age: Age) -> bool:
    """Whether somebody of this age is at some time of an age that the law names."""
    return any(law.ages[0] <= a <= law.ages[1] for a in (age.at_start, *(new for _, new in age.steps)))


def binding(world: World, rule: str, states: tuple[str, str], age: int, day: dt.date, used: frozenset[str]) -> Bound:
    """The laws of a rule that bind somebody of this age on this day, each with the numbers that count for the programmes in use."""
    key = ("binding", rule, states, age, day, used)
    if key not in world.memory:
        world.memory[key] = tuple(_binding(world, rule, states, age, day, used))
    found: Bound = world.memory[key]
    return found


def _binding(world: World, rule: str, states: tuple[str, str], age: int, day: dt.date, used: frozenset[str]) -> Iterator[tuple[Law, Any]]:
    off = {same_programme(law.values.program) for law in world.laws.of("programme_disabled", *states) if law.in_force(day)}
    for law in world.laws.of(rule, *states):
        if law.ages[0] <= age <= law.ages[1] and law.in_force(day):
            values = law.values_for(used - off, day)
            if values is not None:
                yield law, values


def in_force(law: Law, sessions: Sequence[Session]) -> Sequence[Session]:
    """Those of these sessions, in order of time, on whose dates the law counts."""
    if not sessions or (law.in_force(sessions[0].date) and law.in_force(sessions[-1].date)):
        return sessions
    return [s for s in sessions if law.in_force(s.date)]


def first_gap(needed: Iterable[tuple[str, Coverage]], sessions: Sequence[Session]) -> str | None:
    """The first of these papers that does not cover every session (in order of time), as a reason."""
    for name, covered in needed:
        if why := covered.gap(sessions):
            return f"{name}: {why}"
    return None
