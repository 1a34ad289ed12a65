"""Whether every paper of a placement is in date on one day: the student's, the site's and the mentor's."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from matcher.cells import Document
from matcher.clearance import cleared_on
from matcher.domain import age_on
from matcher.law import Law
from matcher.plan import Placement
from matcher.world import World


def gates_in_date(world: World, placement: Placement, day: dt.date) -> bool:
    """Whether the papers that the rule packs ask of student and site cover the day, and the mentor is cleared on it."""
    student, site = placement.student, placement.variant.site
    states = (world.school_of(student).state, site.state)
    age = None if student.birth_date is None else age_on(student.birth_date, day)
    asked = [law for law in _laws(world, "student_documents", states, day) if age is None or law.ages[0] <= age <= law.ages[1]]
    return (
        _cover(student.documents, asked, day)
        and _cover(site.documents, _laws(world, "site_documents", states, day), day)
        and cleared_on(world, placement.variant.mentor, states, day)
    )


def _laws(world: World, rule: str, states: tuple[str, str], day: dt.date) -> list[Law]:
    return [law for law in world.laws.of(rule, *states) if law.in_force(day)]


def _cover(documents: Iterable[Document], laws: Iterable[Law], day: dt.date) -> bool:
    papers = list(documents)
    return all(any(d.name == name and d.covers(day) for d in papers) for law in laws for name in law.values.documents)
