"""A round made ready for rules and scores: the laws in force, the variants, the students who seek, the calendar."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from matcher.calendar import Calendar, Schedule, Session
from matcher.cells import Document, Window, show_windows
from matcher.domain import Mentor, Opportunity, Round, School, Site, Student
from matcher.facts import Age, Coverage, age_through, coverage
from matcher.law import Laws, load_laws, same_programme
from matcher.travel.straight import kilometres


@dataclass(frozen=True)
class Variant:
    """One way to take up an opportunity: one of its patterns with one of its mentors."""

    opportunity: Opportunity
    site: Site
    pattern: int
    mentor: Mentor
    mentors: tuple[Mentor, ...] = field(repr=False)
    schedule: Schedule = field(repr=False)

    @property
    def windows(self) -> tuple[Window, ...]:
        """The weekly windows of the pattern."""
        return self.opportunity.sessions[self.pattern]

    @property
    def paid(self) -> bool:
        """Whether this is paid employment."""
        return self.opportunity.placement_kind == "paid_employment"

    @cached_property
    def key(self) -> str:
        """What names this variant in the public draw and in messages."""
        return f"{self.opportunity.opportunity_id}|{show_windows(self.windows)}|{self.mentor.mentor_id}"


class World:
    """Everything a rule or a score may read about a round, computed once.

    Attributes
    ----------
    students : the seeking students, sorted by id; pairs name them by their place in this tuple.
    variants : every way to take up every opportunity, sorted by opportunity id, pattern, place of the mentor in the list.
    """

    def __init__(self, round_: Round, folder: Path | None = None, laws: Laws | None = None, calendar: Calendar | None = None) -> None:
        self.round = round_
        self.folder = folder
        self.settings = round_.settings
        self.first, self.last = round_.settings.round.start, round_.settings.round.end
        self.laws = laws or load_laws(round_.settings.round.rule_packs, folder)
        self.calendar = calendar or Calendar(round_)
        self.memory: dict[Hashable, Any] = {}
        self.students = tuple(s for s in round_.students if s.status == "seeking")
        self.variants = tuple(v for o in round_.opportunities for v in self.variants_of(o))

    def variants_of(self, opportunity: Opportunity) -> list[Variant]:
        """Every pattern of an opportunity with every mentor it lists."""
        site = self.round.site[opportunity.site_id]
        mentors = tuple(self.round.mentor[m] for m in opportunity.mentors)
        return [
            Variant(opportunity, site, pattern, mentor, mentors, self.calendar.schedule(opportunity, pattern, site, mentors))
            for pattern in range(len(opportunity.sessions))
            for mentor in mentors
        ]

    def school_of(self, student: Student) -> School:
        """The school of a student."""
        return self.round.school[student.school_id]

    def sessions(self, school_id: str, schedule: Schedule) -> tuple[Session, ...]:
        """The dated sessions of a schedule for students of that school."""
        return self.calendar.sessions(school_id, schedule)

    def age(self, student: Student) -> Age | None:
        """The age through the round with every birthday in it; None when the birth date is unknown."""
        if student.birth_date is None:
            return None
        return age_through(student.birth_date, self.first, self.last)

    def law_age(self, student: Student) -> Age | None:
        """The age as far as any law in force can tell: only steps over a bound of a law are kept."""
        exact = self.age(student)
        return None if exact is None else exact.banded(self._cuts)

    @cached_property
    def _cuts(self) -> tuple[int, ...]:
        return tuple(sorted({18} | {cut for law in self.laws.all for cut in (law.ages[0], law.ages[1] + 1)}))

    def legal_programmes(self, student: Student) -> frozenset[str]:
        """The student's programmes that some law in force in this round reads."""
        return frozenset(map(same_programme, student.programs)) & self._law_programmes

    @cached_property
    def _law_programmes(self) -> frozenset[str]:
        named = {p.name for law in self.laws.all for p in law.programmes}
        return frozenset(map(same_programme, named | {law.values.program for law in self.laws.of_kind("programme_age")}))

    def coverage(self, documents: tuple[Document, ...], name: str) -> Coverage:
        """On which days of the round a paper of that name is good, clipped so that equal answers are equal keys."""
        return coverage(documents, name, self.first, self.last)

    @cached_property
    def declined(self) -> dict[str, frozenset[str]]:
        """Opportunities that declined each student, or that the student declined."""
        return _grouped((r.student_id, r.opportunity_id) for r in self.round.requests if r.state == "declined")

    @cached_property
    def banned(self) -> dict[str, frozenset[str]]:
        """Opportunities that a ban in force keeps each student from."""
        return _grouped((d.a, d.b) for d in self.round.decisions_in_force("ban"))

    @cached_property
    def pinned(self) -> dict[str, frozenset[str]]:
        """Opportunities that a pin in force orders for each student."""
        return _grouped((d.a, d.b) for d in self.round.decisions_in_force("pin"))

    def persons_with(self, kind: str, person: str) -> frozenset[str]:
        """The other persons of the decisions of a kind in force that name this person."""
        key = ("persons", kind)
        if key not in self.memory:
            named = [(d.a, d.b) for d in self.round.decisions_in_force(kind)]
            self.memory[key] = _grouped(named + [(b, a) for a, b in named])
        return frozenset(self.memory[key].get(person, frozenset()))

    @cached_property
    def mentors_at(self) -> dict[str, frozenset[str]]:
        """Every mentor of each site."""
        return _grouped((m.site_id, m.mentor_id) for m in self.round.mentors)

    @cached_property
    def region_of_site(self) -> dict[str, str]:
        """Region of each site: that of the nearest school (ties: the smaller school id)."""
        schools = sorted(self.round.schools, key=lambda s: s.school_id)
        if not schools or not self.round.sites:
            return {}
        near = kilometres([(s.lat, s.lon) for s in self.round.sites], [(s.lat, s.lon) for s in schools]).argmin(axis=1)
        return {site.site_id: region_of(schools[int(i)]) for site, i in zip(self.round.sites, near, strict=True)}

    @cached_property
    def opportunities_at(self) -> dict[str, list[Opportunity]]:
        """Opportunities of each site."""
        found: dict[str, list[Opportunity]] = defaultdict(list)
        for opportunity in self.round.opportunities:
            found[opportunity.site_id].append(opportunity)
        return found

    @cached_property
    def student_place(self) -> dict[str, int]:
        """Place of each seeking student by id."""
        return {s.student_id: i for i, s in enumerate(self.students)}

    @cached_property
    def variant_place(self) -> dict[str, int]:
        """Place of each variant by its key."""
        return {v.key: i for i, v in enumerate(self.variants)}

    @cached_property
    def variants_at(self) -> dict[str, slice]:
        """Where the variants of each opportunity stand in `variants`."""
        found: dict[str, slice] = {}
        for i, variant in enumerate(self.variants):
            opportunity_id = variant.opportunity.opportunity_id
            found[opportunity_id] = slice(found[opportunity_id].start if opportunity_id in found else i, i + 1)
        return found

    @cached_property
    def site_index(self) -> dict[str, int]:
        """Place of each site in the round's sites."""
        return {site.site_id: i for i, site in enumerate(self.round.sites)}

    @cached_property
    def variant_site(self) -> np.ndarray:
        """int32 [variants]: the place of each variant's site in the round's sites."""
        return np.array([self.site_index[v.site.site_id] for v in self.variants], dtype=np.int32)


def region_of(school: School) -> str:
    """The school's region, or its state when the region is blank."""
    return school.region or school.state


def _grouped(pairs: Iterable[tuple[str, str]]) -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for key, value in pairs:
        found[key].add(value)
    return {key: frozenset(values) for key, values in found.items()}
