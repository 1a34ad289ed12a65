"""What each rule costs a round: how many more students could have a place if it did not hold, found by solving without it.

It says where a talk with a site, a paper or a van would help most. It is no advice to break a rule: most are laws, or protect minors.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from matcher.candidates import Candidates, build, limit_rules
from matcher.pipeline import Run
from matcher.plan import build_model
from matcher.rules.trip import TripBlock
from matcher.solver.control import Control
from matcher.solver.exact import solve
from matcher.world import World

KINDS = {10: "decisions", 20: "time and access", 30: "law", 40: "papers", 50: "people", 60: "travel"}
"""What a rule is about, by its rank."""
HOW_MANY = "how many"
SESSIONS = "sessions"


@dataclass(frozen=True)
class RuleCost:
    """One rule.

    Attributes
    ----------
    kind : what it is about; "how many" for rules that limit only how many.
    pairs : pairs of a student and a variant that no other rule refuses.
    more_placed : how many more students could be placed without it, all else as it is; exact.
    """

    rule: str
    sentence: str
    kind: str
    pairs: int
    more_placed: int


def rule_costs(run: Run, control: Control | None = None) -> list[RuleCost]:
    """Every rule that refuses or limits something here, the costliest first (ties: by name).

    Sessions and the trip are not among them, for without them there is no placement; a rule that forbids a way to travel is.
    """
    control, before = control or Control(), run.lawful.candidates
    placed = _most_placed(before, control)
    refusing = {v.rule.name: v.rule for v in run.judge.verdicts if v.refused.any() and v.rule.name != SESSIONS}
    limiting = {rule.name: rule for rule in limit_rules() if next(rule.limits(run.world, before), None) is not None}
    found = []
    for name, rule in (limiting | refusing).items():
        candidates = build(run.world, _no_points, judge=run.judge.without(name)).candidates if name in refusing else before
        kind = KINDS[refusing[name].rank] if name in refusing else HOW_MANY
        more = _most_placed(candidates, control, name) - placed
        found.append(RuleCost(name, rule.sentence, kind, len(candidates) - len(before), more))
    return sorted(found, key=lambda cost: (-cost.more_placed, cost.rule))


def _most_placed(candidates: Candidates, control: Control, left_out: str = "") -> int:
    problem = build_model(candidates, left_out).problem
    return len(solve(replace(problem, objectives=("most_placed",)), control=control).chosen)


def _no_points(world: World, block: slice, _: TripBlock) -> np.ndarray:
    return np.zeros((block.stop - block.start, len(world.variants)), np.int64)
