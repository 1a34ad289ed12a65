"""The rows of measures.csv: every measure of every node, as it may be told."""

from __future__ import annotations

from dataclasses import replace

from matcher.benchmark import bootstrap
from matcher.benchmark.facts import Facts
from matcher.benchmark.gaps import enough, inner, values_of, with_gap
from matcher.benchmark.measures.base import Measure, Parts, Quantile, Ratio, Share
from matcher.benchmark.protect import Protection, nodes_of
from matcher.benchmark.row import Row
from matcher.benchmark.tree import Node, build_tree
from matcher.registry import members

DECIMALS = {"percent": 1, "minutes": 0, "percentile": 0, "opportunities": 0, "seats": 2, "ratio": 3}


def measures() -> list[Measure]:
    """Every measure, in the order of their places."""
    found = [m for m in members("matcher.benchmark.measures", "MEASURE") if isinstance(m, Measure)]
    return sorted(found, key=lambda m: m.place)


def all_rows(rounds: list[Facts]) -> list[Row]:
    """Every figure of these rounds, as it may be told."""
    root, groups = build_tree(rounds)
    found = measures()
    protection = Protection(root, groups, found)
    starts = {facts.label: facts.starts.isoformat() for facts in rounds}
    rows = []
    for node in [*nodes_of(root), *(n for nodes in groups.values() for n in nodes)]:
        for part in (node, *_unseen(node)):
            whom = (part.level, part.round, starts.get(part.round, ""), part.school, part.dimension, part.group, part.title)
            for measure in (m for m in found if part.level in m.levels):
                head = Row(*whom, measure.name, measure.version, measure.unit, shown="hidden")
                row = _row(node, measure, head, protection) if part is node else head
                rows.append(_rounded(with_gap(row, node, root, measure, protection)) if row.shown == "exact" else row)
    return rows


def _unseen(node: Node) -> list[Node]:
    """Nodes that are named and not shown: those that stand together here, and those left out."""
    return [found for few in (*node.inside, *node.left_out) for below in nodes_of(few) for found in (below, *_unseen(below))]


def _row(node: Node, measure: Measure, head: Row, protection: Protection) -> Row:
    if node.small:
        return head
    figure, name = measure.figure, measure.name
    if isinstance(figure, Share):
        told, count = protection.of(node, measure.name), protection.counts[id(node), measure.name]
        if told.shown == "exact":
            return _share(head, count, node.seekers, name)
        return replace(head, shown=told.shown, value=told.bound, denominator=node.seekers, n=node.seekers)
    if isinstance(figure, Parts):
        if not protection.whole[id(node), measure.name]:
            return head
        sizes = protection.parts(node, measure.name)
        return _share(head, sum(sizes[: figure.above]), sum(sizes[: figure.below]), name)
    if isinstance(figure, Quantile):
        return _quantile(node, figure, head, protection, name)
    return _ratio(node, figure, head, protection)


def _share(head: Row, count: int, of: int, name: str) -> Row:
    low, high = bootstrap.of_share(count, of, name)
    return replace(head, shown="exact", value=100 * count / of, low=low, high=high, numerator=count, denominator=of, n=of)


def _quantile(node: Node, figure: Quantile, head: Row, protection: Protection, name: str) -> Row:
    """A quantile, where a reader knows that it rests on enough students."""
    if protection.at_least(node, figure.of) < enough(figure):
        return head
    values = values_of(node.part, figure)
    low, high = bootstrap.of_quantile(values, figure.share, name) if inner(values, figure) else (None, None)
    known = figure.of == "seeking" or protection.of(node, "placed_of_seekers").shown == "exact"
    n = len(values) if known else None
    return replace(head, shown="exact", value=bootstrap.quantile(values, figure.share), low=low, high=high, denominator=n, n=n)


def _ratio(node: Node, figure: Ratio, head: Row, protection: Protection) -> Row:
    if figure.needs_placed and protection.of(node, "placed_of_seekers").shown != "exact":
        return head
    above, below = figure.numbers(node.part)
    if not below:
        return head
    n = protection.counts[id(node), "placed_of_seekers"] if figure.needs_placed else node.seekers
    return replace(head, shown="exact", value=above / below, numerator=round(above, 2), denominator=below, n=n)


def _rounded(row: Row) -> Row:
    digits = DECIMALS[row.unit]

    def cut(value: float | None) -> float | None:
        return None if value is None else round(float(value), digits)

    return replace(
        row,
        value=cut(row.value),
        low=cut(row.low),
        high=cut(row.high),
        gap=cut(row.gap),
        gap_low=cut(row.gap_low),
        gap_high=cut(row.gap_high),
    )
