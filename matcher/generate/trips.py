"""Bus trips from homes and schools to sites, and the schools' vans."""

from __future__ import annotations

import math
import zlib

import numpy as np
import numpy.typing as npt

from matcher.generate import places
from matcher.generate.shapes import Region, SchoolFacts, SiteFacts, Tables

KM_AN_HOUR, DETOUR, FIXED = 17.0, 1.3, 7.0
NO_BUS = 0.05
SITES_A_HOME = 40
_BLOCK = 256


def make_trips(tables: Tables, region: Region, rows: int) -> None:
    """Rows of `travel`: buses from every school and from the homes of bus riders to the nearest sites, about `rows` in all."""
    riders = [s for s in region.students if "transit" in s.modes and (s.starts_home or s.returns_home)]
    a_school = max(1, min(len(region.sites), rows // 2 // len(region.schools)))
    a_home = max(1, min(SITES_A_HOME, (rows - a_school * len(region.schools)) // max(1, len(riders))))
    _buses(region, [(s.school_id, s.lat, s.lon) for s in region.schools], a_school)
    _buses(region, [(s.student_id, s.lat, s.lon) for s in riders], a_home)
    for (from_id, site_id), (minutes, transfers) in sorted(region.trips.items()):
        if minutes:
            tables.add("travel", from_id=from_id, site_id=site_id, mode="transit", minutes=minutes, transfers=transfers)


def _buses(region: Region, origins: list[tuple[str, float, float]], count: int) -> None:
    nearest = nearest_sites(region, np.array([(lat, lon) for _, lat, lon in origins]).reshape(-1, 2), count)
    for (from_id, lat, lon), columns in zip(origins, nearest, strict=True):
        for column in columns:
            bus(region, from_id, lat, lon, region.sites[column])


def bus(region: Region, from_id: str, lat: float, lon: float, site: SiteFacts) -> tuple[int, int]:
    """Minutes and transfers by bus, kept for the `travel` table; (0, 0) where no bus goes."""
    known = region.trips.get((from_id, site.site_id))
    if known is None:
        chance = zlib.crc32(f"{region.seed}/{from_id}/{site.site_id}".encode())
        km = places.kilometers(lat, lon, site.lat, site.lon)
        transfers = 0 if chance % 100 < max(20, 78 - 6 * km) else 1 if chance % 1000 < 930 else 2
        minutes = math.ceil(FIXED + 60 * DETOUR * km / KM_AN_HOUR + 7 * transfers + chance // 1000 % 8)
        known = (0, 0) if chance // 8000 % 1000 < 1000 * NO_BUS else (minutes, transfers)
        region.trips[from_id, site.site_id] = known
    return known


def nearest_sites(region: Region, points: npt.NDArray[np.float64], count: int) -> list[list[int]]:
    """For each point (rows of latitude and longitude) the indices of its `count` nearest sites, nearest first."""
    sites = np.array([(site.lat, site.lon) for site in region.sites])
    shrink = round(math.cos(math.radians(region.lat)), 3)
    found: list[list[int]] = []
    for start in range(0, len(points), _BLOCK):
        block = points[start : start + _BLOCK]
        away = (block[:, :1] - sites[:, 0]) ** 2 + (shrink * (block[:, 1:] - sites[:, 1])) ** 2
        limit = np.partition(away, count - 1, axis=1)[:, count - 1] if count < len(sites) else np.full(len(block), np.inf)
        for row, far in zip(away, limit, strict=True):
            close = np.flatnonzero(row <= far)
            found.append(close[np.argsort(row[close], kind="stable")][:count].tolist())
    return found


def make_vans(tables: Tables, region: Region) -> None:
    """One or two vans for the schools that have any; some only drive to a list of sites."""
    dice = region.dice("vans")
    for school in region.schools:
        if not school.has_van:
            continue
        for _ in range(1 if dice.chance(0.75) else 2):
            sites = [] if dice.chance(0.5) else _van_sites(region, school, dice.whole(6, 20))
            departs = f"07:{15 * dice.whole(1, 3)}"
            returns = f"16:{15 * dice.whole(1, 3)}"
            weekdays = "Tue;Thu" if dice.chance(0.8) else "Mon;Tue;Wed;Thu"
            facts = {"seats": dice.whole(6, 9), "weekdays": weekdays, "sites": sites, "departs": departs, "returns": returns}
            tables.add("vans", van_id=tables.new_id("V"), school_id=school.school_id, **facts)


def _van_sites(region: Region, school: SchoolFacts, count: int) -> list[str]:
    point = np.array([(school.lat, school.lon)])
    return sorted(region.sites[column].site_id for column in nearest_sites(region, point, count)[0])
