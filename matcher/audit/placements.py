"""Checks every published placement: what it names, every pair rule, and the trip it was given."""

from __future__ import annotations

from collections.abc import Iterator

from matcher.audit.diary import Diary, Pair
from matcher.audit.facts import Opportunity
from matcher.audit.finding import Finding
from matcher.audit.hours import HOURS_RULES
from matcher.audit.limits import Stay
from matcher.audit.minors import AGE_RULES
from matcher.audit.pairs import PLAIN_RULES, Rule
from matcher.audit.published import Record, whole
from matcher.audit.safety import SAFETY_RULES
from matcher.audit.times import Window, read_windows
from matcher.audit.trips import prescribed

PAIR_RULES: dict[str, Rule] = {**PLAIN_RULES, **AGE_RULES, **HOURS_RULES, **SAFETY_RULES}
MOST_POINTS = 1000


def check_placement(row: Record, diary: Diary, stays: list[Stay], riding: list[Pair]) -> Iterator[Finding]:
    """Check one row of placements.csv; add the stay it makes, and the ride when it takes a van.

    Parameters
    ----------
    row : the published row.
    diary : answers about dates.
    stays, riding : where the stay and the van ride are kept for the limits.
    """
    student_id = row["student_id"]
    yield from _points(row)
    unknown = list(_unknown_ids(row, diary))
    yield from unknown
    opportunity = diary.world.opportunities.get(row["opportunity_id"])
    if unknown or opportunity is None:
        return
    if row["site_id"] != opportunity.site_id:
        yield Finding(student_id, "site_of_opportunity", None, f"site {row['site_id']} is not where {opportunity.opportunity_id} is")
    if row["mentor_id"] not in opportunity.mentor_ids:
        message = f"mentor {row['mentor_id']} is not listed at {opportunity.opportunity_id}"
        yield Finding(student_id, "mentor_of_opportunity", None, message)
    windows = _windows(row)
    if not windows or set(windows) not in [set(pattern) for pattern in opportunity.patterns]:
        yield Finding(student_id, "sessions", None, f"the published sessions are not an alternative of {opportunity.opportunity_id}")
    if not windows:
        return
    pair = diary.pair(diary.world.students[student_id], opportunity, diary.world.mentors[row["mentor_id"]], windows)
    stays.append(Stay(pair, published=True))
    if row["mode"] == "van":
        riding.append(pair)
    for rule, check in PAIR_RULES.items():
        refusal = check(pair, diary)
        if refusal:
            yield Finding(student_id, rule, refusal.day, refusal.fact)
    yield from _trip(row, pair, diary)


def _points(row: Record) -> Iterator[Finding]:
    points = whole(row["points"])
    if points is None or points > MOST_POINTS:
        yield Finding(row["student_id"], "points", None, f"points are not a whole number from 0 to {MOST_POINTS}")


def _unknown_ids(row: Record, diary: Diary) -> Iterator[Finding]:
    """Report ids that the input does not have; without them the pair cannot be judged."""
    world, student_id = diary.world, row["student_id"]
    student = world.students.get(student_id)
    if student is None:
        yield Finding(student_id, "unknown_id", None, "placements.csv names a student who is not in students")
    elif student.school_id not in world.schools:
        yield Finding(student_id, "unknown_id", None, "the student's school is not in schools")
    opportunity: Opportunity | None = world.opportunities.get(row["opportunity_id"])
    if opportunity is None:
        yield Finding(student_id, "unknown_id", None, f"opportunity {row['opportunity_id']} is not in opportunities")
    elif opportunity.site_id not in world.sites:
        yield Finding(student_id, "unknown_id", None, f"site {opportunity.site_id} of the opportunity is not in sites")
    for column, table in (("site_id", world.sites), ("mentor_id", world.mentors)):
        if row[column] not in table:
            yield Finding(student_id, "unknown_id", None, f"{column} {row[column]} is not in the input")


def _windows(row: Record) -> tuple[Window, ...]:
    try:
        return read_windows(row["sessions"])
    except ValueError:
        return ()


def _trip(row: Record, pair: Pair, diary: Diary) -> Iterator[Finding]:
    """Check that some mode is lawful, and that the published trip is the one prescribed."""
    student_id, first = row["student_id"], pair.days[0] if pair.days else None
    minutes, transfers = whole(row["minutes"]), whole(row["transfers"])
    if minutes is None or transfers is None:
        yield Finding(student_id, "minutes", None, "minutes or transfers are not whole numbers")
    trip, refused = prescribed(pair, diary)
    if trip is None:
        known = "; ".join(refused.values()) if refused else f"travel modes of {student_id} are not known"
        yield Finding(student_id, "trip", first, known)
    elif (row["mode"], minutes, transfers) != (trip.mode, trip.minutes, trip.transfers):
        why = f" ({refused[row['mode']]})" if row["mode"] in refused else ""
        message = f"published {row['mode']} {row['minutes']} min, {row['transfers']} transfers; it should be {trip}{why}"
        yield Finding(student_id, "minutes", None, message)
