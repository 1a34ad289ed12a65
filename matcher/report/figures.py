"""Key figures: who is placed, seats in use, wishes granted, trips, points, changes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from statistics import median

from matcher.changes import Fate, fates
from matcher.domain import Request
from matcher.instants import standing
from matcher.pipeline import Run
from matcher.plan import Placement
from matcher.report.words import count, percent

STATES = {"landed": "Landed", "pursuing": "Pursuing", "wish": "Wish"}


@dataclass(frozen=True)
class Card:
    """One key figure: a big number, what it is, and one line more; `share` (percent) draws a bar."""

    title: str
    number: str
    of: str
    note: str
    share: int | None = None


@dataclass(frozen=True)
class WishTable:
    """Requests granted of requests made, by state (rows) and rank (columns)."""

    ranks: tuple[str, ...]
    rows: tuple[tuple[str, tuple[str, ...]], ...]
    landed: str


def cards(run: Run, counts: dict[str, int]) -> list[Card]:
    """The key figures in the order in which people ask for them."""
    return [
        _placed(counts),
        _seats(run, counts),
        _wishes(run),
        _trips(run.placements),
        _bands(run),
        _changes(run),
    ]


def _placed(counts: dict[str, int]) -> Card:
    left = counts["seeking"] - counts["placed"]
    note = f"{count(left, 'student is', 'students are')} still without a place." if left else "Everybody who seeks a place has one."
    placed, seeking = counts["placed"], counts["seeking"]
    return Card("Students placed", f"{placed:,}", f"of {seeking:,} seeking", note, percent(placed, seeking))


def _seats(run: Run, counts: dict[str, int]) -> Card:
    held = standing(run.world)
    used = counts["seats_used"]
    note = f"At {count(counts['opportunities'], 'offer')} of {count(counts['sites'], 'site')}."
    if held:
        note += f" {count(len(held), 'seat was', 'seats were')} taken before this round."
    return Card("Seats in use", f"{used:,}", f"of {counts['seats']:,} seats", note, min(100, percent(used, counts["seats"])))


def asked(run: Run) -> list[Request]:
    """Live requests, other than declined ones, of students who seek a place."""
    seeking = {s.student_id for s in run.world.students}
    return [r for r in run.world.round.live_requests() if r.state != "declined" and r.student_id in seeking]


def granted(run: Run) -> set[tuple[str, str]]:
    """Student and opportunity of every placement."""
    return {(p.student.student_id, p.variant.opportunity.opportunity_id) for p in run.placements}


def _wishes(run: Run) -> Card:
    requests, plan = asked(run), granted(run)
    students = {r.student_id for r in requests}
    got = [r for r in requests if (r.student_id, r.opportunity_id) in plan]
    happy, first = {r.student_id for r in got}, {r.student_id for r in got if r.rank == 1}
    if not students:
        return Card("Wishes granted", "0", "requests made", "No student asked for a place in this round.")
    note = f"{count(len(first), 'student has', 'students have')} their first wish."
    return Card("Wishes granted", f"{len(happy):,}", f"of {len(students):,} who asked", note, percent(len(happy), len(students)))


def wish_table(run: Run) -> WishTable | None:
    """Requests granted of requests made; None when nobody asked."""
    requests, plan = asked(run), granted(run)
    made = Counter((r.state, _rank(r)) for r in requests)
    got = Counter((r.state, _rank(r)) for r in requests if (r.student_id, r.opportunity_id) in plan)
    ranks = tuple(rank for rank in ("1st", "2nd", "3rd", "4th +", "no rank") if any(r == rank for _, r in made))
    rows = tuple(
        (words, tuple(f"{got[state, rank]} of {made[state, rank]}" if made[state, rank] else "–" for rank in ranks))
        for state, words in STATES.items()
        if any(s == state for s, _ in made)
    )
    return WishTable(ranks, rows, _landed(run, requests, plan)) if rows else None


def _landed(run: Run, requests: list[Request], plan: set[tuple[str, str]]) -> str:
    """What became of landed requests that the plan does not hold; nothing when it holds them all."""
    lost = [r for r in requests if r.state == "landed" and (r.student_id, r.opportunity_id) not in plan]
    if not lost:
        return ""
    candidates = run.lawful.candidates
    lawful = {
        (r.student_id, r.opportunity_id)
        for r in lost
        if r.opportunity_id in {candidates.variant_of(int(p)).opportunity.opportunity_id for p in candidates.of_students(r.student_id)}
    }
    open_, total = len(lawful), len({(r.student_id, r.opportunity_id) for r in lost})
    parts = [f"{total - open_} meet{'s' * (total - open_ == 1)} a rule that refuses them"] * (total > open_)
    parts += [f"{open_} had no room or gave way to the aims below"] * (open_ > 0)
    said = f"{count(total, 'landed request is', 'landed requests are')} not in the plan: {' and '.join(parts)}."
    return f"{said} A pin keeps a lawful one where there is room."


def _rank(request: Request) -> str:
    if request.rank is None:
        return "no rank"
    return {1: "1st", 2: "2nd", 3: "3rd"}.get(request.rank, "4th +")


def _trips(placements: Iterable[Placement]) -> Card:
    minutes = sorted(p.minutes for p in placements)
    if not minutes:
        return Card("Median trip, one way", "–", "", "Nobody is placed.")
    transfers = sum(p.transfers > 0 for p in placements)
    note = f"The longest takes {minutes[-1]} minutes; {count(transfers, 'student has', 'students have')} to change on the way."
    return Card("Median trip, one way", f"{median(minutes):g}", "minutes", note)


def below_bands(placements: Iterable[Placement], bands: Iterable[int]) -> list[tuple[int, int]]:
    """Each band of points with how many placed students are below it."""
    points = [p.points for p in placements]
    return [(band, sum(p < band for p in points)) for band in bands]


def _bands(run: Run) -> Card:
    bands = below_bands(run.placements, run.world.settings.objectives.bands)
    if not bands:
        return Card("Weak fits", "–", "", "This round sets no band of points.")
    (first, few), rest = bands[0], bands[1:]
    note = " ".join(f"{count(n, 'student is', 'students are')} below {band}." for band, n in rest)
    return Card("Weak fits", f"{few:,}", f"below {first} points", note + " 1,000 points is a perfect fit.")


def _changes(run: Run) -> Card:
    kinds = Counter(fates(run).values())
    before = kinds.total()
    if not before:
        return Card("Moving elsewhere", "–", "", "There is no earlier plan to compare with.")
    shown = {
        Fate.KEPT: ("keeps the place", "keep their place"),
        Fate.OTHER_HOURS: ("keeps the place at other times", "keep the place at other times"),
        Fate.LOST: ("loses the place and gets no other", "lose their place and get no other"),
        Fate.OUT: ("does not take part now", "do not take part now"),
    }
    note = "; ".join(count(kinds[fate], *words) for fate, words in shown.items() if kinds[fate])
    elsewhere = f"{kinds[Fate.ELSEWHERE]:,}"
    return Card("Moving elsewhere", elsewhere, f"of {before:,} placed today", f"{note}." if note else "")
