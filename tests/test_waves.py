"""Promises in waves: every number here is worked out by hand; odds are thousandths, chances millionths."""

from __future__ import annotations

from itertools import combinations, product

import numpy as np
import pytest

from matcher.waves import Options, Pursuit


def pursuit(rows, seats, size=4, per_seat=3, apart=(), site=None, students=None) -> Pursuit:
    """Rows of student, offer, odds, points; `apart` pairs of students; every offer at a site of its own."""
    table = np.array(rows, dtype=np.int64).reshape(-1, 4).T
    number = students or (int(table[0].max()) + 1 if table.size else 1)
    lots = np.arange(table.shape[1])
    away = [{b for a, b in [*apart, *((y, x) for x, y in apart)] if a == who} for who in range(number)]
    sites = np.arange(len(seats)) if site is None else np.array(site)
    return Pursuit(Options.of(*table, lots), np.array(seats), sites, away, size, per_seat)


def told(found: Pursuit) -> list[list[int]]:
    """The offers on each slate, in order."""
    return [found.options.offer[slate].tolist() for slate in found.slates]


def filled(*arguments, **settings) -> Pursuit:
    found = pursuit(*arguments, **settings)
    found.fill()
    return found


def test_an_option_is_tried_after_those_before_it_came_to_nothing():
    """Odds 0.4, then 0.3, then 0.3: misses 0.6, 0.42, 0.294; lands at the offers with 0.4, 0.6 x 0.3 = 0.18, 0.42 x 0.3 = 0.126."""
    found = filled([(0, 0, 400, 900), (0, 1, 300, 800), (0, 2, 300, 700)], [1, 1, 1])
    assert told(found) == [[0, 1, 2]]
    assert found.landing.tolist() == [400_000, 180_000, 126_000]
    assert found.missing.tolist() == [294_000]


def test_a_slate_has_no_more_than_its_size():
    assert told(filled([(0, o, 300, 900 - o) for o in range(6)], [1] * 6, size=2)) == [[0, 1]]


def test_no_seat_is_promised_to_more_than_the_cap():
    found = filled([(s, 0, 100, 500) for s in range(9)], [2], per_seat=3)
    assert found.promised.tolist() == [6]
    assert sorted(map(len, told(found))) == [0, 0, 0, 1, 1, 1, 1, 1, 1]


@pytest.mark.parametrize(("odds", "most"), [(950, 1), (600, 1), (400, 2), (350, 2), (300, 3), (200, 5)])
def test_a_seat_is_promised_to_as_many_as_its_odds_justify(odds, most):
    """One seat: 0.95 + 0.95 would be more than one landing; so would 2 x 0.6, 3 x 0.4, 3 x 0.35, 4 x 0.3 and 6 x 0.2."""
    assert filled([(s, 0, odds, 500) for s in range(9)], [1], per_seat=20).promised.tolist() == [most]


def test_later_options_take_less_of_a_seat():
    """Nine students try something else first, at 0.6; offer 9 is then tried with 0.4 x 0.3 = 0.12 each, and 8 x 0.12 fit into one seat."""
    rows = [(s, s, 600, 900) for s in range(9)] + [(s, 9, 300, 500) for s in range(9)]
    found = filled(rows, [1] * 10, per_seat=20)
    assert found.promised[9] == 8
    assert found.landing[9] == 960_000


def test_the_niche_student_is_not_crowded_out():
    """Offer 0 is everybody's best and the only one of student 1; with one promise a seat student 0 must leave it."""
    assert told(filled([(0, 0, 300, 900), (0, 1, 300, 100), (1, 0, 300, 200)], [1, 1], per_seat=1)) == [[1], [0]]


def test_whoever_is_most_likely_to_land_nothing_comes_first():
    """Student 0 pursues something at 0.6 already: the last promise goes to student 1, who has nothing, though it fits less."""
    found = pursuit([(0, 0, 600, 900), (0, 1, 300, 900), (1, 1, 300, 100)], [1, 1], per_seat=1)
    found.promise(np.array([found.options.place(0, 0)]))
    found.fill()
    assert told(found) == [[0], [1]]


def test_the_better_fit_wins_where_the_count_is_the_same():
    assert told(filled([(0, 0, 300, 500), (0, 1, 300, 400), (1, 0, 300, 500), (1, 1, 300, 100)], [1, 1], size=1, per_seat=1)) == [[1], [0]]


def test_two_to_be_kept_apart_are_not_sent_to_one_site():
    rows = [(0, 0, 300, 900), (0, 1, 300, 500), (1, 0, 300, 900), (1, 1, 300, 500), (1, 2, 300, 100)]
    found = filled(rows, [2, 2, 2], apart=[(0, 1)], site=[7, 7, 8])
    assert told(found) == [[0, 1], [2]]
    assert told(filled(rows, [2, 2, 2], site=[7, 7, 8])) == [[0, 1], [0, 1, 2]]


def test_more_options_than_one_wave_looks_at():
    """Thirteen students share their best 12 offers; the worst fit of all, offer 12, is the only one left for the last of them."""
    rows = [(s, o, 300, 900 - o) for s in range(13) for o in range(13)]
    found = filled(rows, [1] * 13, size=1, per_seat=1)
    assert sorted(offer for slate in told(found) for offer in slate) == list(range(13))
    assert found.waves == 2


def test_nothing_to_promise():
    assert told(filled([], [1])) == [[]]
    assert told(filled([(0, 0, 300, 500)], [0])) == [[]]


@pytest.mark.parametrize("seed", range(25))
def test_the_first_wave_serves_as_many_as_any_choice_could(seed):
    """Against every choice of one option each, in small markets with one promise a seat."""
    rng = np.random.default_rng(seed)
    rows = [(s, o, 300, int(rng.integers(0, 1001))) for s in range(5) for o in range(4) if rng.random() < 0.45]
    seats = rng.integers(0, 3, 4)
    found = filled(rows, seats, size=1, per_seat=1, students=5)
    choices = [[None, *(r[1] for r in rows if r[0] == s)] for s in range(5)]
    counts = [np.bincount([o for o in c if o is not None], minlength=4) for c in product(*choices)]
    best = max(int(c.sum()) for c in counts if (c <= seats).all())
    assert sum(map(len, told(found))) == best


@pytest.mark.parametrize("seed", range(10))
def test_caps_odds_and_slates_hold_in_any_market(seed):
    rng = np.random.default_rng(seed)
    rows = [(s, o, int(rng.choice([300, 350, 400, 600])), int(rng.integers(0, 1001))) for s in range(30) for o in range(12)]
    seats = rng.integers(0, 3, 12)
    found = filled(rows, seats, size=3, per_seat=2)
    landing, promised = np.zeros(12), np.zeros(12)
    for slate in found.slates:
        missing = 1.0
        assert len(slate) == len({*found.options.offer[slate].tolist()}) <= 3
        for option in slate:
            odds = found.options.odds[option] / 1000
            landing[found.options.offer[option]] += missing * odds
            promised[found.options.offer[option]] += 1
            missing *= 1 - odds
    assert (promised <= 2 * seats).all()
    assert (landing <= seats + 1e-4).all()
    assert np.array_equal(promised, found.promised)
    short = [s for s, slate in enumerate(found.slates) if len(slate) < 3]
    for student, offer in product(short, range(12)):
        gain = found.missing[student] * found.options.odds[found.options.place(student, offer)] // 1000
        room = promised[offer] < 2 * seats[offer] and found.landing[offer] + gain <= 1_000_000 * seats[offer]
        assert not room or found.options.place(student, offer) in found.slates[student]


def test_the_row_order_does_not_matter():
    rows = [(s, o, 300, 100 * ((s + o) % 3)) for s, o in product(range(6), range(4))]
    table = np.array(rows).T
    one = Options.of(*table, np.arange(len(rows)))
    for shift in (1, 5, 11):
        moved = np.roll(np.arange(len(rows)), shift)
        other = Options.of(*table[:, moved], np.arange(len(rows))[moved])
        assert all(np.array_equal(getattr(one, n), getattr(other, n)) for n in ("student", "offer", "odds", "points", "lot"))
    assert all(a <= b for a, b in combinations(one.student.tolist(), 2))
