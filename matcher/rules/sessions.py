"""Rule: a placement has at least one dated session."""

from __future__ import annotations

from matcher.calendar import Schedule
from matcher.domain import Student
from matcher.rules.base import PairRule
from matcher.world import Variant, World


def _school(_: World, student: Student) -> str:
    return student.school_id


def _schedule(_: World, variant: Variant) -> Schedule:
    return variant.schedule


def _refuse(world: World, school_id: str, schedule: Schedule) -> str | None:
    if world.sessions(school_id, schedule):
        return None
    return "no session is left in the term after days off, closures and mentors' leave"


RULE = PairRule(
    "sessions",
    "At least one session takes place in the term.",
    _school,
    _schedule,
    _refuse,
    rank=20,
    remedy="a session that takes place in the term",
)
