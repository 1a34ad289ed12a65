"""The straight line of the generator: regions and schools, supply, students, trips, orders, then the files."""

from __future__ import annotations

from pathlib import Path

from matcher.generate.calendar import make_calendar
from matcher.generate.offers import make_supply
from matcher.generate.orders import Orders
from matcher.generate.places import make_regions
from matcher.generate.requests import make_requests
from matcher.generate.shapes import END, START, Region, Row, Tables
from matcher.generate.students import make_students
from matcher.generate.trips import make_trips, make_vans
from matcher.generate.write import check_call, write_folder
from matcher.tables.base import MAX_ROWS

MAX_TRIPS = MAX_ROWS * 9 // 10
"""Rows of `travel` in the largest rounds: what the loader takes, with some to spare for trips that orders looked up."""
_SETTINGS = """\
# A synthetic round: {students} students, {schools} schools, seed {seed}. All people and places are invented.
[round]
id = "synthetic-{students}-{schools}-{seed}"
name = "Synthetic round, fall 2026"
start = {start}
end = {end}
seed = "public draw {seed}"
rule_packs = [{packs}]
"""


def generate(students: int, schools: int, seed: int, folder: Path) -> None:
    """Write a realistic synthetic round; the same arguments give the same bytes on every machine.

    Parameters
    ----------
    students, schools : how many; 100 to 525 students a school where the numbers allow it.
    seed : any whole number.
    folder : a new or empty folder.

    Raises
    ------
    InputError
        When the arguments make no sense or the folder cannot be written; nothing is half-written.
    """
    check_call(students, schools, folder)
    settings, rows = build(students, schools, seed)
    write_folder(folder, settings, rows)


def build(students: int, schools: int, seed: int) -> tuple[str, dict[str, list[Row]]]:
    """The text of round.toml and the rows of every table."""
    tables = Tables()
    regions = make_regions(tables, students, schools, f"round {students} {schools} {seed}")
    for region in regions:
        share = sum(school.size for school in region.schools) / students
        _fill(tables, region, trips=int(MAX_TRIPS * share))
    make_calendar(tables, regions)
    states = sorted({region.state for region in regions})
    packs = ", ".join(f'"{pack}"' for pack in ("us-federal", *(state.lower() for state in states), "school"))
    settings = _SETTINGS.format(students=students, schools=schools, seed=seed, start=START, end=END, packs=packs)
    return settings, tables.rows


def _fill(tables: Tables, region: Region, trips: int) -> None:
    for school in region.schools:
        make_students(tables, region, school)
    make_supply(tables, region, sum(student.status in {"seeking", ""} for student in region.students))
    make_vans(tables, region)
    orders = Orders(tables, region)
    orders.make()
    make_requests(tables, region, orders.pinned)
    make_trips(tables, region, trips)
