"""Documents with dates: which entry covers which date, and when a mentor counts as cleared."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from matcher.audit.law import Law
from matcher.audit.times import months_later, read_date


class Entry(NamedTuple):
    """One document on file; a date that was not given is None."""

    valid_from: dt.date | None
    valid_until: dt.date | None


Documents = dict[str, tuple[Entry, ...]]


def read_documents(text: str) -> Documents:
    """Read ``insurance:2026-08-20..2027-06-30;site_visit:2027-06-30;agreement`` (the last has no date and covers nothing)."""
    found: dict[str, list[Entry]] = {}
    for part in text.split(";"):
        name, _, dates = (piece.strip() for piece in part.partition(":"))
        if not name:
            continue
        first, dots, last = dates.partition("..") if ".." in dates else ("", "", dates)
        entry = Entry(read_date(first) if dots and first.strip() else None, read_date(last) if last.strip() else None)
        found.setdefault(name.casefold(), []).append(entry)
    return {name: tuple(entries) for name, entries in found.items()}


def entry_covers(entry: Entry, day: dt.date) -> bool:
    """Say whether one entry covers a date; without `valid_until` it covers none."""
    return entry.valid_until is not None and day <= entry.valid_until and (entry.valid_from is None or entry.valid_from <= day)


def covers(documents: Documents, name: str, day: dt.date) -> bool:
    """Say whether some entry of that name covers the date."""
    return any(entry_covers(entry, day) for entry in documents.get(name.casefold(), ()))


def gap(documents: Documents, names: Iterable[str], days: Sequence[dt.date]) -> tuple[dt.date, str] | None:
    """Give the first date that one of the documents does not cover, with the document's name; None when all is covered."""
    wanted = tuple(names)
    for day in days:
        for name in wanted:
            if not covers(documents, name, day):
                return day, name
    return None


def fault(documents: Documents, name: str, owner: str) -> str:
    """Say in one sentence what is wrong with a document that does not cover a date."""
    entries = documents.get(name.casefold(), ())
    if not entries:
        return f"{name} of {owner} is not on file"
    if all(entry.valid_until is None for entry in entries):
        return f"{name} of {owner} has no valid_until"
    return f"{name} of {owner} does not cover this date"


def within_clock(entry: Entry, day: dt.date, law: Law) -> bool:
    """Say whether an entry is young enough under a law that limits the age of a clearance."""
    if entry.valid_from is None:
        return False
    days, months = law.values.get("valid_days"), law.values.get("valid_months")
    if days is not None and day > entry.valid_from + dt.timedelta(days=int(days)):
        return False
    return months is None or day <= months_later(entry.valid_from, int(months))


def why_not_cleared(documents: Documents, owner: str, day: dt.date, laws: Iterable[Law]) -> str:
    """Give the reason why a mentor is not cleared on a date, or "" when cleared.

    Parameters
    ----------
    documents : the mentor's documents.
    owner : how to name the mentor (``mentor M3``).
    day : the date of the session.
    laws : the `clearance` laws of the jurisdictions in force on that date.
    """
    clocks = [law for law in laws if "valid_days" in law.values or "valid_months" in law.values]
    covering = [entry for entry in documents.get("clearance", ()) if entry_covers(entry, day)]
    if not covering:
        return fault(documents, "clearance", owner)
    if any(all(within_clock(entry, day, law) for law in clocks) for entry in covering):
        return ""
    names = ", ".join(law.law_id for law in clocks)
    if all(entry.valid_from is None for entry in covering):
        return f"clearance of {owner} has no valid_from, which {names} needs"
    return f"clearance of {owner} is older on this date than {names} allows"
