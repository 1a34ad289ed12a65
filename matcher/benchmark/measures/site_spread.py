"""Measure: how evenly placed students are spread over sites."""

from collections import Counter

from matcher.benchmark.measures.base import Measure, Part, Ratio


def _numbers(part: Part) -> tuple[float, float]:
    """Effective number of sites, the inverse of Simpson's index: 1 ÷ Σ share², and the placed students."""
    here: Counter[tuple[str, str]] = Counter()
    for facts, rows in part:
        here.update((facts.label, facts.site[i]) for i in (facts.placed & rows).nonzero()[0].tolist())
    placed = here.total()
    return (placed**2 / sum(n * n for n in here.values()) if placed else 0.0), placed


MEASURE = Measure(
    "site_spread",
    "Spread over sites",
    "The number of equally used sites that would be as concentrated (the inverse of Simpson's index), for each placed student: 1 when "
    "everybody is at a site of their own, near 0 when all are at one.",
    Ratio(_numbers),
    "ratio",
    "neither",
    place=13,
    levels=("overall", "round", "school"),
    numerator="effective number of sites",
    denominator="placed students",
)
