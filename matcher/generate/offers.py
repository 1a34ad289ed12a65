"""Opportunities of a region: days, hours, seats, mentors, pay, hazards and texts, until there are seats enough."""

from __future__ import annotations

import datetime as dt

from matcher.cells import Window, show_windows
from matcher.generate.dice import Deck, Dice, Urn
from matcher.generate.shapes import END, START, MentorFacts, OfferFacts, Region, SiteFacts, Tables
from matcher.generate.supply import Supply
from matcher.generate.words import Field, vocabulary

SEATS = Urn({1: 0.75, 2: 0.15, 3: 0.06, 4: 0.03, 6: 0.01})
DAYS = Urn({(1, 3): 0.75, (0, 2): 0.10, (1,): 0.05, (3,): 0.05, (0,): 0.02, (2,): 0.03})
OTHER_DAYS: dict[tuple[int, ...], tuple[int, ...]] = {(1, 3): (0, 2), (0, 2): (1, 3), (1,): (3,), (3,): (1,), (0,): (2,), (2,): (0,)}
HOURS = Urn({240: 0.25, 270: 0.2, 360: 0.4, 420: 0.15})
STARTS = {240: (510, 540, 540, 720), 270: (510, 540, 540, 690), 360: (510, 540, 540, 570, 600), 420: (480, 510, 540)}
APPETITE = Urn({"open": 0.5, "": 0.14, "interested": 0.31, "not_open": 0.05})
PROGRAMS = {"US-CA": "WEE", "US-WA": "CTE", "US-NY": "COOP", "US-RI": "WECEP"}
SEATS_A_SEEKER = (0.5, 1.2)


def make_supply(tables: Tables, region: Region, seekers: int) -> None:
    """Fill a region with sites, mentors and opportunities: half a seat to 1.2 seats a seeker."""
    maker = _Offers(tables, region)
    wanted = max(1, round(seekers * maker.dice.real(*SEATS_A_SEEKER)))
    fields = Urn({name: field.weight for name, field in vocabulary().fields.items()})
    seats = 0
    while seats < wanted:
        field = vocabulary().fields[fields.draw(maker.dice)]
        site = maker.supply.site(field)
        for _ in range(1 if maker.dice.chance(0.78) else 2 if maker.dice.chance(0.75) else 3):
            if seats < wanted:
                region.offers.append(maker.offer(site, field))
                seats += region.offers[-1].seats


def patterns(dice: Dice, open_days: set[int]) -> tuple[tuple[Window, ...], ...]:
    """One way in the week, or two on other days at the same hours, on days when some school that may use the site is out."""
    days, length = DAYS.draw(dice), HOURS.draw(dice)
    start = dice.pick(STARTS[length])
    ways = [days, OTHER_DAYS[days]] if dice.chance(0.125) else [days]
    ways = [way for way in ways if open_days.issuperset(way)] or [(1, 3)]
    return tuple(tuple(Window(day, start, start + length) for day in way) for way in ways)


class _Offers:
    """Makes the opportunities of one region."""

    def __init__(self, tables: Tables, region: Region) -> None:
        self.tables, self.region, self.dice = tables, region, region.dice("offers")
        self.supply = Supply(tables, region)
        self._closing = Deck(vocabulary().shared.closing, self.dice)
        self._taken: set[str] = set()

    def offer(self, site: SiteFacts, field: Field) -> OfferFacts:
        """Add an opportunity at a site."""
        schools = [school for school in self.region.schools if not site.schools or school.school_id in site.schools]
        open_days = {day for school in schools for day in school.days}
        dice, ways, seats = self.dice, patterns(self.dice, open_days), SEATS.draw(self.dice)
        mentors = self._mentors(site, field, seats)
        paid, hazard = dice.chance(0.085 * field.paid), bool(field.hazards) and dice.chance(0.4)
        appetite = APPETITE.draw(dice)
        min_age = field.min_age if field.min_age and dice.chance(0.6) else 18 if dice.chance(0.015) else None
        min_grade = field.min_grade or (dice.whole(10, 11) if dice.chance(0.06) else None)
        program = PROGRAMS[self.region.state] if dice.chance(0.6 if paid else 0.03) else ""
        starts, ends = _own_dates(dice)
        facts = OfferFacts(
            opportunity_id=self.tables.new_id("O"),
            site=site,
            patterns=ways,
            seats=seats,
            plain=not (paid or hazard or program or appetite == "not_open") and site.sound and all(mentor.sound for mentor in mentors),
            min_age=min_age or 0,
            min_grade=min_grade or 0,
            requires=field.requires if dice.chance(0.6) else (),
            mentors=mentors,
        )
        self.tables.add(
            "opportunities",
            opportunity_id=facts.opportunity_id,
            site_id=site.site_id,
            mentors=[mentor.mentor_id for mentor in mentors],
            title=self.supply.deal(field, "titles", site),
            description=self._description(field, site, hazard),
            cluster=field.cluster,
            tasks=[*field.tasks, *(field.hazards if hazard else ())],
            placement_kind="paid_employment" if paid else "unpaid_learning",
            program=program,
            sessions=" | ".join(show_windows(way) for way in ways),
            seats=seats,
            min_age=min_age,
            min_grade=min_grade,
            requires=facts.requires,
            appetite=appetite,
            starts=starts,
            ends=ends,
        )
        return facts

    def _description(self, field: Field, site: SiteFacts, hazard: bool) -> str:
        """What the student does and learns, half of the time a closing sentence; no text of the region twice while there are others."""
        core = f"{self.supply.deal(field, 'work', site)} {self.supply.deal(field, 'learn', site)}"
        text = f"{core} {self._closing.deal()}" if self.dice.chance(0.5) else core
        for _ in range(len(vocabulary().shared.closing)):
            if text in self._taken:
                text = f"{core} {self._closing.deal()}"
        self._taken.add(text)
        return f"{text} {field.hazard_text}" if hazard else text

    def _mentors(self, site: SiteFacts, field: Field, seats: int) -> tuple[MentorFacts, ...]:
        """One to three people; now and then somebody who already leads another opportunity of the site."""
        if site.mentors and self.dice.chance(0.4):
            return (self.dice.pick(site.mentors),)
        count = 1 if self.dice.chance(0.8) else 2 if self.dice.chance(0.75) else 3
        room = max(1, -(-seats // count))
        if room > 1 and self.dice.chance(0.15):
            room -= 1
        return tuple(self.supply.mentor(site, field, room) for _ in range(count))


def _own_dates(dice: Dice) -> tuple[dt.date | None, dt.date | None]:
    """Some begin a few weeks late, some end early (a first commitment of eight weeks)."""
    if dice.chance(0.05):
        return START + dt.timedelta(days=dice.whole(7, 28)), None
    if dice.chance(0.04):
        return None, END - dt.timedelta(days=dice.whole(7, 44))
    return None, None
