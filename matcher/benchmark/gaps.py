"""How far a group is from all other students, and a plan without a solver from the plan; with intervals."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from matcher.benchmark import bootstrap
from matcher.benchmark.attack import SMALL
from matcher.benchmark.measures.base import Measure, Part, Quantile, Share
from matcher.benchmark.protect import Protection
from matcher.benchmark.row import Row
from matcher.benchmark.tree import Node

PLAN = "placed_of_seekers"


def with_gap(row: Row, node: Node, root: Node, measure: Measure, protection: Protection) -> Row:
    """The row with its gap, where both sides may be told."""
    figure = measure.figure
    if node.level == "group" and isinstance(figure, Share) and protection.of(root, measure.name).shown == "exact":
        count, total = protection.counts[id(node), measure.name], protection.counts[id(root), measure.name]
        return _of_shares(row, (count, node.seekers), (total - count, root.seekers - node.seekers))
    if node.level == "group" and isinstance(figure, Quantile):
        return _of_quantiles(row, node, root, figure, protection)
    if isinstance(figure, Share) and measure.name.startswith("placed_by_") and protection.of(node, PLAN).shown == "exact":
        return _of_plans(row, node, figure)
    return row


def enough(figure: Quantile) -> int:
    """How many students a quantile must rest on; a far one needs twice as many."""
    return SMALL if figure.share == 0.5 else 2 * SMALL


def inner(values: np.ndarray, figure: Quantile) -> bool:
    """Whether an interval of the quantile stays away from the outermost values, each of which is one student's own."""
    return len(values) * (1 - figure.share) >= SMALL - 1e-9 or figure.share == 0.5


def values_of(part: Part, figure: Quantile) -> np.ndarray:
    """The values of the students that a quantile is over."""
    return np.concatenate([figure.values(f)[rows & (f.placed if figure.of == "placed" else f.seeking)] for f, rows in part])


def _of_shares(row: Row, one: tuple[int, int], two: tuple[int, int]) -> Row:
    low, high = bootstrap.of_difference(one, two, f"{row.measure} gap")
    return replace(row, gap=100 * one[0] / one[1] - 100 * two[0] / two[1], gap_low=low, gap_high=high)


def _of_quantiles(row: Row, node: Node, root: Node, figure: Quantile, protection: Protection) -> Row:
    mine = {facts.label: rows for facts, rows in node.part}
    others = [(facts, rows & ~mine[facts.label]) for facts, rows in root.part]
    least = enough(figure)
    if protection.at_least(node, figure.of) < least or protection.at_least(root, figure.of) - protection.at_most(node, figure.of) < least:
        return row
    one, two = values_of(node.part, figure), values_of(others, figure)
    gapped = replace(row, gap=bootstrap.quantile(one, figure.share) - bootstrap.quantile(two, figure.share))
    if not (inner(one, figure) and inner(two, figure)):
        return gapped
    drawn = bootstrap.quantiles(one, figure.share, f"{row.measure} one") - bootstrap.quantiles(two, figure.share, f"{row.measure} two")
    low, high = np.percentile(drawn, [bootstrap.LOW, bootstrap.HIGH])
    return replace(gapped, gap_low=float(low), gap_high=float(high))


def _of_plans(row: Row, node: Node, figure: Share) -> Row:
    """Two plans for the same students. The interval is that of different students, which is wider.

    How many have a place in one plan only may be very few, and an interval made from it would tell.
    """
    seeking = [(facts, facts.seeking & rows) for facts, rows in node.part]
    one = sum(int(figure.counted(facts)[seek].sum()) for facts, seek in seeking)
    two = sum(int(facts.placed[seek].sum()) for facts, seek in seeking)
    return _of_shares(row, (one, node.seekers), (two, node.seekers))
