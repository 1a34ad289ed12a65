"""Sites and mentors of a region: who offers placements, where, with which papers."""

from __future__ import annotations

import datetime as dt

from matcher.generate import papers, places, texts
from matcher.generate.dice import Deck, Dice, Urn
from matcher.generate.shapes import START, MentorFacts, Region, SiteFacts, Tables
from matcher.generate.words import Field, vocabulary

FEATURES = {"step_free": 0.6, "quiet_room": 0.3, "interpreter": 0.12, "medication_storage": 0.3, "allergen_free": 0.2}
SITE_LIMIT = Urn({None: 0.7, 1: 0.08, 2: 0.12, 3: 0.06, 4: 0.04})
LANGUAGES = Urn({"en": 0.62, "en;es": 0.26, "en;pt": 0.05, "en;ht": 0.02, "en;zh": 0.02, "en;vi": 0.01, "en;ar": 0.01, "en;km": 0.01})


class Supply:
    """Makes the sites and mentors of one region, with texts dealt so that neighbors do not repeat each other."""

    def __init__(self, tables: Tables, region: Region) -> None:
        self.tables, self.region, self.dice = tables, region, region.dice("sites")
        self._left: dict[tuple[str, str], list[int]] = {}
        self._taken: set[str] = set()
        self._people: set[str] = set()
        shared = vocabulary().shared
        self._more = Deck(shared.site_more, self.dice)
        self._about_more = Deck(shared.about_more, self.dice)

    def deal(self, field: Field, part: str, site: SiteFacts) -> str:
        """A text of this part of a field's vocabulary, never one the site has: that of its kind if it is left, else any that is left."""
        used = site.used.setdefault(part, set())
        place = self._place(field, part, -1 if part == "learn" else site.kind, used)
        used.add(place)
        return str(getattr(field, part)[place])

    def _place(self, field: Field, part: str, kind: int, used: set[int]) -> int:
        left = self._left.setdefault((field.id, part), [])
        every = range(len(getattr(field, part)))
        if not left:
            left.extend(every)
        fresh = [place for place in left if place not in used] or [place for place in every if place not in used] or left
        place = kind if kind in fresh else self.dice.pick(fresh)
        if place in left:
            left.remove(place)
        return place

    def site(self, field: Field) -> SiteFacts:
        """Add a site with its first mentor."""
        dice, school = self.dice, self.dice.pick(self.region.schools)
        lat, lon = places.near(dice, school.lat, school.lon, 2.6)
        observable, kind = dice.throw(), self._place(field, "site", -1, set())
        documents, sound = papers.site_papers(dice, observable < 0.93)
        closures = _closures(dice)
        facts = SiteFacts(
            site_id=self.tables.new_id("W"),
            field_id=field.id,
            kind=kind,
            lat=lat,
            lon=lon,
            sound=sound and observable < 0.93 and not closures,
            features=tuple(name for name, share in FEATURES.items() if dice.chance(share)),
            schools=self._who_may(),
            max_students=SITE_LIMIT.draw(dice),
        )
        over_border = self.region.state == "US-RI" and dice.chance(0.03)
        self.tables.add(
            "sites",
            site_id=facts.site_id,
            name=self._name(field.names[kind]),
            state="US-MA" if over_border else self.region.state,
            lat=lat,
            lon=lon,
            cluster=field.cluster,
            description=field.site[kind] + (f" {self._more.deal()}" if dice.chance(0.6) else ""),
            features=facts.features,
            observable="yes" if observable < 0.93 else "no" if observable < 0.97 else "",
            documents=documents,
            closures=closures,
            max_students=facts.max_students,
            schools=facts.schools,
        )
        facts.sound = facts.sound and not over_border
        self.region.sites.append(facts)
        return facts

    def mentor(self, site: SiteFacts, field: Field, max_students: int) -> MentorFacts:
        """Add a mentor to a site."""
        dice = self.dice
        documents, cleared = papers.clearance(dice, self.region.state)
        leave = _leave(dice)
        facts = MentorFacts(self.tables.new_id("M"), cleared and not leave, max_students)
        self.tables.add(
            "mentors",
            mentor_id=facts.mentor_id,
            site_id=site.site_id,
            name=texts.person(dice, self._people),
            about=self.deal(field, "about", site) + (f" {self._about_more.deal()}" if dice.chance(0.7) else ""),
            languages=LANGUAGES.draw(dice),
            documents=documents,
            leave=leave,
            max_students=max_students if max_students != 1 or dice.chance(0.2) else None,
        )
        site.mentors.append(facts)
        return facts

    def _who_may(self) -> tuple[str, ...]:
        if len(self.region.schools) == 1 or not self.dice.chance(0.08):
            return ()
        chosen = self.dice.some(self.region.schools, self.dice.whole(1, 2))
        return tuple(sorted(school.school_id for school in chosen))

    def _name(self, pattern: str) -> str:
        names, dice = vocabulary().names, self.dice
        name = ""
        for _ in range(12):
            one, two = dice.some(names.last, 2)
            parts = {"first": dice.pick(names.first), "last": one, "last2": two}
            name = pattern.format(**parts, place=dice.pick(names.place), street=dice.pick(names.street))
            if name not in self._taken:
                break
        else:
            name = f"{name} ({dice.pick(names.street)})"
        self._taken.add(name)
        return name


def _range(first: dt.date, days: int) -> str:
    return f"{first}..{first + dt.timedelta(days=days)}"


def _closures(dice: Dice) -> list[str]:
    """A week or a few days without anybody at the site; never a Monday in particular."""
    if not dice.chance(0.08):
        return []
    return [_range(START + dt.timedelta(days=dice.whole(7, 90)), dice.whole(1, 9))]


def _leave(dice: Dice) -> list[str]:
    if not dice.chance(0.06):
        return []
    return [_range(START + dt.timedelta(days=dice.whole(3, 85)), dice.whole(2, 16))]
