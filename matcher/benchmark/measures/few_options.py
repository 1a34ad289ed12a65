"""Measure: how many have few lawful options before anything is chosen."""

from matcher.benchmark.measures.base import Measure, Share

FEW = 3
"""Options; with more a slate of the usual size can be filled."""

MEASURE = Measure(
    "few_options",
    "With three lawful options or fewer",
    "Seeking students for whom three opportunities or fewer are refused by no rule, of all seeking students: fewer than a slate of four "
    "needs. Nothing is chosen yet, so the plan does not count.",
    Share(lambda facts: facts.options <= FEW),
    "percent",
    "lower",
    place=22,
    levels=("overall", "group"),
    numerator="students with three lawful options or fewer",
)
