"""Where students are today, read again, and the promise of settings.md that a first commitment is kept while it is lawful."""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Iterator, Sequence
from pathlib import Path

from matcher.audit.diary import Diary, Pair
from matcher.audit.facts import Previous, World
from matcher.audit.finding import Finding, about_file
from matcher.audit.limits import Stay, capacities, keep_apart, keep_together, no_contact
from matcher.audit.placements import PAIR_RULES
from matcher.audit.published import Published, unescaped
from matcher.audit.times import read_windows
from matcher.audit.trips import prescribed
from matcher.audit.vans import van_seats


def today(published: Published, world: World, earlier: Path | None) -> tuple[list[Previous], list[Finding]]:
    """Give where seeking students are today: what manifest.json says, held against the table and an earlier output.

    Before the term and without an earlier output nothing rests on it, and nothing is read.

    Parameters
    ----------
    earlier : the output that the plan was made from by ``--previous``. Where it is not at hand, the manifest's word counts; where
        the plan was made without one, the table.
    """
    if world.terms.began is None and earlier is None:
        return [], []
    said, findings = _said(published)
    found = {row.student_id: row for row in said}
    seal = (published.manifest or {}).get("earlier_plan")
    if seal is not None and earlier is None:
        return said, findings
    known = {row.student_id: row for row in world.previous if _seeks(world, row.student_id)}
    if earlier is not None:
        try:
            rows, left, digest = _published_before(earlier)
        except (OSError, ValueError, KeyError, csv.Error):
            return said, [*findings, about_file("earlier_plan", "the files of the earlier plan cannot be read")]
        known = {name: row for name, row in known.items() if name not in left}
        known |= {row.student_id: row for row in rows if _seeks(world, row.student_id)}
        if seal != digest:
            findings.append(about_file("earlier_plan", "manifest.json names another earlier plan"))
    for student_id in sorted({*known, *found}):
        if student_id not in found:
            findings.append(Finding(student_id, "earlier_plan", None, "manifest.json does not say where the student is today"))
        elif student_id not in known:
            findings.append(Finding(student_id, "earlier_plan", None, "has a place today by manifest.json only"))
        elif _key(found[student_id]) != _key(known[student_id]):
            message = f"is at {known[student_id].opportunity_id} today, and manifest.json says otherwise"
            findings.append(Finding(student_id, "earlier_plan", None, message))
    return list(known.values()), findings


def commitments(stays: Sequence[Stay], rows: Sequence[Previous], diary: Diary) -> Iterator[Finding]:
    """Check that whoever is within the first commitment is where they were, while that is lawful and there is room.

    There is no room when the place breaks a limit beside those who keep theirs, those with a pin, whoever is kept together with
    them, and those placed before.
    """
    terms, world = diary.world.terms, diary.world
    if terms.began is None:
        return
    committed: dict[str, list[Pair]] = {}
    for row in rows:
        opportunity = world.opportunities.get(row.opportunity_id)
        if opportunity is None or terms.start >= max(terms.began, opportunity.starts or terms.began) + terms.commitment:
            continue
        student = world.students.get(row.student_id)
        if student and student.status == "seeking" and student.school_id in world.schools and opportunity.site_id in world.sites:
            committed[row.student_id] = _lawful_ways(row, diary)
    there = {stay.student_id: stay for stay in stays if stay.published}
    keeping = {name for name, ways in committed.items() if name in there and any(_same(there[name].pair, way) for way in ways)}
    right = keeping | {name for name in there if world.told("pin", name)}
    while company := {other for name in right for other in world.told("keep_together", name) & there.keys()} - right:
        right |= company
    firm = [s for s in stays if not s.published or s.student_id in right]
    for name, ways in sorted(committed.items()):
        if name in keeping or not ways:
            continue
        along = sorted((world.told("keep_together", name) & committed.keys()) - keeping)
        beside = [s for s in firm if s.student_id not in {name, *along}]
        beside += [Stay(committed[other][0], published=True) for other in along if committed[other]]
        if any(_fits([*beside, Stay(way, published=True)], diary) for way in ways):
            where = ways[0].opportunity.opportunity_id
            yield Finding(name, "first_commitment", None, f"is within the first commitment at {where}, which is lawful and has room")


def _said(published: Published) -> tuple[list[Previous], list[Finding]]:
    """Read `previous` of manifest.json."""
    try:
        rows = (published.manifest or {})["previous"]
        return [Previous(str(student), str(offer), read_windows(str(windows)) if windows else ()) for student, offer, windows in rows], []
    except (KeyError, TypeError, ValueError):
        return [], [about_file("earlier_plan", "manifest.json does not say where students are today")]


def _published_before(earlier: Path) -> tuple[list[Previous], set[str], str]:
    """Give the placements of an earlier output, whom it leaves unplaced (nobody, when it does not say), and the hash of the first."""
    content = (earlier / "placements.csv").read_bytes()
    rows = [Previous(row["student_id"], row["opportunity_id"], read_windows(row["sessions"])) for row in _cells(content)]
    unplaced = earlier / "unplaced.csv"
    left = {row["student_id"] for row in _cells(unplaced.read_bytes())} if unplaced.is_file() else set()
    return rows, left, hashlib.sha256(content).hexdigest()


def _cells(content: bytes) -> list[dict[str, str]]:
    reader = csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline=""), restkey="rest", restval="")
    return [{key: unescaped(row[key]).strip() for key in reader.fieldnames or ()} for row in reader]


def _key(row: Previous) -> tuple[str, frozenset[object]]:
    return (row.opportunity_id, frozenset(row.windows))


def _seeks(world: World, student_id: str) -> bool:
    student = world.students.get(student_id)
    return student is not None and student.status == "seeking"


def _lawful_ways(row: Previous, diary: Diary) -> list[Pair]:
    """Give the lawful pairs that keep a student where a row says, one for each pattern it allows and each listed mentor."""
    student, opportunity = diary.world.students[row.student_id], diary.world.opportunities[row.opportunity_id]
    patterns = [p for p in opportunity.patterns if not row.windows or set(p) == set(row.windows)]
    pairs = [diary.pair(student, opportunity, mentor, pattern) for pattern in patterns for mentor in diary.listed(opportunity)]
    return [pair for pair in pairs if not any(check(pair, diary) for check in PAIR_RULES.values()) and prescribed(pair, diary)[0]]


def _same(pair: Pair, other: Pair) -> bool:
    return pair.opportunity.opportunity_id == other.opportunity.opportunity_id and set(pair.windows) == set(other.windows)


def _fits(stays: Sequence[Stay], diary: Diary) -> bool:
    """Say whether stays keep every limit together."""
    riding = [stay.pair for stay in stays if stay.published and _by_van(stay.pair, diary)]
    checks = [limit(stays, diary) for limit in (capacities, no_contact, keep_apart, keep_together)]
    return not any(True for found in checks for _ in found) and not any(True for _ in van_seats(riding, diary))


def _by_van(pair: Pair, diary: Diary) -> bool:
    trip = prescribed(pair, diary)[0]
    return trip is not None and trip.mode == "van"
