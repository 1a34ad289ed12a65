"""Measure: how many of the open seats the plan fills."""

from matcher.benchmark.measures.base import ROUNDS, Measure, Part, Ratio


def _numbers(part: Part) -> tuple[float, float]:
    placed = sum(int((facts.placed & rows).sum()) for facts, rows in part)
    return placed, sum(facts.seats - facts.held for facts, _ in part)


MEASURE = Measure(
    "fill_rate",
    "Open seats filled",
    "Students placed in this round for each seat that was open to it.",
    Ratio(_numbers),
    "ratio",
    "neither",
    place=12,
    levels=ROUNDS,
    numerator="placed students",
    denominator="open seats",
)
