"""The rules of docs/rules.md section 3 about documents, cleared adults, needs and people who must be kept apart."""

from __future__ import annotations

import datetime as dt

from matcher.audit.diary import Diary, Pair
from matcher.audit.pairs import Refusal, Rule
from matcher.audit.papers import Documents, fault, gap
from matcher.audit.times import age_on, within


def student_documents(pair: Pair, diary: Diary) -> Refusal | None:
    """Refuse when a document that the packs ask of the student does not cover some session."""
    return _asked("student_documents", pair, diary, pair.student.documents, pair.student.student_id)


def site_documents(pair: Pair, diary: Diary) -> Refusal | None:
    """Refuse when a document that the packs ask of the site does not cover some session."""
    return _asked("site_documents", pair, diary, pair.site.documents, f"site {pair.site.site_id}")


def required_documents(pair: Pair, _: Diary) -> Refusal | None:
    """Refuse when a document that the opportunity requires does not cover some session."""
    found = gap(pair.student.documents, pair.opportunity.requires, pair.days)
    return Refusal(found[0], fault(pair.student.documents, found[1], pair.student.student_id)) if found else None


def cleared_adult(pair: Pair, diary: Diary) -> Refusal | None:
    """Refuse when the mentor, or everybody present, lacks a clearance on some session."""
    for day in pair.days:
        if not within(day, pair.mentor.leave):
            why = diary.why_not_cleared(pair.mentor, day, pair.states)
            if why:
                return Refusal(day, why)
        present = [mentor for mentor in diary.listed(pair.opportunity) if not within(day, mentor.leave)]
        reasons = [diary.why_not_cleared(mentor, day, pair.states) for mentor in present]
        if all(reasons):
            return Refusal(day, "; ".join(reasons) or "no listed mentor is present")
    return None


def observable(pair: Pair, _: Diary) -> Refusal | None:
    """Refuse a site that is not observable, unless one-to-one work is approved and the parent told."""
    if pair.site.observable:
        return None
    holders = (
        (pair.site.documents, "one_to_one_approval", f"site {pair.site.site_id}"),
        (pair.student.documents, "parent_notice", pair.student.student_id),
    )
    for documents, name, owner in holders:
        found = gap(documents, (name,), pair.days)
        if found:
            return Refusal(found[0], f"site {pair.site.site_id} is not observable and {fault(documents, name, owner)}")
    return None


def needs(pair: Pair, _: Diary) -> Refusal | None:
    """Refuse a site that lacks a feature the student needs; the need itself is not repeated."""
    missing = len(pair.student.needs - pair.site.features)
    return Refusal(None, f"{missing} of the student's needs are not among the features of site {pair.site.site_id}") if missing else None


def no_contact(pair: Pair, diary: Diary) -> Refusal | None:
    """Refuse a site where somebody works whom the student must have no contact with."""
    there = {mentor.mentor_id for mentor in diary.world.mentors.values() if mentor.site_id == pair.site.site_id}
    met = diary.world.told("no_contact", pair.student.student_id) & (there | set(pair.opportunity.mentor_ids))
    return Refusal(None, f"no contact with mentor {min(met)} of site {pair.site.site_id}") if met else None


def keep_apart(pair: Pair, diary: Diary) -> Refusal | None:
    """Refuse an opportunity of a mentor to be kept apart from the student."""
    met = diary.world.told("keep_apart", pair.student.student_id) & {*pair.opportunity.mentor_ids, pair.mentor.mentor_id}
    return Refusal(None, f"to be kept apart from mentor {min(met)}") if met else None


def keep_together(pair: Pair, diary: Diary) -> Refusal | None:
    """Refuse another mentor than the one to be kept together with the student."""
    wanted = diary.world.told("keep_together", pair.student.student_id) & diary.world.mentors.keys()
    others = wanted - {pair.mentor.mentor_id}
    return Refusal(None, f"to be kept together with mentor {min(others)}, not {pair.mentor.mentor_id}") if others else None


def _asked(rule: str, pair: Pair, diary: Diary, documents: Documents, owner: str) -> Refusal | None:
    for day in pair.days:
        for name in _names_asked(rule, pair, diary, day):
            if gap(documents, (name,), (day,)):
                return Refusal(day, fault(documents, name, owner))
    return None


def _names_asked(rule: str, pair: Pair, diary: Diary, day: dt.date) -> list[str]:
    age = age_on(pair.student.birth, day) if pair.student.birth else None
    laws = diary.world.book.in_force(rule, pair.states, day, age)
    return list(dict.fromkeys(str(name) for law in laws for name in law.values.get("documents", ())))


SAFETY_RULES: dict[str, Rule] = {
    "student_documents": student_documents,
    "site_documents": site_documents,
    "required_documents": required_documents,
    "cleared_adult": cleared_adult,
    "observable": observable,
    "needs": needs,
    "no_contact": no_contact,
    "keep_apart": keep_apart,
    "keep_together": keep_together,
}
