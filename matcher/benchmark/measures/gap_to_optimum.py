"""Measure: how far the plan is from what is proven possible."""

from matcher.benchmark.measures.base import ROUNDS, Measure, Part, Ratio


def _numbers(part: Part) -> tuple[float, float]:
    return max((facts.gap for facts, _ in part), default=0.0), 1.0


MEASURE = Measure(
    "gap_to_optimum",
    "Gap to the proven optimum",
    "How far the number of placed students is from the proven bound on it, for each student of the bound; over several rounds the largest. "
    "0 is proven best.",
    Ratio(_numbers, needs_placed=False),
    "ratio",
    "lower",
    place=20,
    levels=ROUNDS,
    numerator="largest gap",
    denominator="1",
)
