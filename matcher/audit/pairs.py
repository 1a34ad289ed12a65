"""The rules of docs/rules.md section 3 about wishes, access, schedule and grade: one function per rule, named as its code."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import NamedTuple

from matcher.audit.diary import Diary, Pair
from matcher.audit.law import programme_name
from matcher.audit.times import WEEKDAYS, age_on, inside, show_windows


class Refusal(NamedTuple):
    """Why a pair is unlawful; `day` is the first offending session where the rule has one."""

    day: dt.date | None
    fact: str


Rule = Callable[[Pair, Diary], Refusal | None]


def declined(pair: Pair, diary: Diary) -> Refusal | None:
    """Refuse what the student declined."""
    if (pair.student.student_id, pair.opportunity.opportunity_id) in diary.world.declined:
        return Refusal(None, f"a request for {pair.opportunity.opportunity_id} was declined")
    return None


def ban(pair: Pair, diary: Diary) -> Refusal | None:
    """Refuse what a coordinator banned."""
    if pair.opportunity.opportunity_id in diary.world.told("ban", pair.student.student_id):
        return Refusal(None, f"a ban names {pair.opportunity.opportunity_id}")
    return None


def pin(pair: Pair, diary: Diary) -> Refusal | None:
    """Refuse everything but the pinned opportunity."""
    others = diary.world.told("pin", pair.student.student_id) - {pair.opportunity.opportunity_id}
    if others:
        return Refusal(None, f"a pin names {', '.join(sorted(others))}, not {pair.opportunity.opportunity_id}")
    return None


def appetite(pair: Pair, _: Diary) -> Refusal | None:
    """Refuse an opportunity that is not open."""
    if pair.opportunity.appetite == "not_open":
        return Refusal(None, f"opportunity {pair.opportunity.opportunity_id} is not open")
    return None


def school_access(pair: Pair, diary: Diary) -> Refusal | None:
    """Refuse a site that is not for the student's school."""
    site, school = pair.site, pair.school
    if site.schools:
        if school.school_id in site.schools:
            return None
        return Refusal(None, f"site {site.site_id} is not for school {school.school_id}")
    region = diary.region(site)
    if not region or not school.region:
        return Refusal(None, f"the region of site {site.site_id} or of school {school.school_id} is not known")
    if region != school.region:
        return Refusal(None, f"site {site.site_id} is in another region than school {school.school_id}")
    return None


def schedule(pair: Pair, _: Diary) -> Refusal | None:
    """Refuse windows outside those of the school or the student."""
    if not pair.school.hours:
        return Refusal(None, f"the windows of school {pair.school.school_id} are not known")
    for window in pair.windows:
        if not inside(window, pair.school.hours):
            return Refusal(None, f"{show_windows([window])} is outside the windows of school {pair.school.school_id}")
        if pair.student.available is not None and not inside(window, pair.student.available):
            return Refusal(None, f"{show_windows([window])} is outside the student's available windows")
    return None


def sessions(pair: Pair, _: Diary) -> Refusal | None:
    """Refuse a pair that never meets."""
    if pair.days:
        return None
    names = ", ".join(sorted({WEEKDAYS[window.weekday] for window in pair.windows}))
    return Refusal(None, f"no {names} of the round is left for opportunity {pair.opportunity.opportunity_id}")


def minimum_grade(pair: Pair, _: Diary) -> Refusal | None:
    """Refuse a grade that is too low."""
    least, grade = pair.opportunity.min_grade, pair.student.grade
    if least is None:
        return None
    if grade is None:
        return Refusal(None, f"grade of {pair.student.student_id} is not known")
    return Refusal(None, f"grade {grade} is below {least}") if grade < least else None


def programme(pair: Pair, diary: Diary) -> Refusal | None:
    """Refuse credit for work experience to a student who is both too young and in too low a grade."""
    name, student = pair.opportunity.programme, pair.student
    if not name or name not in student.programmes or not pair.days:
        return None
    first = pair.days[0]
    age = age_on(student.birth, first) if student.birth else None
    for law in diary.world.book.in_force("programme_age", pair.states, first, age):
        if programme_name(str(law.values.get("program", ""))) != name:
            continue
        least_age, least_grade = law.values.get("min_age"), law.values.get("or_grade")
        if least_grade is not None and student.grade is not None and student.grade >= int(least_grade):
            continue
        if least_age is not None and age is None:
            return Refusal(first, f"birth date of {student.student_id} is not known, which {law.law_id} needs")
        if least_age is not None and age is not None and age < int(least_age):
            why = f"grade of {student.student_id} is not known and " if least_grade is not None and student.grade is None else ""
            return Refusal(first, f"{why}age {age} is below {least_age} ({law.law_id})")
    return None


PLAIN_RULES: dict[str, Rule] = {
    "declined": declined,
    "ban": ban,
    "pin": pin,
    "appetite": appetite,
    "school_access": school_access,
    "schedule": schedule,
    "sessions": sessions,
    "minimum_grade": minimum_grade,
    "programme": programme,
}
