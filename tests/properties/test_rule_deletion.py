"""The auditor catches a broken engine: each rule in turn is deleted from the engine, and the audit of what it then publishes names it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import matcher.audit
import matcher.candidates
import matcher.plan
import matcher.publish
import matcher.rules.trip
from matcher.audit import Finding, audit
from matcher.candidates import limit_rules, pair_rules
from matcher.domain import Round
from matcher.pipeline import run_round
from matcher.publish import publish
from matcher.rules.trip import TripRule
from tests.builders import a_round, decision, mentor, opportunity, request, site, student
from tests.folder import write_round
from tests.rules.cases import CASES

CODES = [*(rule.name for rule in pair_rules()), *(f"limit:{rule.name}" for rule in limit_rules())]


def the_round(code: str) -> Round:
    """The round of that rule; without its rule the engine must prefer the unlawful plan to every lawful one."""
    if code == "trip":
        # 0.05 degrees are 5.6 km, 87 minutes on foot: in time there and back, but over 60 minutes
        return a_round(sites=[site(lat="41.8740")])
    if code == "pin":
        # the student would rather go to O1
        landed = [request("S1", "O1", state="landed")]
        return a_round(opportunities=[opportunity(), opportunity("O2")], requests=landed, decisions=[decision("pin", "S1", "O2")])
    if code == "limit:pin":
        # unlawful without the rule: O1 has one seat, and S2 wins it, being of a higher class
        return a_round(students=[student(), student("S2", priority=1)], decisions=[decision("pin", "S1", "O1")])
    if code == "limit:keep_together":
        # S1 and S2 can only be placed apart; each has one lawful opportunity, at different sites
        bans = [decision("ban", "S1", "O2"), decision("ban", "S2", "O1")]
        return a_round(
            students=[student(), student("S2")],
            sites=[site(), site("W2")],
            mentors=[mentor(), mentor("M2", site_id="W2")],
            opportunities=[opportunity(), opportunity("O2", site_id="W2", mentors="M2")],
            decisions=[*bans, decision("keep_together", "S1", "S2")],
        )
    return CASES[code]()


def findings(round_: Round, folder: Path) -> list[Finding]:
    """What the audit says about what the engine publishes."""
    run = run_round(write_round(folder / "round", round_))
    assert run.placements
    publish(run, folder / "out")
    return audit(folder / "out", folder / "round")


@pytest.fixture
def unguarded(monkeypatch):
    """Publish without an audit of its own, and without the page and the slates, which have no say in this."""
    monkeypatch.setattr(matcher.publish, "audit_or_raise", lambda *_: None)
    monkeypatch.setattr(matcher.publish, "report_page", lambda *_: "")
    monkeypatch.setattr(matcher.publish, "build_slates", lambda _: [])
    monkeypatch.setattr(matcher.audit, "slates", lambda *_: [])


def delete(code: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Make the engine forget one rule."""
    kind, _, name = code.rpartition(":")
    if kind or name == "pin":  # a pin's limit alone holds the student there, so its rule is deleted together with it
        limits = [rule for rule in limit_rules() if rule.name != name]
        monkeypatch.setattr(matcher.plan, "limit_rules", lambda: limits)
    if name == "trip":
        # this rule finds the mode of travel and cannot be left out: it is made to believe that every trip is short enough
        monkeypatch.setattr(matcher.rules.trip, "caps", lambda world, students: np.full(len(students), 10_000, np.int32))
    elif not kind:
        rules = [rule for rule in pair_rules() if rule.name != name]
        monkeypatch.setattr(matcher.candidates, "pair_rules", lambda: rules)


@pytest.mark.parametrize("code", CODES)
def test_the_audit_names_the_deleted_rule(code, tmp_path, monkeypatch, unguarded):
    delete(code, monkeypatch)
    named = {finding.rule for finding in findings(the_round(code), tmp_path)}
    name = code.rpartition(":")[2]
    # driving forbids a mode of travel, which the auditor says under `trip`
    assert named == {"trip" if name == "driving" else name}


@pytest.mark.parametrize("code", [code for code in CODES if code.startswith("limit:")])
def test_the_same_round_with_the_rule_is_clean(code, tmp_path, unguarded):
    run = run_round(write_round(tmp_path / "round", the_round(code)))
    publish(run, tmp_path / "out")
    assert audit(tmp_path / "out", tmp_path / "round") == []


def test_every_rule_has_a_round():
    assert set(CODES) == set(CASES)
    assert sum(isinstance(rule, TripRule) for rule in pair_rules()) == 1
