"""Measure: total points of a plan without a solver, greedy, beside the plan's."""

from matcher.benchmark.measures.base import ROUNDS, Measure, Part, Ratio


def _numbers(part: Part) -> tuple[float, float]:
    return sum(facts.points["greedy"] for facts, _ in part), sum(facts.points["plan"] for facts, _ in part)


MEASURE = Measure(
    "points_of_greedy",
    "Points beside the plan's: greedy",
    "Total points of a plan without a solver on the same data, under the same limits, for each point of the plan: the best points first.",
    Ratio(_numbers),
    "ratio",
    "neither",
    place=17,
    levels=ROUNDS,
    numerator="points of that plan",
    denominator="points of the plan",
)
