"""What an objective is: a name, a sentence, and one or more stages of whole-number weights on pairs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from matcher.solver.problem import Problem

Stage = tuple[str, np.ndarray]
"""A name in the results and int64 [n] weights; the sum over chosen pairs is made as large as possible."""


@dataclass(frozen=True)
class Objective:
    """One thing a plan should be good at; `stages` may be several, taken in order, or none when it has nothing to say."""

    name: str
    sentence: str
    stages: Callable[[Problem], list[Stage]]
