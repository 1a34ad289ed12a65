"""Rule: a student who drives is old enough, licensed and insured for every session."""

from __future__ import annotations

from typing import NamedTuple

from matcher.calendar import Schedule
from matcher.domain import Student
from matcher.facts import Age, Coverage
from matcher.rules.base import PairRule, first_gap, states_of
from matcher.world import Variant, World


class Driver(NamedTuple):
    """School, age and the papers of a student who may drive; None for everybody else."""

    school_id: str
    age: Age | None
    papers: tuple[tuple[str, Coverage], ...]


def _driver(world: World, student: Student) -> Driver | None:
    if "drive" not in student.travel_modes:
        return None
    names = sorted({name for law in world.laws.of_kind("driving") for name in law.values.documents})
    return Driver(student.school_id, world.age(student), tuple((n, world.coverage(student.documents, n)) for n in names))


def _terms(_: World, variant: Variant) -> tuple[str, Schedule]:
    return variant.site.state, variant.schedule


def _refuse(world: World, driver: Driver | None, terms: tuple[str, Schedule]) -> str | None:
    state, schedule = terms
    if driver is None:
        return "the student does not drive"
    sessions = world.sessions(driver.school_id, schedule)
    on_file = dict(driver.papers)
    for law in world.laws.of("driving", *states_of(world, driver.school_id, state)):
        if not sessions or not law.in_force(sessions[0].date):
            continue
        if driver.age is None:
            return "driving: the birth date is not known"
        if driver.age.on(sessions[0].date) < law.values.min_age:
            return f"driving is lawful from {law.values.min_age}; the student is {driver.age.on(sessions[0].date)}"
        if why := first_gap(((name, on_file[name]) for name in law.values.documents), sessions):
            return f"driving: {why}"
    return None


RULE = PairRule(
    "driving",
    "A student drives only when old enough, licensed and insured.",
    _driver,
    _terms,
    _refuse,
    rank=60,
    remedy="licence and insurance in date",
    laws=("driving",),
    mode="drive",
)
