"""Rule: no minor works for pay where this round has no rule pack."""

from __future__ import annotations

from matcher.rules.base import Paid, PairRule, Worker, paid_terms, states_of, worker
from matcher.world import World


def _refuse(world: World, who: Worker, terms: Paid | None) -> str | None:
    if terms is None:
        return None
    missing = [state for state in states_of(world, who.school_id, terms.state) if state not in world.laws.jurisdictions]
    if not missing:
        return None
    sessions = world.sessions(who.school_id, terms.schedule)
    if all(who.age is not None and who.age.on(session.date) >= 18 for session in sessions):
        return None
    return f"paid work below 18, and the law of {missing[0]} is not known to this round"


RULE = PairRule(
    "law_known",
    "Minors work for pay only where the law is known.",
    worker,
    paid_terms,
    _refuse,
    rank=30,
    remedy="a rule pack for that state",
)
