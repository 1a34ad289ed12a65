"""Measure: how many have a place whose papers are all in date on one day."""

from matcher.benchmark.measures.base import Measure, Share

MEASURE = Measure(
    "gates_valid",
    "With a place whose papers are in date",
    "Seeking students placed where, on the day asked for (the first day of the round unless --on names another), the papers that the rule "
    "packs ask of student and site are in date and the mentor is cleared, of all seeking students.",
    Share(lambda facts: facts.gates, below_placed=True),
    "percent",
    "higher",
    place=9,
    numerator="students placed with all papers in date",
)
