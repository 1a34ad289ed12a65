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

DEFAULT_CAP = 60
"""Minutes one way for a student without a value of their own in a round without one."""
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
    last_term: str | None = Field(
        None, exclude_if=lambda given: given is None, description="folder of last term's output, a path from the round folder"
    )

    @model_validator(mode="after")
    def _lawful(self) -> ObjectiveSection:
        if len(set(self.order)) < len(self.order):
            raise ValueError("order names an objective twice")
        if list(self.bands) != sorted(set(self.bands)) or any(not 0 < b <= 1000 for b in self.bands):
            raise ValueError("bands must rise and lie between 1 and 1000")
        if "order" in self.model_fields_set and ("carry_over" in self.order) != (self.last_term is not None):
            raise ValueError("carry_over in the order and last_term need each other")
        if self.last_term is not None and "carry_over" not in self.order:
            place = self.order.index("landed") + 1
            object.__setattr__(self, "order", (*self.order[:place], "carry_over", *self.order[place:]))
        return self

    @property
    def given(self) -> bool:
        """Whether round.toml gives an order."""
        return "order" in self.model_fields_set

    def beginning_with(self, *first: str) -> tuple[str, ...]:
        """The order with these objectives before all others."""
        return first + tuple(name for name in self.order if name not in first)


class LimitSection(_Section):
    """``[limits]``: the round's own caps."""

    max_travel_minutes: int | None = Field(
        None, ge=0, le=600, description="nobody travels longer; unset: 60 for students without a value of their own"
    )
    max_transfers: int = Field(1, ge=0, le=20)
    arrival_buffer_minutes: int = Field(0, ge=0, le=120)
    slate_size: int = Field(4, ge=1, le=20)
    promises_per_seat: int = Field(3, ge=1, le=20, description="slates promise one seat to at most this many students")


class RepairSection(_Section):
    """``[repair]``: a term that is under way; `round.start` is then the day from which the new plan counts."""

    began: dt.date | None = Field(None, description="when the places of the earlier plan began; unset: the term has not begun")
    commitment_weeks: int = Field(8, ge=0, le=60, description="a student keeps a lawful place for so many weeks")
    dropout: float = Field(0.05, ge=0, le=1, description="the chance that a mentor drops out, for `matcher robustness`")


class OddsSection(_Section):
    """``[odds]``: chance that a student who tries for an option lands it, by the state of the request, else by the appetite.

    These count where nothing is known of a site; `matcher.odds` moves them by what came of earlier asks.
    """

    landed: float = Field(0.95, ge=0.01, le=0.99)
    pursuing: float = Field(0.6, ge=0.01, le=0.99)
    wish: float = Field(0.4, ge=0.01, le=0.99)
    interested: float = Field(0.35, ge=0.01, le=0.99)
    open: float = Field(0.3, ge=0.01, le=0.99)
    default_worth: int = Field(5, ge=1, le=1000, description="asks: the numbers above count as much as so many answers of a site")

    def thousandths(self) -> dict[str, int]:
        """Odds as whole numbers, which are the same on every machine."""
        return {name: round(1000 * float(odds)) for name, odds in self.model_dump(exclude={"default_worth"}).items()}


class WaveSection(_Section):
    """``[waves]``: the dates by which the options of a slate are to be answered."""

    begins: dt.date | None = Field(None, description="the day from which students ask; unset: the round's first day")
    days: int = Field(10, ge=1, le=100, description="school days until an option that was not answered gives way to the next")


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
    odds: OddsSection = OddsSection()
    waves: WaveSection = WaveSection()
    travel: TravelSection = TravelSection()
    text: TextSection = TextSection()
    gtfs: GtfsSection = GtfsSection()
    repair: RepairSection = RepairSection()

    @model_validator(mode="after")
    def _under_way(self) -> Settings:
        if self.repair.began and self.repair.began > self.round.start:
            raise ValueError(f"repair.began ({self.repair.began}) is after round.start ({self.round.start})")
        return self

    def order(self, rerun: bool) -> tuple[str, ...]:
        """The objectives in order; `rerun` says that an earlier plan is at hand.

        A first commitment comes before everything. Once the term is under way people stay where they are before anything else
        counts; in a re-run before that, before anything but places counts. A given order stands.
        """
        if self.repair.began:
            kept = () if self.objectives.given else ("least_change", "still_placed", "priority_classes", "most_placed", "landed")
            return self.objectives.beginning_with("first_commitment", *kept)
        if rerun and not self.objectives.given:
            return self.objectives.beginning_with("priority_classes", "most_placed", "landed", "least_change")
        return self.objectives.order

    @property
    def today(self) -> dt.date:
        """The day on which students begin to ask; requests that expired before it no longer count."""
        return self.waves.begins or self.round.start


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
