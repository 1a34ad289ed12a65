"""Rule: a site serves the schools it names, or the schools of its region."""

from __future__ import annotations

from matcher.domain import Student
from matcher.rules.base import PairRule
from matcher.world import Variant, World, region_of


def _school(world: World, student: Student) -> tuple[str, str]:
    return student.school_id, region_of(world.school_of(student))


def _served(world: World, variant: Variant) -> tuple[tuple[str, ...], str]:
    return tuple(sorted(variant.site.schools)), "" if variant.site.schools else world.region_of_site[variant.site.site_id]


def _refuse(_: World, school: tuple[str, str], served: tuple[tuple[str, ...], str]) -> str | None:
    schools, region = served
    if schools:
        return None if school[0] in schools else "the site is kept for other schools"
    return None if school[1] == region else f"the site serves the region {region}, the school is in {school[1]}"


RULE = PairRule(
    "school_access",
    "A site serves the schools it names, or else the schools of its region.",
    _school,
    _served,
    _refuse,
    rank=20,
    remedy="access of the school to the site",
)
