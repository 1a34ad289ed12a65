"""Measure: how many of the students who seek a place have one."""

from matcher.benchmark.measures.base import Measure, Share

MEASURE = Measure(
    "placed_of_seekers",
    "Placed, of those who seek",
    "Seeking students with a place in the plan, of all seeking students.",
    Share(lambda facts: facts.placed),
    "percent",
    "higher",
    place=1,
    numerator="placed students",
)
