"""Taking away any one fact that a rule needs is refused, and the finding names the fact."""

from __future__ import annotations

import pytest

from tests.audit.plain_round import SITE_PAPERS, STUDENT_PAPERS, YEAR, PlainRound

DRIVING = f"{STUDENT_PAPERS};driver_license:{YEAR};auto_insurance:{YEAR};work_permit:{YEAR}"


def demanding() -> PlainRound:
    """Give a lawful round in which every fact below is needed: S1, 15, drives nowhere, works for money on Tuesday afternoons."""
    plain = PlainRound().change("students", "S1", birth_date="2011-03-01", grade="10", documents=DRIVING)
    plain.change(
        "opportunities", "O1", placement_kind="paid_employment", tasks="office", min_grade="9", min_age="14", requires="driver_license"
    )
    plain.change("opportunities", "O1", sessions="Tue 15:00-17:00").place("S1", sessions="Tue 15:00-17:00")
    return plain


def without(papers: str, name: str, dates: str | None = None) -> str:
    """Take a document away, or give it other dates."""
    kept = [part for part in papers.split(";") if not part.startswith(name)]
    return ";".join(kept if dates is None else [*kept, f"{name}{dates}"])


def test_with_every_fact_the_round_is_lawful(tmp_path):
    assert demanding().audit(tmp_path) == []


@pytest.mark.parametrize(
    ("table", "key", "cells", "rule", "fact"),
    [
        ("students", "S1", {"birth_date": ""}, "minimum_age", "birth date of S1 is not known"),
        ("students", "S1", {"birth_date": ""}, "hours_per_day", "birth date of S1 is not known"),
        ("students", "S1", {"birth_date": ""}, "hours_per_week", "birth date of S1 is not known"),
        ("students", "S1", {"birth_date": ""}, "clock_window", "birth date of S1 is not known"),
        ("students", "S1", {"birth_date": ""}, "school_hours", "birth date of S1 is not known"),
        ("students", "S1", {"birth_date": ""}, "permitted_tasks", "birth date of S1 is not known"),
        ("students", "S1", {"grade": ""}, "minimum_grade", "grade of S1 is not known"),
        ("students", "S1", {"travel_modes": ""}, "trip", "travel modes of S1 are not known"),
        ("students", "S1", {"documents": without(DRIVING, "parent_consent")}, "student_documents", "parent_consent of S1 is not on file"),
        ("students", "S1", {"documents": without(DRIVING, "emergency")}, "student_documents", "emergency_contacts of S1 is not on file"),
        ("students", "S1", {"documents": without(DRIVING, "work_permit")}, "work_permit", "work_permit of S1 is not on file"),
        ("students", "S1", {"documents": without(DRIVING, "work_permit", "")}, "work_permit", "work_permit of S1 has no valid_until"),
        ("students", "S1", {"documents": without(DRIVING, "driver_license")}, "required_documents", "driver_license of S1 is not on file"),
        ("schools", "SC1", {"windows": ""}, "schedule", "the windows of school SC1 are not known"),
        ("schools", "SC1", {"state": "", "region": "US-RI"}, "law_known", "the law of a state not given is not known"),
        ("sites", "X1", {"state": ""}, "law_known", "the law of a state not given is not known"),
        ("sites", "X1", {"lat": ""}, "school_access", "the region of site X1 or of school SC1 is not known"),
        ("sites", "X1", {"observable": ""}, "observable", "site X1 is not observable and one_to_one_approval of site X1 is not on file"),
        ("sites", "X1", {"documents": without(SITE_PAPERS, "agreement")}, "site_documents", "agreement of site X1 is not on file"),
        ("sites", "X1", {"documents": without(SITE_PAPERS, "insurance")}, "site_documents", "insurance of site X1 is not on file"),
        ("sites", "X1", {"documents": without(SITE_PAPERS, "insurance", "")}, "site_documents", "insurance of site X1 has no valid_until"),
        (
            "sites", "X1", {"documents": without(SITE_PAPERS, "insurance", ":2026-08-01..")},
            "site_documents", "insurance of site X1 has no valid_until",
        ),
        ("sites", "X1", {"documents": without(SITE_PAPERS, "site_visit")}, "site_documents", "site_visit of site X1 is not on file"),
        ("mentors", "M1", {"documents": ""}, "cleared_adult", "clearance of mentor M1 is not on file"),
        ("mentors", "M1", {"documents": "clearance"}, "cleared_adult", "clearance of mentor M1 has no valid_until"),
        (
            "mentors", "M1", {"documents": "clearance:2027-06-30"},
            "cleared_adult", "clearance of mentor M1 has no valid_from, which RI-16-2-18.4 needs",
        ),
        ("opportunities", "O1", {"tasks": ""}, "permitted_tasks", "tasks of opportunity O1 are not known, which US-1415-OCC needs"),
        ("opportunities", "O1", {"seats": ""}, "seats", "opportunity O1 has room for 0 and holds 1: S1"),
        ("travel", "SC1", {"minutes": ""}, "trip", "walk: minutes are not known"),
    ],
)  # fmt: skip
def test_a_missing_fact_is_refused_and_named(tmp_path, *, table, key, cells, rule, fact):
    found = [
        (finding.student_id, finding.rule, finding.message.removesuffix(" (RI-PERMIT)"))
        for finding in demanding().change(table, key, **cells).audit(tmp_path)
    ]
    assert ("S1", rule, fact) in found


def test_an_unknown_placement_kind_is_taken_as_paid(tmp_path):
    plain = demanding().change("opportunities", "O1", placement_kind="").change("students", "S1", documents=without(DRIVING, "work_permit"))
    assert [finding.rule for finding in plain.audit(tmp_path)] == ["work_permit"]


@pytest.mark.parametrize(
    ("table", "key", "column", "cell"),
    [
        ("students", "S1", "birth_date", "in spring"),
        ("students", "S1", "grade", "eleventh"),
        ("students", "S1", "documents", "parent_consent:soon"),
        ("students", "S2", "available", "mornings"),
        ("sites", "X1", "closures", "all of October"),
        ("mentors", "M1", "max_students", "one"),
        ("mentors", "M1", "leave", "2026-13-01"),
        ("opportunities", "O2", "sessions", "Tue 15:00-09:00"),
        ("schools", "SC1", "leave_after", "25:00"),
        ("schools", "SC1", "lat", "north"),
        ("schools", "SC1", "lat", "1e999"),
        ("sites", "X1", "lon", "nan"),
    ],
)
def test_an_unreadable_cell_is_reported_without_its_text(plain, tmp_path, *, table, key, column, cell):
    findings = plain.change(table, key, **{column: cell}).audit(tmp_path)
    message = f"{table} {key}: the cell in column {column} is not readable"
    assert message in [finding.message for finding in findings if finding.rule == "file_shape"]
    assert not any(cell in str(finding) for finding in findings)
