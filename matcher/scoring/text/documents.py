"""What a variant says of itself: opportunity, site and mentor as one text; each distinct text once."""

from __future__ import annotations

import numpy as np

from matcher.scoring.text.index import TextIndex
from matcher.world import Variant, World

REMEMBERED = 2048
"""Queries whose likeness to every text is kept at a time."""


class Offers:
    """An index of the distinct texts of a round's variants.

    Attributes
    ----------
    place : int64 [variants]: the document of each variant.
    """

    def __init__(self, world: World) -> None:
        texts: dict[str, int] = {}
        self.place = np.array([texts.setdefault(text_of(v), len(texts)) for v in world.variants], dtype=np.int64)
        self.index = TextIndex(list(texts))
        self._alike: dict[str, np.ndarray] = {}

    def similarity(self, queries: list[str]) -> np.ndarray:
        """float64 [queries, variants]; equal queries are compared once, and the latest are remembered."""
        new = [text for text in dict.fromkeys(queries) if text not in self._alike]
        if len(self._alike) + len(new) > REMEMBERED:
            self._alike, new = {}, list(dict.fromkeys(queries))
        self._alike.update(zip(new, self.index.similarity(new), strict=True))
        distinct = {text: i for i, text in enumerate(dict.fromkeys(queries))}
        alike = np.take(np.array([self._alike[text] for text in distinct]).reshape(len(distinct), -1), self.place, axis=1)
        return np.take(alike, [distinct[text] for text in queries], axis=0)


def offers(world: World) -> Offers:
    """The index of a round, built once and shared by the components that read texts."""
    if "offers" not in world.memory:
        world.memory["offers"] = Offers(world)
    found: Offers = world.memory["offers"]
    return found


def text_of(variant: Variant) -> str:
    """The words of the opportunity, its site and its mentor; the title counts twice."""
    o, site = variant.opportunity, variant.site
    tasks = " ".join(task.replace("_", " ") for task in o.tasks if not task.upper().startswith("HO-"))
    parts = (o.title, o.title, o.description, o.cluster, tasks, site.name, site.cluster, site.description, variant.mentor.about)
    return ". ".join(part for part in parts if part)
