"""Rule packs as the auditor reads them: which law counts where, on which date and at which age."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from matcher.audit.finding import Finding, about_file
from matcher.audit.times import read_date

PACK_FOLDER = Path(__file__).parents[1] / "rules" / "packs"
EVERYWHERE = ("US", "SCHOOL")

Values = dict[str, Any]
States = tuple[str, str]


def programme_name(text: str) -> str:
    """Strip what does not count when programmes are compared: case, spaces and hyphens."""
    return re.sub(r"[\s\-]+", "", text).upper()


def state_name(text: str) -> str:
    """Give a jurisdiction as it is compared."""
    return text.strip().upper()


@dataclass(frozen=True)
class Programme:
    """What a programme puts in place of a law's values, and when."""

    name: str
    start: dt.date | None
    end: dt.date | None
    lifted: bool
    values: Values


@dataclass(frozen=True)
class Law:
    """One version of one law."""

    law_id: str
    rule: str
    jurisdiction: str
    ages: tuple[int, int] | None
    start: dt.date | None
    end: dt.date | None
    values: Values
    programmes: tuple[Programme, ...]

    def names_age(self, age: int) -> bool:
        """Say whether the law is for this age; a law without ages is for every age."""
        return self.ages is None or self.ages[0] <= age <= self.ages[1]


def in_time(version: Law | Programme, day: dt.date) -> bool:
    """Say whether a law or a programme's exception is in force on a date."""
    return (version.start is None or version.start <= day) and (version.end is None or day <= version.end)


class LawBook:
    """The laws of the packs that a round names.

    Parameters
    ----------
    laws : every law of those packs.
    jurisdictions : the jurisdictions for which a pack was named.
    """

    def __init__(self, laws: Sequence[Law], jurisdictions: frozenset[str]) -> None:
        self.laws = tuple(laws)
        self.jurisdictions = jurisdictions
        self._known: dict[tuple[str, States], tuple[Law, ...]] = {}

    def about(self, rule: str, states: States) -> tuple[Law, ...]:
        """Give the laws for a rule in the states of a site and a school, in the United States and of the school pack."""
        key = (rule, states)
        if key not in self._known:
            places = {*EVERYWHERE, *states}
            self._known[key] = tuple(law for law in self.laws if law.rule == rule and law.jurisdiction in places)
        return self._known[key]

    def in_force(self, rule: str, states: States, day: dt.date, age: int | None = None) -> list[Law]:
        """Give the laws for a rule on a date, and for an age when one is given."""
        return [law for law in self.about(rule, states) if in_time(law, day) and (age is None or law.names_age(age))]

    def values_in_force(self, rule: str, states: States, day: dt.date, age: int, programme: str) -> list[tuple[Law, Values]]:
        """Give laws with their values, after the exceptions of the programme that counts for the pair."""
        if programme and self._disabled(programme, states, day):
            programme = ""
        found = []
        for law in self.in_force(rule, states, day, age):
            values: Values | None = law.values
            for exception in law.programmes:
                if values is not None and exception.name == programme and in_time(exception, day):
                    values = None if exception.lifted else {**values, **exception.values}
            if values is not None:
                found.append((law, values))
        return found

    def _disabled(self, programme: str, states: States, day: dt.date) -> bool:
        laws = self.in_force("programme_disabled", states, day)
        return any(programme_name(str(law.values.get("program", ""))) == programme for law in laws)


def read_packs(names: Sequence[str], round_folder: Path) -> tuple[LawBook, dict[str, str], list[Finding]]:
    """Read the packs a round names; give the laws, the SHA-256 of every pack's bytes and what could not be read."""
    laws: list[Law] = []
    places: set[str] = set()
    hashes: dict[str, str] = {}
    findings: list[Finding] = []
    for name in names:
        path = round_folder / name if name.endswith(".toml") else PACK_FOLDER / f"{name}.toml"
        try:
            content = path.read_bytes()
            hashes[name] = hashlib.sha256(content).hexdigest()
            pack = tomllib.loads(content.decode("utf-8-sig"))
            place = state_name(str(pack["pack"]["jurisdiction"]))
            laws += [_read_law(entry, place) for entry in pack.get("law", ())]
            places.add(place)
        except OSError:
            findings.append(about_file("file_missing", f"rule pack {name} is not there"))
        except (ValueError, KeyError, TypeError, AttributeError):
            findings.append(about_file("file_shape", f"rule pack {name} is not readable"))
    return LawBook(laws, frozenset(places)), hashes, findings


def _read_law(entry: Values, place: str) -> Law:
    ages = entry.get("ages")
    return Law(
        law_id=str(entry["id"]),
        rule=str(entry["rule"]),
        jurisdiction=place,
        ages=(int(ages[0]), int(ages[1])) if ages is not None else None,
        start=_day(entry.get("effective_from")),
        end=_day(entry.get("effective_to")),
        values=dict(entry.get("values", {})),
        programmes=tuple(_read_programme(exception) for exception in entry.get("programmes", ())),
    )


def _read_programme(entry: Values) -> Programme:
    return Programme(
        name=programme_name(str(entry["name"])),
        start=_day(entry.get("effective_from")),
        end=_day(entry.get("effective_to")),
        lifted=bool(entry.get("lifted", False)),
        values=dict(entry.get("values", {})),
    )


def _day(value: object) -> dt.date | None:
    if value is None:
        return None
    if isinstance(value, dt.datetime):
        return value.date()
    return value if isinstance(value, dt.date) else read_date(str(value))
