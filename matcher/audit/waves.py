"""Checks waves.csv: one line for each line of slates.csv, waves in the order of ranks, dates on days on which somebody can ask."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from matcher.audit.diary import Diary
from matcher.audit.facts import Asked
from matcher.audit.finding import Finding, about_file
from matcher.audit.published import Published
from matcher.audit.times import ONE_DAY


def waves(published: Published, diary: Diary) -> Iterator[Finding]:
    """Check every line of waves.csv against slates.csv, the requests and the school calendar."""
    if "waves.csv" not in published.tables:
        return
    lines, promises = published.tables["waves.csv"], published.tables.get("slates.csv", [])
    pairs = [(row["student_id"], row["opportunity_id"]) for row in lines]
    if pairs != [(row["student_id"], row["opportunity_id"]) for row in promises]:
        yield about_file("slates", "waves.csv does not have the students and opportunities of slates.csv, line by line")
        return
    standing = _standing(diary)
    turns: dict[str, int] = {}
    for row in lines:
        student = diary.world.students.get(row["student_id"])
        if student is None:
            continue
        request = standing.get((row["student_id"], row["opportunity_id"]))
        if request is None:
            turns[student.student_id] = turns.get(student.student_id, 0) + 1
        wave = 0 if request else turns[student.student_id]
        until = _until(request, wave, student.school_id, diary)
        if (row["wave"], row["hold_until"]) != (str(wave), until.isoformat()):
            told = f"{row['opportunity_id']} is in wave {row['wave']} until {row['hold_until']} and should be in wave {wave} until {until}"
            yield Finding(student.student_id, "slates", None, told)


def _standing(diary: Diary) -> dict[tuple[str, str], Asked]:
    """Give the live requests that are landed or pursued."""
    today = diary.world.terms.asking_from
    return {
        (asked.student_id, asked.opportunity_id): asked
        for asked in diary.world.requests
        if asked.state in ("landed", "pursuing") and (asked.expires is None or asked.expires >= today)
    }


def _until(request: Asked | None, wave: int, school_id: str, diary: Diary) -> dt.date:
    """Give the date of a request, else the end of the wave; what is landed holds to the end, what is pursued through wave 1."""
    if request is not None and request.expires is not None:
        return request.expires
    if request is not None and request.state == "landed":
        return diary.world.terms.end
    left = diary.world.terms.wave_days * max(1, wave)
    day = diary.world.terms.asking_from
    while day < diary.world.terms.end:
        closed = diary.world.closed_days
        if day.weekday() < 5 and not (closed.get(school_id, {}).get(day) or closed.get("*", {}).get(day)):
            left -= 1
        if left == 0:
            return day
        day += ONE_DAY
    return diary.world.terms.end
