"""Rule: the minimum grade that the site asks for."""

from __future__ import annotations

from matcher.domain import Student
from matcher.rules.base import PairRule
from matcher.world import Variant, World


def _grade(_: World, student: Student) -> int | None:
    return student.grade


def _min_grade(_: World, variant: Variant) -> int | None:
    return variant.opportunity.min_grade


def _refuse(_: World, grade: int | None, min_grade: int | None) -> str | None:
    if min_grade is None:
        return None
    if grade is None:
        return f"the grade is not known, and the site asks for grade {min_grade}"
    return None if grade >= min_grade else f"the site asks for grade {min_grade}; the student is in grade {grade}"


RULE = PairRule(
    "minimum_grade",
    "In the grade that the site asks for.",
    _grade,
    _min_grade,
    _refuse,
    rank=30,
    remedy="a lower minimum grade",
)
