"""Travel by docs/rules.md section 4: how long each mode takes, which modes are lawful, and which one is used."""

from __future__ import annotations

import math
from dataclasses import dataclass

from matcher.audit.diary import Diary, Pair
from matcher.audit.facts import Ride, Van
from matcher.audit.geo import kilometres
from matcher.audit.papers import fault, gap
from matcher.audit.terms import DEFAULT_CAP
from matcher.audit.times import Window, age_on

MODES = ("walk", "bike", "transit", "drive", "dropoff", "van")
DRIVING_AGE = 16
DRIVING_PAPERS = ("driver_license", "auto_insurance")


@dataclass(frozen=True)
class Trip:
    """Minutes and transfers there and back by one mode."""

    mode: str
    there: float
    back: float
    transfers: int

    @property
    def minutes(self) -> float:
        """Give the longer of the two directions."""
        return max(self.there, self.back)

    def __str__(self) -> str:
        return f"{self.mode} {self.minutes:g} min, {self.transfers} transfers"


def prescribed(pair: Pair, diary: Diary) -> tuple[Trip | None, dict[str, str]]:
    """Give the trip a pair must use, None when no mode is lawful, and why each other mode is not lawful."""
    lawful: list[Trip] = []
    refused: dict[str, str] = {}
    for mode in MODES:
        if mode not in pair.student.modes:
            continue
        trip = trip_by(mode, pair, diary)
        why = why_unlawful(trip, pair, diary) if trip else f"{mode}: minutes are not known"
        if trip and not why:
            lawful.append(trip)
        else:
            refused[mode] = why
    others = [trip for trip in lawful if trip.mode != "van"]
    best = min(others or lawful, key=lambda trip: (trip.minutes, trip.transfers, MODES.index(trip.mode)), default=None)
    return best, refused


def trip_by(mode: str, pair: Pair, diary: Diary) -> Trip | None:
    """Give a mode's trip, or None when its minutes are not known."""
    there, back = _ride(mode, pair.student.starts_from, pair, diary), _ride(mode, pair.student.returns_to, pair, diary, outward=False)
    if there is None or back is None or there.minutes is None or back.minutes is None:
        return None
    return Trip(mode, there.minutes, back.minutes, max(there.transfers, back.transfers))


def why_unlawful(trip: Trip, pair: Pair, diary: Diary) -> str:
    """Give the reason why a trip is not lawful for a pair, "" when it is."""
    terms, school = diary.world.terms, pair.school
    cap = most_minutes(pair, diary)
    if trip.minutes > cap:
        return f"{trip.mode} takes {trip.minutes:g} min, more than {cap:g}"
    if trip.transfers > terms.max_transfers:
        return f"{trip.mode} has {trip.transfers} transfers, more than {terms.max_transfers}"
    for window in pair.windows:
        if school.leave_after is not None and window.start - trip.there - terms.buffer < school.leave_after:
            return f"{trip.mode} must leave before the school's leave_after"
        if school.return_by is not None and window.end + trip.back > school.return_by:
            return f"{trip.mode} is back after the school's return_by"
    if trip.mode == "drive":
        return _why_no_driving(pair, diary)
    return _why_no_van(trip, pair, diary) if trip.mode == "van" else ""


def most_minutes(pair: Pair, diary: Diary) -> float:
    """Give the most minutes one way."""
    caps = [cap for cap in (pair.student.max_travel_minutes, diary.world.terms.max_travel_minutes) if cap is not None]
    return min(caps, default=DEFAULT_CAP)


def van_serves(van: Van, window: Window, trip: Trip, pair: Pair, diary: Diary) -> bool:
    """Say whether a van runs for one window of a pair."""
    school = pair.school
    if van.school_id != school.school_id or window.weekday not in van.weekdays or van.departs is None or van.returns is None:
        return False
    if van.site_ids and pair.site.site_id not in van.site_ids:
        return False
    if van.departs + trip.there + diary.world.terms.buffer > window.start or window.end + trip.back > van.returns:
        return False
    if school.leave_after is not None and van.departs < school.leave_after:
        return False
    return school.return_by is None or van.returns <= school.return_by


def from_home(end: str, pair: Pair) -> bool:
    """Say whether an end of the trip is the home; a home without a place is the school."""
    return end == "home" and pair.student.home is not None


def _ride(mode: str, end: str, pair: Pair, diary: Diary, outward: bool = True) -> Ride | None:
    """Give minutes and transfers between one end and the site: a given row, else computed, else None."""
    at_home = from_home(end, pair)
    student, school, site = pair.student, pair.school, pair.site
    for name in (student.student_id,) if at_home else (school.school_id, student.student_id):
        if (name, site.site_id, mode) in diary.world.rides:
            return diary.world.rides[(name, site.site_id, mode)]
    pace, origin = diary.world.terms.pace(mode), student.home if at_home else school.place
    if mode == "transit" and diary.planner and origin and site.place:
        return diary.planner.ride(origin, site.place, pair.windows, outward, most_minutes(pair, diary))
    if pace is None or origin is None or site.place is None:
        return None
    km = kilometres(origin, site.place)
    return Ride(math.ceil(pace.fixed_minutes + 60 * pace.detour * km / pace.speed_kmh), 0)


def _why_no_driving(pair: Pair, diary: Diary) -> str:
    if not pair.days:
        return ""
    first, student = pair.days[0], pair.student
    laws = diary.world.book.in_force("driving", pair.states, first)
    least = max((int(law.values.get("min_age", DRIVING_AGE)) for law in laws), default=DRIVING_AGE)
    papers = [name for law in laws for name in law.values.get("documents", ())] if laws else DRIVING_PAPERS
    if student.birth is None:
        return f"drive: birth date of {student.student_id} is not known"
    if age_on(student.birth, first) < least:
        return f"drive: age {age_on(student.birth, first)} is below {least}"
    found = gap(student.documents, papers, pair.days)
    return f"drive: {fault(student.documents, found[1], student.student_id)} on {found[0]}" if found else ""


def _why_no_van(trip: Trip, pair: Pair, diary: Diary) -> str:
    if from_home(pair.student.starts_from, pair) or from_home(pair.student.returns_to, pair):
        return "van: it runs from and to the school only"
    vans = diary.world.vans
    served = all(any(van_serves(van, window, trip, pair, diary) for van in vans) for window in pair.windows)
    return "" if served else "van: no van of the school serves every window"
