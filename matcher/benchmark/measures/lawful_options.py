"""Measure: how many lawful opportunities a student has before anything is chosen."""

from matcher.benchmark.measures.base import Measure, Quantile

MEASURE = Measure(
    "lawful_options",
    "Lawful options of a student, median",
    "Opportunities that no rule refuses, for each seeking student; the median over seeking students.",
    Quantile(lambda facts: facts.options, 0.5, of="seeking"),
    "opportunities",
    "higher",
    place=5,
)
