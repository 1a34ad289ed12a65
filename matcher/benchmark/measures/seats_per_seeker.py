"""Measure: how many seats there are for each student who seeks one."""

from matcher.benchmark.measures.base import ROUNDS, Measure, Part, Ratio


def _numbers(part: Part) -> tuple[float, float]:
    return sum(facts.seats - facts.held for facts, _ in part), sum(int((facts.seeking & rows).sum()) for facts, rows in part)


MEASURE = Measure(
    "seats_per_seeker",
    "Open seats for each seeker",
    "Seats of all offers (each alternative of sessions counts, as in seats.csv) less those held since before the round, for each seeking "
    "student.",
    Ratio(_numbers, needs_placed=False),
    "seats",
    "higher",
    place=10,
    levels=ROUNDS,
    numerator="open seats",
)
