"""Rows with lawful defaults, so that a test names only what it is about. Everybody here is invented."""

from __future__ import annotations

import datetime as dt
from typing import Any

from matcher.domain import (
    Asks,
    CalendarDay,
    Decision,
    Earlier,
    Mentor,
    Opportunity,
    Request,
    Round,
    School,
    Site,
    Student,
    Trip,
    Van,
)
from matcher.settings import Settings

YEAR = "2026-07-01..2027-06-30"
TUE_THU = "Tue 09:00-15:00;Thu 09:00-15:00"


def school(school_id: str = "K1", **changes: Any) -> School:
    row = {"school_id": school_id, "name": "Harbor High", "state": "US-RI", "region": "bay", "lat": "41.8240", "lon": "-71.4128"}
    row |= {"windows": "Mon 08:00-16:00;Tue 08:00-16:00;Wed 08:00-16:00;Thu 08:00-16:00;Fri 08:00-16:00"}
    row |= {"leave_after": "07:00", "return_by": "18:00"}
    return School(**(row | changes))


def student(student_id: str = "S1", **changes: Any) -> Student:
    """Sixteen on the first day, with consent and contacts for the year, walking."""
    row = {"student_id": student_id, "school_id": "K1", "name": f"Student {student_id}", "grade": "11", "birth_date": "2010-01-15"}
    row |= {"interests": "animals and plants", "travel_modes": "walk", "documents": f"parent_consent:{YEAR};emergency_contacts:{YEAR}"}
    return Student(**(row | changes))


def site(site_id: str = "W1", **changes: Any) -> Site:
    row = {"site_id": site_id, "name": f"Site {site_id}", "state": "US-RI", "lat": "41.8250", "lon": "-71.4130", "observable": "yes"}
    row |= {"description": "An animal clinic.", "documents": f"agreement:{YEAR};insurance:{YEAR};site_visit:{YEAR}"}
    return Site(**(row | changes))


def mentor(mentor_id: str = "M1", **changes: Any) -> Mentor:
    row = {"mentor_id": mentor_id, "site_id": "W1", "name": f"Mentor {mentor_id}", "documents": "clearance:2026-07-01..2027-06-30"}
    return Mentor(**(row | changes))


def opportunity(opportunity_id: str = "O1", **changes: Any) -> Opportunity:
    row = {"opportunity_id": opportunity_id, "site_id": "W1", "mentors": "M1", "title": "Helper", "placement_kind": "unpaid_learning"}
    row |= {"description": "Feed and clean.", "sessions": TUE_THU, "seats": "1"}
    return Opportunity(**(row | changes))


def settings(start: str = "2026-09-08", end: str = "2026-12-18", **sections: Any) -> Settings:
    """Settings with a term and any other sections as in round.toml."""
    section = {"start": dt.date.fromisoformat(start), "end": dt.date.fromisoformat(end)}
    return Settings.model_validate({"round": section | sections.pop("round", {}), **sections})


def a_round(**tables: Any) -> Round:
    """A lawful round of one student and one opportunity, unless tables say otherwise."""
    defaults: dict[str, Any] = {
        "settings": settings(),
        "schools": (school(),),
        "students": (student(),),
        "sites": (site(),),
        "mentors": (mentor(),),
        "opportunities": (opportunity(),),
    }
    return Round(**(defaults | {name: value if name == "settings" else tuple(value) for name, value in tables.items()}))


def request(student_id: str = "S1", opportunity_id: str = "O1", **changes: Any) -> Request:
    return Request(**({"student_id": student_id, "opportunity_id": opportunity_id} | changes))


def decision(kind: str, a: str, b: str, **changes: Any) -> Decision:
    return Decision(**({"kind": kind, "a": a, "b": b} | changes))


def day_off(date: str, school_id: str = "*", kind: str = "no_school") -> CalendarDay:
    return CalendarDay(school_id=school_id, date=date, kind=kind)


def trip(from_id: str = "S1", site_id: str = "W1", mode: str = "transit", minutes: str = "20", transfers: str = "0") -> Trip:
    return Trip(from_id=from_id, site_id=site_id, mode=mode, minutes=minutes, transfers=transfers)


def van(van_id: str = "V1", **changes: Any) -> Van:
    row = {"van_id": van_id, "school_id": "K1", "seats": "8", "weekdays": "Tue;Thu", "departs": "08:00", "returns": "16:00"}
    return Van(**(row | changes))


def earlier(student_id: str = "S1", opportunity_id: str = "O1", sessions: str = TUE_THU) -> Earlier:
    return Earlier(student_id=student_id, opportunity_id=opportunity_id, sessions=sessions)


def asks(site_id: str = "W1", asked: str = "1", landed: str = "0", **changes: Any) -> Asks:
    """A row of `history`."""
    return Asks(**({"site_id": site_id, "asked": asked, "landed": landed} | changes))
