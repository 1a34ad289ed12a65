"""Every rule the engine knows has a round in which it alone refuses, or its limit alone binds."""

import pytest

from matcher.candidates import Judge, limit_rules, pair_rules
from tests.rules.cases import CASES, FORBIDDEN, LIMIT_CASES, PAIR_CASES
from tests.rules.helpers import candidates_of, codes, plans, refusals, variant_of, world_of


def test_every_rule_has_a_case():
    assert set(PAIR_CASES) == {rule.name for rule in pair_rules()}
    assert set(LIMIT_CASES) == {rule.name for rule in limit_rules()} == set(FORBIDDEN)
    assert set(CASES) == set(PAIR_CASES) | {f"limit:{code}" for code in LIMIT_CASES}


@pytest.mark.parametrize("code", PAIR_CASES)
def test_refused_by_this_rule_alone(code):
    # a rule about one mode of travel speaks through `trip`
    assert codes(PAIR_CASES[code]()) == {"trip" if code == "driving" else code}


def test_driving_is_what_the_trip_rule_names():
    assert "driver_license" in refusals(PAIR_CASES["driving"]())["trip"]


@pytest.mark.parametrize("code", [code for code in PAIR_CASES if code != "trip"])
def test_lawful_without_this_rule(code):
    world = world_of(PAIR_CASES[code]())
    judge = Judge(world, [rule for rule in pair_rules() if rule.name != code])
    assert list(judge.reasons(world.students[0], variant_of(world))) == []


@pytest.mark.parametrize("code", LIMIT_CASES)
def test_bound_by_this_limit_alone(code):
    round_ = LIMIT_CASES[code]()
    rules = limit_rules()
    allowed = plans(round_)
    freed = plans(round_, rules=[rule for rule in rules if rule.name != code])
    assert FORBIDDEN[code] not in allowed
    assert FORBIDDEN[code] in freed
    assert allowed < freed
    for other in rules:
        if other.name != code:
            assert plans(round_, rules=[rule for rule in rules if rule.name != other.name]) == allowed


@pytest.mark.parametrize("code", LIMIT_CASES)
def test_limits_carry_the_code_of_their_rule(code):
    candidates = candidates_of(LIMIT_CASES[code]())
    rule = next(rule for rule in limit_rules() if rule.name == code)
    limits = list(rule.limits(candidates.world, candidates))
    assert limits
    assert {limit.rule for limit in limits} == {code}
    assert all(limit.about.strip() for limit in limits)
