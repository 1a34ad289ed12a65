"""Students of a school: advisories, ages, homes, modes of travel, papers and interests."""

from __future__ import annotations

import datetime as dt

from matcher.cells import Window, show_windows
from matcher.domain import age_on
from matcher.generate import papers, places, texts
from matcher.generate.dice import Dice, Urn
from matcher.generate.shapes import START, Region, SchoolFacts, StudentFacts, Tables
from matcher.generate.words import vocabulary

ADVISORY = (12, 16, 20)
MODES = Urn(
    {
        ("walk", "transit"): 0.58,
        ("walk", "bike", "transit"): 0.08,
        ("walk", "transit", "dropoff"): 0.13,
        ("walk", "dropoff"): 0.06,
        ("walk",): 0.05,
        ("transit",): 0.04,
        ("walk", "bike"): 0.02,
        ("dropoff",): 0.04,
    }
)
LANGUAGES = Urn(
    {"en": 0.66, "en;es": 0.2, "en;pt": 0.04, "en;ht": 0.03, "en;zh": 0.02, "en;km": 0.02, "en;vi": 0.01, "en;ar": 0.01, "en;so": 0.01}
)
SPANISH_LANGUAGES = Urn({"es;en": 0.6, "es": 0.25, "en;es": 0.15})
NEEDS = {"step_free": 0.02, "quiet_room": 0.025, "interpreter": 0.01, "medication_storage": 0.02, "allergen_free": 0.015}
GOALS = ("Empirical Reasoning", "Quantitative Reasoning", "Communication", "Social Reasoning", "Personal Qualities", "Knowing How to Learn")
ENDS = Urn({("", ""): 0.38, ("school", "school"): 0.1, ("home", "home"): 0.3, ("home", "school"): 0.08, ("school", "home"): 0.14})
MAX_MINUTES = Urn({None: 0.6, 30: 0.06, 40: 0.09, 45: 0.13, 60: 0.12})
PRIORITY = Urn({None: 0.92, 1: 0.06, 2: 0.02})
STATUS = Urn({"seeking": 0.3, "": 0.64, "placed": 0.03, "not_ready": 0.03})
PROGRAMS = {"US-CA": "WEE", "US-WA": "CTE", "US-NY": "COOP", "US-RI": "WECEP"}


def advisory_sizes(students: int, dice: Dice) -> list[int]:
    """Groups of 12 to 20, most of them about 16, that add up (a school under 24 may not allow it)."""
    low, middle, high = ADVISORY
    groups = max(1, round(students / middle))
    sizes = [students // groups + (number < students % groups) for number in range(groups)]
    for _ in range(groups):
        one, two = dice.whole(0, groups - 1), dice.whole(0, groups - 1)
        step = dice.whole(1, 2)
        if sizes[one] - step >= low and sizes[two] + step <= high:
            sizes[one] -= step
            sizes[two] += step
    return sizes


def make_students(tables: Tables, region: Region, school: SchoolFacts) -> None:
    """Add the students of one school."""
    maker = _Students(tables, region, school)
    sizes = advisory_sizes(school.size, maker.dice)
    advisors = maker.dice.some(vocabulary().names.last, len(sizes))
    shift = maker.dice.whole(0, 3)
    for number, size in enumerate(sizes):
        name = advisors[number % len(advisors)] + (f" {number}" if number >= len(advisors) else "")
        for _ in range(size):
            region.students.append(maker.student(f"Advisory {name}", 9 + (number + shift) % 4))


def birth_date(dice: Dice, grade: int) -> dt.date:
    """13.8 to 15 in grade 9 and so on; one in ten is up to a year older, nobody beyond 19."""
    years = 4.8 + grade + 1.15 * dice.throw() + (dice.real(0.3, 0.9) if dice.chance(0.1) else 0.0)
    return START - dt.timedelta(days=int(min(years, 18.98) * 365.25))


def _modes(dice: Dice, school: SchoolFacts, age: int) -> tuple[str, ...]:
    modes = MODES.draw(dice)
    if age >= 16 and dice.chance(0.1):
        modes = (*modes, "drive")
    if school.has_van and dice.chance(0.3):
        modes = ("walk", "van") if dice.chance(0.5) else (*modes, "van")
    return modes


def _available(dice: Dice, school: SchoolFacts) -> tuple[Window, ...]:
    """Blank for most; a few can come on one day or in the morning only."""
    throw = dice.throw()
    if throw < 0.02:
        return (Window(dice.pick(school.days), school.opens, school.closes),)
    if throw < 0.05:
        return tuple(Window(day, school.opens, 13 * 60 + 30) for day in school.days)
    return ()


class _Students:
    """Makes the students of one school."""

    def __init__(self, tables: Tables, region: Region, school: SchoolFacts) -> None:
        self.tables, self.school, self.dice = tables, school, region.dice(f"students of {school.school_id}")
        self._taken: set[str] = set()

    def student(self, advisory: str, grade: int) -> StudentFacts:
        """Add a student."""
        tables, school, dice = self.tables, self.school, self.dice
        born = None if dice.chance(0.003) else birth_date(dice, grade)
        age = age_on(born, START) if born else 0
        modes = _modes(dice, school, age)
        at_home = dice.chance(0.82)
        lat, lon = places.near(dice, school.lat, school.lon, 2.2) if at_home else (school.lat, school.lon)
        starts, returns = ("", "") if "van" in modes else ENDS.draw(dice)
        program = PROGRAMS[school.state] if dice.chance(0.12) else ""
        documents, sound, extra = papers.student_papers(dice, age, "drive" in modes and dice.chance(0.85), bool(program))
        spanish = texts.is_spanish(dice)
        interests, topics = texts.interests(dice, spanish)
        facts = StudentFacts(
            student_id=tables.new_id("S"),
            school=school,
            status=STATUS.draw(dice),
            age=age,
            grade=grade,
            lat=lat,
            lon=lon,
            starts_home=starts == "home" and at_home,
            returns_home=returns == "home" and at_home,
            modes=modes,
            max_minutes=MAX_MINUTES.draw(dice) or 0,
            available=_available(dice, school),
            needs=tuple(name for name, share in NEEDS.items() if dice.chance(share)),
            sound=sound,
            papers=extra,
            topics=topics,
        )
        tables.add(
            "students",
            student_id=facts.student_id,
            school_id=school.school_id,
            name=texts.person(dice, self._taken),
            advisory=advisory,
            grade=grade,
            birth_date=born,
            status=facts.status,
            interests=interests,
            avoid=texts.avoid(dice, spanish),
            goals=[] if dice.chance(0.05) else dice.some(GOALS, dice.whole(1, 3)),
            languages=(SPANISH_LANGUAGES if spanish else LANGUAGES).draw(dice),
            lat=lat if at_home else None,
            lon=lon if at_home else None,
            travel_modes=modes,
            max_travel_minutes=facts.max_minutes or None,
            available=show_windows(facts.available),
            starts_from=starts,
            returns_to=returns,
            needs=facts.needs,
            documents=documents,
            programs=program,
            priority=PRIORITY.draw(dice),
        )
        return facts
