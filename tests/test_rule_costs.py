"""What each rule costs a round, on rounds small enough to count by hand."""

from __future__ import annotations

from pathlib import Path

from matcher.pipeline import run_loaded
from matcher.rule_costs import rule_costs
from tests.builders import YEAR, a_round, decision, mentor, opportunity, site, student

TWO = (student("S1"), student("S2"))


def costs(**tables):
    return {cost.rule: (cost.more_placed, cost.pairs) for cost in rule_costs(run_loaded(a_round(**tables), Path(), []))}


def test_a_paper_stands_in_the_way_of_one_of_two():
    """O1 at W1 takes one of two students. W2 has no insurance; without that rule its seat would place the other one, by two pairs more."""
    sites = [site(), site("W2", documents=f"agreement:{YEAR};site_visit:{YEAR}")]
    offers = [opportunity(), opportunity("O2", site_id="W2", mentors="M2")]
    found = costs(students=TWO, sites=sites, mentors=[mentor(), mentor("M2", site_id="W2")], opportunities=offers)
    assert found["site_documents"] == (1, 2)
    assert found["seats"] == (0, 0), "the mentor takes one student at a time"


def test_two_rules_that_both_refuse_cost_nothing_alone():
    """The only pair is banned and the site has no visit: either rule gone, the other still stands."""
    found = costs(sites=[site(documents=f"agreement:{YEAR};insurance:{YEAR}")], decisions=[decision("ban", "S1", "O1")])
    assert found["ban"] == found["site_documents"] == (0, 0)


def test_a_seat_and_a_mentor_that_bind_together():
    """One seat, but a mentor for two: without the rule of seats one more is placed. The mentor binds nobody."""
    found = costs(students=TWO, mentors=[mentor(max_students="2")])
    assert found["seats"] == (1, 0)
    assert "mentor_capacity" not in found, "no limit, where all who could come fit"


def test_the_costliest_comes_first_and_ties_are_in_order_of_names():
    found = rule_costs(run_loaded(a_round(students=TWO, mentors=[mentor(max_students="2")]), Path(), []))
    assert [(-cost.more_placed, cost.rule) for cost in found] == sorted((-cost.more_placed, cost.rule) for cost in found)
    assert found[0].rule == "seats"
