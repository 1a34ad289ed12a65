"""Documents with dates: most in date for the term, some missing, expiring in mid-term or without a date."""

from __future__ import annotations

import datetime as dt

from matcher.generate.dice import Dice
from matcher.generate.shapes import END, START, YEAR_END

RI_DAYS = 365


def paper(name: str, first: dt.date | None, last: dt.date | None) -> str:
    """One entry of a `documents` cell."""
    if last is None:
        return name
    return f"{name}:{first}..{last}" if first else f"{name}:{last}"


def _mid_term(dice: Dice) -> dt.date:
    return START + dt.timedelta(days=dice.whole(14, 90))


def _before(dice: Dice, low: int, high: int) -> dt.date:
    return START - dt.timedelta(days=dice.whole(low, high))


def student_papers(dice: Dice, age: int, drives: bool, works: bool) -> tuple[list[str], bool, frozenset[str]]:
    """A student's documents, whether consent and contacts cover the term, and the names of the other papers that do."""
    found, sound = [], True
    for name in ("parent_consent", "emergency_contacts"):
        if dice.chance(0.022):
            sound = False
        elif dice.chance(0.012):
            found.append(paper(name, _before(dice, 60, 300), _mid_term(dice)))
            sound = False
        else:
            found.append(paper(name, _before(dice, 1, 40), YEAR_END))
    extra = set()
    if dice.chance(0.75):
        extra.add("immunizations")
        found.append(paper("immunizations", None, YEAR_END))
    if works or (age >= 15 and dice.chance(0.12)):
        extra.add("work_permit")
        found.append(paper("work_permit", _before(dice, 1, 90), YEAR_END))
    if drives:
        extra |= {"driver_license", "auto_insurance"}
        found.append(paper("driver_license", _before(dice, 20, 300), dt.date(2031, 5, 31)))
        found.append(paper("auto_insurance", _before(dice, 1, 60), YEAR_END))
    if dice.chance(0.15):
        found.append(paper("parent_notice", _before(dice, 1, 30), YEAR_END))
    return found, sound, frozenset(extra)


def site_papers(dice: Dice, observable: bool) -> tuple[list[str], bool]:
    """A site's documents and whether all three of the school pack cover the term."""
    found, sound = [], True
    for name, missing, ends in (("agreement", 0.012, 0.008), ("insurance", 0.015, 0.02), ("site_visit", 0.02, 0.01)):
        if dice.chance(missing):
            sound = False
            if dice.chance(0.3):
                found.append(paper(name, None, None))
        elif dice.chance(ends):
            found.append(paper(name, _before(dice, 200, 360), _mid_term(dice)))
            sound = False
        elif name == "insurance" and dice.chance(0.3):
            found.append(paper(name, None, END + dt.timedelta(days=dice.whole(10, 300))))
        else:
            found.append(paper(name, _before(dice, 1, 90), YEAR_END))
    if not observable and dice.chance(0.5):
        found.append(paper("one_to_one_approval", _before(dice, 1, 60), YEAR_END))
    return found, sound


def clearance(dice: Dice, state: str) -> tuple[list[str], bool]:
    """A mentor's documents and whether the clearance is good all term; in Rhode Island a check is good for a year."""
    throw = dice.throw()
    if throw < 0.025:
        return [], False
    if throw < 0.03:
        return [paper("clearance", None, None)], False
    if throw < 0.065:
        last = _mid_term(dice)
        return [paper("clearance", last - dt.timedelta(days=RI_DAYS), last)], False
    since = _before(dice, 3, 240)
    years = 1 if state == "US-RI" else dice.whole(1, 5)
    return [paper("clearance", since, since + dt.timedelta(days=RI_DAYS * years))], True
