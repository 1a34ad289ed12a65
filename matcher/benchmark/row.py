"""One figure as it is published."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    """One figure as it is published; blank (None) where it is not.

    Attributes
    ----------
    shown : `exact`, `at_least`, `at_most` (the value is a bound) or `hidden`.
    low, high : the interval of 95 %.
    n : students that the value rests on.
    gap, gap_low, gap_high : of a group, how far its value is from that of all other students, with its interval of 95 %; of a
        plan without a solver, how far its share is from the plan's.
    """

    level: str
    round: str
    starts: str
    school_id: str
    dimension: str
    group: str
    title: str
    measure: str
    version: int
    unit: str
    shown: str
    value: float | None = None
    low: float | None = None
    high: float | None = None
    numerator: float | None = None
    denominator: float | None = None
    n: int | None = None
    gap: float | None = None
    gap_low: float | None = None
    gap_high: float | None = None
