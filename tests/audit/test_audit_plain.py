"""The lawful round passes, so every other test's finding comes from its own change."""

from __future__ import annotations

import pytest

from matcher.audit import audit_or_raise
from matcher.errors import VerificationError


def test_a_lawful_round_is_clean(plain, tmp_path):
    assert plain.audit(tmp_path) == []


def test_two_students_with_two_seats_are_clean(plain, tmp_path):
    plain.change("opportunities", "O1", seats="2").change("mentors", "M1", max_students="2").place("S2")
    assert plain.audit(tmp_path) == []


def test_audit_or_raise_names_the_findings(plain, tmp_path):
    plain.change("opportunities", "O1", appetite="not_open")
    plain.audit(tmp_path)
    with pytest.raises(VerificationError, match="1 finding") as caught:
        audit_or_raise(tmp_path / "out", tmp_path / "round")
    assert caught.value.findings == ("student S1: appetite: opportunity O1 is not open",)


def test_audit_or_raise_is_silent_when_all_holds(plain, tmp_path):
    plain.audit(tmp_path)
    audit_or_raise(tmp_path / "out", tmp_path / "round")
