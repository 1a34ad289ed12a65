"""Checks slates.csv: lawful options with their odds, the plan's placement first, nobody sent where somebody to be kept away goes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from fractions import Fraction

from matcher.audit.diary import Diary
from matcher.audit.facts import Opportunity, Student, World
from matcher.audit.finding import Finding, about_file
from matcher.audit.odds import Odds
from matcher.audit.placements import MOST_POINTS, PAIR_RULES
from matcher.audit.published import Published, Record, whole
from matcher.audit.times import Window
from matcher.audit.trips import prescribed


def slates(published: Published, diary: Diary) -> Iterator[Finding]:
    """Check every line of slates.csv, every slate, and the promises of every opportunity."""
    if "slates.csv" not in published.tables:
        return
    odds = Odds(diary.world)
    placed = {row["student_id"]: row["opportunity_id"] for row in published.placements}
    by_student: dict[str, list[Record]] = {student_id: [] for student_id in placed}
    for row in published.tables["slates.csv"]:
        by_student.setdefault(row["student_id"], []).append(row)
    for student_id, rows in by_student.items():
        yield from _slate(student_id, rows, placed.get(student_id), odds, diary)
    yield from _promises(published, diary)
    yield from _no_contact(by_student, diary)


def _slate(student_id: str, rows: list[Record], placed: str | None, odds: Odds, diary: Diary) -> Iterator[Finding]:
    """Check one student's slate: its ranks, its length, its first line, and that each option is lawful."""
    world = diary.world
    student = world.students.get(student_id)
    if student is None or student.status != "seeking":
        yield Finding(student_id, "slates", None, "slates.csv has lines for somebody who is not a seeking student")
        return
    if [whole(row["rank"]) for row in rows] != list(range(1, len(rows) + 1)):
        yield Finding(student_id, "slates", None, "the ranks of the slate are not 1, 2, 3 and so on")
    if len(rows) > world.terms.slate_size:
        yield Finding(student_id, "slates", None, f"the slate has {len(rows)} options and slate_size is {world.terms.slate_size}")
    if placed is not None and (not rows or rows[0]["opportunity_id"] != placed):
        yield Finding(student_id, "slates", None, f"the slate does not begin with the placement at {placed}")
    for row in rows:
        yield from _line(student, row, placed, odds, diary)


def _line(student: Student, row: Record, placed: str | None, odds: Odds, diary: Diary) -> Iterator[Finding]:
    points, name = whole(row["points"]), row["opportunity_id"]
    if points is None or points > MOST_POINTS or not _chance(row["odds"]):
        yield Finding(student.student_id, "slates", None, f"points or odds of {name} are out of their range")
    opportunity = diary.world.opportunities.get(name)
    if opportunity is None:
        yield Finding(student.student_id, "slates", None, f"opportunity {name} is not in opportunities")
        return
    if name != placed and not _lawful(student, opportunity, diary):
        yield Finding(student.student_id, "slates", None, f"no way to take up {name} is lawful")
    wanted = odds.of(student.student_id, opportunity)
    if _chance(row["odds"]) and (wanted is None or Fraction(row["odds"]) != wanted):
        told = "none at all" if wanted is None else float(wanted)
        yield Finding(student.student_id, "slates", None, f"the odds of {name} are {row['odds']} and should be {told}")


def _lawful(student: Student, opportunity: Opportunity, diary: Diary) -> bool:
    """Say whether some alternative with some mentor breaks no rule and can be reached."""
    if student.school_id not in diary.world.schools or opportunity.site_id not in diary.world.sites:
        return False
    for windows in opportunity.patterns:
        for mentor in diary.listed(opportunity):
            pair = diary.pair(student, opportunity, mentor, windows)
            if not any(check(pair, diary) for check in PAIR_RULES.values()) and prescribed(pair, diary)[0] is not None:
                return True
    return False


def _promises(published: Published, diary: Diary) -> Iterator[Finding]:
    """Check that each opportunity is promised once to a student, and its seats to no more students than the cap allows.

    Seats are those of alternatives side by side, less those that students hold since before the round, or as many as the plan fills
    where it combines others.
    """
    lines = Counter((row["opportunity_id"], row["student_id"]) for row in published.tables["slates.csv"])
    for (name, student_id), times in lines.items():
        if times > 1:
            yield Finding(student_id, "slates", None, f"{name} stands {times} times on the slate")
    most, taken = diary.world.terms.promises_per_seat, Counter(row["opportunity_id"] for row in published.placements)
    held = _held(diary.world)
    for name, promised in Counter(name for name, _ in lines).items():
        opportunity = diary.world.opportunities.get(name)
        seats = max((opportunity.seats or 0) * _side_by_side(opportunity.patterns) - held[name], taken[name]) if opportunity else 0
        if opportunity and promised > most * seats:
            since = f" beside {held[name]} held since before" if held[name] else ""
            yield about_file("slates", f"{name} has {seats} seats{since} and is promised to {promised} students, more than {most} a seat")


def _held(world: World) -> Counter[str]:
    """Count the seats of each opportunity that students who are placed already keep."""
    students = world.students
    rows = (row for row in world.previous if row.student_id in students and students[row.student_id].status == "placed")
    return Counter(row.opportunity_id for row in rows)


def _no_contact(by_student: dict[str, list[Record]], diary: Diary) -> Iterator[Finding]:
    offers = diary.world.opportunities
    for kind, a, b in diary.world.decisions:
        if kind == "no_contact" and a != b:
            theirs = {offers[row["opportunity_id"]].site_id for row in by_student.get(b, ()) if row["opportunity_id"] in offers}
            for row in by_student.get(a, ()):
                if row["opportunity_id"] in offers and offers[row["opportunity_id"]].site_id in theirs:
                    yield Finding(a, "slates", None, f"the slate leads to the same site as the slate of {b}: {row['opportunity_id']}")


def _side_by_side(patterns: tuple[tuple[Window, ...], ...]) -> int:
    """Count alternatives in their order, leaving out those that share an hour with one counted before."""
    kept: list[tuple[Window, ...]] = []
    for pattern in patterns:
        taken = [window for other in kept for window in other]
        if not any(a.weekday == b.weekday and a.start < b.end and b.start < a.end for a in taken for b in pattern):
            kept.append(pattern)
    return len(kept)


def _chance(text: str) -> bool:
    try:
        return 0 < float(text) <= 1
    except ValueError:
        return False
