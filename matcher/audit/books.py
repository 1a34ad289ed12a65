"""Checks that the published files agree with each other: who is listed where, and whether the totals add up."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from matcher.audit.facts import World
from matcher.audit.finding import Finding, about_file
from matcher.audit.published import Published, Record, whole
from matcher.audit.times import Window, read_windows

GOOD_STATUS = ("optimal", "feasible")


def lists(published: Published, world: World) -> Iterator[Finding]:
    """Check that everybody stands once, and in the right list."""
    placed = Counter(row["student_id"] for row in published.placements)
    unplaced = Counter(row["student_id"] for row in published.unplaced)
    codes = {row["student_id"]: row["code"] for row in published.unplaced}
    for name, table in (("placements.csv", placed), ("unplaced.csv", unplaced)):
        for student_id, times in table.items():
            if student_id not in world.students:
                yield Finding(student_id, "unknown_id", None, f"{name} names a student who is not in students")
            if times > 1:
                yield Finding(student_id, "duplicate_student", None, f"stands {times} times in {name}")
    for student_id, student in world.students.items():
        here, there, code = student_id in placed, student_id in unplaced, codes.get(student_id)
        if student.status == "placed":
            fault = "is placed already and must be in neither list" if here or there else ""
        elif student.status == "not_ready":
            fault = (
                "" if there and not here and code == "not_ready" else "is not ready and must be in unplaced.csv with code not_ready only"
            )
        elif here and there:
            fault = "stands in both placements.csv and unplaced.csv"
        elif not here and not there:
            fault = "stands in neither placements.csv nor unplaced.csv"
        else:
            fault = "is seeking and cannot have the code not_ready" if code == "not_ready" else ""
        if fault:
            yield Finding(student_id, "lists", None, fault)
        if there and not code:
            yield Finding(student_id, "file_shape", None, "has no code in unplaced.csv")


def totals(published: Published, world: World) -> Iterator[Finding]:
    """Check the status, the counts and the objective values of summary.json."""
    summary = published.summary
    if summary is None:
        return
    if summary.get("status") not in GOOD_STATUS:
        yield about_file("totals", f"status in summary.json is not one of {', '.join(GOOD_STATUS)}")
    counts = summary.get("counts")
    expected = {
        "seats": sum((thing.seats or 0) * len(thing.patterns) for thing in world.opportunities.values()),
        "seats_used": sum(_seats_used(published, world).values()),
        "seeking": sum(student.status == "seeking" for student in world.students.values()),
        "placed": len(published.placements),
        "unplaced": len(published.unplaced),
    }
    for name, number in expected.items():
        given = counts.get(name) if isinstance(counts, dict) else None
        if not _same(given, number):
            yield about_file("totals", f"counts.{name} in summary.json should be {number}")
    values = {
        "most_placed": len(published.placements),
        "total_points": sum(whole(row["points"]) or 0 for row in published.placements),
    }
    objectives = summary.get("objectives", [])
    for entry in objectives if isinstance(objectives, list) else []:
        for name, number in values.items():
            if isinstance(entry, dict) and entry.get("name") == name and not _same(entry.get("value"), number):
                yield about_file("totals", f"objective {name} in summary.json should be {number}")


def seats(published: Published, world: World) -> Iterator[Finding]:
    """Check that seats.csv has every opportunity and alternative, with its seats and how many are used."""
    if "seats.csv" not in published.tables:
        return
    used = _seats_used(published, world)
    expected = Counter((name, frozenset(windows)) for name, thing in world.opportunities.items() for windows in thing.patterns)
    found: Counter[tuple[str, frozenset[Window]]] = Counter()
    counted: Counter[tuple[str, frozenset[Window]]] = Counter()
    for row in published.tables["seats.csv"]:
        key = (row["opportunity_id"], _pattern(row))
        opportunity = world.opportunities.get(key[0])
        if opportunity is None or key not in expected:
            yield about_file("totals", f"seats.csv has a row for {key[0]} whose sessions are not one of its alternatives")
            continue
        found[key] += 1
        counted[key] += whole(row["used"]) or 0
        if whole(row["seats"]) is None or whole(row["seats"]) != opportunity.seats:
            yield about_file("totals", f"seats of {key[0]} in seats.csv should be {opportunity.seats}")
    for key, times in expected.items():
        if found[key] != times:
            yield about_file("totals", f"seats.csv has {found[key]} rows for an alternative of {key[0]}, not {times}")
        elif counted[key] != used[key]:
            yield about_file("totals", f"seats.csv says {counted[key]} seats of {key[0]} are used, and {used[key]} are")


def _seats_used(published: Published, world: World) -> Counter[tuple[str, frozenset[Window]]]:
    """Count who holds a seat in each alternative: the placements, and students placed before this round."""
    used: Counter[tuple[str, frozenset[Window]]] = Counter()
    for row in published.placements:
        used[(row["opportunity_id"], _pattern(row))] += 1
    for held in world.previous:
        student, opportunity = world.students.get(held.student_id), world.opportunities.get(held.opportunity_id)
        if student is not None and student.status == "placed" and opportunity is not None and opportunity.patterns:
            used[(held.opportunity_id, frozenset(_held_pattern(held.windows, opportunity.patterns)))] += 1
    return used


def _held_pattern(windows: tuple[Window, ...], patterns: Sequence[tuple[Window, ...]]) -> tuple[Window, ...]:
    """Give the alternative of a seat held before: that of these windows, else the first they overlap, else the first."""
    for pattern in patterns:
        if set(pattern) == set(windows):
            return pattern
    for pattern in patterns:
        for mine in windows:
            for other in pattern:
                if mine.weekday == other.weekday and mine.start < other.end and other.start < mine.end:
                    return pattern
    return patterns[0]


def _pattern(row: Record) -> frozenset[Window]:
    try:
        return frozenset(read_windows(row["sessions"]))
    except ValueError:
        return frozenset()


def _same(given: object, number: int) -> bool:
    return isinstance(given, int | float) and not isinstance(given, bool) and given == number
