"""Whom figures are about: everybody, each round, each school in it, and groups; those too few to show stand together."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

import numpy as np

from matcher.benchmark.attack import SMALL
from matcher.benchmark.facts import GROUPS, Facts
from matcher.benchmark.measures.base import Level, Part

GROUP = 20
"""Smaller groups stand together: a share among fewer could not be told anyway."""
OTHERS = "all others"


@dataclass
class Node:
    """Some students of a benchmark.

    Attributes
    ----------
    part : the students; a round has no students of schools that were left out.
    seekers : how many of them seek a place.
    children : nodes that share these students out.
    inside : nodes that stand together in this one, because each is too small to show; nothing of them is shown.
    left_out : nodes too small to show, and too few to stand together; nothing counts them.
    """

    level: Level
    part: Part = field(repr=False)
    round: str = ""
    school: str = ""
    dimension: str = ""
    group: str = ""
    title: str = ""
    children: list[Node] = field(default_factory=list)
    inside: list[Node] = field(default_factory=list)
    left_out: list[Node] = field(default_factory=list)
    seekers: int = field(init=False)

    def __post_init__(self) -> None:
        self.seekers = sum(int((facts.seeking & rows).sum()) for facts, rows in self.part)

    @property
    def small(self) -> bool:
        """Whether nothing may be told of these students."""
        return self.seekers < SMALL


def build_tree(rounds: list[Facts]) -> tuple[Node, dict[str, list[Node]]]:
    """Everybody, with rounds and schools below; and everybody again as groups, for each way to group students."""
    root = _sum(Node("overall", [], title="All rounds together"), [_round(facts) for facts in rounds])
    return root, {name: _groups(root.part, name) for name in GROUPS}


def _round(facts: Facts) -> Node:
    schools = [
        Node("school", [(facts, facts.school == i)], facts.label, school_id, title=name or school_id)
        for i, (school_id, name) in enumerate(facts.schools)
        if (facts.school == i).any()
    ]
    return _sum(Node("round", [], facts.label, title=facts.name or facts.label), schools)


def _sum(parent: Node, nodes: list[Node]) -> Node:
    """The node with these children, and their students as its own."""
    few = [n for n in nodes if n.small]
    kept = [n for n in nodes if not n.small]
    pool = [_pool(few)] if _blurred(few) else []
    return Node(
        parent.level,
        _joined([piece for node in (*kept, *pool) for piece in node.part]),
        parent.round,
        title=parent.title,
        children=[*kept, *pool],
        left_out=[] if pool else few,
    )


def _joined(part: Part) -> Part:
    """The same students with each round once."""
    found: dict[str, tuple[Facts, np.ndarray]] = {}
    for facts, rows in part:
        found[facts.label] = (facts, found[facts.label][1] | rows) if facts.label in found else (facts, rows)
    return list(found.values())


def _blurred(few: list[Node]) -> bool:
    """Whether the sum may be told and leaves the size of each anywhere from 0 to `SMALL` - 1."""
    total = sum(n.seekers for n in few)
    return SMALL <= total <= (SMALL - 1) * (len(few) - 1)


def _pool(few: list[Node]) -> Node:
    first = few[0]
    named = first.round if first.level == "school" else ""
    part = _joined([piece for node in few for piece in node.part])
    return Node(first.level, part, named, title=f"{len(few)} small {first.level}s together", inside=few)


def _groups(everybody: Part, name: str) -> list[Node]:
    """Groups of at least `GROUP` seekers; the others together, with the smallest of those when they are too few."""
    told = [np.array(facts.groups[name], dtype=object) for facts, _ in everybody]
    names = sorted({str(g) for groups in told for g in groups})

    def node(members: set[str], title: str) -> Node:
        part = [(facts, rows & np.isin(groups, list(members))) for (facts, rows), groups in zip(everybody, told, strict=True)]
        return Node("group", part, dimension=name, group=title, title=title)

    nodes = [(g, node({g}, g)) for g in names]
    kept = sorted(((g, n) for g, n in nodes if n.seekers >= GROUP), key=lambda item: (item[1].seekers, item[0]))
    rest = {g for g, n in nodes if n.seekers < GROUP and n.seekers}
    while rest and kept and node(rest, OTHERS).seekers < GROUP:
        rest.add(kept.pop(0)[0])
    found = [n for _, n in sorted(kept, key=lambda item: _natural(item[0]))]
    if rest and kept:
        found.append(node(rest, OTHERS))
    return found if len(found) > 1 else []


def _natural(name: str) -> list[str | int]:
    """A key that sorts grade 9 before grade 10."""
    return [int(part) if i % 2 else part for i, part in enumerate(re.split(r"(\d+)", name))]
