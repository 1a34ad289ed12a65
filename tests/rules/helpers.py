"""Short words for the rule tests: who refuses a pair, which plans the limits allow, and paid rounds of one state."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from functools import cache
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np

from matcher.candidates import Candidates, Judge, build, limit_rules
from matcher.domain import MODES, Round
from matcher.law import Laws, load_laws
from matcher.rules.base import Limit, LimitRule
from matcher.world import Variant, World
from tests.builders import a_round, mentor, opportunity, school, settings, site, student

FALL = ("2026-09-08", "2026-12-18")
PACKS = ("us-federal", "us-ca", "us-ny", "us-ri", "us-wa", "school")
STATES = ("CA", "NY", "RI", "WA")
DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
ALL_WEEK = ";".join(f"{day} 00:00-24:00" for day in DAYS)
BORN = {13: "2013-01-15", 14: "2012-01-15", 15: "2011-01-15", 16: "2010-01-15", 17: "2009-01-15", 18: "2008-01-15"}
"""Who has this age through the whole fall of 2026: every birthday is on 15 January."""


def own_pack(law_id: str, rule: str) -> str:
    """The beginning of a pack with one invented law of Rhode Island, to be ended by its values."""
    return f"""
[pack]
id = "own"
jurisdiction = "US-RI"
title = "A law of our own"
[[law]]
id = "{law_id}"
rule = "{rule}"
summary = "Invented."
source = "invented for a test"
read_on = 2026-01-01
next_review = 2027-01-01
"""


@cache
def _laws(names: tuple[str, ...]) -> Laws:
    return load_laws(names)


def world_of(round_: Round, folder: Path | None = None) -> World:
    names = round_.settings.round.rule_packs
    return World(round_, folder) if folder else World(round_, laws=_laws(names))


def variant_of(world: World, opportunity_id: str = "O1", mentor_id: str | None = None, pattern: int = 0) -> Variant:
    return next(
        v
        for v in world.variants
        if v.opportunity.opportunity_id == opportunity_id and v.pattern == pattern and mentor_id in (None, v.mentor.mentor_id)
    )


def refusals(
    round_: Round,
    student_id: str = "S1",
    opportunity_id: str = "O1",
    *,
    mentor_id: str | None = None,
    pattern: int = 0,
    folder: Path | None = None,
) -> dict[str, str]:
    """Code and reason of every rule that refuses a pair; the fast way to judge must agree with the way that gives reasons."""
    world = world_of(round_, folder)
    judge = Judge(world)
    place = [s.student_id for s in world.students].index(student_id)
    variant = variant_of(world, opportunity_id, mentor_id, pattern)
    found = list(judge.reasons(world.students[place], variant))
    reasons = dict(found)
    assert len(found) == len(reasons), "a rule refuses twice"
    assert all(reason.strip() for reason in reasons.values())
    first = int(judge.block(slice(place, place + 1))[0][0, world.variants.index(variant)])
    assert (judge.codes[first - 1] in reasons) if first else not reasons, "block and reasons disagree"
    return reasons


def codes(round_: Round, student_id: str = "S1", opportunity_id: str = "O1", **which: Any) -> set[str]:
    """Codes of the rules that refuse the pair."""
    return set(refusals(round_, student_id, opportunity_id, **which))


def candidates_of(round_: Round, folder: Path | None = None) -> Candidates:
    world = world_of(round_, folder)
    return build(world, lambda w, block, trips: np.full(trips.mode.shape, 500, dtype=np.int32)).candidates


def plain(candidates: Candidates, pair: int) -> str:
    """`S1>O1`: the student and the opportunity of a pair."""
    return f"{candidates.student_of(pair).student_id}>{candidates.variant_of(pair).opportunity.opportunity_id}"


def with_mentor(candidates: Candidates, pair: int) -> str:
    """`S1>O1/M2`."""
    return f"{plain(candidates, pair)}/{candidates.variant_of(pair).mentor.mentor_id}"


def with_pattern(candidates: Candidates, pair: int) -> str:
    """`S1>O1#1`."""
    return f"{plain(candidates, pair)}#{candidates.variant_of(pair).pattern}"


def _holds(limit: Limit, chosen: set[int]) -> bool:
    weights = np.ones(len(limit.pairs), dtype=np.int64) if limit.weights is None else limit.weights
    total = sum(int(w) for pair, w in zip(limit.pairs, weights, strict=True) if int(pair) in chosen)
    return limit.at_least <= total <= limit.at_most


def plans(
    round_: Round,
    label: Callable[[Candidates, int], str] = plain,
    rules: Iterable[LimitRule] | None = None,
    folder: Path | None = None,
) -> set[frozenset[str]]:
    """Every plan (at most one pair for each student) that all limits allow, by trying them all."""
    candidates = candidates_of(round_, folder)
    assert all(candidates.student[i] <= candidates.student[i + 1] for i in range(len(candidates) - 1))
    limits = [limit for rule in (limit_rules() if rules is None else rules) for limit in rule.limits(candidates.world, candidates)]
    options = [[None, *np.flatnonzero(candidates.student == s)] for s in range(len(candidates.world.students))]
    tried = ({int(pair) for pair in plan if pair is not None} for plan in product(*options))
    return {frozenset(label(candidates, pair) for pair in plan) for plan in tried if all(_holds(limit, plan) for limit in limits)}


def plan(*labels: str) -> frozenset[str]:
    return frozenset(labels)


def subsets(*labels: str) -> set[frozenset[str]]:
    """Every plan made of some of these pairs."""
    return {frozenset(name for name, taken in zip(labels, which, strict=True) if taken) for which in product((0, 1), repeat=len(labels))}


def papers(first: str, last: str, *names: str) -> str:
    return ";".join(f"{name}:{first}..{last}" for name in names)


def paid_round(
    state: str = "RI",
    born: str | int | None = 17,
    sessions: str = "Sat 09:00-10:00",
    programme: str = "",
    *,
    school_state: str | None = None,
    has: str | None = None,
    term: tuple[str, str] = FALL,
    on: str | tuple[str, str] | None = None,
    packs: tuple[str, ...] = PACKS,
    job: dict[str, Any] | None = None,
    who: dict[str, Any] | None = None,
    **tables: Any,
) -> Round:
    """Paid work in which nothing but the law on minors can refuse: every paper is there and the school is open day and night.

    `born` is an age (see BORN) or a birth date; `programme` is evidenced on both sides unless `has` says what the student's
    `programs` are; `on` is the only date, or the first and last date, of the opportunity.
    """
    first, last = (dt.date.fromisoformat(day) for day in term)
    span = f"{first}..{last}"
    birth = BORN[born] if isinstance(born, int) else born
    days = (on, on) if isinstance(on, str) else on or (None, None)
    student_papers = papers(str(first), str(last), "parent_consent", "emergency_contacts", "work_permit")
    learner = {"birth_date": birth, "programs": programme if has is None else has, "documents": student_papers, "grade": "12"}
    work = {"placement_kind": "paid_employment", "tasks": "office", "sessions": sessions, "program": programme}
    defaults: dict[str, Any] = {
        "settings": settings(*term, round={"rule_packs": packs}),
        "schools": [school(state=f"US-{school_state or state}", windows=ALL_WEEK, leave_after=None, return_by=None)],
        "students": [student(**(learner | (who or {})))],
        "sites": [site(state=f"US-{state}", documents=papers(str(first), str(last), "agreement", "insurance", "site_visit"))],
        "mentors": [mentor(documents=f"clearance:{span}")],
        "opportunities": [opportunity(**(work | {"starts": days[0], "ends": days[1]} | (job or {})))],
    }
    return a_round(**(defaults | tables))


def journey(round_: Round, student_id: str = "S1", opportunity_id: str = "O1") -> tuple[str, int, int] | None:
    """Mode, minutes and transfers of a pair, or None when it is refused."""
    candidates = candidates_of(round_)
    found = {
        (MODES[candidates.mode[pair]], int(candidates.minutes[pair]), int(candidates.transfers[pair]))
        for pair in range(len(candidates))
        if plain(candidates, pair) == f"{student_id}>{opportunity_id}"
    }
    assert len(found) < 2
    return found.pop() if found else None
