"""Every pair rule about wishes, access, schedule, documents and people: one violation, and the other side of its boundary."""

from __future__ import annotations

import datetime as dt

import pytest

from tests.audit.plain_round import (
    MON_WED,
    SITE_PAPERS,
    THU_24,
    TUE_15,
    TUE_22,
    TUE_THU,
    YEAR,
    PlainRound,
    a_mentor,
    a_school,
    a_site,
    refused,
)


def test_declined(plain, tmp_path):
    plain.add("requests", student_id="S1", opportunity_id="O1", rank="1", state="declined", expires="2026-09-01")
    assert refused(plain.audit(tmp_path)) == {("S1", "declined", None)}


def test_a_wish_or_another_opportunity_declined_passes(plain, tmp_path):
    plain.add("requests", student_id="S1", opportunity_id="O1", rank="1", state="wish", expires="")
    plain.add("requests", student_id="S1", opportunity_id="O2", rank="2", state="declined", expires="")
    plain.add("requests", student_id="S2", opportunity_id="O1", rank="1", state="declined", expires="")
    assert plain.audit(tmp_path) == []


# A decision counts on the first day of the round, 14 September, and not when it ended the day before.
@pytest.mark.parametrize(("until", "counts"), [("", True), ("2026-09-14", True), ("2026-09-13", False)])
def test_ban(plain, tmp_path, until, counts):
    plain.add("decisions", kind="ban", a="S1", b="O1", until=until, note="why")
    assert refused(plain.audit(tmp_path)) == ({("S1", "ban", None)} if counts else set())


@pytest.mark.parametrize(("word", "lawful"), [("not_open", False), ("interested", True), ("open", True), ("", True)])
def test_appetite(plain, tmp_path, word, lawful):
    plain.change("opportunities", "O1", appetite=word)
    assert refused(plain.audit(tmp_path)) == (set() if lawful else {("S1", "appetite", None)})


@pytest.mark.parametrize(("schools", "lawful"), [("SC2;SC1", True), ("SC2", False)])
def test_school_access_by_list(plain, tmp_path, schools, lawful):
    plain.change("sites", "X1", schools=schools)
    assert refused(plain.audit(tmp_path)) == (set() if lawful else {("S1", "school_access", None)})


# SC1 is at 41.8 N. X1 moved to 41.90 N is nearer to SC2 at 42.0 N only beyond the middle, 41.90: at 41.89 it is still in SC1's region.
@pytest.mark.parametrize(("latitude", "lawful"), [("41.89", True), ("41.91", False)])
def test_school_access_by_region_of_the_nearest_school(plain, tmp_path, latitude, lawful):
    plain.change("schools", "SC1", region="south")
    plain.tables["schools"].append({**a_school("SC2"), "region": "north", "lat": "42.0"})
    plain.change("sites", "X1", lat=latitude)
    assert refused(plain.audit(tmp_path)) == (set() if lawful else {("S1", "school_access", None)})


def test_equally_near_schools_are_told_apart_by_the_smaller_id(plain, tmp_path):
    plain.tables["schools"].append({**a_school("SC0"), "region": "north"})
    assert refused(plain.audit(tmp_path)) == {("S1", "school_access", None)}


def test_without_region_the_state_is_the_region(plain, tmp_path):
    plain.tables["schools"].append({**a_school("SC2"), "region": "US-RI"})
    plain.change("sites", "X1", lat="41.8").change("schools", "SC2", lat="41.8001")
    assert plain.audit(tmp_path) == []


# The pattern ends at 15:00: windows to 15:00 hold it, windows to 14:59 do not.
@pytest.mark.parametrize(("ends", "lawful"), [("15:00", True), ("14:59", False)])
def test_schedule_of_the_school(plain, tmp_path, ends, lawful):
    plain.change("schools", "SC1", windows=f"Tue 08:00-{ends};Thu 08:00-15:00")
    assert refused(plain.audit(tmp_path)) == (set() if lawful else {("S1", "schedule", None)})


@pytest.mark.parametrize(
    ("available", "lawful"),
    [
        ("Tue 09:00-15:00;Thu 09:00-15:00", True),
        ("Tue 09:00-12:00;Tue 12:00-15:00;Thu 08:00-16:00", True),
        ("Tue 09:00-12:00;Tue 12:01-15:00;Thu 08:00-16:00", False),
        ("Tue 09:01-15:00;Thu 09:00-15:00", False),
        ("Tue 09:00-15:00", False),
    ],
)
def test_schedule_of_the_student(plain, tmp_path, available, lawful):
    plain.change("students", "S1", available=available)
    assert refused(plain.audit(tmp_path)) == (set() if lawful else {("S1", "schedule", None)})


def test_no_session_left(plain, tmp_path):
    plain.add("calendar", school_id="*", date="2026-09-15", kind="no_lti").add(
        "calendar", school_id="SC1", date="2026-09-17", kind="no_school"
    )
    plain.change("sites", "X1", closures="2026-09-22..2026-09-24")
    assert refused(plain.audit(tmp_path)) == {("S1", "sessions", None)}


def test_one_session_left_is_enough(plain, tmp_path):
    plain.change("opportunities", "O1", starts="2026-09-24", ends="2026-09-24")
    assert plain.audit(tmp_path) == []
    plain.change("opportunities", "O1", starts="2026-09-25", ends="")
    assert refused(plain.audit(tmp_path / "later")) == {("S1", "sessions", None)}


def test_another_schools_calendar_takes_no_session(plain, tmp_path):
    plain.tables["schools"].append(a_school("SC2"))
    for day in ("2026-09-15", "2026-09-17", "2026-09-22", "2026-09-24"):
        plain.add("calendar", school_id="SC2", date=day, kind="no_school")
    assert plain.audit(tmp_path) == []


def test_leave_of_the_only_mentor_takes_the_sessions(plain, tmp_path):
    plain.change("mentors", "M1", leave="2026-09-15..2026-09-24")
    assert refused(plain.audit(tmp_path)) == {("S1", "sessions", None)}
    plain.change("mentors", "M1", leave="2026-09-15..2026-09-23")
    assert plain.audit(tmp_path / "shorter") == []


def test_leave_of_the_cleared_mentor_blocks_the_session(plain, tmp_path):
    # M2 is present and not cleared: on M1's leave no cleared adult would be there, so the dates are blocked and not refused.
    # From the 22nd on M1 is back, and the pair with M1 stands.
    plain.change("opportunities", "O1", mentors="M1;M2").change("mentors", "M2", documents="")
    plain.change("mentors", "M1", leave="2026-09-14..2026-09-20")
    assert plain.audit(tmp_path) == []
    plain.change("mentors", "M1", leave="2026-09-14..2026-09-30")
    assert refused(plain.audit(tmp_path / "longer")) == {("S1", "sessions", None)}


@pytest.mark.parametrize(("grade", "lawful"), [("11", True), ("10", False), ("", False)])
def test_minimum_grade(plain, tmp_path, grade, lawful):
    plain.change("opportunities", "O1", min_grade="11").change("students", "S1", grade=grade)
    assert refused(plain.audit(tmp_path)) == (set() if lawful else {("S1", "minimum_grade", None)})


# CA credits WEE from 16, or from grade 11: born 16 September 2010 is 15 on the first session, 15 September 2026.
@pytest.mark.parametrize(
    ("birth", "grade", "programs", "lawful"),
    [
        ("2010-09-16", "10", "WEE", False),
        ("2010-09-15", "10", "WEE", True),
        ("2010-09-16", "11", "wee", True),
        ("2010-09-16", "10", "", True),
        ("2010-09-16", "", "WEE", False),
        ("", "10", "WEE", False),
        ("", "11", "WEE", True),
    ],
)
def test_programme(plain, tmp_path, *, birth, grade, programs, lawful):
    plain.where("US-CA").change("opportunities", "O1", program="W-EE")
    plain.change("students", "S1", birth_date=birth, grade=grade, programs=programs)
    assert refused(plain.audit(tmp_path)) == (set() if lawful else {("S1", "programme", TUE_15)})


@pytest.mark.parametrize("name", ["parent_consent", "emergency_contacts"])
@pytest.mark.parametrize(
    ("dates", "first_gap"),
    [
        (":2026-09-01..2026-09-24", None),
        (":2026-09-24", None),
        (":2026-09-15..2026-09-23", THU_24),
        (":2026-09-16..2027-01-01", TUE_15),
        (":2026-09-15..2026-09-17;{name}:2026-09-20..2026-12-01", None),
        (":2026-09-15..2026-09-17;{name}:2026-09-23..2026-12-01", TUE_22),
        ("", TUE_15),
    ],
)
def test_student_documents(plain, tmp_path, name, dates, first_gap):
    other = ({"parent_consent", "emergency_contacts"} - {name}).pop()
    plain.change("students", "S1", documents=f"{other}:{YEAR};{name}" + dates.format(name=name))
    assert refused(plain.audit(tmp_path)) == ({("S1", "student_documents", first_gap)} if first_gap else set())


@pytest.mark.parametrize("name", ["agreement", "insurance", "site_visit"])
@pytest.mark.parametrize(("dates", "first_gap"), [("2026-09-15..2026-09-24", None), ("2026-09-15..2026-09-22", THU_24)])
def test_site_documents(plain, tmp_path, name, dates, first_gap):
    plain.change("sites", "X1", documents=SITE_PAPERS.replace(f"{name}:{YEAR}", f"{name}:{dates}"))
    assert refused(plain.audit(tmp_path)) == ({("S1", "site_documents", first_gap)} if first_gap else set())


@pytest.mark.parametrize(("papers", "first_gap"), [("immunizations:2026-09-24", None), ("immunizations:2026-09-23", THU_24), ("", TUE_15)])
def test_required_documents(plain, tmp_path, papers, first_gap):
    plain.change("opportunities", "O1", requires="immunizations")
    plain.change("students", "S1", documents=f"parent_consent:{YEAR};emergency_contacts:{YEAR};{papers}")
    assert refused(plain.audit(tmp_path)) == ({("S1", "required_documents", first_gap)} if first_gap else set())


# A Rhode Island check is good for 365 days: from 24 September 2025 up to and including 24 September 2026.
@pytest.mark.parametrize(
    ("clearance", "first_gap"),
    [
        ("clearance:2025-09-24..2027-06-30", None),
        ("clearance:2025-09-23..2027-06-30", THU_24),
        ("clearance:2025-09-01..2026-09-20;clearance:2026-09-20..2027-06-30", TUE_15),
        ("clearance:2025-09-20..2026-09-20;clearance:2026-09-20..2027-06-30", None),
        ("clearance:2026-09-01..2026-09-23", THU_24),
        ("clearance:2027-06-30", TUE_15),
        ("", TUE_15),
    ],
)
def test_cleared_adult_in_rhode_island(plain, tmp_path, clearance, first_gap):
    plain.change("mentors", "M1", documents=clearance)
    assert refused(plain.audit(tmp_path)) == ({("S1", "cleared_adult", first_gap)} if first_gap else set())


def test_the_clock_of_the_schools_state_counts_too(plain, tmp_path):
    plain.change("sites", "X1", state="US-NY").change("mentors", "M1", documents="clearance:2025-09-23..2027-06-30")
    assert refused(plain.audit(tmp_path)) == {("S1", "cleared_adult", THU_24)}


def test_where_no_state_has_a_clock_a_clearance_needs_no_first_date(plain, tmp_path):
    plain.where("US-NY").change("mentors", "M1", documents="clearance:2027-06-30")
    assert plain.audit(tmp_path) == []


def test_a_mentor_who_is_not_cleared_while_another_is(plain, tmp_path):
    plain.change("opportunities", "O1", mentors="M2;M1").change("mentors", "M1", documents="clearance:2026-09-01..2026-09-22")
    assert refused(plain.audit(tmp_path)) == {("S1", "cleared_adult", THU_24)}
    plain.change("mentors", "M1", leave="2026-09-24")
    assert plain.audit(tmp_path / "away") == []


def test_a_stand_in_whose_clearance_is_too_old_does_not_count(plain, tmp_path):
    # M1 is away on the 24th. M2's paper covers the date, so the session is not blocked, but it is older than 365 days.
    plain.change("opportunities", "O1", mentors="M1;M2").change("mentors", "M1", leave="2026-09-24")
    plain.change("mentors", "M2", documents="clearance:2025-09-23..2027-06-30")
    assert refused(plain.audit(tmp_path)) == {("S1", "cleared_adult", THU_24)}


@pytest.mark.parametrize(
    ("approval", "notice", "first_gap"),
    [("2026-09-24", "2026-09-24", None), ("2026-09-23", "2026-09-24", THU_24), ("2026-09-24", "2026-09-16", THU_24.replace(day=17))],
)
def test_observable(plain, tmp_path, approval, notice, first_gap):
    plain.change("sites", "X1", observable="no", documents=f"{SITE_PAPERS};one_to_one_approval:{approval}")
    plain.change("students", "S1", documents=f"parent_consent:{YEAR};emergency_contacts:{YEAR};parent_notice:{notice}")
    assert refused(plain.audit(tmp_path)) == ({("S1", "observable", first_gap)} if first_gap else set())


@pytest.mark.parametrize("word", ["no", "", "perhaps"])
def test_not_observable_without_any_paper(plain, tmp_path, word):
    plain.change("sites", "X1", observable=word)
    assert refused(plain.audit(tmp_path)) == {("S1", "observable", TUE_15)}


@pytest.mark.parametrize(("features", "lawful"), [("step_free;Quiet", True), ("quiet", False), ("", False)])
def test_needs(plain, tmp_path, features, lawful):
    plain.change("students", "S1", needs="quiet;step_free").change("sites", "X1", features=features)
    findings = plain.audit(tmp_path)
    assert refused(findings) == (set() if lawful else {("S1", "needs", None)})
    assert not any("step_free" in str(finding) for finding in findings)


@pytest.mark.parametrize(("a", "b"), [("S1", "M2"), ("M2", "S1")])
def test_no_contact_with_any_mentor_of_the_site(plain, tmp_path, a, b):
    plain.add("decisions", kind="no_contact", a=a, b=b, until="", note="private")
    assert refused(plain.audit(tmp_path)) == {("S1", "no_contact", None)}


def test_no_contact_with_a_mentor_elsewhere_passes(plain, tmp_path):
    plain.tables["sites"].append(a_site("X2"))
    plain.change("mentors", "M2", site_id="X2").add("decisions", kind="no_contact", a="S1", b="M2", until="", note="")
    assert plain.audit(tmp_path) == []


@pytest.mark.parametrize(("mentors", "lawful"), [("M1;M2", False), ("M1", True)])
def test_keep_apart_from_a_listed_mentor(plain, tmp_path, mentors, lawful):
    plain.change("opportunities", "O1", mentors=mentors).add("decisions", kind="keep_apart", a="S1", b="M2", until="", note="")
    assert refused(plain.audit(tmp_path)) == (set() if lawful else {("S1", "keep_apart", None)})


@pytest.mark.parametrize(("mentor", "lawful"), [("M1", True), ("M2", False)])
def test_keep_together_with_a_mentor(plain, tmp_path, mentor, lawful):
    plain.change("opportunities", "O1", mentors="M1;M2").place("S1", mentor_id=mentor)
    plain.add("decisions", kind="keep_together", a="M1", b="S1", until="", note="")
    assert refused(plain.audit(tmp_path)) == (set() if lawful else {("S1", "keep_together", None)})


def test_pin_to_another_opportunity(plain, tmp_path):
    plain.add("decisions", kind="pin", a="S1", b="O2", until="", note="")
    findings = plain.audit(tmp_path)
    # Once for the pair (pinned elsewhere), once for the round (the pin is not kept).
    assert [finding.message for finding in findings] == ["a pin names O2, not O1", "not placed at the pinned opportunity O2"]
    assert refused(findings) == {("S1", "pin", None)}


def test_a_pin_that_is_kept_passes(plain, tmp_path):
    plain.add("decisions", kind="pin", a="S1", b="O1", until="2026-12-01", note="").add(
        "decisions", kind="pin", a="S1", b="O2", until="2026-09-01"
    )
    assert plain.audit(tmp_path) == []


def test_the_other_alternative_is_judged_on_its_own_days(plain, tmp_path):
    # Monday and Wednesday: the first session is 14 September, and a paper from the 15th on leaves it uncovered.
    plain.place("S1", sessions=MON_WED)
    assert plain.audit(tmp_path) == []
    plain.change("students", "S1", documents="parent_consent:2026-09-15..2027-01-01;emergency_contacts:2027-01-01")
    assert refused(plain.audit(tmp_path / "late")) == {("S1", "student_documents", dt.date(2026, 9, 14))}


def test_windows_may_be_written_in_any_order(plain, tmp_path):
    plain.change("opportunities", "O1", sessions=f"Thu 09:00-15:00; Tue 9:00-15:00 | {MON_WED}")
    plain.placements[0]["sessions"] = "Thu 09:00-15:00; Tue 9:00-15:00"
    assert plain.audit(tmp_path) == []


def test_no_personal_text_is_repeated(tmp_path):
    plain = PlainRound().change("students", "S1", birth_date="not-a-date-1999", name="Secret Name").change("mentors", "M1", documents="")
    messages = " ".join(str(finding) for finding in plain.change("opportunities", "O1", min_age="14").audit(tmp_path))
    assert "birth date of S1 is not known" in messages
    assert "Secret" not in messages
    assert "1999" not in messages


def test_a_mentor_of_another_opportunity_counts_only_where_listed(plain, tmp_path):
    plain.tables["mentors"].append(a_mentor("M3"))
    plain.add("decisions", kind="keep_apart", a="S1", b="M3", until="", note="")
    plain.change("opportunities", "O2", mentors="M3")
    assert plain.audit(tmp_path) == []
    assert refused(plain.place("S1", "O2", mentor_id="M3", sessions=TUE_THU).audit(tmp_path / "o2")) == {("S1", "keep_apart", None)}


def test_leave_blocks_no_session_where_nobody_is_cleared_anyway(plain, tmp_path):
    plain.change("opportunities", "O1", mentors="M1;M2").every("mentors", documents="").change(
        "mentors", "M2", leave="2026-09-01..2026-12-31"
    )
    assert refused(plain.audit(tmp_path)) == {("S1", "cleared_adult", TUE_15)}
