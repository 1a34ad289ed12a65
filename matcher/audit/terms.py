"""The settings of a round as the auditor needs them, with the defaults docs/rules.md gives."""

from __future__ import annotations

import datetime as dt
import tomllib
from dataclasses import dataclass
from typing import Any, NamedTuple

from matcher.audit.times import read_date

DEFAULT_START = dt.date(2026, 9, 8)
DEFAULT_END = dt.date(2026, 12, 18)
DEFAULT_PACKS = ("us-federal", "us-ca", "us-ny", "us-ri", "us-wa", "school")
DEFAULT_CAP = 60
DEFAULT_ODDS = (("landed", 0.95), ("pursuing", 0.6), ("wish", 0.4), ("interested", 0.35), ("open", 0.3))


class Pace(NamedTuple):
    """How a mode's minutes follow from a straight line: km/h, road km per straight km, minutes added."""

    speed_kmh: float
    detour: float
    fixed_minutes: float


DEFAULT_PACES = {
    "walk": Pace(4.8, 1.25, 0),
    "bike": Pace(14, 1.25, 2),
    "drive": Pace(35, 1.3, 5),
    "dropoff": Pace(35, 1.3, 3),
    "van": Pace(30, 1.3, 5),
}


@dataclass(frozen=True)
class Terms:
    """What round.toml fixes.

    Attributes
    ----------
    start, end : first and last day of the round, both included.
    today, wave_days : the day from which students ask (None: the first day), and school days that an option holds.
    odds, odds_worth : chance by state of a request or by appetite, and how many answers it counts as much as.
    packs : names of the rule packs in force.
    max_travel_minutes : the round's own cap on a trip, or None.
    max_transfers : the most transfers a trip may have.
    slate_size, promises_per_seat : the most options on a slate, and the most students told to try for one seat.
    began : when the places of the earlier plan began, or None while the term has not begun.
    commitment : days for which a student keeps a lawful place.
    buffer : minutes to spare between arrival and the start of a session.
    paces : how each mode is computed.
    last_term : folder of last term's output, or None.
    feeds : paths of the transit feeds.
    typical_weeks : none, or for each feed a date of the week that stands for every week.
    max_walk, max_change_walk : the longest walks to a stop and between stops, in minutes.
    change_minutes : minutes to spare at a change.
    """

    start: dt.date = DEFAULT_START
    end: dt.date = DEFAULT_END
    packs: tuple[str, ...] = DEFAULT_PACKS
    max_travel_minutes: float | None = None
    max_transfers: int = 1
    today: dt.date | None = None
    wave_days: int = 10
    odds: tuple[tuple[str, float], ...] = DEFAULT_ODDS
    odds_worth: int = 5
    slate_size: int = 4
    promises_per_seat: int = 3
    began: dt.date | None = None
    commitment: dt.timedelta = dt.timedelta(weeks=8)
    buffer: float = 0
    paces: tuple[tuple[str, Pace], ...] = tuple(DEFAULT_PACES.items())
    last_term: str | None = None
    feeds: tuple[str, ...] = ()
    typical_weeks: tuple[dt.date, ...] = ()
    max_walk: int = 15
    max_change_walk: int = 5
    change_minutes: int = 2

    def pace(self, mode: str) -> Pace | None:
        """Give a mode's pace, or None when it is never computed."""
        return dict(self.paces).get(mode)

    @property
    def asking_from(self) -> dt.date:
        """Give the day from which students ask."""
        return self.today or self.start


def read_terms(text: str) -> Terms:
    """Read round.toml.

    Raises
    ------
    ValueError
        When it is not TOML, or a value has the wrong kind.
    """
    try:
        document = tomllib.loads(text)
        about, limits = document.get("round", {}), document.get("limits", {})
        transit, repair = document.get("gtfs", {}), document.get("repair", {})
        odds, waves = document.get("odds", {}), document.get("waves", {})
        cap = limits.get("max_travel_minutes")
        return Terms(
            start=_day(about.get("start", DEFAULT_START)),
            end=_day(about.get("end", DEFAULT_END)),
            packs=tuple(str(name) for name in about.get("rule_packs", DEFAULT_PACKS)),
            max_travel_minutes=None if cap is None else float(cap),
            max_transfers=int(limits.get("max_transfers", 1)),
            today=_day(waves["begins"]) if "begins" in waves else None,
            wave_days=int(waves.get("days", 10)),
            odds=tuple((name, float(odds.get(name, default))) for name, default in DEFAULT_ODDS),
            odds_worth=int(odds.get("default_worth", 5)),
            slate_size=int(limits.get("slate_size", 4)),
            promises_per_seat=int(limits.get("promises_per_seat", 3)),
            began=_day(repair["began"]) if "began" in repair else None,
            commitment=dt.timedelta(weeks=int(repair.get("commitment_weeks", 8))),
            buffer=float(limits.get("arrival_buffer_minutes", 0)),
            paces=tuple((mode, _pace(mode, document.get("travel", {}))) for mode in DEFAULT_PACES),
            last_term=document.get("objectives", {}).get("last_term"),
            feeds=tuple(str(name) for name in transit.get("feeds", ())),
            typical_weeks=tuple(_day(day) for day in transit.get("typical_weeks", ())),
            max_walk=int(transit.get("max_walk_minutes", 15)),
            max_change_walk=int(transit.get("max_change_walk_minutes", 5)),
            change_minutes=int(transit.get("change_minutes", 2)),
        )
    except (TypeError, AttributeError, KeyError) as error:
        raise ValueError("a value of the wrong kind") from error


def _pace(mode: str, travel: dict[str, Any]) -> Pace:
    default = DEFAULT_PACES[mode]
    given = travel.get(mode, {})
    pace = Pace(*(float(given.get(name, getattr(default, name))) for name in Pace._fields))
    if pace.speed_kmh <= 0:
        raise ValueError("a speed of nothing")
    return pace


def _day(value: object) -> dt.date:
    if isinstance(value, dt.datetime):
        return value.date()
    return value if isinstance(value, dt.date) else read_date(str(value))
