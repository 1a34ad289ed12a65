"""`student_documents`: consent and emergency contacts cover every dated session."""

import pytest

from tests.builders import a_round, day_off, settings, student
from tests.rules.helpers import codes, own_pack, paid_round, papers, refusals

CODE = "student_documents"
OTHER = {"parent_consent": "emergency_contacts", "emergency_contacts": "parent_consent"}

DATES = [
    # sessions from Tuesday 8 September to Thursday 17 December 2026
    (":2026-09-08..2026-12-17", set()),
    (":2026-09-09..2026-12-17", {CODE}),
    (":2026-09-08..2026-12-16", {CODE}),
    (":2026-12-17", set()),
    (":2026-12-16", {CODE}),
    ("", {CODE}),  # a bare name has no date and covers nothing
    (":2025-09-01..2026-06-30", {CODE}),  # last year's
    (":2026-10-01..2026-10-31", {CODE}),
]


@pytest.mark.parametrize("name", OTHER)
@pytest.mark.parametrize(("dates", "refused"), DATES)
def test_every_dated_session(name, dates, refused):
    row = student(documents=f"{name}{dates};{OTHER[name]}:2026-07-01..2027-06-30")
    assert codes(a_round(students=[row])) == refused


@pytest.mark.parametrize("name", OTHER)
def test_missing_paper_is_named(name):
    reason = refusals(a_round(students=[student(documents=f"{OTHER[name]}:2026-07-01..2027-06-30")]))[CODE]
    assert name in reason
    assert OTHER[name] not in reason


@pytest.mark.parametrize(
    ("consent", "refused"),
    [
        ("parent_consent:2026-07-01..2026-10-31;parent_consent:2026-11-01..2027-06-30", set()),  # two add up
        ("parent_consent:2026-07-01..2026-10-29;parent_consent:2026-11-03..2027-06-30", set()),  # Friday 30 October to Monday: no session
        ("parent_consent:2026-07-01..2026-10-29;parent_consent:2026-11-04..2027-06-30", {CODE}),  # Tuesday 3 November is open
        ("parent_consent:2026-07-01..2026-10-05;parent_consent:2026-10-06..2026-10-06;parent_consent:2026-10-07..2027-06-30", set()),
        ("parent_consent;parent_consent:2026-07-01..2027-06-30", set()),  # an undated entry takes nothing away
    ],
)
def test_entries_add_up(consent, refused):
    assert codes(a_round(students=[student(documents=f"{consent};emergency_contacts:2027-06-30")])) == refused


def test_only_dated_sessions_count():
    row = student(documents=papers("2026-09-09", "2027-06-30", "parent_consent", "emergency_contacts"))
    assert codes(a_round(students=[row])) == {CODE}
    assert codes(a_round(students=[row], calendar=[day_off("2026-09-08")])) == set()


@pytest.mark.parametrize(
    ("packs", "state", "documents", "refused"),
    [
        (("us-federal", "us-ri"), "RI", "", set()),  # the pack that asks is not named in this round
        (("us-federal", "us-ca"), "CA", "", {CODE}),  # California asks for consent itself
        (("us-federal", "us-ca"), "CA", "parent_consent:2027-06-30", set()),
        (("us-federal", "us-ca", "us-ri"), "RI", "", set()),  # California's law is not this pair's
        (("school",), "RI", "parent_consent:2027-06-30", {CODE}),
    ],
)
def test_papers_the_packs_ask_for(packs, state, documents, refused):
    kind = {"placement_kind": "unpaid_learning"}
    assert codes(paid_round(state, 17, packs=packs, who={"documents": documents}, job=kind)) == refused


def test_consent_law_of_the_school_state():
    kind = {"placement_kind": "unpaid_learning"}
    round_ = paid_round("RI", 17, school_state="CA", packs=("us-federal", "us-ca", "us-ri"), who={"documents": ""}, job=kind)
    assert codes(round_) == {CODE}


def test_adults_too():
    row = student(birth_date="2000-01-01", documents="")
    assert codes(a_round(settings=settings(), students=[row])) == {CODE}


OWN = own_pack("OWN-PAPER", "student_documents")
VALUES = "values = { documents = ['photo_release'] }"
RELEASE = "2026-09-12", "2026-10-03"  # covers the Saturdays from 12 September to 3 October; the next is 10 October


@pytest.mark.parametrize(
    ("law", "born", "refused"),
    [
        ("", 17, {CODE}),
        ("effective_to = 2026-10-09", 17, set()),  # asked of sessions until 9 October only
        ("effective_to = 2026-10-10", 17, {CODE}),
        ("effective_from = 2026-12-12", 17, {CODE}),  # Saturday 12 December, the last session
        ("effective_from = 2026-12-13", 17, set()),
        ("ages = [0, 17]", 17, {CODE}),
        ("ages = [0, 17]", 18, set()),  # a law counts for the ages it names, on each dated session
        ("ages = [0, 17]", "2008-10-10", set()),  # 18 on 10 October: asked of the sessions until 3 October
        ("ages = [0, 17]", "2008-10-11", {CODE}),
        ("ages = [0, 16]", 17, set()),
        ("ages = [17, 17]", 17, {CODE}),
        ("ages = [18, 20]", 17, set()),
        ("ages = [18, 20]", 18, {CODE}),
        ("ages = [0, 17]", None, {CODE}),  # the age is not known: refused
        ("ages = [0, 17]\neffective_to = 2026-10-09", None, set()),  # whatever the age, the paper is there
    ],
)
def test_dates_and_ages_of_a_law(tmp_path, law, born, refused):
    (tmp_path / "own.toml").write_text(f"{OWN}{VALUES}\n{law}")
    who = {
        "documents": papers("2026-09-08", "2026-12-18", "parent_consent", "emergency_contacts") + ";" + papers(*RELEASE, "photo_release")
    }
    packs = ("us-federal", "us-ri", "school", "own.toml")
    assert codes(paid_round("RI", born, packs=packs, who=who, job={"placement_kind": "unpaid_learning"}), folder=tmp_path) == refused


def test_law_of_another_state(tmp_path):
    (tmp_path / "own.toml").write_text(f"{OWN}{VALUES}".replace("US-RI", "US-WA"))
    packs = ("us-federal", "us-ri", "us-wa", "school", "own.toml")
    for state, school_state, refused in (("RI", "RI", set()), ("WA", "RI", {CODE}), ("RI", "WA", {CODE})):
        round_ = paid_round(state, 17, school_state=school_state, packs=packs, job={"placement_kind": "unpaid_learning"})
        assert codes(round_, folder=tmp_path) == refused
