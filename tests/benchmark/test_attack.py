"""Hidden counts stay hidden: an attacker with the published files, subtraction and a linear program recovers none."""

from __future__ import annotations

import json
from dataclasses import asdict

import numpy as np
import pytest

from matcher.benchmark import protect
from matcher.benchmark.facts import Facts
from matcher.benchmark.history import history_rows
from matcher.benchmark.page import benchmark_page
from matcher.benchmark.protect import CAPS, first_told
from matcher.benchmark.row import Row
from matcher.benchmark.rows import all_rows
from matcher.benchmark.write import COLUMNS, _cells, dictionary
from matcher.publish import csv_bytes
from tests.benchmark.attacker import LINKED, SHARES, Line, System, read, system_of
from tests.benchmark.invented import cases, facts

WIDTH = 5
"""A hidden count is recovered when its least and most possible values lie less than this apart."""
MOST_ASKED = 30
"""Hidden counts tried in one benchmark of the quick test, chosen by its seed; the slow one tries 200."""


def published(rounds: list[Facts]) -> bytes:
    return csv_bytes(COLUMNS, [_cells(row) for row in all_rows(rounds)])


def truth(rounds: list[Facts], line: Line) -> dict[str, int] | None:
    """The real counts of a line; None for lines of several that stand together, which the sums tell."""
    level, label, school, dimension, group, title = line
    if (title.endswith("together") and level != "overall") or group == "all others" or level == "terms":
        return None
    found: dict[str, int] = dict.fromkeys(["seekers", *SHARES, "before", "idle", "had", "kept"], 0)
    for f in rounds:
        rows = np.ones(len(f.school), bool)
        if label and f.label != label:
            continue
        if school:
            rows &= f.school == [s for s, _ in f.schools].index(school)
        if dimension:
            rows &= np.array(f.groups[dimension], dtype=object) == group
        counts = {
            "seekers": f.seeking,
            "placed_of_seekers": f.placed,
            "top_three": f.placed & (f.better < 3),
            "without_transfer": f.placed & (f.transfers == 0),
            "gates_valid": f.gates,
            "few_options": f.seeking & (f.options <= 3),
            "before": f.before,
            "idle": ~f.seeking & ~f.before,
            "had": f.had & f.seeking,
            "kept": f.kept,
        } | {f"placed_by_{name}": who for name, who in f.baselines.items()}
        for name, who in counts.items():
            found[name] += int((who & rows).sum())
    return found


def sensitive(rounds: list[Facts], lines: list[Line], system: System) -> list[tuple[str, dict[int, float]]]:
    """Every count below 10, and every rest below 10, of a line: its name and the unknowns that make it."""
    found = []
    for line in lines:
        real = truth(rounds, line)
        if real is None:
            continue
        at = {name: system.of(line, name) for name in real}
        rests = [(name, "seekers") for name in (*SHARES, "had")] + [(name, "placed_of_seekers") for name in LINKED] + [("kept", "had")]
        cells = [(name, {at[name]: 1.0}, real[name]) for name in real]
        cells += [(f"{whole} less {name}", {at[whole]: 1.0, at[name]: -1.0}, real[whole] - real[name]) for name, whole in rests]
        found += [(f"{line}: {name}", unknowns) for name, unknowns, value in cells if value < 10]
    return found


def recovered(rounds: list[Facts], seed: int = 0, most: int = MOST_ASKED) -> tuple[list[str], int]:
    """The hidden counts that the attack finds, and how many it tried."""
    lines = read(published(rounds))
    system = system_of(lines)
    cells = sensitive(rounds, list(lines), system)
    order = np.random.default_rng(seed).permutation(len(cells))[:most]
    asked = [cells[i] for i in order]
    widths = system.ranges([unknowns for _, unknowns in asked])
    return [name for (name, _), width in zip(asked, widths, strict=True) if width < WIDTH - 1e-6], len(asked)


@pytest.mark.parametrize("seed", [*range(12), 59])
def test_no_hidden_count_is_recovered(seed):
    """59 once gave a count away: three totals together narrowed it to four numbers, though each alone left six."""
    found, asked = recovered(cases(seed), seed)
    assert asked > 0
    assert found == []


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(12, 80))
def test_no_hidden_count_is_recovered_from_many_benchmarks(seed):
    assert recovered(cases(seed), seed, 200)[0] == []


def test_the_attack_succeeds_where_nothing_more_is_hidden_than_small_counts(monkeypatch):
    """Without the second step, totals give small counts away: the attack finds them, so it can fail."""
    monkeypatch.setattr(protect.Protection, "_share_out", lambda *_: None)
    monkeypatch.setattr(protect.Protection, "_keep_parts_whole", lambda *_: None)
    monkeypatch.setattr(protect.Protection, "_hold_together", lambda *_: None)
    assert sum(len(recovered(cases(seed), seed)[0]) for seed in range(6)) > 5


def test_one_hidden_school_hides_another_or_its_total():
    """Two schools: 3 of 40 and 30 of 100 have no place. 33 less 30 would be 3, so the second school's count is not told either."""
    rng = np.random.default_rng(0)
    round_ = facts("r", [40, 100], rng, others=0.0)
    round_.placed[:] = True
    round_.placed[:3] = False
    round_.placed[40:70] = False
    round_.gates[:] = round_.placed
    told = {row.school_id or row.level: row for row in all_rows([round_]) if row.measure == "placed_of_seekers" and row.level != "group"}
    assert (told["round"].numerator, told["round"].denominator) == (107, 140)
    assert (told["K000"].shown, told["K000"].value, told["K000"].numerator) == ("at_least", 77, None)
    assert (told["K001"].shown, told["K001"].value) == ("hidden", None)


@pytest.mark.parametrize(
    ("of", "count", "shown", "bound"),
    [
        (19, 10, "hidden", None),
        (20, 10, "exact", None),
        (20, 11, "at_least", 55),
        (40, 31, "at_least", 77),
        (40, 30, "exact", None),
        (40, 9, "at_most", 23),
        (300, 290, "exact", None),
        (300, 291, "at_least", 97),
        (2000, 1985, "at_least", 99),
        (2000, 15, "at_most", 1),
        (2000, 1980, "exact", None),
    ],
)
def test_counts_below_ten_and_caps(of, count, shown, bound):
    """20 of which 11: the 9 others are few, so only (20 - 9) / 20 = 55 % is told. 1985 of 2000 is 99.25 %: above the cap of 99 %."""
    told = first_told(of, count)
    assert (told.shown, told.bound) == (shown, bound)
    assert told.low <= count <= told.high


def test_no_share_lies_beyond_its_cap():
    rng = np.random.default_rng(2)
    large = facts("r", [6000, 4000], rng, placed=0.995, others=0.02)
    for rounds in (*(cases(seed) for seed in range(6)), [large]):
        for row in all_rows(rounds):
            if row.unit == "percent" and row.value is not None:
                cap = next(cap for least, cap in CAPS if row.denominator >= least)
                assert cap <= row.value <= 100 - cap, row


def _placed(rounds: list[Facts]) -> dict[str, Row]:
    return {row.title: row for row in all_rows(rounds) if row.measure == "placed_of_seekers" and row.level != "group"}


def test_small_schools_stand_together_or_are_counted_nowhere():
    """Sizes 4, 5 and 6 make 15, and each could be 0 to 9; 9 and 9 make 18, and each could only be 9, so they are left out of the total."""
    rng = np.random.default_rng(1)
    together = _placed([facts("r", [4, 5, 6, 50], rng, others=0.0)])
    assert together["3 small schools together"].n == 15
    assert together["r"].n == together["All rounds together"].n == 65
    assert all(together[f"School {i}"].n is None for i in range(3))
    apart = _placed([facts("r", [9, 9, 50], rng, others=0.0)])
    assert apart["r"].n == 50
    assert (apart["School 0"].n, apart["School 0"].shown) == (None, "hidden")


def test_other_files_hold_the_same_rows_and_no_student():
    """JSON is the same rows; the page is made from rows alone, so it cannot hold more. No file names a student, a site or a mentor."""
    rounds = cases(3)
    rows = [*all_rows(rounds), *history_rows(rounds)]
    page, table = benchmark_page(rows, dictionary()), published(rounds).decode()
    document = json.dumps([asdict(row) for row in rows])
    for text in (page, table, document):
        assert "SECRET" not in text
        assert "W1," not in text
    hidden = [row for row in rows if row.shown == "hidden"]
    assert hidden
    assert all(row.value is row.low is row.high is row.numerator is row.gap is None for row in hidden)
    assert page == benchmark_page(rows, dictionary())
