"""The school calendar of the term: holidays for all, and each school's own days without LTI."""

from __future__ import annotations

import datetime as dt

from matcher.generate.shapes import START, Region, Tables

HOLIDAYS = ("2026-10-12", "2026-11-03", "2026-11-11", "2026-11-25", "2026-11-26", "2026-11-27")
EXHIBITIONS = (("2026-12-15", "2026-12-16", "2026-12-17"), ("2026-12-08", "2026-12-09", "2026-12-10"))


def make_calendar(tables: Tables, regions: list[Region]) -> None:
    """Add the rows of `calendar`."""
    for day in HOLIDAYS:
        tables.add("calendar", school_id="*", date=day, kind="no_school")
    for region in regions:
        dice = region.dice("calendar")
        for school in region.schools:
            for day in dice.pick(EXHIBITIONS):
                tables.add("calendar", school_id=school.school_id, date=day, kind="no_lti")
            for week in dice.some(range(2, 12), dice.whole(0, 2)):
                day_off = START + dt.timedelta(days=7 * week + dice.pick((2, 3)))
                if str(day_off) not in HOLIDAYS:
                    tables.add("calendar", school_id=school.school_id, date=day_off, kind="no_school")
