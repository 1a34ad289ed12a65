"""The settings of a round: defaults of an almost empty round.toml, and rounds that name few rule packs."""

from __future__ import annotations

import datetime as dt
import json

import pytest

from tests.audit.plain_round import SETTINGS, STUDENT_PAPERS, TUE_15, YEAR, PlainRound, refused


def by_default(plain: PlainRound, consent: str) -> PlainRound:
    """Leave round.toml empty and give S1 a consent with these dates."""
    plain.settings = ""
    return plain.change("students", "S1", documents=f"emergency_contacts:{YEAR};parent_consent:{consent}")


# The round runs from Tuesday 8 September to Friday 18 December 2026 by default; the last session is on Thursday 17 December.
@pytest.mark.parametrize(
    ("consent", "first"),
    [
        ("2026-09-08..2026-12-17", None),
        ("2026-09-09..2026-12-17", dt.date(2026, 9, 8)),
        ("2026-09-08..2026-12-16", dt.date(2026, 12, 17)),
    ],
)
def test_default_dates_and_packs(plain, tmp_path, consent, first):
    assert refused(by_default(plain, consent).audit(tmp_path)) == ({("S1", "student_documents", first)} if first else set())


def test_the_last_day_of_the_default_round_counts(plain, tmp_path):
    plain.settings = ""
    plain.change("opportunities", "O1", sessions="Fri 09:00-15:00", starts="2026-12-18").place("S1", sessions="Fri 09:00-15:00")
    assert plain.audit(tmp_path) == []


def test_dates_may_be_written_as_text(plain, tmp_path):
    plain.settings = SETTINGS.replace("2026-09-14", '"2026-09-14"').replace("2026-09-25", '"2026-09-15"')
    plain.change("students", "S1", documents="emergency_contacts:2026-09-15;parent_consent:2026-09-15")
    assert plain.audit(tmp_path) == []


@pytest.mark.parametrize(
    "text", ["[round]\nstart = 5", "[limits]\nmax_transfers = []", "[travel.walk]\nspeed_kmh = 0", "[travel]\nwalk = 3"]
)
def test_settings_of_the_wrong_kind_are_reported(plain, tmp_path, text):
    plain.settings = text
    assert "round.toml is not readable" in [finding.message for finding in plain.audit(tmp_path)]


def few_packs(plain: PlainRound, *names: str) -> PlainRound:
    """Name other rule packs."""
    plain.settings = "\n".join([*SETTINGS.splitlines()[:3], f"rule_packs = {json.dumps(names)}"])
    return plain


def test_documents_are_asked_by_the_school_pack_only(plain, tmp_path):
    few_packs(plain, "us-ri").change("students", "S1", documents="").change("sites", "X1", documents="")
    assert plain.audit(tmp_path) == []


@pytest.mark.parametrize(
    ("table", "key", "cells", "rule"),
    [
        ("mentors", "M1", {"documents": ""}, "cleared_adult"),
        ("sites", "X1", {"observable": "no"}, "observable"),
        ("opportunities", "O1", {"tasks": "HO-5"}, "hazardous_orders"),
    ],
)
def test_what_holds_without_any_pack(plain, tmp_path, *, table, key, cells, rule):
    assert refused(few_packs(plain).change(table, key, **cells).audit(tmp_path)) == {("S1", rule, TUE_15)}


@pytest.mark.parametrize(("missing", "lawful"), [("", True), ("driver_license", False), ("auto_insurance", False)])
def test_driving_papers_are_needed_without_any_pack(plain, tmp_path, missing, lawful):
    papers = [f"{name}:{YEAR}" for name in ("driver_license", "auto_insurance") if name != missing]
    few_packs(plain).change("students", "S1", travel_modes="drive", documents=";".join([STUDENT_PAPERS, *papers]))
    plain.change("sites", "X1", lat="41.818").place("S1", mode="drive", minutes="10")
    assert refused(plain.audit(tmp_path)) == (set() if lawful else {("S1", "trip", TUE_15)})


def test_paid_work_without_any_pack_or_birth_date_is_not_known_to_be_lawful(plain, tmp_path):
    few_packs(plain).change("students", "S1", birth_date="").change("opportunities", "O1", placement_kind="paid_employment")
    by_age = {"clock_window", "hours_per_day", "hours_per_week", "minimum_age", "permitted_tasks", "school_hours"}
    assert refused(plain.audit(tmp_path)) == {("S1", rule, TUE_15) for rule in by_age | {"law_known"}}


def test_a_session_day_is_named_in_plain_words(plain, tmp_path):
    [finding] = plain.change("schools", "SC1", windows="Tue 09:05-16:00;Thu 08:00-16:00").audit(tmp_path)
    assert str(finding) == "student S1: schedule: Tue 09:00-15:00 is outside the windows of school SC1"
