"""The vocabulary in words/*.toml, read once and checked."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any

from pydantic import BaseModel, ConfigDict


class _Words(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Field(_Words):
    """A field of work: what its sites, mentors and opportunities say.

    Attributes
    ----------
    weight : how common it is. paid : how much likelier than usual its opportunities are paid.
    hazards, hazard_text : tags of hazardous tasks some of its opportunities carry, and the sentence that says so.
    """

    id: str
    cluster: str
    weight: float
    names: tuple[str, ...]
    site: tuple[str, ...]
    about: tuple[str, ...]
    titles: tuple[str, ...]
    work: tuple[str, ...]
    learn: tuple[str, ...]
    tasks: tuple[str, ...]
    hazards: tuple[str, ...] = ()
    hazard_text: str = ""
    requires: tuple[str, ...] = ()
    min_age: int | None = None
    min_grade: int | None = None
    paid: float = 1


class Topic(_Words):
    """Something teenagers are into, how they put it, and the fields of work that would suit."""

    id: str
    weight: float
    fields: dict[str, float]
    en: tuple[str, ...]
    es: tuple[str, ...]


class Voices(_Words):
    """How phrases are opened, joined and closed."""

    open: tuple[str, ...]
    open_es: tuple[str, ...]
    join: tuple[str, ...]
    join_es: tuple[str, ...]
    close: tuple[str, ...]
    close_es: tuple[str, ...]


class Phrases(_Words):
    """The same kind of phrase in two languages."""

    en: tuple[str, ...]
    es: tuple[str, ...]


class Interests(_Words):
    """Everything students write."""

    topic: tuple[Topic, ...]
    voice: Voices
    vague: Phrases
    niche: Phrases
    avoid: Phrases


class Shared(_Words):
    """Sentences any site, mentor, opportunity or order may add."""

    site_more: tuple[str, ...]
    about_more: tuple[str, ...]
    closing: tuple[str, ...]
    pin_note: tuple[str, ...]
    ban_note: tuple[str, ...]
    no_contact_note: tuple[str, ...]
    keep_apart_note: tuple[str, ...]
    keep_together_note: tuple[str, ...]


class Names(_Words):
    """Names of invented people, places, streets and schools."""

    first: tuple[str, ...]
    last: tuple[str, ...]
    place: tuple[str, ...]
    street: tuple[str, ...]
    school_first: tuple[str, ...]
    school_last: tuple[str, ...]


class Town(_Words):
    """A town around which a region lies."""

    name: str
    state: str
    lat: float
    lon: float


class Vocabulary(_Words):
    """All of it."""

    fields: dict[str, Field]
    interests: Interests
    shared: Shared
    names: Names
    towns: tuple[Town, ...]


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads(files("matcher.generate").joinpath("words", f"{name}.toml").read_text(encoding="utf-8"))


@cache
def vocabulary() -> Vocabulary:
    """Read and check every word file."""
    fields = [Field(**row) for part in ("health", "people", "arts", "trades") for row in _read(f"fields_{part}")["field"]]
    return Vocabulary(
        fields={field.id: field for field in fields},
        interests=Interests(**_read("interests")),
        shared=Shared(**_read("shared")),
        names=Names(**_read("names")),
        towns=tuple(Town(**row) for row in _read("places")["town"]),
    )
