"""Measure: total points of a plan without a solver, first come, beside the plan's."""

from matcher.benchmark.measures.base import ROUNDS, Measure, Part, Ratio


def _numbers(part: Part) -> tuple[float, float]:
    return sum(facts.points["first_come"] for facts, _ in part), sum(facts.points["plan"] for facts, _ in part)


MEASURE = Measure(
    "points_of_first_come",
    "Points beside the plan's: first come",
    "Total points of a plan without a solver on the same data, under the same limits, for each point of the plan: "
    "students in the order of their ids, each the best that is left.",
    Ratio(_numbers),
    "ratio",
    "neither",
    place=18,
    levels=ROUNDS,
    numerator="points of that plan",
    denominator="points of the plan",
)
