"""Hypothesis strategies of whole tiny rounds in which every kind of rule and limit turns up. Everybody here is invented.

Each round draws a few kinds of trouble; everything of other kinds is lawful and usual in it. So most rounds have lawful pairs,
and kinds of trouble meet each other (swarm testing: Groce and others 2012).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from random import Random
from typing import Any

from hypothesis import strategies as st

from matcher.domain import Decision, Mentor, Opportunity, Request, Round, Row, School, Site, Student, Trip, Van
from tests import builders
from tests.builders import YEAR

TERMS = (("2026-09-08", "2026-09-25"), ("2026-08-31", "2026-09-18"), ("2026-12-07", "2026-12-24"), ("2026-09-22", "2026-09-24"))
ALL_PACKS = ("us-federal", "us-ca", "us-ny", "us-ri", "us-wa", "school")
ORDER = ("priority_classes", "most_placed", "landed", "worst_off", "total_points", "least_change", "public_draw")
KINDS = (
    "ages", "paid", "programmes", "tasks", "student papers", "other papers", "site papers", "clearance", "leave", "closures", "days off",
    "needs", "observable", "homes", "modes", "trips", "caps", "hours of the school", "states", "access", "availability", "required papers",
    "least age", "least grade", "appetite", "requests", "decisions", "previous", "status", "priority", "dates of offers", "settings",
    "vans", "pins", "full sites", "long days", "terms",
)  # fmt: skip
DAYS = (
    "Tue 09:00-12:00",
    "Tue 11:00-14:00",
    "Tue 09:00-15:00;Thu 09:00-15:00",
    "Thu 09:00-12:00",
    "Tue 09:00-11:00;Tue 11:00-14:00",
    "Tue 09:00-10:00;Tue 13:00-14:00;Wed 10:00-13:00",
)
LONG_DAYS = ("Wed 15:00-17:00;Fri 15:00-18:30", "Sat 10:00-14:00;Mon 06:30-08:00", "Mon 08:00-18:00;Tue 06:00-17:00;Fri 08:00-18:00")
OPEN = "Mon 06:00-19:00;Tue 06:00-19:00;Wed 06:00-19:00;Thu 06:00-19:00;Fri 06:00-19:00;Sat 06:00-19:00"
SPLIT = "Tue 08:00-11:00;Tue 11:00-15:00;Thu 08:00-15:00;Wed 10:00-12:00"
HERE, NEAR, FAR = ("41.8240", "-71.4128"), ("41.8300", "-71.4200"), ("41.8700", "-71.4000")
NOWHERE = (None, None)
NEEDED = ("parent_consent", "emergency_contacts")
OTHERS = ("work_permit", "driver_license", "auto_insurance", "parent_notice", "immunizations")
SITE_PAPERS = ("agreement", "insurance", "site_visit")
DAY = dt.timedelta(days=1)
MOST_KINDS = 12


@dataclass
class Dice:
    """Draws what is usual, or something else where the round has trouble of that kind."""

    draw: st.DrawFn
    kinds: frozenset[str]
    term: tuple[str, str] = TERMS[0]

    @property
    def first(self) -> dt.date:
        """The first day of the round."""
        return dt.date.fromisoformat(self.term[0])

    @property
    def last(self) -> dt.date:
        """The last day of the round."""
        return dt.date.fromisoformat(self.term[1])

    @property
    def middle(self) -> dt.date:
        """A day in the middle of the round."""
        return self.first + (self.last - self.first) // 2

    def pick(self, kind: str, usual: Any, *others: Any) -> Any:
        """The usual, or in every other draw one of the others when the round has trouble of this kind."""
        return self.draw(st.sampled_from([usual] * len(others) + list(others))) if kind in self.kinds else usual

    def any(self, values: Sequence[Any]) -> Any:
        """One of the values, whatever the trouble."""
        return self.draw(st.sampled_from(values))

    def papers(self, kind: str, *names: str, usual: bool = True) -> str:
        """Documents: there and good, or not, or with an end, a start, a gap or no date."""
        m = self.middle
        entries = []
        for name in names:
            sound = f"{name}:{YEAR}"
            faults = (
                "",
                name,
                f"{name}:{m}",
                f"{name}:2027-06-30",
                f"{name}:2026-07-01..{m};{name}:{m + DAY}..2027-06-30",
                f"{name}:2026-07-01..{m};{name}:{m + 3 * DAY}..2027-06-30",
                f"{name}:{m}..2027-06-30",
            )
            entries.append(self.pick(kind, *((sound, *faults) if usual else ("", sound, *faults))))
        return ";".join(entry for entry in entries if entry)


def blank(model: type[Row], row: dict[str, Any]) -> dict[str, Any]:
    """The row with blank cells of columns that may be unknown as None, as the import reads them."""
    return {name: None if value == "" and model.model_fields[name].default is None else value for name, value in row.items()}


def _student(dice: Dice, student_id: str, schools: list[str], vans: bool) -> Student:
    birthdays = [str(dice.middle.replace(year=dice.middle.year - age)) for age in (14, 16, 18)]
    born = ("2010-01-15", "2009-02-03", *birthdays, "2008-01-15", "2011-01-15", "2012-02-29", "2009-07-07", "")
    modes = ("walk", "walk;bike", "bike;dropoff", "drive;walk", "transit;drive", "drive", "bike", "transit", "")
    rides = ("van", "van", "van;transit", "walk;van")
    home = dice.pick("homes", NOWHERE, NEAR, FAR)
    changes = {
        "school_id": dice.any(schools),
        "grade": dice.pick("least grade", "11", "12", "9", "10", ""),
        "birth_date": dice.any(born) if "ages" in dice.kinds else born[0],
        "status": dice.pick("status", "seeking", "placed", "placed", "not_ready"),
        "travel_modes": dice.any(rides) if vans and dice.any([True, True, False]) else dice.pick("modes", *modes),
        "max_travel_minutes": dice.pick("caps", "", "20", "0", "90"),
        "available": dice.pick("availability", "", "Tue 08:00-12:00;Tue 12:00-15:30", OPEN, "Thu 08:00-16:00"),
        "lat": home[0],
        "lon": home[1],
        "starts_from": dice.pick("homes", "school", "home"),
        "returns_to": dice.pick("homes", "school", "home"),
        "needs": dice.pick("needs", "", "step_free", "quiet;step_free"),
        "documents": f"{dice.papers('student papers', *NEEDED)};{dice.papers('other papers', *OTHERS)}",
        "programs": dice.pick("programmes", "", "WEE", "Co-Op;cte"),
        "priority": dice.pick("priority", "0", "1", "2", "-1"),
        "interests": dice.any(["animals and plants", "engines", ""]),
    }
    return builders.student(student_id, **blank(Student, changes))


def _school(dice: Dice, school_id: str) -> School:
    place = dice.pick("access", HERE, FAR)
    home = dice.pick("programmes", "US-RI", "US-CA")
    changes = {
        "state": dice.pick("states", home, "US-WA", "US-CA", "US-NY", "US-MA"),
        "region": dice.pick("access", "bay", "", "hills"),
        "lat": place[0],
        "lon": place[1],
        "windows": dice.pick("hours of the school", OPEN, SPLIT, "Tue 08:00-16:00;Wed 08:00-16:00;Thu 08:00-16:00"),
        "leave_after": dice.pick("hours of the school", "", "07:00", "08:50"),
        "return_by": dice.pick("hours of the school", "", "18:00", "15:05"),
    }
    return builders.school(school_id, **blank(School, changes))


def _site(dice: Dice, site_id: str, schools: list[str]) -> Site:
    place = dice.any([HERE, NEAR, FAR] if dice.kinds & {"trips", "modes", "caps"} else [HERE, NEAR])
    days = f"{dice.middle}..{dice.middle + 2 * DAY}"
    changes = {
        "state": dice.pick("states", "US-RI", "US-WA", "US-CA", "US-NY", "US-MA"),
        "lat": place[0],
        "lon": place[1],
        "features": dice.pick("needs", "step_free", "", "quiet;step_free"),
        "observable": dice.pick("observable", "yes", "no", ""),
        "documents": f"{dice.papers('site papers', *SITE_PAPERS)};{dice.papers('observable', 'one_to_one_approval', usual=False)}",
        "closures": dice.pick("closures", "", days, f"{dice.middle}", "2026-08-01..2026-12-31"),
        "max_students": dice.pick("full sites", "", "1", "2", "0"),
        "schools": dice.pick("access", ";".join(schools), "", schools[0]),
    }
    return builders.site(site_id, **blank(Site, changes))


def _mentor(dice: Dice, mentor_id: str, site_id: str) -> Mentor:
    week = f"{dice.middle}..{dice.middle + 7 * DAY}"
    changes = {
        "documents": dice.papers("clearance", "clearance"),
        "leave": dice.pick("leave", "", week, f"{dice.middle}", f"{dice.middle - 4 * DAY}..{dice.middle}"),
        "max_students": dice.any(["1", "2", "3", "1", "0"] if "leave" in dice.kinds else ["1", "2", "3"]),
    }
    return builders.mentor(mentor_id, site_id=site_id, **changes)


def _opportunity(dice: Dice, opportunity_id: str, site_id: str, mentors: list[str]) -> Opportunity:
    windows = DAYS + LONG_DAYS if dice.kinds & {"long days", "paid"} else DAYS
    patterns = dice.draw(st.lists(st.sampled_from(windows), min_size=1, max_size=2, unique=True))
    listed = dice.draw(st.permutations(mentors))[: dice.any([1, 2])]
    changes = {
        "site_id": site_id,
        "mentors": ";".join(listed),
        "tasks": dice.pick("tasks", "office", "", "office;baking", "HO-14", "retail"),
        "placement_kind": dice.pick("paid", "unpaid_learning", "paid_employment"),
        "program": dice.pick("programmes", "", "wee", "COOP", "CTE"),
        "sessions": " | ".join(patterns),
        "seats": dice.any(["1", "2", "3"]),
        "min_age": dice.pick("least age", "", "16", "17", "14"),
        "min_grade": dice.pick("least grade", "", "11", "10"),
        "requires": dice.pick("required papers", "", "immunizations"),
        "appetite": dice.pick("appetite", "open", "interested", "not_open"),
        "starts": dice.pick("dates of offers", "", f"{dice.middle}"),
        "ends": dice.pick("dates of offers", "", f"{dice.middle}", f"{dice.middle + 3 * DAY}"),
        "description": dice.any(["Feed and clean animals.", "Repair engines.", "Books."]),
    }
    return builders.opportunity(opportunity_id, **blank(Opportunity, changes))


def _decisions(dice: Dice, students: list[str], mentors: list[str], opportunities: list[str]) -> list[Decision]:
    """Decisions of every kind; no pin and ban of one pair."""
    found: dict[tuple[str, str, str], Decision] = {}
    together = list(combinations(students, 2))
    persons = together * 5 + [(s, m) for s in students for m in mentors]
    kinds = ["no_contact", "keep_apart", "keep_together"] * ("decisions" in dice.kinds) + ["pin", "ban"] * ("pins" in dice.kinds)
    kinds = dice.any([kinds, [dice.any(kinds)]]) if kinds else []
    for _ in range(dice.any([1, 2, 3, 4]) if kinds else 0):
        kind = dice.any(kinds)
        if kind in ("pin", "ban"):
            a, b = dice.any(students), dice.any(opportunities)
            if ("pin" if kind == "ban" else "ban", a, b) in found:
                continue
        else:
            a, b = dice.draw(st.permutations(dice.any(persons)))
        found[kind, a, b] = builders.decision(kind, a, b, until=dice.any([None, None, None, "2026-08-01", "2026-12-31"]))
    return sorted(found.values(), key=lambda d: (d.kind, d.a, d.b))


def _requests(dice: Dice, students: list[str], opportunities: list[str]) -> list[Request]:
    pairs = st.tuples(st.sampled_from(students), st.sampled_from(opportunities))
    return [
        builders.request(
            *pair,
            state=dice.any(["wish", "pursuing", "landed", "declined", "wish"]),
            rank=dice.any([None, "1", "2"]),
            expires=dice.any([None, None, None, "2026-08-01"]),
        )
        for pair in sorted(dice.draw(st.lists(pairs, max_size=5, unique=True)) if "requests" in dice.kinds else [])
    ]


def _trips(dice: Dice, froms: list[str], sites: list[str]) -> list[Trip]:
    modes = st.sampled_from(["transit", "transit", "van", "walk", "bike", "dropoff", "drive"])
    keys = st.lists(st.tuples(st.sampled_from(froms), st.sampled_from(sites), modes), max_size=6, unique=True)
    minutes, transfers = ["5", "15", "40", "70", "0"], ["0", "0", "1", "2"]
    return [builders.trip(*key, dice.any(minutes), dice.any(transfers)) for key in sorted(dice.draw(keys) if "trips" in dice.kinds else [])]


def _vans(dice: Dice, schools: list[str], sites: list[str]) -> list[Van]:
    return [
        builders.van(
            f"V{n + 1}",
            school_id=dice.any(schools),
            seats=dice.any(["1", "1", "2", "12"]),
            weekdays=dice.any(["Tue;Thu;Wed", "Mon;Tue;Wed;Thu;Fri;Sat", "Tue;Thu"]),
            sites=dice.any(["", "", *sites]),
            departs=dice.any(["06:00", "08:00", "08:00", "10:30"]),
            returns=dice.any(["19:00", "16:00", "16:00", "12:30"]),
        )
        for n in range(dice.any([1, 2]) if "vans" in dice.kinds else 0)
    ]


def _settings(dice: Dice) -> Any:
    orders = (("most_placed", "total_points", "public_draw"), ("total_points", "public_draw"), ("worst_off", "least_change", "public_draw"))
    packs = dice.pick("settings", ALL_PACKS, ("us-federal", "us-ri", "school"), ("us-ri",), ("school",))
    limits = {
        "arrival_buffer_minutes": dice.pick("settings", 0, 10),
        "max_transfers": dice.pick("settings", 1, 0),
        "max_travel_minutes": dice.pick("caps", None, 30, 90),
    }
    return builders.settings(
        *dice.term,
        round={"rule_packs": packs, "seed": dice.any(["a", "b", "c"])},
        objectives={"order": dice.pick("settings", ORDER, *orders)},
        limits={name: value for name, value in limits.items() if value is not None},
        weights=dice.any([{"requests": 1, "interests": 0, "travel": 0}, {}]),
    )


@st.composite
def rounds(draw: st.DrawFn) -> Round:
    """A whole tiny round: at most five students, four opportunities, three sites, two schools, four mentors; valid by construction."""
    lots = Random(draw(st.integers(0, 2**32)))  # not drawn one by one: hypothesis likes to repeat itself
    dice = Dice(draw, frozenset(lots.sample(KINDS, lots.randint(0, MOST_KINDS))))
    if "paid" in dice.kinds:  # laws on minors have something to say
        dice.kinds |= {"ages"}
    dice.term = dice.pick("terms", *TERMS)
    schools = [f"K{n + 1}" for n in range(dice.any([1, 1, 2]))]
    sites = [f"W{n + 1}" for n in range(dice.any([1, 2, 3]))]
    vans = _vans(dice, schools, sites)
    students = [_student(dice, f"S{n + 1}", schools, bool(vans)) for n in range(dice.any([2, 3, 4, 5, 1]))]
    at = {f"M{n + 1}": sites[n] if n < len(sites) else dice.any(sites) for n in range(dice.any(range(len(sites), 5)))}
    offers = []
    for n in range(dice.any([1, 2, 3, 4])):
        site_id = dice.any(sites)
        offers.append(_opportunity(dice, f"O{n + 1}", site_id, [m for m in at if at[m] == site_id]))
    names, offer_ids = [s.student_id for s in students], [o.opportunity_id for o in offers]
    days = st.tuples(
        st.sampled_from(["*", *schools]), st.integers(0, (dice.last - dice.first).days), st.sampled_from(["no_school", "no_lti"])
    )
    days_off = sorted(draw(st.lists(days, max_size=4, unique=True)) if "days off" in dice.kinds else [])
    stays = [s.student_id for s in students if dice.pick("previous", s.status == "placed", True, s.status == "placed", False)]
    return Round(
        settings=_settings(dice),
        schools=tuple(_school(dice, k) for k in schools),
        students=tuple(students),
        sites=tuple(_site(dice, w, schools) for w in sites),
        mentors=tuple(_mentor(dice, m, at[m]) for m in at),
        opportunities=tuple(offers),
        requests=tuple(_requests(dice, names, offer_ids)),
        decisions=tuple(_decisions(dice, names, list(at), offer_ids)),
        calendar=tuple(builders.day_off(str(dice.first + n * DAY), school_id, kind) for school_id, n, kind in days_off),
        travel=tuple(_trips(dice, [*names, *schools], sites)),
        vans=tuple(vans),
        previous=tuple(builders.earlier(s, dice.any(offer_ids), dice.any(["", *DAYS[:4]])) for s in stays),
    )
