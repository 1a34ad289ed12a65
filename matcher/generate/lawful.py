"""Pairs that are lawful beyond doubt: for pins, earlier placements and students to keep together.

This is far stricter than docs/rules.md (only unpaid offers where everybody's papers cover the whole term, five minutes to spare
on every trip), so it may say no to a lawful pair and must never say yes to an unlawful one.
"""

from __future__ import annotations

from matcher.cells import Window
from matcher.generate import places
from matcher.generate.shapes import OfferFacts, Region, SiteFacts, StudentFacts
from matcher.generate.trips import bus
from matcher.settings import TravelSection

CAP, SPARE = 60, 5
_SPEEDS = TravelSection()


def surely_lawful(region: Region, student: StudentFacts, offer: OfferFacts) -> bool:
    """Whether no rule can refuse this student this offer, whatever alternative and mentor."""
    site = offer.site
    return (
        offer.plain
        and student.sound
        and student.age >= offer.min_age
        and student.grade >= offer.min_grade
        and student.papers.issuperset(offer.requires)
        and (not site.schools or student.school.school_id in site.schools)
        and set(student.needs) <= set(site.features)
        and all(_fits(student, window) for way in offer.patterns for window in way)
        and _can_travel(region, student, site, [window for way in offer.patterns for window in way])
    )


def _fits(student: StudentFacts, window: Window) -> bool:
    school = student.school
    inside = window.weekday in school.days and school.opens <= window.start and window.end <= school.closes
    free = not student.available or any(
        w.weekday == window.weekday and w.start <= window.start and window.end <= w.end for w in student.available
    )
    return inside and free


def _can_travel(region: Region, student: StudentFacts, site: SiteFacts, windows: list[Window]) -> bool:
    cap = min(student.max_minutes or CAP, CAP)
    school = student.school
    for mode in student.modes:
        minutes = _minutes(region, student, site, mode)
        if minutes is None or minutes + SPARE > cap:
            continue
        slack = minutes + SPARE
        if all(w.start - slack >= school.leave_after and w.end + slack <= school.return_by for w in windows):
            return True
    return False


def _minutes(region: Region, student: StudentFacts, site: SiteFacts, mode: str) -> float | None:
    """The longer of the two directions; None where it is not certain that the mode may be used."""
    if mode in {"drive", "van"}:
        return None
    home = (student.student_id, student.lat, student.lon)
    school = (student.school.school_id, student.school.lat, student.school.lon)
    found: list[float] = []
    for from_id, lat, lon in (home if student.starts_home else school, home if student.returns_home else school):
        if mode == "transit":
            minutes, transfers = bus(region, from_id, lat, lon, site)
            if not minutes or transfers > 1:
                return None
            found.append(minutes)
        else:
            speeds = getattr(_SPEEDS, mode)
            km = places.kilometers(lat, lon, site.lat, site.lon)
            found.append(speeds.fixed_minutes + 60 * speeds.detour * km / speeds.speed_kmh)
    return max(found)
