"""A published plan stands on facts: when any one of them is taken out of the round folder, the audit refuses the placement and names it.

Each case starts from a lawful plan, blanks one fact in the input tables and audits the same published files. Findings about
hashes are left out, for they would speak up whatever was changed.
"""

from __future__ import annotations

import csv
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

import matcher.publish
from matcher.audit import Finding, audit
from matcher.domain import Round
from matcher.pipeline import run_round
from matcher.publish import publish
from tests.builders import YEAR, a_round, mentor, opportunity, school, site, student, trip, van
from tests.folder import write_round
from tests.folders import csv_text
from tests.rules.helpers import paid_round

CONSENT, CONTACTS = f"parent_consent:{YEAR}", f"emergency_contacts:{YEAR}"
NOTICE, SHOTS = f"parent_notice:{YEAR}", f"immunizations:{YEAR}"
LICENCE, CAR = f"driver_license:{YEAR}", f"auto_insurance:{YEAR}"
AGREEMENT, INSURANCE, VISIT = f"agreement:{YEAR}", f"insurance:{YEAR}", f"site_visit:{YEAR}"
APPROVAL, CLEARANCE = f"one_to_one_approval:{YEAR}", "clearance:2026-07-01..2027-06-30"


def unpaid() -> Round:
    """Every fact that an unpaid placement can stand on."""
    return a_round(
        students=[student(documents=";".join([CONSENT, CONTACTS, SHOTS]), needs="step_free")],
        sites=[site(documents=";".join([AGREEMENT, INSURANCE, VISIT]), features="step_free;quiet")],
        mentors=[mentor(documents=CLEARANCE)],
        opportunities=[opportunity(min_age=15, min_grade=10, requires="immunizations")],
    )


def alone() -> Round:
    """A site that is not observable, with an approval and a notice."""
    papers = ";".join([AGREEMENT, INSURANCE, VISIT, APPROVAL])
    return a_round(students=[student(documents=";".join([CONSENT, CONTACTS, NOTICE]))], sites=[site(observable="no", documents=papers)])


def bus() -> Round:
    """Transit by a given row."""
    return a_round(students=[student(travel_modes="transit")], travel=[trip()])


def driving() -> Round:
    """The student drives."""
    return a_round(students=[student(travel_modes="drive", documents=";".join([CONSENT, CONTACTS, LICENCE, CAR]))])


def riding() -> Round:
    """The student rides the school's van."""
    return a_round(students=[student(travel_modes="van")], vans=[van()])


def paid() -> Round:
    """Paid work at 15 in school hours, which only a school-run WECEP allows."""
    return paid_round("RI", 15, "Tue 09:00-12:00", "WECEP")


def credited() -> Round:
    """Credited work experience at 15, lawful in grade 11 only."""
    return paid_round("CA", 15, programme="WEE", who={"grade": "11"}, job={"placement_kind": "unpaid_learning"})


def hazardous() -> Round:
    """A hazardous task for an adult."""
    return a_round(students=[student(birth_date="2008-01-15")], opportunities=[opportunity(tasks="HO-14")])


def listed() -> Round:
    """A site that only names its school, far from the region of any."""
    far = school("K2", region="hills", lat="41.8250", lon="-71.4130")
    return a_round(schools=[school(), far], sites=[site(schools="K1")])


@dataclass(frozen=True)
class Fact:
    """A fact of one cell: the text to take out of it (all, when blank), the rule that then refuses and a word of its message."""

    round: Callable[[], Round]
    table: str
    column: str
    text: str
    rule: str
    word: str

    def __str__(self) -> str:
        return f"{self.round.__name__}-{self.table}-{self.column}-{self.text.partition(':')[0] or 'all'}"


FACTS = (
    Fact(unpaid, "students", "documents", CONSENT, "student_documents", "parent_consent"),
    Fact(unpaid, "students", "documents", CONTACTS, "student_documents", "emergency_contacts"),
    Fact(unpaid, "students", "documents", SHOTS, "required_documents", "immunizations"),
    Fact(unpaid, "students", "birth_date", "", "minimum_age", "birth date"),
    Fact(unpaid, "students", "grade", "", "minimum_grade", "grade"),
    Fact(unpaid, "students", "travel_modes", "", "trip", "travel modes"),
    Fact(unpaid, "sites", "documents", AGREEMENT, "site_documents", "agreement"),
    Fact(unpaid, "sites", "documents", INSURANCE, "site_documents", "insurance"),
    Fact(unpaid, "sites", "documents", VISIT, "site_documents", "site_visit"),
    Fact(unpaid, "sites", "observable", "", "observable", "not observable"),
    Fact(unpaid, "sites", "features", "step_free", "needs", "feature"),
    Fact(unpaid, "mentors", "documents", CLEARANCE, "cleared_adult", "clearance"),
    Fact(unpaid, "mentors", "documents", "2026-07-01..", "cleared_adult", "valid_from"),
    Fact(alone, "sites", "documents", APPROVAL, "observable", "one_to_one_approval"),
    Fact(alone, "students", "documents", NOTICE, "observable", "parent_notice"),
    Fact(bus, "travel", "minutes", "", "trip", "minutes are not known"),
    Fact(bus, "travel", "mode", "", "trip", "minutes are not known"),
    Fact(driving, "students", "documents", LICENCE, "trip", "driver_license"),
    Fact(driving, "students", "documents", CAR, "trip", "auto_insurance"),
    Fact(driving, "students", "birth_date", "", "trip", "birth date"),
    Fact(riding, "vans", "departs", "", "trip", "van"),
    Fact(riding, "vans", "returns", "", "trip", "van"),
    Fact(riding, "vans", "seats", "", "van_seats", "vans"),
    Fact(paid, "students", "documents", "work_permit:2026-09-08..2026-12-18", "work_permit", "work_permit"),
    Fact(paid, "students", "birth_date", "", "minimum_age", "birth date"),
    Fact(paid, "students", "birth_date", "", "school_hours", "birth date"),
    Fact(paid, "students", "programs", "", "school_hours", "school hours"),
    Fact(paid, "opportunities", "program", "", "school_hours", "school hours"),
    Fact(paid, "opportunities", "tasks", "", "permitted_tasks", "tasks"),
    Fact(credited, "students", "grade", "", "programme", "grade"),
    Fact(hazardous, "students", "birth_date", "", "hazardous_orders", "birth date"),
    Fact(listed, "sites", "schools", "", "school_access", "region"),
)


@pytest.fixture(scope="module")
def published(tmp_path_factory) -> Callable[[Callable[[], Round]], Path]:
    """For each round its folder with what was published; made once."""
    made: dict[Callable[[], Round], Path] = {}

    def folder_of(make: Callable[[], Round]) -> Path:
        if make not in made:
            made[make] = tmp_path_factory.mktemp(make.__name__)
            with pytest.MonkeyPatch.context() as patch:
                patch.setattr(matcher.publish, "report_page", lambda *_: "")
                run = run_round(write_round(made[make] / "round", make()))
                assert len(run.placements) == 1
                publish(run, made[make] / "out")
        return made[make]

    return folder_of


def without(folder: Path, target: Path, fact: Fact) -> Path:
    """The round folder without one fact."""
    target.mkdir()
    for path in (folder / "round").iterdir():
        (target / path.name).write_bytes(path.read_bytes())
    path = target / f"{fact.table}.csv"
    with path.open(encoding="utf-8", newline="") as file:
        header, row, *rest = list(csv.reader(file))
    place = header.index(fact.column)
    assert fact.text in row[place]
    assert row[place]
    row[place] = row[place].replace(fact.text, "") if fact.text else ""
    path.write_text(csv_text([header, row, *rest]), encoding="utf-8")
    return target


def sound(findings: list[Finding]) -> list[Finding]:
    """Findings but those about hashes."""
    return [finding for finding in findings if finding.rule != "hash"]


@pytest.mark.parametrize("fact", FACTS, ids=str)
def test_without_the_fact_the_placement_is_refused(published, tmp_path, fact):
    folder = published(fact.round)
    assert audit(folder / "out", folder / "round") == []
    findings = sound(audit(folder / "out", without(folder, tmp_path / "round", fact)))
    assert [finding for finding in findings if finding.rule == fact.rule and finding.student_id == "S1" and fact.word in finding.message]


def test_the_hashes_alone_would_speak_up_too(published, tmp_path):
    folder = published(unpaid)
    assert "hash" in {finding.rule for finding in audit(folder / "out", without(folder, tmp_path / "round", FACTS[0]))}
