"""Checks the fields of work: each must be found by its own everyday words, and not be hidden by another."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from matcher.scoring.text.engine import Engine
from matcher.scoring.text.knowledge import phrases

AMONG = 3
"""A field is reached when it is among so many best for its everyday words."""
AT_A_TIME = 6
"""Phrases taken together as one student's text."""


def unreached(extra: tuple[Path, ...] = ()) -> tuple[int, list[str]]:
    """How many fields there are, and a line for each that fewer than half of its own everyday texts reach."""
    engine = Engine("light", extra)
    lines = []
    for place, field in enumerate(engine.fields):
        lay = phrases(field.lay) or phrases(field.work)
        texts = [". ".join(lay[i::AT_A_TIME]) for i in range(min(AT_A_TIME, len(lay)))]
        vectors = engine.concepts.vectors([engine.reader.read(text) for text in texts])
        better = (vectors > vectors[:, [place]]).sum(axis=1)
        if (better < AMONG).mean() < 0.5:
            first = engine.fields[int(np.argmax(vectors.sum(axis=0)))]
            lines.append(f"{field.id}: its everyday words lead to {first.id} first. Maybe give it words of its own.")
    return len(engine.fields), lines
