"""Measure: how many a plan without a solver would place, first come."""

from matcher.benchmark.measures.base import ROUNDS, Measure, Share

MEASURE = Measure(
    "placed_by_first_come",
    "Would be placed: first come",
    "Seeking students whom a plan without a solver would place on the same data, under the same limits: "
    "students in the order of their ids, each the best that is left.",
    Share(lambda facts: facts.baselines["first_come"]),
    "percent",
    "neither",
    place=15,
    levels=ROUNDS,
    numerator="students whom that plan would place",
)
