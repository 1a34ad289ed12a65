"""Rule packs as typed data: which law says what, to whom, from when to when, and where that was read."""

from __future__ import annotations

import datetime as dt
import tomllib
from collections.abc import Iterable
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

from pydantic import Field, ValidationError, model_validator

from matcher.errors import PackError
from matcher.law_values import KINDS, Strict

PACK_FOLDER = Path(__file__).parent / "rules" / "packs"


class _Dated(Strict):
    effective_from: dt.date | None = None
    effective_to: dt.date | None = None

    @model_validator(mode="after")
    def _in_order(self) -> _Dated:
        if self.effective_from and self.effective_to and self.effective_to < self.effective_from:
            raise ValueError("effective_to is before effective_from")
        return self

    def in_force(self, day: dt.date) -> bool:
        """Whether the law counts on that day."""
        return (self.effective_from is None or self.effective_from <= day) and (self.effective_to is None or day <= self.effective_to)


class Programme(_Dated):
    """What a programme changes in a law: some values, or the whole law lifted."""

    name: str
    source: str = Field(min_length=1)
    lifted: bool = False
    values: dict[str, Any] = Field(default_factory=dict)


class Law(_Dated):
    """One law: the rule that reads it, whom and when it binds, its numbers and its source."""

    id: str
    rule: str
    summary: str = Field(min_length=1)
    source: str = Field(min_length=1)
    read_on: dt.date
    reviewer: str = "none yet"
    next_review: dt.date
    ages: tuple[int, int] = (0, 200)
    values: Any
    programmes: tuple[Programme, ...] = ()
    jurisdiction: str = ""

    @model_validator(mode="after")
    def _typed(self) -> Law:
        if self.rule not in KINDS:
            raise ValueError(f"law {self.id}: no rule reads {self.rule!r}; known: {', '.join(KINDS)}")
        object.__setattr__(self, "values", KINDS[self.rule].model_validate(self.values))
        for programme in self.programmes:
            self._with(programme)
        if self.ages[1] < self.ages[0]:
            raise ValueError(f"law {self.id}: ages are the wrong way round")
        return self

    @property
    def told_ages(self) -> str:
        """The ages it binds, for people."""
        return f"{self.ages[0]}-{self.ages[1]}"

    def _with(self, programme: Programme) -> Any:
        return KINDS[self.rule].model_validate(self.values.model_dump() | programme.values)

    def values_for(self, programmes: frozenset[str], day: dt.date) -> Any | None:
        """The numbers that bind somebody who takes part in these programmes on that day; None when the law is lifted."""
        for programme in self.programmes:
            if same_programme(programme.name) in programmes and programme.in_force(day):
                return None if programme.lifted else self._with(programme)
        return self.values


def same_programme(name: str) -> str:
    """The name of a programme without case, spaces and hyphens: ``CO-OP`` is ``COOP``."""
    return name.upper().replace("-", "").replace(" ", "")


class _Head(Strict):
    id: str
    jurisdiction: str
    title: str


class Pack(Strict):
    """One file of laws of one jurisdiction."""

    pack: _Head
    law: tuple[Law, ...]


ALWAYS = ("hazardous_orders", "observable", "driving", "van_persons")
"""Rules that docs/rules.md states whatever packs a round names."""


@cache
def _shipped(rule: str) -> tuple[Law, ...]:
    """The laws of a rule in the packs that bind everywhere."""
    return tuple(law for law in Laws(read_pack(PACK_FOLDER / f"{name}.toml") for name in ("us-federal", "school")).all if law.rule == rule)


class Laws:
    """The laws of the packs that a round names."""

    def __init__(self, packs: Iterable[Pack]) -> None:
        self.packs = tuple(packs)
        self.all = tuple(law.model_copy(update={"jurisdiction": p.pack.jurisdiction}) for p in self.packs for law in p.law)
        self.jurisdictions = frozenset(p.pack.jurisdiction for p in self.packs)
        self._found: dict[tuple[str, frozenset[str]], tuple[Law, ...]] = {}

    def of(self, rule: str, *states: str) -> tuple[Law, ...]:
        """Laws of one rule that bind in these states: federal, school practice and the states' own."""
        key = (rule, frozenset(states))
        if key not in self._found:
            places = {"US", "school", *states}
            self._found[key] = tuple(law for law in self.of_kind(rule) if law.jurisdiction in places)
        return self._found[key]

    def of_kind(self, rule: str) -> tuple[Law, ...]:
        """Laws of one rule in every jurisdiction; where no pack has one of a rule in `ALWAYS`, the shipped ones hold."""
        return tuple(law for law in self.all if law.rule == rule) or (_shipped(rule) if rule in ALWAYS else ())


def read_pack(path: Path) -> Pack:
    """One pack from its file.

    Raises
    ------
    PackError
        For an unknown key, a missing source, versions of a law that overlap or leave a gap, or text that is not TOML.
    """
    try:
        pack = Pack.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, ValidationError) as error:
        raise PackError(f"rule pack {path.name} does not load: {error}") from None
    versions: dict[str, list[Law]] = {}
    for law in pack.law:
        versions.setdefault(law.id, []).append(law)
    for law_id, laws in versions.items():
        _check_versions(path.name, law_id, laws)
    return pack


def _check_versions(file: str, law_id: str, laws: list[Law]) -> None:
    laws = sorted(laws, key=lambda law: law.effective_from or dt.date.min)
    for one, two in pairwise(laws):
        if one.effective_to is None or two.effective_from is None or two.effective_from <= one.effective_to:
            raise PackError(f"rule pack {file} does not load: versions of law {law_id} overlap in time")
        if two.effective_from != one.effective_to + dt.timedelta(days=1):
            raise PackError(f"rule pack {file} does not load: versions of law {law_id} leave a gap after {one.effective_to}")


def pack_path(name: str, folder: Path | None = None) -> Path:
    """Where a pack is: shipped packs by name, a district's own by a path ending in .toml beside the round."""
    return (folder or Path()) / name if name.endswith(".toml") else PACK_FOLDER / f"{name}.toml"


def load_laws(names: Iterable[str], folder: Path | None = None) -> Laws:
    """The laws of these packs."""
    return Laws(read_pack(pack_path(name, folder)) for name in names)
