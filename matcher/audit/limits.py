"""The limits of docs/rules.md section 5: capacities at every instant, and decisions about two students."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from matcher.audit.diary import Diary, Pair
from matcher.audit.finding import Finding
from matcher.audit.times import Span, overlap


@dataclass(frozen=True)
class Stay:
    """A student at an opportunity: placed by this round (`published`), or there already."""

    pair: Pair
    published: bool

    @property
    def student_id(self) -> str:
        """Give whose stay it is."""
        return self.pair.student.student_id


def occupied(diary: Diary) -> list[Stay]:
    """Give the stays of students who are placed already, with the lead mentor."""
    world, stays = diary.world, []
    for row in world.previous:
        student, opportunity = world.students.get(row.student_id), world.opportunities.get(row.opportunity_id)
        if student is None or opportunity is None or student.status != "placed":
            continue
        windows = row.windows or next(iter(opportunity.patterns), ())
        mentors = diary.listed(opportunity)
        if windows and mentors and student.school_id in world.schools and opportunity.site_id in world.sites:
            stays.append(Stay(diary.pair(student, opportunity, mentors[0], windows), published=False))
    return stays


def capacities(stays: Sequence[Stay], diary: Diary) -> Iterator[Finding]:
    """Check seats, mentors and sites at every instant."""
    seats: dict[str, list[tuple[dt.date, Stay]]] = {}
    mentors: dict[str, list[tuple[dt.date, Stay]]] = {}
    sites: dict[str, list[tuple[dt.date, Stay]]] = {}
    for stay in stays:
        for day in stay.pair.days:
            seats.setdefault(stay.pair.opportunity.opportunity_id, []).append((day, stay))
            sites.setdefault(stay.pair.site.site_id, []).append((day, stay))
            mentor = diary.in_charge(stay.pair, day)
            if mentor:
                mentors.setdefault(mentor.mentor_id, []).append((day, stay))
    world = diary.world
    for name, present in seats.items():
        yield from _crowded("seats", f"opportunity {name}", present, world.opportunities[name].seats or 0)
    for name, present in mentors.items():
        yield from _crowded("mentor_capacity", f"mentor {name}", present, world.mentors[name].max_students)
    for name, present in sites.items():
        limit = world.sites[name].max_students
        if limit is not None:
            yield from _crowded("site_capacity", f"site {name}", present, limit)


def no_contact(stays: Sequence[Stay], diary: Diary) -> Iterator[Finding]:
    """Check that students under `no_contact` are not at one site, whatever the time."""
    for a, b in _two_students("no_contact", stays, diary):
        if a.pair.site.site_id == b.pair.site.site_id:
            first = min([*a.pair.days, *b.pair.days], default=None)
            yield Finding(a.student_id, "no_contact", first, f"at site {a.pair.site.site_id} together with {b.student_id}")


def keep_apart(stays: Sequence[Stay], diary: Diary) -> Iterator[Finding]:
    """Check that students under `keep_apart` never meet at one site."""
    for a, b in _two_students("keep_apart", stays, diary):
        if a.pair.site.site_id != b.pair.site.site_id:
            continue
        for day in sorted(set(a.pair.days) & set(b.pair.days)):
            if overlap(a.pair.spans(day), b.pair.spans(day)):
                message = f"at site {a.pair.site.site_id} at the same time as {b.student_id}"
                yield Finding(a.student_id, "keep_apart", day, message)
                break


def keep_together(stays: Sequence[Stay], diary: Diary) -> Iterator[Finding]:
    """Check that students under `keep_together` share site and windows, or that neither is placed."""
    there = _by_student(stays)
    for kind, a, b in diary.world.decisions:
        if kind != "keep_together" or a not in diary.world.students or b not in diary.world.students or a == b:
            continue
        for one, other in ((a, b), (b, a)):
            for stay in there.get(one, ()):
                if stay.published and other not in there:
                    yield Finding(one, "keep_together", _first(stay), f"placed while {other} is not")
        for mine in there.get(a, ()):
            for theirs in there.get(b, ()):
                apart = mine.pair.site.site_id != theirs.pair.site.site_id or set(mine.pair.windows) != set(theirs.pair.windows)
                if apart and (mine.published or theirs.published):
                    student_id, partner = (a, b) if mine.published else (b, a)
                    yield Finding(student_id, "keep_together", _first(mine), f"not at the same site and windows as {partner}")


def pins(stays: Sequence[Stay], diary: Diary) -> Iterator[Finding]:
    """Check that every pinned student who takes part is placed where the pin says."""
    there = {(stay.student_id, stay.pair.opportunity.opportunity_id) for stay in stays if stay.published}
    for kind, a, b in diary.world.decisions:
        student = diary.world.students.get(a)
        if kind == "pin" and student and student.status == "seeking" and (a, b) not in there:
            yield Finding(a, "pin", None, f"not placed at the pinned opportunity {b}")


def crowd(present: Iterable[tuple[Span, Stay]], limit: int) -> list[Stay]:
    """Give the stays at the first instant at which more than `limit` are there, a published one among them."""
    moments = []
    for number, ((start, end), stay) in enumerate(present):
        moments += [(start, 1, number, stay), (end, 0, number, stay)]
    now: dict[int, Stay] = {}
    for _, arrives, number, stay in sorted(moments, key=lambda moment: moment[:3]):
        if not arrives:
            del now[number]
            continue
        now[number] = stay
        if len(now) > limit and any(other.published for other in now.values()):
            return list(now.values())
    return []


def _crowded(rule: str, where: str, present: Iterable[tuple[dt.date, Stay]], limit: int) -> Iterator[Finding]:
    """Report the first date on which somewhere is too full."""
    days: dict[dt.date, list[Stay]] = {}
    for day, stay in present:
        days.setdefault(day, []).append(stay)
    for day in sorted(days):
        if len(days[day]) <= limit:
            continue
        together = crowd([(span, stay) for stay in days[day] for span in stay.pair.spans(day)], limit)
        if together:
            student_id = min(stay.student_id for stay in together if stay.published)
            names = ", ".join(sorted(stay.student_id for stay in together))
            yield Finding(student_id, rule, day, f"{where} has room for {limit} and holds {len(together)}: {names}")
            return


def _by_student(stays: Iterable[Stay]) -> dict[str, list[Stay]]:
    found: dict[str, list[Stay]] = {}
    for stay in stays:
        found.setdefault(stay.student_id, []).append(stay)
    return found


def _two_students(kind: str, stays: Sequence[Stay], diary: Diary) -> Iterator[tuple[Stay, Stay]]:
    """Give every two stays of two students whom a decision names, a published one first."""
    there = _by_student(stays)
    for found, a, b in diary.world.decisions:
        if found == kind and a != b:
            for mine in there.get(a, ()):
                for theirs in there.get(b, ()):
                    if mine.published:
                        yield mine, theirs
                    elif theirs.published:
                        yield theirs, mine


def _first(stay: Stay) -> dt.date | None:
    return stay.pair.days[0] if stay.pair.days else None
