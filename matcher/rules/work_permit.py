"""Rule: a work permit in date wherever the law asks for one."""

from __future__ import annotations

from typing import NamedTuple

from matcher.domain import Student
from matcher.facts import Age, Coverage
from matcher.rules.base import Paid, PairRule, paid_terms, states_of, touches
from matcher.world import World


class Papered(NamedTuple):
    """School, age as laws tell it, and the days on which each asked-for permit is good."""

    school_id: str
    age: Age | None
    permits: tuple[tuple[str, Coverage], ...]


def _student(world: World, student: Student) -> Papered:
    names = sorted({law.values.document for law in world.laws.of_kind("work_permit")})
    return Papered(student.school_id, world.law_age(student), tuple((n, world.coverage(student.documents, n)) for n in names))


def _refuse(world: World, who: Papered, terms: Paid | None) -> str | None:
    if terms is None:
        return None
    permits, sessions = dict(who.permits), world.sessions(who.school_id, terms.schedule)
    laws = world.laws.of("work_permit", *states_of(world, who.school_id, terms.state))
    open_laws = [law for law in laws if (who.age is None or touches(law, who.age)) and permits[law.values.document].gap(sessions)]
    for session in sessions if open_laws else ():
        for law in open_laws:
            if not law.in_force(session.date):
                continue
            why = permits[law.values.document].gap((session,))
            if why and who.age is None:
                return f"the birth date is not known, and paid work may need a permit; {law.values.document}: {why} ({law.id})"
            if why and who.age is not None and law.ages[0] <= who.age.on(session.date) <= law.ages[1]:
                return f"{law.values.document}: {why} ({law.id})"
    return None


RULE = PairRule(
    "work_permit",
    "A work permit in date for paid work of minors.",
    _student,
    paid_terms,
    _refuse,
    rank=40,
    remedy="a work permit in date",
    laws=("work_permit",),
)
