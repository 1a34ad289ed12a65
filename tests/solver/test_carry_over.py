"""The objective `carry_over`: who had little last term goes first; by hand, and against every choice of pairs."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from matcher.domain import NO_PLACE, NO_RECORD
from matcher.solver.exact import solve
from matcher.solver.problem import from_arrays
from matcher.solver.stages import stages_of
from tests.solver.brute import every_choice, lawful, random_arrays

ORDER = np.array(["most_placed", "carry_over", "total_points", "public_draw"])


def two(earlier: list[int], **more) -> dict[str, np.ndarray]:
    """Two students and two places with one seat each: place 0 fits either of them well, place 1 neither."""
    return {
        "student": np.array([0, 0, 1, 1]),
        "points": np.array([900, 300, 800, 300]),
        "limit_indptr": np.array([0, 2, 4]),
        "limit_indices": np.array([0, 2, 1, 3]),
        "at_most": np.array([1, 1]),
        "draw": np.array([4, 3, 2, 1]),
        "last_term": np.array(earlier)[[0, 0, 1, 1]],
        "objectives": ORDER,
    } | more


@pytest.mark.parametrize(
    ("earlier", "first"),
    [
        ([NO_RECORD, NO_RECORD], 0),  # nothing is owed: 900 + 300 beats 800 + 300
        ([500, NO_PLACE], 1),
        ([500, 399], 1),
        ([400, 400], 0),
        ([NO_PLACE, 199], 0),
        ([199, NO_PLACE], 1),
        ([399, 199], 1),
    ],
)
def test_who_had_less_has_the_good_place_now(earlier, first):
    chosen = solve(from_arrays(two(earlier))).chosen.tolist()
    assert chosen == ([0, 3] if first == 0 else [1, 2])


def test_stages_by_hand():
    """A place is one step, 200 points a second and 400 a third; a stage of the same students as the one before is left out."""
    told = stages_of(from_arrays(two([399, NO_PLACE], objectives=np.array(["carry_over"]))))
    assert [(name, weights.tolist()) for name, weights in told] == [("carry_over_0", [0, 0, 3, 2]), ("carry_over_400", [3, 2, 3, 2])]
    assert stages_of(from_arrays(two([400, NO_RECORD], objectives=np.array(["carry_over", "total_points"]))))[0][0] == "total_points"


@pytest.mark.parametrize("seed", range(12))
def test_the_plan_is_the_best_of_all_choices(seed):
    arrays = random_arrays(seed)
    dice = np.random.default_rng(seed)
    of_student = dice.choice([NO_PLACE, 100, 300, 700, NO_RECORD], 1 + int(np.max(arrays["student"], initial=0)))
    problem = from_arrays(arrays | {"last_term": of_student[arrays["student"]], "objectives": ORDER})
    choices = every_choice(problem)[lawful(problem)]
    solution = solve(problem)
    if not len(choices):
        assert not solution.stages
        return
    steps = [1 + int(p >= 200) + int(p >= 400) for p in problem.points.tolist()]
    last = problem.last_term.tolist()
    owed = [[s * (had < bound) for s, had in zip(steps, last, strict=True)] for bound in (0, 200, 400)]
    columns = [[1] * len(steps), *owed, problem.points.tolist()]
    best = max(tuple(sum(itertools.compress(column, choice)) for column in columns) for choice in choices.tolist())
    mine = tuple(sum(column[i] for i in solution.chosen.tolist()) for column in columns)
    assert mine == best
