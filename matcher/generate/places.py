"""Regions and schools: how many, how large, where, and when their students may be at a site."""

from __future__ import annotations

import math

from matcher.cells import WEEKDAYS, clock
from matcher.generate.dice import Deck, Dice, Urn
from matcher.generate.shapes import Region, SchoolFacts, Tables
from matcher.generate.words import Town, vocabulary

SCHOOLS_A_REGION = 8
SIZES = (100, 525)
_KM_A_DEGREE = 111.195
_DAYS = Urn({(0, 1, 2, 3): 0.6, (0, 1, 2, 3, 4): 0.25, (1, 3): 0.15})


def kilometers(lat: float, lon: float, other_lat: float, other_lon: float) -> float:
    """Straight line on a flat map; the cosine is rounded so that every machine agrees to the last digit."""
    shrink = round(math.cos(math.radians(lat)), 3)
    return _KM_A_DEGREE * math.sqrt((lat - other_lat) ** 2 + (shrink * (lon - other_lon)) ** 2)


def near(dice: Dice, lat: float, lon: float, spread_km: float) -> tuple[float, float]:
    """A point around another, most of them within twice the spread."""
    shrink = round(math.cos(math.radians(lat)), 3)
    north, east = dice.bell() * spread_km, dice.bell() * spread_km
    return round(lat + north / _KM_A_DEGREE, 5), round(lon + east / (_KM_A_DEGREE * shrink), 5)


def school_sizes(students: int, schools: int, dice: Dice) -> list[int]:
    """Uneven sizes that add up to `students`, within 100 to 525 where the two numbers allow it."""
    low = SIZES[0] if SIZES[0] * schools <= students else 1
    high = SIZES[1] if SIZES[1] * schools >= students else students
    weights = [dice.real(0.5, 1.6) for _ in range(schools)]
    sizes = [min(high, max(low, int(students * weight / sum(weights)))) for weight in weights]
    turn = 0
    while (missing := students - sum(sizes)) != 0:
        step = 1 if missing > 0 else -1
        if low <= sizes[turn % schools] + step <= high:
            sizes[turn % schools] += step
        turn += 1
    return sizes


def make_regions(tables: Tables, students: int, schools: int, seed: str) -> list[Region]:
    """Regions with their schools; one region for a few schools, far apart when there are many."""
    dice = Dice(seed, "schools")
    sizes = school_sizes(students, schools, dice)
    count = math.ceil(schools / SCHOOLS_A_REGION)
    regions = [_region(number, vocabulary().towns, seed) for number in range(count)]
    first, last = (Deck(vocabulary().names.school_first, dice), Deck(vocabulary().names.school_last, dice))
    taken: set[str] = set()
    for number, size in enumerate(sizes):
        region = regions[number % count]
        name = f"{first.deal()} {last.deal()}"
        name = f"{name} of {region.name}" if name in taken else name
        taken.add(name)
        _add_school(tables, region, name, size, dice)
    return regions


def _region(number: int, towns: tuple[Town, ...], seed: str) -> Region:
    town, lap = towns[number % len(towns)], number // len(towns)
    name = town.name if lap == 0 else f"{town.name} {lap + 1}"
    return Region(name, town.state, round(town.lat + 0.45 * lap, 5), round(town.lon + 0.3 * lap, 5), seed)


def _add_school(tables: Tables, region: Region, name: str, size: int, dice: Dice) -> None:
    first = not region.schools
    lat, lon = near(dice, region.lat, region.lon, 0.5 if first else 3.5)
    facts = SchoolFacts(
        school_id=tables.new_id("K"),
        state=region.state,
        lat=lat,
        lon=lon,
        size=size,
        days=(0, 1, 2, 3) if first else _DAYS.draw(dice),
        opens=480 - 15 * dice.whole(0, 2),
        closes=960 + 15 * dice.whole(0, 2),
        leave_after=420 - 15 * dice.whole(0, 1),
        return_by=1020 + 15 * dice.whole(0, 2),
        has_van=dice.chance(0.35),
    )
    region.schools.append(facts)
    tables.add(
        "schools",
        school_id=facts.school_id,
        name=name,
        state=region.state,
        region=region.name,
        lat=lat,
        lon=lon,
        windows=[f"{WEEKDAYS[day]} {clock(facts.opens)}-{clock(facts.closes)}" for day in facts.days],
        leave_after=clock(facts.leave_after),
        return_by=clock(facts.return_by),
    )
