"""A warm round suggests what `matcher suggest` suggests, for every student, and forgets nobody between two of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from matcher import answers
from matcher.domain import Request
from matcher.generate import generate
from matcher.load import load_round
from matcher.warm import Wanted, Warm, mask

FIXTURES = Path(__file__).parents[1] / "fixtures"
EVERY = 10_000


def requests_of(round_, student_id: str) -> list[Request]:
    return [r for r in round_.requests if r.student_id == student_id]


@pytest.mark.parametrize(("name", "step"), [("tiny", 1), ("demo", 12)])
def test_the_options_are_those_of_the_command(name, step, monkeypatch):
    folder = FIXTURES / name
    round_, _ = load_round(folder)
    monkeypatch.setattr(answers, "load_round", lambda _: (round_, []))
    warm = Warm(round_, folder)
    for student in round_.students[::step]:
        expected = answers.suggestions(folder, student.student_id, None, EVERY)
        found = warm.options(student, requests_of(round_, student.student_id), Wanted(EVERY))
        assert [{key: getattr(o, key) for key in e} for e, o in zip(expected, found, strict=True)] == expected


def test_a_generated_round_with_vans_bans_and_two_schools(tmp_path, monkeypatch):
    generate(60, 2, 4, tmp_path / "round")
    round_, _ = load_round(tmp_path / "round")
    monkeypatch.setattr(answers, "load_round", lambda _: (round_, []))
    warm = Warm(round_, tmp_path / "round")
    for student in round_.students[::6]:
        expected = answers.suggestions(tmp_path, student.student_id, None, EVERY)
        found = warm.options(student, requests_of(round_, student.student_id), Wanted(EVERY))
        assert [o.opportunity_id for o in found] == [e["opportunity_id"] for e in expected]
        assert [o.points for o in found] == [e["points"] for e in expected]


def test_what_is_not_wanted_is_left_out():
    round_, _ = load_round(FIXTURES / "demo")
    warm = Warm(round_, FIXTURES / "demo")
    student = round_.student["S004"]
    everything = warm.options(student, (), Wanted(EVERY))
    assert warm.options(student, (), Wanted(3)) == everything[:3]
    near = warm.options(student, (), Wanted(EVERY, most_minutes=15))
    assert near == [o for o in everything if o.minutes <= 15]
    unpaid = mask(warm, [o.placement_kind == "unpaid_learning" for o in warm.opportunities])
    assert warm.options(student, (), Wanted(EVERY, unpaid)) == [o for o in everything if o.placement_kind == "unpaid_learning"]


def test_a_need_that_nobody_has_yet_and_a_refusal_count():
    round_, _ = load_round(FIXTURES / "tiny")
    warm = Warm(round_, FIXTURES / "tiny")
    student = round_.student["S3"]
    first = warm.options(student)
    assert warm.options(student.model_copy(update={"needs": ("a need of nobody",)})) == []
    declined = Request(student_id="S3", opportunity_id=first[0].opportunity_id, state="declined")
    assert first[0].opportunity_id not in {o.opportunity_id for o in warm.options(student, [declined])}
    assert warm.options(student) == first
