"""Every measure on the tiny round, with numbers worked out by hand from fixtures/tiny/README.md.

The plan: S1 at O2 (500 points), S2 at O1 (600), S3 at O3 (600), S5 at O5 (1000); S4 and S6 have no place.
Lawful opportunities: S1 O1 900, O2 500; S2 O1 600; S3 O1 800, O3 600; S4 O2 300, O4 300; S5 O4 600, O5 1000; S6 none.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from matcher.benchmark import bootstrap
from matcher.benchmark.facts import Facts, facts_of
from matcher.benchmark.gaps import _of_plans, enough, inner, values_of
from matcher.benchmark.history import history_rows
from matcher.benchmark.history import measures as history_measures
from matcher.benchmark.measures.base import Measure, Parts, Quantile, Ratio, Share
from matcher.benchmark.row import Row
from matcher.benchmark.rows import measures
from matcher.benchmark.tree import build_tree
from matcher.domain import Earlier
from matcher.load import load_round
from matcher.pipeline import run_loaded
from tests.benchmark.invented import facts as invented

TINY = Path(__file__).parents[2] / "fixtures" / "tiny"
BY_NAME = {m.name: m for m in measures()}


def tiny(on: dt.date | None = None) -> Facts:
    """The tiny round, where S2 was at O1 and S5 at O4 before; the plan is the same."""
    round_, _ = load_round(TINY)
    before = [Earlier(student_id="S2", opportunity_id="O1"), Earlier(student_id="S5", opportunity_id="O4")]
    return facts_of(run_loaded(replace(round_, previous=tuple(before)), TINY, []), "tiny", on)


@pytest.fixture(scope="module")
def one() -> Facts:
    return tiny()


def numbers(measure: Measure, facts: Facts) -> tuple[float, float] | float:
    """Numerator and denominator, or the quantile, before anything is hidden."""
    everybody, figure = np.ones(len(facts.school), bool), measure.figure
    if isinstance(figure, Share):
        return int((figure.counted(facts) & facts.seeking).sum()), int(facts.seeking.sum())
    if isinstance(figure, Parts):
        sizes = [int(part.sum()) for part in figure.parts(facts)]
        return sum(sizes[: figure.above]), sum(sizes[: figure.below])
    if isinstance(figure, Quantile):
        return bootstrap.quantile(values_of([(facts, everybody)], figure), figure.share)
    assert isinstance(figure, Ratio)
    return figure.numbers([(facts, everybody)])


EXPECTED = {
    # S1, S2, S3 and S5 of six; nobody was placed before or is not ready.
    "placed_of_seekers": (4, 6),
    "placed_of_all": (4, 6),
    # Nobody has more than two options, so each of the four has one of their three best.
    "top_three": (4, 6),
    # S1: O1 has more points, 0 of 1 other is worse: 0. S2: no other: 50. S3: O1 has more: 0. S5: O4 has fewer: 100.
    # In order 0, 0, 50, 100; the second of four is the smallest that half do not exceed.
    "match_percentile": 0,
    # 2, 1, 2, 2, 2, 0: in order 0 1 2 2 2 2, the third is 2.
    "lawful_options": 2,
    # Nobody has more than two options.
    "few_options": (6, 6),
    # On foot 60 * 1.25 * km / 4.8 minutes, rounded up. S1 to W2: 0.167 km north-south, 0.232 east-west, 0.286 km: 4.5, so 5.
    # S2 to W1: 0.222 and 0.182, 0.288 km: 4.5, so 5. S3 to W3: 0.334 and 0.348, 0.482 km: 7.5, so 8. S5 by bus, 25. 5 5 8 25.
    "minutes_median": 5,
    "minutes_p90": 25,
    # Walking and a bus without a change.
    "without_transfer": (4, 6),
    # All papers run from July 2026 to June 2027.
    "gates_valid": (4, 6),
    # Five offers with one seat each.
    "seats_per_seeker": (5, 6),
    # O1 is shared by S1, S2, S3 (1/3 each), O2 by S1, S4 (1/2), O3 by S3 alone (1), O4 by S4, S5 (1/2), O5 by S5 alone (1): 5 in all.
    "seats_within_reach": (5, 6),
    "fill_rate": (4, 5),
    # Four students at four sites: 4 * 4 / (1 + 1 + 1 + 1).
    "site_spread": (4, 4),
    # Most points first: S5 at O5 1000, S1 at O1 900, S3 at O3 600, S4 at O2 300 (O4's mentor is taken): 4 students, 2800 points.
    "placed_by_greedy": (4, 6),
    "points_of_greedy": (2800, 2700),
    # In order: S1 takes O1, S2 finds nothing, S3 O3, S4 O2, S5 O5: the same four.
    "placed_by_first_come": (4, 6),
    "points_of_first_come": (2800, 2700),
    "gap_to_optimum": (0, 1),
    # S2 stays at O1; S5 goes from O4 to O5.
    "kept_place": (1, 2),
}


@pytest.mark.parametrize("name", EXPECTED)
def test_by_hand(one, name):
    assert numbers(BY_NAME[name], one) == pytest.approx(EXPECTED[name])


def test_seats_within_reach_of_each_student(one):
    """S1 1/3 + 1/2, S2 1/3, S3 1/3 + 1, S4 1/2 + 1/2, S5 1/2 + 1, S6 nothing."""
    assert one.share.tolist() == pytest.approx([5 / 6, 1 / 3, 4 / 3, 1, 3 / 2, 0])


def test_the_random_order_is_first_come_with_students_shuffled(one):
    """Whatever the order, O1, O2, O3 and the mentor of O4 and O5 take one each; S3 may take O1 and leave O3 empty: 3 or 4."""
    placed, _ = numbers(BY_NAME["placed_by_random_order"], one)
    points, plan = numbers(BY_NAME["points_of_random_order"], one)
    assert placed in {3, 4}
    assert (1500 <= points <= 2800, plan) == (True, 2700)


def test_papers_on_another_day():
    """On the first of July 2027 every paper has ended; the day before, none."""
    assert numbers(BY_NAME["gates_valid"], tiny(dt.date(2027, 7, 1))) == (0, 6)
    assert numbers(BY_NAME["gates_valid"], tiny(dt.date(2027, 6, 30))) == (4, 6)


def test_every_measure_is_worked_out_by_hand():
    assert {*EXPECTED, "placed_by_random_order", "points_of_random_order"} == set(BY_NAME)
    assert [m.place for m in measures()] == list(range(1, len(BY_NAME) + 1))
    assert {m.name for m in history_measures()} == {"same_site", "same_opportunity", "returning_mentors", "never_placed"}


def test_options_with_as_many_points_count_half():
    """Ten others: 4 with more, 2 with as many, so 4 with fewer: 100 * (4 + 1) / 10."""
    made = invented("r", [1], np.random.default_rng(0), others=0.0)
    made = replace(made, options=np.array([11]), better=np.array([4]), level=np.array([2]))
    assert BY_NAME["match_percentile"].figure.values(made).tolist() == [50.0]


def test_few_options_are_three_or_fewer():
    """Of students with 0, 3, 4 and 9 options the first two; nobody counts who does not seek."""
    made = invented("r", [4], np.random.default_rng(0), others=0.0)
    made = replace(made, options=np.array([0, 3, 4, 9]), seeking=np.ones(4, bool))
    assert numbers(BY_NAME["few_options"], made) == (2, 4)
    assert numbers(BY_NAME["few_options"], replace(made, seeking=np.array([False, True, True, True]))) == (1, 3)


def test_spread_over_sites_that_are_used_unevenly():
    """Two students at W1, one each at W2 and W3: 4 * 4 / (4 + 1 + 1) = 2.67 sites for 4 students."""
    made = invented("r", [4], np.random.default_rng(0), others=0.0)
    made = replace(made, placed=np.ones(4, bool), site=("W1", "W1", "W2", "W3"))
    assert numbers(BY_NAME["site_spread"], made) == pytest.approx((16 / 6, 4))


def test_groups_below_twenty_stand_together():
    """30 in grade 9, 25 in 10, 12 in 11, 5 in 12: the 17 are too few even together, so the smallest that could stand alone joins them."""
    made = invented("r", [72], np.random.default_rng(0), others=0.0)
    grades = ["grade 9"] * 30 + ["grade 10"] * 25 + ["grade 11"] * 12 + ["grade 12"] * 5
    _, groups = build_tree([replace(made, groups=made.groups | {"grade": tuple(grades)})])
    assert [(n.group, n.seekers) for n in groups["grade"]] == [("grade 9", 30), ("all others", 42)]


def two_terms() -> list[Facts]:
    """Fall and spring of one school.

    80 students seek in both terms (0 to 79), 12 only in the fall, 12 only in the spring. Placed in the fall: 0 to 59; in the spring:
    10 to 69. In both: 10 to 59, 50 students; at the same opportunity 10 to 24 (15), at the same site 10 to 39 (30).
    Never placed: 70 to 79, ten of 80. The 60 places of the fall have 40 mentors, of whom 25 offer in the spring.
    """
    rng, n = np.random.default_rng(0), 92
    made = []
    for term, starts, low, high in ((0, "2026-09-08", 0, 60), (1, "2027-01-12", 10, 70)):
        ids = [*range(80), *range(80 + 12 * term, 92 + 12 * term)]
        placed = np.array([low <= i < high for i in ids])
        where = [(f"O{i}", f"W{i}") if not term or i < 25 else (f"P{i}", f"W{i}") if i < 40 else (f"P{i}", f"X{i}") for i in ids]
        facts = invented(f"term {term}", [n], rng, others=0.0, starts=starts)
        made.append(
            replace(
                facts,
                keys=tuple(("K000", f"S{i}") for i in ids),
                placed=placed,
                gates=placed,
                kept=np.zeros(n, bool),
                opportunity=tuple(o if p else "" for (o, _), p in zip(where, placed, strict=True)),
                site=tuple(w if p else "" for (_, w), p in zip(where, placed, strict=True)),
                mentor=tuple(f"M{i % 40}" if p else "" for i, p in zip(ids, placed, strict=True)),
                mentors=frozenset(f"M{i}" for i in range(15 * term, 60)),
            )
        )
    return made


def test_terms_by_hand():
    told = {row.measure: row for row in history_rows(two_terms())}
    assert {name: (row.numerator, row.denominator, row.value) for name, row in told.items()} == {
        "same_site": (30, 50, 60.0),
        "same_opportunity": (15, 50, 30.0),
        "returning_mentors": (25, 40, 62.5),
        "never_placed": (10, 80, 12.5),
    }
    assert {row.title for row in told.values()} == {"2026-09-08 to 2027-01-12"}
    assert history_rows(two_terms()[:1]) == []


def test_a_small_rest_hides_a_measure_over_terms():
    """One more student who was placed in the fall is placed in the spring: 9 leave, too few to tell, so nothing about staying is told."""
    fall, spring = two_terms()
    at = spring.keys.index(("K000", "S9"))
    spring.placed[at] = True
    told = {row.measure: row.shown for row in history_rows([fall, spring])}
    assert told == {"same_site": "hidden", "same_opportunity": "hidden", "returning_mentors": "exact", "never_placed": "exact"}


def test_intervals_are_those_of_drawing_with_replacement():
    """Of the values 1, 2, 3: the median of three draws is 1 when two or three of them are 1, 3 * 1/9 * 2/3 + 1/27 = 7/27; 3 likewise."""
    drawn = bootstrap.quantiles(np.array([1.0, 2.0, 3.0]), 0.5, "any name")
    assert np.mean(drawn == 1) == pytest.approx(7 / 27, abs=0.05)
    assert np.mean(drawn == 3) == pytest.approx(7 / 27, abs=0.05)
    low, high = bootstrap.of_share(50, 100, "any name")
    assert (low, high) == pytest.approx((50 - 1.96 * 5, 50 + 1.96 * 5), abs=1.5)
    assert bootstrap.of_share(50, 100, "any name") == (low, high)


def test_intervals_of_gaps():
    """Half of 100 and half of 100: a standard deviation of sqrt(2) * 5 points."""
    assert bootstrap.of_difference((50, 100), (50, 100), "a")[1] == pytest.approx(1.96 * 50**0.5, abs=2.5)


def test_the_gap_between_two_plans_tells_nothing_but_both_shares():
    """The same 28 and 27 of 40 whether one student or thirteen have a place in one plan only: the interval is the same."""
    placed = np.arange(40) < 28
    told = []
    for moved in (0, 12):
        counted = np.roll(np.arange(40) < 27, moved)
        facts = SimpleNamespace(label="r", seeking=np.ones(40, dtype=bool), placed=placed)
        node = SimpleNamespace(part=[(facts, np.ones(40, dtype=bool))], seekers=40)
        row = Row("overall", "", "", "", "", "", "", "placed_by_greedy", 1, "percent", "exact")
        told.append(_of_plans(row, node, SimpleNamespace(counted=lambda _, counted=counted: counted)))
    assert told[0] == told[1]
    assert told[0].gap == pytest.approx(-2.5)
    assert told[0].gap_low < -10 < 10 < told[0].gap_high


def test_the_longest_trip_of_one_student_is_no_end_of_an_interval():
    """20 trips, the 90th percentile is the 18th; its interval would end at the longest. From 100 on ten trips lie beyond it."""
    p90, median = SimpleNamespace(share=0.9), SimpleNamespace(share=0.5)
    assert [inner(np.arange(n), p90) for n in (20, 99, 100)] == [False, False, True]
    assert inner(np.arange(10), median)
    assert (enough(median), enough(p90)) == (10, 20)


def test_grades_stand_in_the_order_of_their_numbers():
    made = invented("r", [60], np.random.default_rng(0), others=0.0)
    grades = ["grade 10"] * 20 + ["grade 9"] * 20 + ["grade 12"] * 20
    _, groups = build_tree([replace(made, groups=made.groups | {"grade": tuple(grades)})])
    assert [n.group for n in groups["grade"]] == ["grade 9", "grade 10", "grade 12"]
