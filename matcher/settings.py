"""round.toml as typed settings; every key has a default and unknown keys are refused."""

from __future__ import annotations

import datetime as dt
import tomllib
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator
from pydantic_core import ErrorDetails

from matcher.errors import Issue
from matcher.registry import names

SHIPPED_PACKS = ("us-federal", "us-ca", "us-ny", "us-ri", "us-wa", "school")


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class RoundSection(_Section):
    """``[round]``: what is placed, when, and the public draw."""

    id: str = "round"
    name: str = "Internship round"
    start: dt.date = dt.date(2026, 9, 8)
    end: dt.date = dt.date(2026, 12, 18)
    seed: str = "public draw"
    rule_packs: tuple[str, ...] = SHIPPED_PACKS

    @model_validator(mode="after")
    def _ordered(self) -> RoundSection:
        if self.end < self.start:
            raise ValueError("end is before start")
        if (self.end - self.start).days > 400:
            raise ValueError("a round is at most 400 days long")
        return self


class ObjectiveSection(_Section):
    """``[objectives]``: what is decided first, and the bands that count as worst off."""

    order: tuple[str, ...] = (
        "priority_classes",
        "most_placed",
        "landed",
        "worst_off",
        "total_points",
        "least_change",
        "public_draw",
    )
    bands: tuple[int, ...] = Field((200, 400), description="points; students below the first band are worst off")

    @model_validator(mode="after")
    def _lawful(self) -> ObjectiveSection:
        if len(set(self.order)) < len(self.order):
            raise ValueError("order names an objective twice")
        if list(self.bands) != sorted(set(self.bands)) or any(not 0 < b <= 1000 for b in self.bands):
            raise ValueError("bands must rise and lie between 1 and 1000")
        return self

    def for_rerun(self) -> ObjectiveSection:
        """The order of a re-run: people stay where the earlier plan had them before anything but places counts; a given order stands."""
        if "order" in self.model_fields_set:
            return self
        first = ("priority_classes", "most_placed", "landed", "least_change")
        return self.model_copy(update={"order": first + tuple(name for name in self.order if name not in first)})


class LimitSection(_Section):
    """``[limits]``: the round's own caps."""

    max_travel_minutes: int | None = Field(
        None, ge=0, le=600, description="nobody travels longer; unset: 60 for students without a value of their own"
    )
    max_transfers: int = Field(1, ge=0, le=20)
    arrival_buffer_minutes: int = Field(0, ge=0, le=120)
    slate_size: int = Field(4, ge=1, le=20)
    promises_per_seat: int = Field(3, ge=1, le=20, description="slates promise one seat to at most this many students")


class ModeSection(_Section):
    """``[travel.MODE]``: how minutes are computed from a straight line."""

    speed_kmh: float = Field(gt=0)
    detour: float = Field(1.25, ge=1)
    fixed_minutes: float = Field(0, ge=0)


class TravelSection(_Section):
    """``[travel]``: speeds and detour factors per mode."""

    walk: ModeSection = ModeSection(speed_kmh=4.8, detour=1.25, fixed_minutes=0)
    bike: ModeSection = ModeSection(speed_kmh=14, detour=1.25, fixed_minutes=2)
    drive: ModeSection = ModeSection(speed_kmh=35, detour=1.3, fixed_minutes=5)
    dropoff: ModeSection = ModeSection(speed_kmh=35, detour=1.3, fixed_minutes=3)
    van: ModeSection = ModeSection(speed_kmh=30, detour=1.3, fixed_minutes=5)


class TextSection(_Section):
    """``[text]``: how texts are compared."""

    level: Literal["auto", "light", "embeddings"] = Field("auto", description="auto is embeddings where the model is installed, else light")


class GtfsSection(_Section):
    """``[gtfs]``: timetables that transit times are computed from."""

    feeds: tuple[str, ...] = Field((), description="paths from the round folder, each a zip or a folder")
    typical_weeks: tuple[dt.date, ...] = Field((), description="one date per feed: its week stands for every week of the round")
    max_walk_minutes: int = Field(15, ge=0, le=60, description="between home, school or site and a stop")
    max_change_walk_minutes: int = Field(5, ge=0, le=30, description="between stops")
    change_minutes: int = Field(2, ge=1, le=30, description="to spare at each change, beside walking")

    @model_validator(mode="after")
    def _one_week_each(self) -> GtfsSection:
        if len(set(self.feeds)) < len(self.feeds):
            raise ValueError("feeds names a feed twice")
        if self.typical_weeks and len(self.typical_weeks) != len(self.feeds):
            raise ValueError(f"typical_weeks has {len(self.typical_weeks)} dates for {len(self.feeds)} feeds")
        return self


Weight = Annotated[float, Field(ge=0, le=1000)]


class Settings(_Section):
    """Everything ``round.toml`` can say.

    ``[weights]`` has one number, 0 or more, per score component (the files of `matcher.scoring`); only their proportions
    count, and a component that is not named has the weight its file gives it.
    """

    round: RoundSection = RoundSection()
    weights: dict[str, Weight] = {}
    objectives: ObjectiveSection = ObjectiveSection()
    limits: LimitSection = LimitSection()
    travel: TravelSection = TravelSection()
    text: TextSection = TextSection()
    gtfs: GtfsSection = GtfsSection()


def read_settings(path: Path) -> tuple[Settings | None, list[Issue]]:
    """Read ``round.toml``.

    Returns
    -------
    The settings (None when they cannot be used) and every problem found, each with its key and value.
    """
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        message, hint = "there is no round.toml in this folder", "Maybe the folder is another one; an empty file is enough."
        return None, [_issue("missing_file", message, hint)]
    except (OSError, RecursionError, ValueError) as error:
        message = str(error) if isinstance(error, tomllib.TOMLDecodeError) else type(error).__name__
        return None, [_issue("bad_toml", f"cannot be read as TOML: {message}", "Maybe a quote or a bracket is missing.")]
    try:
        settings = Settings.model_validate(data)
    except ValidationError as error:
        return None, [_from_pydantic(e) for e in error.errors()]
    issues = _unknown_weights(settings)
    return None if issues else settings, issues


def _unknown_weights(settings: Settings) -> list[Issue]:
    known = names("matcher.scoring")
    hint = f"Maybe one of: {', '.join(known)}."
    return [
        _issue("unknown_key", "is a score component this engine does not know", hint, column=f"weights.{name}", value=str(weight))
        for name, weight in settings.weights.items()
        if name not in known
    ]


def _issue(code: str, message: str, hint: str, *, column: str | None = None, value: str = "") -> Issue:
    return Issue("round.toml", None, column, code, "error", value, message, hint)


def _from_pydantic(error: ErrorDetails) -> Issue:
    key = ".".join(str(part) for part in error["loc"])
    value = "" if isinstance(error["input"], dict) else str(error["input"])[:200]
    if error["type"] == "extra_forbidden":
        known = ", ".join(_known_keys(error["loc"][:-1]))
        return _issue("unknown_key", "is a key this engine does not know", f"Maybe one of: {known}.", column=key, value=value)
    message = error["msg"].removeprefix("Value error, ")
    return _issue("bad_setting", message, "Maybe compare with docs/settings.md.", column=key, value=value)


def _known_keys(path: tuple[str | int, ...]) -> list[str]:
    model: type[BaseModel] = Settings
    for part in path:
        field = model.model_fields.get(str(part))
        if field is None or not isinstance(field.annotation, type) or not issubclass(field.annotation, BaseModel):
            return []
        model = field.annotation
    return list(model.model_fields)
