"""A warm round suggests what `matcher suggest` suggests, for every student, and forgets nobody between two of them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from matcher import answers
from matcher.candidates import pair_rules
from matcher.domain import Decision, Request, Round
from matcher.generate import generate
from matcher.load import load_round
from matcher.rules.base import PairRule
from matcher.warm import Wanted, Warm, mask
from matcher.world import World

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


def changed(table: str, number: int | None, **cells):
    def change(round_, offered):
        rows, number_ = list(getattr(round_, table)), offered if number is None else number
        rows[number_] = rows[number_].model_copy(update=cells)
        return replace(round_, **{table: tuple(rows)})

    return change


def removed(round_, offered):
    gone = round_.opportunities[offered].opportunity_id
    requests = tuple(r for r in round_.requests if r.opportunity_id != gone)
    return replace(round_, opportunities=round_.opportunities[:offered] + round_.opportunities[offered + 1 :], requests=requests)


def added(round_, offered):
    new = round_.opportunities[offered].model_copy(update={"opportunity_id": "A0", "title": "Bee keeper"})
    return replace(round_, opportunities=(new, *round_.opportunities))


def decided(round_, offered):
    ban = Decision(kind="ban", a=round_.students[0].student_id, b=round_.opportunities[offered].opportunity_id)
    away = Decision(kind="no_contact", a=round_.students[6].student_id, b=round_.mentors[0].mentor_id)
    return replace(round_, decisions=(*round_.decisions, ban, away))


CHANGES = {
    "a title": changed("opportunities", None, title="Bee keeper", description="Bees and honey, all day long."),
    "seats": changed("opportunities", None, seats=9),
    "an age": changed("opportunities", None, min_age=19),
    "one more": added,
    "one less": removed,
    "a mentor's words": changed("mentors", 0, about="Speaks of dogs and cats."),
    "a mentor's papers": changed("mentors", 1, documents=()),
    "a site's needs": changed("sites", 0, features=("a_new_feature",)),
    "a site moves": changed("sites", 1, lat=41.9, lon=-71.6),
    "a site's papers": changed("sites", 2, documents=()),
    "decisions": decided,
    "a school": changed("schools", 0, leave_after=600),
}


@pytest.fixture(scope="module")
def region(tmp_path_factory):
    folder = tmp_path_factory.mktemp("warm") / "round"
    generate(60, 2, 4, folder)
    round_, _ = load_round(folder)
    warm = Warm(round_, folder)
    for student in round_.students[::6]:
        warm.options(student, requests_of(round_, student.student_id), Wanted(EVERY))
    best = warm.options(round_.students[0], (), Wanted(1))[0]
    return folder, round_, warm, warm.place[best.opportunity_id]


@pytest.mark.parametrize("name", CHANGES)
def test_after_a_change_the_answers_are_those_of_a_round_made_ready_from_nothing(name, region):
    folder, round_, warm, offered = region
    after = CHANGES[name](round_, offered)
    following, fresh = Warm(after, folder, warm), Warm(after, folder)
    different = 0
    for student in [*after.students[::6], after.students[0].model_copy(update={"needs": ("a_new_feature",)})]:
        asked = requests_of(after, student.student_id)
        expected = fresh.options(student, asked, Wanted(EVERY))
        assert following.options(student, asked, Wanted(EVERY)) == expected
        different += warm.options(student, asked, Wanted(EVERY)) != expected
    assert different, "the change must matter to somebody"


DECIDED = ("pin", "ban", "no_contact", "keep_apart", "keep_together")


@pytest.mark.parametrize("kind", DECIDED)
def test_each_kind_of_decision_counts_at_once_and_is_lifted_at_once(kind, region):
    """Followed to and back again, the answers are those of a round made ready from nothing."""
    folder, round_, before, _ = region
    student, best = next((s, o[0]) for s in round_.students if (o := before.options(s, (), Wanted(EVERY))))
    named = best.opportunity_id if kind in {"pin", "ban"} else best.mentor_id
    decided = replace(round_, decisions=(*round_.decisions, Decision(kind=kind, a=student.student_id, b=named)))
    after = Warm(decided, folder, before)
    told = after.options(student, (), Wanted(EVERY))
    assert told == Warm(decided, folder).options(student, (), Wanted(EVERY))
    assert told != before.options(student, (), Wanted(EVERY))
    assert Warm(round_, folder, after).options(student, (), Wanted(EVERY)) == before.options(student, (), Wanted(EVERY))


def test_a_key_of_a_variant_that_reads_decisions_says_so(region, monkeypatch):
    """The keys of other rules are kept when decisions change, so they must be told without looking at one."""

    def read(_: Round) -> None:
        raise LookupError("decisions were read")

    reads = set()
    for rule in (r for r in pair_rules() if isinstance(r, PairRule)):
        world = World(region[1], region[0])
        with monkeypatch.context() as hidden:
            hidden.setattr(Round, "decisions", property(read))
            try:
                for variant in world.variants:
                    rule.variant_key(world, variant)
            except LookupError:
                reads.add(rule.name)
    assert reads == {rule.name for rule in pair_rules() if isinstance(rule, PairRule) and rule.by_decision} == set(DECIDED)


def test_changes_may_follow_each_other(region):
    folder, round_, warm, offered = region
    for name in ("one more", "a mentor's papers", "a title", "decisions", "a site moves"):
        round_ = CHANGES[name](round_, offered)
        warm = Warm(round_, folder, warm)
    fresh = Warm(round_, folder)
    for student in round_.students[::6]:
        asked = requests_of(round_, student.student_id)
        assert warm.options(student, asked, Wanted(EVERY)) == fresh.options(student, asked, Wanted(EVERY))
