"""What is told of each count so that no count below 10 can be found, by looking, by subtracting or by a linear program."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import chain

from matcher.benchmark.attack import SMALL, Cell, Total, narrowed, narrowed_together
from matcher.benchmark.measures.base import Measure, Parts, Share
from matcher.benchmark.tree import Node

CAPS = ((300, 1), (100, 2), (40, 5), (20, 10), (10, 20))
"""From so many students on, shares are told only between this and 100 less this, in percent."""
WIDTH = 5
"""A hidden count must be able to take at least one more than this many values, whatever else is known."""


@dataclass(frozen=True)
class Told:
    """What is told of a count among so many: itself (`exact`), a bound (`at_least`, `at_most`, in percent), or nothing (`hidden`).

    `low` and `high` are what a reader who knows the rules can tell about a count that is not exact.
    """

    shown: str
    low: int
    high: int
    bound: int | None = None


Key = tuple[int, str]


class Protection:
    """What is told of every count of every node."""

    def __init__(self, root: Node, groups: dict[str, list[Node]], measures: list[Measure]) -> None:
        self.measures = {m.name: m for m in measures}
        shares = [m for m in measures if isinstance(m.figure, Share)]
        self.linked = [m.name for m in shares if m.name == "placed_of_seekers" or (isinstance(m.figure, Share) and m.figure.below_placed)]
        self.families = [self.linked, *([m.name] for m in shares if m.name not in self.linked)]
        self.counts: dict[Key, int] = {}
        self.told: dict[Key, Told] = {}
        self.whole: dict[Key, bool] = {}
        self.root, self.groups = root, groups
        for node in chain(nodes_of(root), *groups.values()):
            self._first(node, shares)
        for rounds in root.children:
            self._share_out(rounds, rounds.children)
        for children in (root.children, *groups.values()):
            self._share_out(root, children)
        self._hold_together()
        for name in (m.name for m in measures if isinstance(m.figure, Parts)):
            for node in nodes_of(root):
                self.whole[id(node), name] = self._whole(node, name)
            for parent in (*root.children, root):
                self._keep_parts_whole(parent, name)

    def of(self, node: Node, name: str) -> Told:
        """What is told of a count."""
        return self.told[id(node), name]

    def at_least(self, node: Node, of: str) -> int:
        """What a reader knows at least of how many seek or are placed."""
        if of == "seeking":
            return 0 if node.small else node.seekers
        told = self.of(node, "placed_of_seekers")
        return self.counts[id(node), "placed_of_seekers"] if told.shown == "exact" else told.low

    def at_most(self, node: Node, of: str) -> int:
        """What a reader knows at most of how many seek or are placed."""
        return node.seekers if of == "seeking" else self.of(node, "placed_of_seekers").high

    def _first(self, node: Node, shares: list[Measure]) -> None:
        for measure in sorted(shares, key=lambda m: m.name != "placed_of_seekers"):
            figure = measure.figure
            assert isinstance(figure, Share)
            self.counts[id(node), measure.name] = count = sum(int((figure.counted(f) & f.seeking & rows).sum()) for f, rows in node.part)
            told = _nothing(node) if node.small else first_told(node.seekers, count)
            placed = self.counts[id(node), "placed_of_seekers"]
            if figure.below_placed and told.shown == "exact" and placed - count < SMALL:
                exact = self.of(node, "placed_of_seekers").shown == "exact"
                told = _above(placed - SMALL + 1, placed, node.seekers) if exact else Told("hidden", 0, node.seekers)
            self.told[id(node), measure.name] = told

    def parts(self, node: Node, name: str) -> list[int]:
        """Sizes of the parts of a measure."""
        figure = self.measures[name].figure
        assert isinstance(figure, Parts)
        found = [[int((part & rows).sum()) for part in figure.parts(facts)] for facts, rows in node.part]
        return [sum(column) for column in zip(*found, strict=True)]

    def _whole(self, node: Node, name: str) -> bool:
        """Whether every part of a measure may be told, looked at alone."""
        placed = name != "placed_of_all" or self.of(node, "placed_of_seekers").shown == "exact"
        figure, sizes = self.measures[name].figure, self.parts(node, name)
        assert isinstance(figure, Parts)
        return placed and not node.small and may_be_told(sizes, sum(sizes[: figure.above]), sum(sizes[: figure.below]))

    def _share_out(self, parent: Node, children: list[Node]) -> None:
        """Hide more of the children's counts until those that must stay hidden do."""
        if not children or parent.small:
            return
        for family in self.families:
            while (found := narrowed(self._cells(parent, family), [self._cells(n, family) for n in children], WIDTH)) is not None:
                self._hide_more(parent, children, family, found)
        for child in children:
            for name in chain(*self.families):
                if self.of(child, name).shown == "hidden":
                    for below in child.children:
                        self._tell(below, name, _nothing(below))

    def _hold_together(self) -> None:
        """Hide more until no hidden count is narrowed by all nodes together: what is hidden of a round is hidden by its schools too."""
        if self.root.small:
            return
        schools = [node for round_ in self.root.children for node in round_.children or [round_]]
        groups = [node for nodes in self.groups.values() for node in nodes]
        everybody = [*nodes_of(self.root), *groups]
        place = {id(node): i for i, node in enumerate((*schools, *groups))}
        inside = {id(r): [place[id(n)] for n in r.children or [r]] for r in self.root.children} | {id(self.root): list(range(len(schools)))}
        same = [(inside[id(self.root)], [place[id(n)] for n in nodes]) for nodes in self.groups.values() if nodes]
        for family in self.families:

            def found(family: list[str] = family) -> str | None:
                totals = [Total(self._cells(node, family), inside[id(node)]) for node in (self.root, *self.root.children)]
                return narrowed_together([self._cells(node, family) for node in (*schools, *groups)], totals, same, WIDTH)

            while (name := found()) is not None:
                shown = [r for r in self.root.children if self.of(r, name).shown == "exact"]
                if shown and len(self.root.children) > 1:
                    slack = [min(self.counts[id(n), name], n.seekers - self.counts[id(n), name]) for n in shown]
                    for node in nodes_of(shown[slack.index(max(slack))]):
                        self._tell(node, name, _nothing(node))
                    continue
                bounded = [n for n in everybody if n is not self.root and self.of(n, name) != _nothing(n)]
                for node, each in ((n, c) for n in (bounded or everybody) for c in ([name] if bounded else family)):
                    self._tell(node, each, _nothing(node))

    def _cells(self, node: Node, family: list[str]) -> list[Cell]:
        return [self._cell(node, name) for name in family]

    def _cell(self, node: Node, name: str) -> Cell:
        told, count = self.of(node, name), self.counts[id(node), name]
        return Cell(name, count, count, count) if told.shown == "exact" else Cell(name, told.low, told.high, count)

    def _hide_more(self, parent: Node, children: list[Node], family: list[str], name: str) -> None:
        shown = [n for n in children if self.of(n, name).shown == "exact"]
        if shown:
            slack = [min(self.counts[id(n), name], n.seekers - self.counts[id(n), name]) for n in shown]
            node = shown[slack.index(max(slack))]
            self._tell(node, name, Told("hidden", SMALL, node.seekers - SMALL))
            return
        bounded = [n for n in children if self.of(n, name) != _nothing(n)]
        for node, each in ((n, c) for n in (bounded or children) for c in ([name] if bounded else family)):
            self._tell(node, each, _nothing(node))
        if not bounded:
            everybody = [*nodes_of(self.root), *chain(*self.groups.values())] if parent is self.root else [parent]
            for node, each in ((n, c) for n in everybody for c in family):
                self._tell(node, each, _nothing(node))

    def _tell(self, node: Node, name: str, told: Told) -> None:
        """Tell this of a count; where the placed are no longer told, a bound that rests on them is not either."""
        self.told[id(node), name] = told
        if name == "placed_of_seekers":
            for other in self.linked[1:]:
                rests = self.of(node, other)
                if rests.shown == "at_least" and rests.high < node.seekers:
                    self.told[id(node), other] = _nothing(node)

    def _keep_parts_whole(self, parent: Node, name: str) -> None:
        """What is hidden of the children together must be as many as may be told, in every part, and of two nodes at least."""
        key = (id(parent), name)
        if parent.children and self.whole[key]:
            by_size = sorted(parent.children, key=lambda n: (n.seekers, n.round, n.school))
            hidden = [n for n in by_size if not self.whole[id(n), name]]
            while hidden and not self._enough(hidden, name):
                more = [n for n in by_size if self.whole[id(n), name]]
                if not more:
                    self.whole[key] = False
                    break
                self.whole[id(more[0]), name] = False
                hidden.append(more[0])
        for child in parent.children:
            if not self.whole[id(child), name] or (parent.level == "round" and not self.whole[key]):
                self.whole[id(child), name] = False
                for below in child.children:
                    self.whole[id(below), name] = False

    def _enough(self, hidden: list[Node], name: str) -> bool:
        sizes = [self.parts(node, name) for node in hidden]
        return len(hidden) > 1 and all(sum(column) >= SMALL for column in zip(*sizes, strict=True))


def _nothing(node: Node) -> Told:
    return Told("hidden", 0, node.seekers)


def nodes_of(node: Node) -> list[Node]:
    """A node and all below it."""
    return [node, *(found for child in node.children for found in nodes_of(child))]


def may_be_told(sizes: list[int], count: int, of: int) -> bool:
    """Whether a share may be told of which these are all parts: none of them is small, and the share is within its cap."""
    return min(sizes) >= SMALL and first_told(of, count).shown == "exact"


def first_told(of: int, count: int) -> Told:
    """What is told of a count among `of` students, looked at alone."""
    if of < 2 * SMALL:
        return Told("hidden", 0, of)
    cap = next(cap for least, cap in CAPS if of >= least)
    most, least = of * (100 - cap), of * cap
    if of - count < SMALL:
        return _above(of - SMALL + 1, of, of)
    if count < SMALL:
        return _below(SMALL - 1, of)
    if 100 * count > most:
        return _above(math.ceil(most / 100), of, of)
    if 100 * count < least:
        return _below(least // 100, of)
    return Told("exact", count, count)


def _above(low: int, high: int, of: int) -> Told:
    cap = next(cap for least, cap in CAPS if of >= least)
    return Told("at_least", low, high, min(100 * low // of, 100 - cap))


def _below(high: int, of: int) -> Told:
    cap = next(cap for least, cap in CAPS if of >= least)
    return Told("at_most", 0, high, max(math.ceil(100 * high / of), cap))
