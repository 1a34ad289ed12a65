"""What a measure is: its definition for people, and how its figure comes from the facts of rounds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np

from matcher.benchmark.facts import Facts

Level = Literal["overall", "round", "school", "group"]
EVERYWHERE: tuple[Level, ...] = ("overall", "round", "school", "group")
ROUNDS: tuple[Level, ...] = ("overall", "round")
Rows = Callable[[Facts], np.ndarray]
"""An array over the students of a round."""
Part = list[tuple[Facts, np.ndarray]]
"""Some students: rounds, each with a bool [students]."""


@dataclass(frozen=True)
class Share:
    """Seeking students of whom something is true, of all seeking students.

    `below_placed`: only placed students can be counted, so that the rest of the placed is a cell as well.
    """

    counted: Rows
    below_placed: bool = False


@dataclass(frozen=True)
class Quantile:
    """The value below which this share of students lies; students are the seeking ones or the placed ones."""

    values: Rows
    share: float
    of: Literal["seeking", "placed"] = "placed"


@dataclass(frozen=True)
class Parts:
    """A share of other students than the seeking ones: all parts (bool [students], disjoint) are cells.

    The first `above` parts make the numerator, the first `below` parts the denominator.
    """

    parts: Callable[[Facts], tuple[np.ndarray, ...]]
    above: int
    below: int


@dataclass(frozen=True)
class Ratio:
    """A numerator and a denominator that are no counts of students alone; shown only where the number of placed students is,
    when `needs_placed`.
    """

    numbers: Callable[[Part], tuple[float, float]]
    needs_placed: bool = True


@dataclass(frozen=True)
class Measure:
    """A measure of placement quality.

    Attributes
    ----------
    title : a few words for tables.
    definition : what is counted of what, in plain words; `version` rises whenever it changes.
    unit : of the published value: `percent`, `minutes`, `percentile`, `opportunities`, `seats`, `ratio`.
    better : which way is better, `higher`, `lower` or `neither`.
    """

    name: str
    title: str
    definition: str
    figure: Share | Quantile | Parts | Ratio
    unit: str
    better: Literal["higher", "lower", "neither"]
    place: int
    levels: tuple[Level, ...] = EVERYWHERE
    numerator: str = ""
    denominator: str = "seeking students"
    version: int = 1
