"""Measure: how good the placement is among the student's own lawful options."""

import numpy as np

from matcher.benchmark.facts import Facts
from matcher.benchmark.measures.base import Measure, Quantile


def percentile(facts: Facts) -> np.ndarray:
    """float64 [students]: 100 × (others with fewer points + half of those with as many) ÷ others; 50 where there is no other."""
    others = facts.options - 1
    fewer = others - facts.better - facts.level
    return np.where(others > 0, 100 * (fewer + facts.level / 2) / np.maximum(others, 1), 50.0)


MEASURE = Measure(
    "match_percentile",
    "Match percentile within own options, median",
    "For each placed student, the share of their other lawful opportunities that have fewer points than the placement, those with as many "
    "counted half; 50 when there is no other. A plan that draws lots gives 50 on average however many options students have. "
    "The median over placed students.",
    Quantile(percentile, 0.5),
    "percentile",
    "higher",
    place=4,
    denominator="placed students",
)
