"""The hours laws of docs/rules.md section 3: hours per day and week, rest, clock windows and school hours."""

from __future__ import annotations

import datetime as dt

from matcher.audit.diary import Diary, Pair
from matcher.audit.law import Law, Values
from matcher.audit.minors import ADULT, unknown_birth
from matcher.audit.pairs import Refusal, Rule
from matcher.audit.times import MIDNIGHT, ONE_DAY, WEEKDAYS, age_on, labor_day, overlap, read_clock, show, sunday_before

LATEST = 2 * MIDNIGHT


def hours_per_day(pair: Pair, diary: Diary) -> Refusal | None:
    """Refuse a date with more hours than the strictest cap, or a night with less rest than asked."""
    unknown = _unknown(pair)
    if unknown or not _hours_count(pair):
        return unknown
    rest_before: tuple[dt.date, float] = (dt.date.min, 0)
    for day in pair.days:
        laws = _laws("hours_per_day", pair, diary, day)
        for law, values in laws:
            cap = _day_cap(values, pair, diary, day)
            if cap is not None and pair.minutes(day) > cap * 60:
                return Refusal(day, f"{_hours(pair.minutes(day))} h are more than {cap:g} h ({law.law_id})")
        rest = max((float(values.get("rest_hours", 0)) for _, values in laws), default=0.0)
        asked = max(rest, rest_before[1]) if rest_before[0] == day - ONE_DAY else 0.0
        between = pair.spans(day)[0][0] + MIDNIGHT - pair.spans(day - ONE_DAY)[-1][1] if asked else 0
        if between < asked * 60:
            return Refusal(day, f"{_hours(between)} h of rest since the day before are fewer than {asked:g} h")
        rest_before = (day, rest)
    return None


def hours_per_week(pair: Pair, diary: Diary) -> Refusal | None:
    """Refuse a Sunday-to-Saturday week with more hours or days than the strictest cap."""
    unknown = _unknown(pair)
    if unknown or pair.student.birth is None or not pair.opportunity.paid:
        return unknown
    weeks: dict[dt.date, list[dt.date]] = {}
    for day in pair.days:
        weeks.setdefault(sunday_before(day), []).append(day)
    for days in weeks.values():
        age = age_on(pair.student.birth, days[0])
        minutes = sum(pair.minutes(day) for day in days)
        kind = "school_week" if diary.school_week(pair.school.school_id, days[0]) else "other_week"
        for day in days if age < ADULT else ():
            for law, values in _laws("hours_per_week", pair, diary, day, age):
                cap, most = values.get(kind), values.get("max_days")
                if cap is not None and minutes > cap * 60:
                    return Refusal(days[0], f"{_hours(minutes)} h in the week are more than {cap:g} h ({law.law_id})")
                if most is not None and len(days) > most:
                    return Refusal(days[0], f"{len(days)} days in the week are more than {most} ({law.law_id})")
    return None


def clock_window(pair: Pair, diary: Diary) -> Refusal | None:
    """Refuse a session that starts too early or ends too late in the day."""
    unknown = _unknown(pair)
    if unknown or not _hours_count(pair):
        return unknown
    for day in pair.days:
        for law, values in _laws("clock_window", pair, diary, day):
            earliest, latest = _clock(values, pair, diary, day)
            for start, end in pair.spans(day):
                if start < earliest or end > latest:
                    return Refusal(day, f"{show(start)}-{show(end)} is not within {show(earliest)}-{show(latest)} ({law.law_id})")
    return None


def school_hours(pair: Pair, diary: Diary) -> Refusal | None:
    """Refuse paid work at 14-15 in school hours on a school day."""
    unknown = _unknown(pair)
    if unknown or not _hours_count(pair):
        return unknown
    for day in pair.days:
        if not diary.school_day(pair.school.school_id, day):
            continue
        for law, values in _laws("school_hours", pair, diary, day):
            if law.ages is None and not 14 <= _age(pair, day) <= 15:
                continue
            start, end = read_clock(str(values.get("start", "08:00"))), read_clock(str(values.get("end", "15:00")))
            if overlap(pair.spans(day), [(start, end)]):
                return Refusal(day, f"in school hours {show(start)}-{show(end)} ({law.law_id})")
    return None


def _hours_count(pair: Pair) -> bool:
    return pair.opportunity.paid and pair.student.birth is not None


def _unknown(pair: Pair) -> Refusal | None:
    """Refuse paid work when the birth date is not known: it has limits by age."""
    if pair.student.birth is not None or not pair.opportunity.paid or not pair.days:
        return None
    return Refusal(pair.days[0], unknown_birth(pair))


def _age(pair: Pair, day: dt.date) -> int:
    assert pair.student.birth is not None
    return age_on(pair.student.birth, day)


def _laws(rule: str, pair: Pair, diary: Diary, day: dt.date, age: int | None = None) -> list[tuple[Law, Values]]:
    """Give the laws on a date with the values that count for the pair; none from 18."""
    age = _age(pair, day) if age is None else age
    if age >= ADULT:
        return []
    name = pair.opportunity.programme
    return diary.world.book.values_in_force(rule, pair.states, day, age, name if name in pair.student.programmes else "")


def _day_cap(values: Values, pair: Pair, diary: Diary, day: dt.date) -> float | None:
    """Give the cap in hours that one law sets for this kind of day, or None."""
    school_id = pair.school.school_id
    overrides = values.get("day_of_week", {})
    if overrides and WEEKDAYS[day.weekday()] in overrides and diary.school_week(school_id, day):
        return float(overrides[WEEKDAYS[day.weekday()]])
    if values.get("by_week"):
        strict = diary.school_week(school_id, day)
    else:
        strict = diary.school_day(school_id, day)
        if values.get("day_before_school"):
            strict = strict and diary.school_day(school_id, day + ONE_DAY)
    cap = values.get("school_day" if strict else "other_day")
    return None if cap is None else float(cap)


def _clock(values: Values, pair: Pair, diary: Diary, day: dt.date) -> tuple[int, int]:
    """Give the earliest start and the latest end that one law sets for a date."""
    ends = []
    if "summer_end" in values and _in_summer(values, day):
        ends.append(read_clock(str(values["summer_end"]), LATEST))
    if "end_before_other_day" in values and not diary.school_day(pair.school.school_id, day + ONE_DAY):
        ends.append(read_clock(str(values["end_before_other_day"]), LATEST))
    if not ends and "end" in values:
        ends.append(read_clock(str(values["end"]), LATEST))
    return read_clock(str(values.get("start", "00:00"))), min(ends, default=LATEST)


def _in_summer(values: Values, day: dt.date) -> bool:
    first, last = (_month_day(str(values.get(key, "")), day.year) for key in ("summer_from", "summer_to"))
    return first is not None and last is not None and first <= day <= last


def _month_day(text: str, year: int) -> dt.date | None:
    if text == "labor_day":
        return labor_day(year)
    return dt.date.fromisoformat(f"{year}-{text}") if text else None


def _hours(minutes: int) -> str:
    return f"{minutes / 60:g}"


HOURS_RULES: dict[str, Rule] = {
    "hours_per_day": hours_per_day,
    "hours_per_week": hours_per_week,
    "clock_window": clock_window,
    "school_hours": school_hours,
}
