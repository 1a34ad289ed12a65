"""Measure: how many have one of the three options that suit them best."""

from matcher.benchmark.measures.base import Measure, Share

MEASURE = Measure(
    "top_three",
    "With one of their three best options",
    "Seeking students placed where fewer than three other lawful opportunities of theirs have more points, of all seeking students. "
    "An opportunity counts once, with the most points among its ways.",
    Share(lambda facts: facts.placed & (facts.better < 3), below_placed=True),
    "percent",
    "higher",
    place=3,
    numerator="students placed in one of their three best lawful options",
)
