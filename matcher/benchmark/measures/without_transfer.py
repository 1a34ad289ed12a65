"""Measure: how many have a place that they reach without changing on the way."""

from matcher.benchmark.measures.base import Measure, Share

MEASURE = Measure(
    "without_transfer",
    "With a place they reach without a transfer",
    "Seeking students whose placement is reached without a transfer in either direction, of all seeking students.",
    Share(lambda facts: facts.placed & (facts.transfers == 0), below_placed=True),
    "percent",
    "higher",
    place=8,
    numerator="students placed within reach without a transfer",
)
