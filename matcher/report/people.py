"""Who goes where, school by school and advisory by advisory; and who is not placed, and what would help."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from matcher.candidates import limit_rules
from matcher.domain import Student
from matcher.pipeline import Run
from matcher.plan import Placement
from matcher.report.words import Speller, hours, plain, trip
from matcher.scoring.base import Way

PRIVATE = frozenset({"no_contact", "keep_apart", "keep_together"})
"""Rules about particular people: the report never says which of them it was."""
DECISION, DECISION_SENTENCE = "school_decision", "A decision of the school about particular people; the coordinator's own list has it."
OWN_WORDS = {
    "seats": ("Every lawful place is taken", "There are lawful offers, and each of them is full."),
    "mentor_capacity": ("The mentors have no room", "There are lawful offers, and their mentors have all the students they take."),
    "site_capacity": ("The sites have no room", "There are lawful offers, and their sites have all the students they take."),
    "van_seats": ("The school van is full", "There are lawful offers, and the van that goes there has no seat left."),
    "full": ("Every lawful place is taken", "There are lawful offers, and each of them is full."),
    "no_offer": ("Nothing was offered", "The round has no opportunity."),
    "not_ready": ("Not ready yet", "The advisor has not opened the search for these students."),
    DECISION: ("A decision of the school", DECISION_SENTENCE),
}


@dataclass(frozen=True)
class PlacedRow:
    """One placed student."""

    name: str
    student_id: str
    title: str
    opportunity_id: str
    site: str
    mentor: str
    hours: str
    trip: str
    points: int
    why: str


@dataclass(frozen=True)
class Advisory:
    """The placed students of one advisory, by name."""

    name: str
    seeking: int
    rows: list[PlacedRow] = field(default_factory=list)


@dataclass(frozen=True)
class SchoolPart:
    """One school with its advisories."""

    name: str
    advisories: list[Advisory]

    @property
    def placed(self) -> int:
        """Students placed."""
        return sum(len(a.rows) for a in self.advisories)

    @property
    def seeking(self) -> int:
        """Students who seek a place."""
        return sum(a.seeking for a in self.advisories)


@dataclass(frozen=True)
class UnplacedRow:
    """One student without a place."""

    name: str
    student_id: str
    where: str
    reason: str
    helps: str


@dataclass(frozen=True)
class UnplacedGroup:
    """Students without a place for the same first reason."""

    title: str
    sentence: str
    rows: list[UnplacedRow]

    @property
    def alike(self) -> bool:
        """Whether one answer serves all of several students."""
        return len(self.rows) > 1 and len({(row.reason, row.helps) for row in self.rows}) == 1


def schools(run: Run, rows: Sequence[tuple[Any, ...]]) -> list[SchoolPart]:
    """Every school with students who seek, by name; its advisories by name; their students by name."""
    trips = trip_sentences(run)
    why = {row[0]: str(row[9]).removesuffix(trips.get(row[0], "")).strip() or str(row[9]) for row in rows}
    placed = {p.student.student_id: p for p in run.placements}
    groups: dict[str, dict[str, list[Student]]] = defaultdict(lambda: defaultdict(list))
    for student in run.world.students:
        groups[student.school_id][student.advisory].append(student)
    parts = []
    for school_id, advisories in groups.items():
        school = run.world.round.school[school_id]
        found = [
            Advisory(advisory_name(name), len(members), _placed_rows(members, placed, why)) for name, members in sorted(advisories.items())
        ]
        parts.append((school.name or school_id, school_id, found))
    return [SchoolPart(name, found) for name, _, found in sorted(parts, key=lambda part: part[:2])]


def trip_sentences(run: Run) -> dict[str, str]:
    """What the reason of each placed student says about the trip, which has a column of its own."""
    found = [(component, prepared) for component, _, prepared in run.scorer.used if component.name == "travel"]
    return {
        p.student.student_id: component.say(run.world, prepared, p.student, p.variant, Way(p.mode, p.minutes, p.transfers))
        for component, prepared in found
        for p in run.placements
    }


def advisory_name(name: str) -> str:
    """``Advisory Khan``, whether or not the table says the word."""
    if not name:
        return "No advisory"
    return name if "advisory" in name.casefold() else f"Advisory {name}"


def _placed_rows(members: list[Student], placed: dict[str, Placement], why: dict[str, str]) -> list[PlacedRow]:
    return [_placed_row(placed[s.student_id], why.get(s.student_id, "")) for s in _by_name(members) if s.student_id in placed]


def _placed_row(p: Placement, why: str) -> PlacedRow:
    v = p.variant
    return PlacedRow(
        *_named(p.student),
        v.opportunity.title,
        v.opportunity.opportunity_id,
        v.site.name or v.site.site_id,
        v.mentor.name or v.mentor.mentor_id,
        hours(v.windows),
        trip(p.mode, p.minutes, p.transfers),
        p.points,
        why,
    )


def _by_name(students: list[Student]) -> list[Student]:
    return sorted(students, key=lambda s: (s.name.casefold(), s.student_id))


def _named(student: Student) -> tuple[str, str]:
    return student.name or student.student_id, student.student_id if student.name else ""


def unplaced(run: Run, rows: Sequence[tuple[Any, ...]], speller: Speller) -> list[UnplacedGroup]:
    """Students without a place by their first obstacle, the largest group first and those not ready yet last."""
    students, said = run.world.round.student, {row[0]: row for row in rows}
    several = len({students[student_id].school_id for student_id in said}) > 1
    groups: dict[str, list[UnplacedRow]] = defaultdict(list)
    for student in _by_name([students[student_id] for student_id in said]):
        _, code, reason, helps = said[student.student_id]
        school = run.world.round.school[student.school_id]
        where = [school.name or school.school_id] * several + [advisory_name(student.advisory)] * bool(student.advisory)
        row = UnplacedRow(*_named(student), ", ".join(where), speller(str(reason)), speller(str(helps)))
        groups[DECISION if code in PRIVATE else str(code)].append(row)
    order = sorted(groups, key=lambda code: (code == "not_ready", -len(groups[code]), code))
    sentences = {rule.name: rule.sentence for rule in (*limit_rules(), *run.judge.rules)}
    return [UnplacedGroup(*OWN_WORDS.get(code, (plain(code), sentences.get(code, ""))), groups[code]) for code in order]
