"""Measure: total points of a plan without a solver, random order, beside the plan's."""

from matcher.benchmark.measures.base import ROUNDS, Measure, Part, Ratio


def _numbers(part: Part) -> tuple[float, float]:
    return sum(facts.points["random_order"] for facts, _ in part), sum(facts.points["plan"] for facts, _ in part)


MEASURE = Measure(
    "points_of_random_order",
    "Points beside the plan's: random order",
    "Total points of a plan without a solver on the same data, under the same limits, for each point of the plan: "
    "students in a random order (seed 1), each the best that is left.",
    Ratio(_numbers),
    "ratio",
    "neither",
    place=19,
    levels=ROUNDS,
    numerator="points of that plan",
    denominator="points of the plan",
)
