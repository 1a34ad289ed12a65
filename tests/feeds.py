"""Tiny GTFS feeds for tests: a table is a list of lines, a trip is written `T1 weekday: A 08:00:00, B 08:10:00/08:12:00`."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterable
from pathlib import Path

KM_NORTH = 1 / 111.19508023353306
"""Degrees of latitude that are one kilometre on a sphere of radius 6371.0088 km."""
WEEK = "1,1,1,1,1,0,0"
CALENDAR = f"weekday,{WEEK},20260901,20261231"


def north(km: float, lat: float = 41.8240) -> str:
    """Latitude of a place so many kilometres north of the school of `tests.builders`."""
    return f"{lat + km * KM_NORTH:.9f}"


def tables(
    stops: dict[str, float],
    trips: Iterable[str],
    calendar: Iterable[str] = (CALENDAR,),
    dates: Iterable[str] = (),
    **more: str,
) -> dict[str, str]:
    """The tables of a feed; stops are so many kilometres north of the school, calls may end in `*` (nobody on) or `!` (nobody off)."""
    trip_rows, call_rows = [], []
    for line in trips:
        head, calls = line.split(": ", 1)
        trip_id, service_id = head.split()
        trip_rows.append(f"R1,{service_id},{trip_id}")
        for number, call in enumerate(calls.split(", "), start=1):
            stop, times = [*call.split(" ", 1), ""][:2]
            arrives, _, departs = times.rstrip("*!").partition("/")
            marks = ("1" if "*" in call else "0", "1" if "!" in call else "")
            call_rows.append(f"{trip_id},{arrives},{departs or arrives},{stop},{number * 5},{','.join(marks)}")
    stop_rows = [f"{stop},{north(km)},-71.4128" for stop, km in stops.items()]
    found = {
        "stops.txt": ["stop_id,stop_lat,stop_lon", *stop_rows],
        "trips.txt": ["route_id,service_id,trip_id", *trip_rows],
        "stop_times.txt": ["trip_id,arrival_time,departure_time,stop_id,stop_sequence,pickup_type,drop_off_type", *call_rows],
        "calendar.txt": ["service_id,monday,tuesday,wednesday,thursday,friday,saturday,sunday,start_date,end_date", *calendar],
    }
    if dates:
        found["calendar_dates.txt"] = ["service_id,date,exception_type", *dates]
    return {name: "\n".join(rows) + "\n" for name, rows in found.items()} | {re.sub("_txt$", ".txt", k): v for k, v in more.items()}


def write(folder: Path, name: str = "bus.zip", made: dict[str, str] | None = None, **parts) -> Path:
    """Write a feed into a round folder, as a zip when the name says so."""
    made = made or tables(**parts)
    path = folder / name
    if name.endswith(".zip"):
        with zipfile.ZipFile(path, "w") as archive:
            for table, text in made.items():
                archive.writestr(zipfile.ZipInfo(table), text)
    else:
        path.mkdir(parents=True, exist_ok=True)
        for table, text in made.items():
            (path / table).write_text(text, encoding="utf-8")
    return path
