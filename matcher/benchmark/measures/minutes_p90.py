"""Measure: a long trip, which one placed student in ten reaches."""

from matcher.benchmark.measures.base import Measure, Quantile

MEASURE = Measure(
    "minutes_p90",
    "Trip, 90th percentile",
    "Minutes of the longer direction, one way, over placed students; nine in ten travel no longer.",
    Quantile(lambda facts: facts.minutes, 0.9),
    "minutes",
    "lower",
    place=7,
    denominator="placed students",
)
