"""Measure: how many seats there are for each student, counting only those that the student may lawfully take."""

from matcher.benchmark.measures.base import Measure, Part, Ratio


def _numbers(part: Part) -> tuple[float, float]:
    shared = sum(float(facts.share[facts.seeking & rows].sum()) for facts, rows in part)
    return shared, sum(int((facts.seeking & rows).sum()) for facts, rows in part)


MEASURE = Measure(
    "seats_within_reach",
    "Seats within lawful reach for each seeker",
    "Each open seat is split evenly among the seeking students who may lawfully take it; the sum of these shares for each seeking student. "
    "Schools that share sites can be compared, and seats that nobody may take count for nobody (the two-step floating catchment of Luo "
    "and Wang, 2003).",
    Ratio(_numbers, needs_placed=False),
    "seats",
    "higher",
    place=11,
    numerator="seats within lawful reach, shared evenly",
)
