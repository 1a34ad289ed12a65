"""`site_documents`: agreement, insurance and site visit cover every dated session."""

import pytest

from tests.builders import a_round, day_off, opportunity, site
from tests.rules.helpers import codes, own_pack, paid_round, refusals
from tests.rules.test_rule_student_documents import DATES

CODE = "site_documents"
NAMES = ("agreement", "insurance", "site_visit")


def papers_with(name, dates):
    return ";".join([f"{name}{dates}", *(f"{other}:2026-07-01..2027-06-30" for other in NAMES if other != name)])


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(("dates", "refused"), DATES)
def test_every_dated_session(name, dates, refused):
    assert (codes(a_round(sites=[site(documents=papers_with(name, dates))])) == {CODE}) is bool(refused)


@pytest.mark.parametrize("name", NAMES)
def test_missing_paper_is_named(name):
    reason = refusals(a_round(sites=[site(documents=papers_with(name, ""))]))[CODE]
    assert name in reason
    assert not any(other in reason for other in NAMES if other != name)


def test_only_dated_sessions_count():
    row = site(documents=papers_with("insurance", ":2026-07-01..2026-12-16"))
    assert codes(a_round(sites=[row])) == {CODE}
    assert codes(a_round(sites=[row], calendar=[day_off("2026-12-17")])) == set()  # the last session falls away
    assert codes(a_round(sites=[row], opportunities=[opportunity(ends="2026-12-16")])) == set()


def test_renewal_within_the_term():
    renewed = papers_with("insurance", ":2026-07-01..2026-10-31;insurance:2026-11-01..2027-06-30")
    assert codes(a_round(sites=[site(documents=renewed)])) == set()


@pytest.mark.parametrize(("packs", "refused"), [(("us-federal", "us-ri"), set()), (("school",), {CODE})])
def test_papers_the_packs_ask_for(packs, refused):
    round_ = paid_round("RI", 17, packs=packs, job={"placement_kind": "unpaid_learning"}, sites=[site(documents="")])
    assert codes(round_) == refused


OWN = own_pack("OWN-PAPER", "site_documents")


@pytest.mark.parametrize(
    ("law", "refused"),
    [
        # fire_check covers the Saturdays until 3 October
        ("", {CODE}),
        ("effective_to = 2026-10-09", set()),
        ("effective_to = 2026-10-10", {CODE}),
        ("effective_from = 2026-12-12", {CODE}),
        ("effective_from = 2026-12-13", set()),
    ],
)
def test_dates_of_a_law(tmp_path, law, refused):
    (tmp_path / "own.toml").write_text(f"{OWN}values = {{ documents = ['fire_check'] }}\n{law}")
    row = site(documents=";".join([*(f"{name}:2026-07-01..2027-06-30" for name in NAMES), "fire_check:2026-10-03"]))
    packs = ("us-federal", "us-ri", "school", "own.toml")
    round_ = paid_round("RI", 17, packs=packs, job={"placement_kind": "unpaid_learning"}, sites=[row])
    assert codes(round_, folder=tmp_path) == refused
