"""Measure: how many a plan without a solver would place, random order."""

from matcher.benchmark.measures.base import ROUNDS, Measure, Share

MEASURE = Measure(
    "placed_by_random_order",
    "Would be placed: random order",
    "Seeking students whom a plan without a solver would place on the same data, under the same limits: "
    "students in a random order (seed 1), each the best that is left.",
    Share(lambda facts: facts.baselines["random_order"]),
    "percent",
    "neither",
    place=16,
    levels=ROUNDS,
    numerator="students whom that plan would place",
)
