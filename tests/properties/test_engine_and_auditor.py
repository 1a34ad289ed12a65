"""Engine and auditor, which share no code, say the same about every pair of random rounds: which rules refuse it, and how one travels."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings

from matcher.audit import _settings
from matcher.audit.diary import Diary
from matcher.audit.law import read_packs
from matcher.audit.placements import PAIR_RULES
from matcher.audit.reader import read_tables
from matcher.audit.trips import prescribed
from matcher.audit.world import build_world
from matcher.candidates import Judge, pair_rules
from matcher.domain import MODES, Round
from matcher.load import load_round
from matcher.world import World
from tests import builders
from tests.builders import a_round, mentor, opportunity, site, student
from tests.folder import write_round
from tests.strategies import rounds

CALM = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])


def auditors_diary(folder: Path) -> Diary:
    text, terms, _ = _settings(folder)
    tables, _ = read_tables(folder)
    book, _, _ = read_packs(terms.packs, folder)
    world, faults = build_world(tables, terms, book)
    assert text and not faults
    return Diary(world)


def check(round_: Round) -> None:
    """Compare what the two say about every student and variant."""
    with TemporaryDirectory() as name:
        folder = write_round(Path(name) / "round", round_)
        world = World(load_round(folder)[0], folder)
        diary, judge = auditors_diary(folder), Judge(world)
    if not world.variants:
        return
    for place, learner in enumerate(world.students):
        _, trips = judge.block(slice(place, place + 1))
        for number, variant in enumerate(world.variants):
            pair = diary.pair(
                diary.world.students[learner.student_id],
                diary.world.opportunities[variant.opportunity.opportunity_id],
                diary.world.mentors[variant.mentor.mentor_id],
                tuple(diary.world.opportunities[variant.opportunity.opportunity_id].patterns[variant.pattern]),
            )
            trip, _ = prescribed(pair, diary)
            heard = {rule for rule, check_rule in PAIR_RULES.items() if check_rule(pair, diary)} | ({"trip"} if trip is None else set())
            said = {code for code, _ in judge.reasons(learner, variant)}
            assert (said, variant.key, learner.student_id) == (heard, variant.key, learner.student_id)
            if trip is not None:
                used = MODES[trips.mode[0, number]], int(trips.minutes[0, number]), int(trips.transfers[0, number])
                assert used == (trip.mode, trip.minutes, trip.transfers)


def test_the_auditor_has_every_pair_rule():
    assert PAIR_RULES.keys() | {"trip"} == {rule.name for rule in pair_rules() if getattr(rule, "mode", "") == ""}


@pytest.mark.parametrize("packs", [(), ("us-ri",), ("school",), ("us-federal",)])
@pytest.mark.parametrize(
    "tables",
    [
        {"opportunities": [opportunity(tasks="HO-5")]},
        {"sites": [site(observable="no")]},
        {"students": [student(travel_modes="drive")]},
        {"mentors": [mentor(documents="")]},
        {"opportunities": [opportunity(placement_kind="paid_employment", min_age=17)]},
        {"students": [student(birth_date=None)], "opportunities": [opportunity(placement_kind="paid_employment")]},
        {"students": [student(birth_date=None)], "opportunities": [opportunity(placement_kind="paid_employment", starts=date(2030, 1, 1))]},
        {},
    ],
    ids=lambda tables: next(iter(tables), "lawful"),
)
def test_same_verdict_with_few_packs(packs, tables):
    check(a_round(settings=builders.settings(round={"rule_packs": packs}), **tables))


@settings(CALM, max_examples=80)
@given(rounds())
def test_same_verdict_on_every_pair(round_):
    check(round_)


@pytest.mark.slow
@settings(CALM, max_examples=2000)
@given(rounds())
def test_same_verdict_on_every_pair_at_length(round_):
    check(round_)
