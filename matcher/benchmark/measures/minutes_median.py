"""Measure: the usual trip of a placed student."""

from matcher.benchmark.measures.base import Measure, Quantile

MEASURE = Measure(
    "minutes_median",
    "Trip, median",
    "Minutes of the longer direction, one way, over placed students; the median.",
    Quantile(lambda facts: facts.minutes, 0.5),
    "minutes",
    "lower",
    place=6,
    denominator="placed students",
)
