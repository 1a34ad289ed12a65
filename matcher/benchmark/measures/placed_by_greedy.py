"""Measure: how many a plan without a solver would place, greedy."""

from matcher.benchmark.measures.base import ROUNDS, Measure, Share

MEASURE = Measure(
    "placed_by_greedy",
    "Would be placed: greedy",
    "Seeking students whom a plan without a solver would place on the same data, under the same limits: the best points first.",
    Share(lambda facts: facts.baselines["greedy"]),
    "percent",
    "neither",
    place=14,
    levels=ROUNDS,
    numerator="students whom that plan would place",
)
