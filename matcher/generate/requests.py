"""What students ask for: up to four requests each, mostly near home and about their interests."""

from __future__ import annotations

import datetime as dt

from matcher.generate import places, texts
from matcher.generate.dice import Dice, Urn
from matcher.generate.shapes import START, OfferFacts, Region, StudentFacts, Tables

COUNT = Urn({0: 0.3, 1: 0.22, 2: 0.24, 3: 0.16, 4: 0.08})
STATE = Urn({"wish": 0.6, "": 0.06, "pursuing": 0.2, "landed": 0.05, "declined": 0.09})
_LOOKED_AT = 6


def make_requests(tables: Tables, region: Region, pinned: dict[str, str]) -> None:
    """Add the requests of a region's seeking students; a pinned student has landed at the pinned offer or not asked for it."""
    maker = _Requests(tables, region)
    for student in region.students:
        if student.status in {"seeking", ""}:
            maker.ask(student, pinned.get(student.student_id))


class _Requests:
    """Makes the requests of one region."""

    def __init__(self, tables: Tables, region: Region) -> None:
        self.tables, self.region, self.dice = tables, region, region.dice("requests")
        self._by_field: dict[str, list[OfferFacts]] = {}
        for offer in region.offers:
            self._by_field.setdefault(offer.site.field_id, []).append(offer)

    def ask(self, student: StudentFacts, pin: str | None) -> None:
        """Add one student's requests."""
        drawn = [self._wanted(student).opportunity_id for _ in range(COUNT.draw(self.dice))]
        if pin and self.dice.chance(0.6):
            self.tables.add("requests", student_id=student.student_id, opportunity_id=pin, state="landed")
        for rank, wanted in enumerate((name for name in dict.fromkeys(drawn) if name != pin), start=1):
            state = STATE.draw(self.dice)
            shown = None if self.dice.chance(0.08) else rank
            expires = _expires(self.dice, state)
            self.tables.add("requests", student_id=student.student_id, opportunity_id=wanted, rank=shown, state=state, expires=expires)

    def _wanted(self, student: StudentFacts) -> OfferFacts:
        """An offer about one of the student's interests (any offer for the undecided), the nearest of a few looked at."""
        dice, pool = self.dice, self.region.offers
        if student.topics and dice.chance(0.9):
            fields = texts.topic_named(dice.pick(student.topics)).fields
            known = {name: weight for name, weight in fields.items() if name in self._by_field}
            pool = self._by_field[Urn(known).draw(dice)] if known else pool
        allowed = [offer for offer in (dice.pick(pool) for _ in range(_LOOKED_AT)) if _may_ask(student, offer)]
        if not allowed:
            return dice.pick(pool)
        return min(allowed, key=lambda offer: _away(student, offer))


def _may_ask(student: StudentFacts, offer: OfferFacts) -> bool:
    schools = offer.site.schools
    return not schools or student.school.school_id in schools


def _away(student: StudentFacts, offer: OfferFacts) -> tuple[float, str]:
    return places.kilometers(student.lat, student.lon, offer.site.lat, offer.site.lon), offer.opportunity_id


def _expires(dice: Dice, state: str) -> dt.date | None:
    """Pursuits end on a date; one in eight ended before the round began."""
    if state not in {"pursuing", "landed"} and not dice.chance(0.1):
        return None
    if dice.chance(0.12):
        return START - dt.timedelta(days=dice.whole(5, 60))
    return START + dt.timedelta(days=dice.whole(10, 60))
