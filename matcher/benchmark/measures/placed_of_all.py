"""Measure: how many of all students have a place, so that nobody gains by calling students not ready."""

from matcher.benchmark.measures.base import Measure, Parts

MEASURE = Measure(
    "placed_of_all",
    "With a place, of all students",
    "Students with a place, from this plan or kept from before it, of all students in the table, also those who are not ready.",
    Parts(
        lambda facts: (
            facts.placed,
            facts.before,
            facts.seeking & ~facts.placed,
            ~(facts.seeking | facts.before),
        ),
        above=2,
        below=4,
    ),
    "percent",
    "higher",
    place=2,
    levels=("overall", "round", "school"),
    numerator="students placed now or before",
    denominator="all students",
)
