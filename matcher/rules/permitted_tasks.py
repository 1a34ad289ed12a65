"""Rule: paid tasks at 14 and 15 stand on the list of permitted tasks."""

from __future__ import annotations

from matcher.rules.base import FirstOffence, Offence, Paid, PairRule, binding, paid_terms, states_of, worker
from matcher.world import Variant, World


def _terms(world: World, variant: Variant) -> Paid | None:
    terms = paid_terms(world, variant)
    return None if terms is None else terms._replace(tasks=tuple(sorted(variant.opportunity.tasks)))


def _judge(world: World, school_id: str, terms: Paid, used: frozenset[str], age: int) -> list[Offence]:
    states = states_of(world, school_id, terms.state)
    offences: list[Offence] = []
    for session in world.sessions(school_id, terms.schedule):
        for law, values in binding(world, "permitted_tasks", states, age, session.date, used):
            unlisted = [task for task in terms.tasks if task not in values.tasks]
            if not terms.tasks:
                offences.append(
                    (session.date, f"the tasks are not listed, and at {law.told_ages} only listed tasks are permitted ({law.id})")
                )
            elif unlisted:
                offences.append((session.date, f"the task {unlisted[0]} is not permitted as paid work at {law.told_ages} ({law.id})"))
    return offences


RULE = PairRule(
    "permitted_tasks",
    "Paid tasks at 14-15 are on the permitted list.",
    worker,
    _terms,
    FirstOffence(_judge),
    rank=30,
    remedy="tasks from the permitted list",
    laws=("permitted_tasks",),
)
