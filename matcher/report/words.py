"""How the report says dates, numbers, times and ids in plain words."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from matcher.cells import WEEKDAYS, Window
from matcher.domain import Round

MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
MODE_WORDS = {
    "walk": "on foot",
    "bike": "by bike",
    "transit": "by bus or train",
    "drive": "in own car",
    "dropoff": "dropped off",
    "van": "by school van",
}
JOINED = "\u2060–\u2060"
"""A dash at which no line breaks."""
_TOKEN = re.compile(r"(?:\b(mentor|site|student|van) )?(\w(?:[\w./:-]*\w)?)")
_DATE = re.compile(r"\b(\d{4})-(\d{2})-(\d{2})\b")
_SNAKE = re.compile(r"\b[a-z]+(?:_[a-z]+)+\b")


def count(number: int, one: str, many: str = "") -> str:
    """A number with its noun: "1 student", "1,204 students"."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def percent(part: int, whole: int) -> int:
    """Whole percent, rounded down so that 100 means all."""
    return 100 * part // whole if whole else 0


def long_date(day: dt.date) -> str:
    """``September 8, 2026``, whatever the machine's language."""
    return f"{MONTHS[day.month - 1]} {day.day}, {day.year}"


def date_span(first: dt.date, last: dt.date) -> str:
    """Two dates, the year said once when it is the same."""
    begin = long_date(first)
    return f"{begin.rpartition(',')[0] if first.year == last.year else begin} to {long_date(last)}"


def hours(windows: Iterable[Window]) -> str:
    """Weekly windows with days of the same hours together: ``Tue, Thu 9:00–13:00``."""
    days: dict[tuple[int, int], list[str]] = {}
    for window in windows:
        days.setdefault((window.start, window.end), []).append(WEEKDAYS[window.weekday])
    return "; ".join(f"{', '.join(names)} {_clock(start)}{JOINED}{_clock(end)}" for (start, end), names in days.items())


def _clock(minutes: int) -> str:
    return f"{minutes // 60}:{minutes % 60:02d}"


def trip(mode: str, minutes: int, transfers: int) -> str:
    """``25 min on foot``; transfers only when there are some."""
    changes = f", {count(transfers, 'transfer')}" if transfers else ""
    return f"{minutes} min {MODE_WORDS.get(mode, mode)}{changes}"


def plain(name: str) -> str:
    """A code as a phrase: ``student_documents`` becomes ``Student documents``."""
    text = name.replace("_", " ").strip()
    return text[:1].upper() + text[1:]


def sentence_list(parts: list[str]) -> str:
    """``a``, ``a and b``, ``a, b and c``."""
    return " and ".join([", ".join(parts[:-1]), parts[-1]] if len(parts) > 1 else parts)


@dataclass(frozen=True)
class Speller:
    """Names for the ids inside sentences, so that nobody has to look up O17."""

    offers: Mapping[str, str]
    mentors: Mapping[str, str]
    sites: Mapping[str, str]

    @classmethod
    def of(cls, round_: Round) -> Speller:
        """The names of a round."""
        return cls(
            {o.opportunity_id: o.title for o in round_.opportunities},
            {m.mentor_id: m.name for m in round_.mentors},
            {s.site_id: s.name for s in round_.sites},
        )

    def __call__(self, text: str) -> str:
        """The sentence with names before ids (once each), dates in words and codes without underscores.

        An id counts where the sentence says ``mentor`` or ``site`` before it; any other word counts as an offer's id only
        when it has a digit and a letter, so that no plain word or number is taken for one.
        """
        said: set[str] = set()
        text = _TOKEN.sub(lambda match: self._named(match, said), text)
        text = _DATE.sub(lambda m: _in_words(m.group()), text)
        return _SNAKE.sub(lambda m: m.group().replace("_", " "), text)

    def _named(self, match: re.Match[str], said: set[str]) -> str:
        kind, word = match[1], match[2]
        if kind in {"student", "van"}:
            return match[0]
        known = {"mentor": self.mentors, "site": self.sites}.get(kind, self.offers)
        looks_like_id = kind or (any(map(str.isdigit, word)) and any(map(str.isalpha, word)))
        name = known.get(word, "") if looks_like_id else ""
        if not name or match[0] in said:
            return match[0]
        said.add(match[0])
        return f"{kind + ' ' if kind else ''}{name} ({word})"


def _in_words(text: str) -> str:
    try:
        return long_date(dt.date.fromisoformat(text))
    except ValueError:
        return text
