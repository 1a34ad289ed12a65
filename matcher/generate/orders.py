"""Where students are today, and the coordinator's decisions: lawful pins, bans, people apart and together."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from matcher.cells import show_windows
from matcher.generate.dice import Dice
from matcher.generate.lawful import surely_lawful
from matcher.generate.shapes import START, OfferFacts, Region, StudentFacts, Tables
from matcher.generate.words import vocabulary

PINS, BANS, NO_CONTACT, APART, TOGETHER, EARLIER = 0.012, 0.01, 0.006, 0.006, 0.006, 0.1
_TRIES = 40


class Orders:
    """Makes `previous` and `decisions` of one region; one pinned or placed student a site, nobody in two orders of decisions."""

    def __init__(self, tables: Tables, region: Region) -> None:
        self.tables, self.region, self.dice = tables, region, region.dice("orders")
        self.pinned: dict[str, str] = {}
        self._used_sites: set[str] = set()
        self._used_people: set[str] = set()
        self._seekers = [s for s in region.students if s.status in {"seeking", ""}]

    def make(self) -> None:
        """Add everything."""
        for student in self.region.students:
            if student.status == "placed":
                self._place(student)
        for student in self._seekers:
            if self.dice.chance(EARLIER):
                self._earlier(student, self.dice.pick(self.region.offers))
        self._pins()
        self._together()
        self._bans()
        self._apart("no_contact", NO_CONTACT)
        self._apart("keep_apart", APART)

    def _count(self, share: float) -> int:
        return round(len(self._seekers) * share) or (1 if len(self._seekers) >= 40 else 0)

    def _offer_for(self, student: StudentFacts, seats: int = 1) -> OfferFacts | None:
        """A lawful offer at a site no other order has used, or None when none was met in some tries."""
        for _ in range(_TRIES):
            offer = self.dice.pick(self.region.offers)
            room = min([offer.seats, *(m.max_students for m in offer.mentors[:1]), offer.site.max_students or offer.seats])
            if offer.site.site_id not in self._used_sites and room >= seats and surely_lawful(self.region, student, offer):
                return offer
        return None

    def _earlier(self, student: StudentFacts, offer: OfferFacts) -> None:
        sessions = show_windows(offer.patterns[0]) if self.dice.chance(0.7) else ""
        self.tables.add("previous", student_id=student.student_id, opportunity_id=offer.opportunity_id, sessions=sessions)

    def _place(self, student: StudentFacts) -> None:
        offer = self._offer_for(student) or self.dice.pick(self.region.offers)
        self._used_sites.add(offer.site.site_id)
        self._earlier(student, offer)

    def _decide(self, kind: str, a: str, b: str) -> None:
        notes: tuple[str, ...] = getattr(vocabulary().shared, f"{kind}_note")
        throw = self.dice.throw()
        until: dt.date | None = None
        if throw < 0.08 and kind not in {"pin", "keep_together"}:
            until = START - dt.timedelta(days=self.dice.whole(10, 120))
        elif throw < 0.3:
            until = START + dt.timedelta(days=self.dice.whole(30, 250))
        self.tables.add("decisions", kind=kind, a=a, b=b, until=until, note=self.dice.pick(notes))

    def _free(self, count: int) -> Iterator[StudentFacts]:
        """Up to `count` seeking students in no order yet; the caller marks those it takes."""
        for student in self.dice.some(self._seekers, count):
            if student.student_id not in self._used_people:
                yield student

    def _pins(self) -> None:
        wanted = self._count(PINS)
        for student in self._free(_TRIES + wanted):
            if len(self.pinned) < wanted and (offer := self._offer_for(student)):
                self._used_sites.add(offer.site.site_id)
                self._used_people.add(student.student_id)
                self.pinned[student.student_id] = offer.opportunity_id
                self._decide("pin", student.student_id, offer.opportunity_id)

    def _together(self) -> None:
        """Pairs of one school with at least one offer that is lawful for both and has room for two."""
        wanted = self._count(TOGETHER)
        for student in self._free(_TRIES + wanted):
            offer = self._offer_for(student, seats=2) if wanted else None
            friend = self._friend(student, offer) if offer else None
            if friend:
                wanted -= 1
                self._used_people |= {student.student_id, friend.student_id}
                self._decide("keep_together", student.student_id, friend.student_id)

    def _friend(self, student: StudentFacts, offer: OfferFacts) -> StudentFacts | None:
        others = (s for s in self._free(_TRIES) if s.school is student.school and s is not student)
        return next((s for s in others if surely_lawful(self.region, s, offer)), None)

    def _bans(self) -> None:
        for student in self._free(self._count(BANS)):
            self._decide("ban", student.student_id, self.dice.pick(self.region.offers).opportunity_id)

    def _apart(self, kind: str, share: float) -> None:
        """Half of them two students of one school, half a student and a mentor of the region."""
        for student in self._free(self._count(share)):
            other = self._other(student, self.dice)
            if other:
                self._used_people |= {student.student_id, other}
                self._decide(kind, student.student_id, other)

    def _other(self, student: StudentFacts, dice: Dice) -> str | None:
        if dice.chance(0.5):
            mentors = [mentor.mentor_id for site in dice.some(self.region.sites, 3) for mentor in site.mentors]
            return dice.pick(mentors) if mentors else None
        return next((s.student_id for s in self._free(_TRIES) if s.school is student.school and s is not student), None)
