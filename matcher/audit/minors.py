"""The rules of docs/rules.md section 3 that turn on age, except the hours laws: minimum age, permits, tasks."""

from __future__ import annotations

import datetime as dt
import re

from matcher.audit.diary import Diary, Pair
from matcher.audit.law import Law
from matcher.audit.pairs import Refusal, Rule
from matcher.audit.papers import covers, fault
from matcher.audit.times import age_on

ADULT = 18
ORDERS = frozenset(range(1, 18))


def unknown_birth(pair: Pair) -> str:
    """Say that the birth date is missing."""
    return f"birth date of {pair.student.student_id} is not known"


def first_minor_day(pair: Pair) -> dt.date | None:
    """Give the first session on which the student is (or may be) below 18."""
    birth = pair.student.birth
    return next((day for day in pair.days if birth is None or age_on(birth, day) < ADULT), None)


def minimum_age(pair: Pair, diary: Diary) -> Refusal | None:
    """Refuse a student who is too young on the first session, for the site or for paid work."""
    if not pair.days:
        return None
    first = pair.days[0]
    least: list[tuple[int, str]] = []
    if pair.opportunity.min_age is not None:
        least.append((pair.opportunity.min_age, f"opportunity {pair.opportunity.opportunity_id}"))
    if pair.opportunity.paid:
        laws = diary.world.book.in_force("minimum_age", pair.states, first)
        least += [(int(law.values["min_age"]), law.law_id) for law in laws if "min_age" in law.values]
    if pair.student.birth is None and (least or pair.opportunity.paid):
        return Refusal(first, unknown_birth(pair))
    if not least or pair.student.birth is None:
        return None
    age, (needed, source) = age_on(pair.student.birth, first), max(least)
    return Refusal(first, f"age {age} is below {needed} ({source})") if age < needed else None


def law_known(pair: Pair, diary: Diary) -> Refusal | None:
    """Refuse paid work of a minor in a state whose law no pack of the round holds."""
    day = first_minor_day(pair)
    if not pair.opportunity.paid or day is None:
        return None
    unknown = sorted(set(pair.states) - diary.world.book.jurisdictions)
    return Refusal(day, f"the law of {', '.join(state or 'a state not given' for state in unknown)} is not known") if unknown else None


def hazardous_orders(pair: Pair, diary: Diary) -> Refusal | None:
    """Refuse a minor where a task falls under a hazardous order, paid or not."""
    day = first_minor_day(pair)
    if day is None:
        return None
    laws = diary.world.book.in_force("hazardous_orders", pair.states, day)
    orders = ORDERS.union(*(law.values.get("orders", ()) for law in laws))
    barred = sorted(order for order in map(_order, pair.opportunity.tasks) if order in orders)
    if not barred:
        return None
    why = "the student is below 18" if pair.student.birth else unknown_birth(pair)
    return Refusal(day, f"task HO-{barred[0]} and {why}")


def permitted_tasks(pair: Pair, diary: Diary) -> Refusal | None:
    """Refuse paid work at 14-15 with a task that is not on the law's list, or with no task named."""
    if pair.opportunity.paid and pair.student.birth is None:
        return Refusal(pair.days[0], unknown_birth(pair)) if pair.days else None
    for day, law in _paid_laws("permitted_tasks", pair, diary):
        allowed = {str(task).casefold() for task in law.values.get("tasks", ())}
        if not pair.opportunity.tasks:
            return Refusal(day, f"tasks of opportunity {pair.opportunity.opportunity_id} are not known, which {law.law_id} needs")
        others = pair.opportunity.tasks - allowed
        if others:
            return Refusal(day, f"{len(others)} tasks of {pair.opportunity.opportunity_id} are not on the list of {law.law_id}")
    return None


def work_permit(pair: Pair, diary: Diary) -> Refusal | None:
    """Refuse paid work at an age that needs a permit, on a session the student's permit does not cover."""
    for day, law in _paid_laws("work_permit", pair, diary):
        name = str(law.values.get("document", "work_permit"))
        if not covers(pair.student.documents, name, day):
            unsure = f"{unknown_birth(pair)} and " if pair.student.birth is None else ""
            return Refusal(day, f"{unsure}{fault(pair.student.documents, name, pair.student.student_id)} ({law.law_id})")
    return None


def _paid_laws(rule: str, pair: Pair, diary: Diary) -> list[tuple[dt.date, Law]]:
    """Give the laws on every session of paid work that name the student's age; every law when the age is not known."""
    if not pair.opportunity.paid:
        return []
    birth = pair.student.birth
    return [
        (day, law)
        for day in pair.days
        for law in diary.world.book.in_force(rule, pair.states, day, None if birth is None else age_on(birth, day))
    ]


def _order(task: str) -> int:
    """Give the number of a hazardous order, 0 for another task."""
    found = re.fullmatch(r"ho[\s\-_]*0*(\d+)", task)
    return int(found[1]) if found else 0


AGE_RULES: dict[str, Rule] = {
    "minimum_age": minimum_age,
    "law_known": law_known,
    "hazardous_orders": hazardous_orders,
    "permitted_tasks": permitted_tasks,
    "work_permit": work_permit,
}
