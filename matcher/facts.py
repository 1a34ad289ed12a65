"""Facts about people reduced to small equal-when-equal values, so that a law is judged once per kind of person."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from matcher.calendar import Session
from matcher.cells import Document
from matcher.domain import age_on

DAY = dt.timedelta(days=1)
Span = tuple[dt.date, dt.date]


class Age(NamedTuple):
    """An age on the first day of the round and the (day, new age) steps within it."""

    at_start: int
    steps: tuple[tuple[dt.date, int], ...] = ()

    def on(self, day: dt.date) -> int:
        """Whole years on that day (the youngest age of the band, for a banded age)."""
        found = self.at_start
        for start, age in self.steps:
            if start <= day:
                found = age
        return found

    def banded(self, cuts: tuple[int, ...]) -> Age:
        """The same age told only as far as the cuts tell ages apart."""

        def band(age: int) -> int:
            return max((cut for cut in cuts if cut <= age), default=0)

        ages = [band(self.at_start)] + [band(age) for _, age in self.steps]
        return Age(ages[0], tuple((day, ages[i + 1]) for i, (day, _) in enumerate(self.steps) if ages[i + 1] != ages[i]))


def age_through(birth_date: dt.date, first: dt.date, last: dt.date) -> Age:
    """The age from `first` to `last`; someone born on 29 February turns on 1 March in common years."""
    steps = []
    for year in range(first.year, last.year + 1):
        try:
            birthday = birth_date.replace(year=year)
        except ValueError:
            birthday = dt.date(year, 3, 1)
        if first < birthday <= last:
            steps.append((birthday, year - birth_date.year))
    return Age(age_on(birth_date, first), tuple(steps))


class Coverage(NamedTuple):
    """The days of a round on which a paper is good, as merged ranges, and why there are none."""

    spans: tuple[Span, ...]
    missing: str = ""

    def has(self, day: dt.date) -> bool:
        """Whether the paper is good on that day."""
        return any(first <= day <= last for first, last in self.spans)

    def gap(self, sessions: Sequence[Session]) -> str | None:
        """Why the paper does not cover these sessions (in order of time), or None when it does."""
        if not sessions or any(first <= sessions[0].date and sessions[-1].date <= last for first, last in self.spans):
            return None
        day = next((s.date for s in sessions if not self.has(s.date)), None)
        return None if day is None else self.missing or f"it does not cover {day}"


def coverage(documents: Iterable[Document], name: str, first: dt.date, last: dt.date) -> Coverage:
    """The coverage of a paper of that name, clipped to the round so that equal answers are equal keys."""
    entries = [d for d in documents if d.name == name]
    spans = [(d.valid_from or first, d.valid_until) for d in entries if d.valid_until is not None]
    missing = "" if spans else "it has no date" if entries else "it is not on file"
    return Coverage(merge(spans, first, last), missing)


def merge(spans: Iterable[Span], first: dt.date, last: dt.date) -> tuple[Span, ...]:
    """Spans clipped to [first, last] and joined where they touch."""
    merged: list[Span] = []
    for start, end in sorted((max(a, first), min(b, last)) for a, b in spans):
        if end < start:
            continue
        if merged and start <= merged[-1][1] + DAY:
            merged[-1] = (merged[-1][0], max(merged[-1][1], end))
        else:
            merged.append((start, end))
    return tuple(merged)
