"""The simulated pursuit of benchmarks/bench_slates.py, where the outcome is certain or can be worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.bench_slates import NOBODY, Market, at_random, earlier_terms, greedy, own_best, play
from matcher.waves import Options


def market(rows, seats, size=2, per_seat=1) -> Market:
    """Rows of student, offer, odds in thousandths, points."""
    table = np.array(rows, dtype=np.int64).T
    options = Options.of(*table, np.zeros(table.shape[1], np.int64))
    return Market(options, int(table[0].max()) + 1, np.array(seats), size, per_seat)


@pytest.mark.parametrize("together", [False, True])
def test_a_seat_goes_to_one_of_two_who_would_both_get_it(together):
    both = market([(0, 0, 1000, 500), (1, 0, 1000, 500)], [1])
    found = play(both, np.array([[0, NOBODY], [1, NOBODY]]), 400, 1, together)
    assert (found["landed"].sum(axis=1) == 1).all()
    assert (found["refused"] == 1).all()
    assert 150 < found["landed"][:, 0].sum() < 250


@pytest.mark.parametrize("together", [False, True])
def test_chances_of_a_slate_add_up(together):
    """0.4, then 0.3: lands with 1 - 0.6 x 0.7 = 0.58; 20,000 draws are within 0.015 of it (four standard errors)."""
    alone = market([(0, 0, 400, 900), (0, 1, 300, 500)], [1, 1])
    found = play(alone, np.array([[0, 1]]), 20_000, 1, together)
    assert abs(found["landed"].mean() - 0.58) < 0.015
    assert not found["refused"].any()


def test_in_turn_first_choices_come_before_second_ones():
    """Student 1's first choice is what student 0 tries second, after a no: in turn student 1 always has it, at once only when first."""
    rows = [(0, 0, 1, 900), (0, 1, 1000, 500), (1, 1, 1000, 900)]
    turns = market(rows, [1, 1])
    place = turns.options.place
    slates = np.array([[place(0, 0), place(0, 1)], [place(1, 1), NOBODY]])
    assert play(turns, slates, 300, 1, together=False)["landed"][:, 1].all()
    assert 100 < play(turns, slates, 300, 1, together=True)["landed"][:, 1].sum() < 200


def test_the_baselines():
    """Both students' best is offer 0 with one seat. Own best ignores that; greedy gives it to the better fit and the rest to the other."""
    small = market([(0, 0, 300, 900), (0, 1, 300, 100), (1, 0, 300, 800), (1, 1, 300, 700)], [1, 1], size=1)
    rng = np.random.default_rng(1)
    offers = small.options.offer
    assert offers[own_best(small, rng)].tolist() == [[0], [0]]
    assert offers[greedy(small, rng)].tolist() == [[0], [1]]
    handed = [tuple(offers[at_random(small, rng)].ravel()) for _ in range(40)]
    assert set(handed) == {(0, 1), (1, 0)}


def test_earlier_terms_count_asks_until_a_yes():
    """Offer 0 always says no and offer 1 always yes: student 0 asks both, student 1 only offer 1, and nobody asks after a yes."""
    rows = [(0, 0, 500, 900), (0, 1, 500, 500), (0, 2, 500, 400), (1, 1, 500, 900), (1, 0, 500, 800)]
    small = market(rows, [1, 1, 1], size=3)
    place = small.options.place
    slates = np.array([[place(0, 0), place(0, 1), place(0, 2)], [place(1, 1), place(1, 0), NOBODY]])
    truth = np.array([0, 1000, 1000])[small.options.offer]
    found = earlier_terms(small, slates, truth, 3, np.random.default_rng(1))
    assert found.tolist() == [[3, 0], [6, 6], [0, 0]]
