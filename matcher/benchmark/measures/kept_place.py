"""Measure: how many of those who had a place before keep it."""

from matcher.benchmark.measures.base import ROUNDS, Measure, Parts

MEASURE = Measure(
    "kept_place",
    "Kept where they were",
    "Seeking students placed at the opportunity where the table previous has them, of the seeking students whom it has.",
    Parts(lambda facts: (facts.kept, facts.seeking & facts.had & ~facts.kept, facts.seeking & ~facts.had), above=1, below=2),
    "percent",
    "neither",
    place=21,
    levels=ROUNDS,
    numerator="students who stay",
    denominator="seeking students with a place before",
)
