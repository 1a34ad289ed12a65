"""A round with offers that do not exist yet, each made like one that does: what recruiting would add to the tables."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from matcher.domain import Mentor, Opportunity, Round, Site, Trip, Van
from matcher.world import Variant


@dataclass(frozen=True)
class NewOffer:
    """Seats at a new site at the same address as that of an offer, with the same papers, hours, kind of work and distance.

    One new mentor takes as many as there are seats and is never on leave. The new offer asks for no age or grade of its own: only
    the law does.
    """

    like: Variant
    seats: int


def with_offers(round_: Round, new: Sequence[NewOffer]) -> tuple[Round, list[str]]:
    """The round with these offers, and their ids in order: the rows that somebody who recruits them would add."""
    ids = _unused(round_, len(new))
    trips: dict[str, list[Trip]] = defaultdict(list)
    for trip in round_.travel:
        trips[trip.site_id].append(trip)
    made = [_rows(offer, name, trips[offer.like.site.site_id]) for offer, name in zip(new, ids, strict=True)]
    added: dict[str, list[Any]] = {t: [row for rows in made for row in rows[t]] for t in ("sites", "mentors", "opportunities", "travel")}
    copies = {name: offer.like.site.site_id for offer, name in zip(new, ids, strict=True)}
    vans = tuple(_serving(van, copies) for van in round_.vans)
    first = {"sites": "site_id", "mentors": "mentor_id", "opportunities": "opportunity_id"}
    tables: dict[str, Any] = {}
    for table, rows in added.items():
        everything = [*getattr(round_, table), *rows]
        tables[table] = tuple(sorted(everything, key=lambda row: getattr(row, first[table])) if table in first else everything)
    return replace(round_, **tables, vans=vans), ids


def _rows(offer: NewOffer, name: str, trips: Sequence[Trip]) -> dict[str, list[Site | Mentor | Opportunity | Trip]]:
    like = offer.like
    site = like.site.model_copy(update={"site_id": name, "max_students": None})
    mentor = like.mentor.model_copy(update={"mentor_id": name, "site_id": name, "leave": (), "max_students": offer.seats})
    terms = {"opportunity_id": name, "site_id": name, "mentors": (name,), "sessions": (like.windows,), "seats": offer.seats}
    opportunity = like.opportunity.model_copy(update=terms | {"min_age": None, "min_grade": None, "appetite": "open"})
    same = [trip.model_copy(update={"site_id": name}) for trip in trips]
    return {"sites": [site], "mentors": [mentor], "opportunities": [opportunity], "travel": list(same)}


def _serving(van: Van, copies: dict[str, str]) -> Van:
    """A van that goes to listed sites goes to the new ones beside them too."""
    return van.model_copy(update={"sites": (*van.sites, *(new for new, old in copies.items() if old in van.sites))}) if van.sites else van


def _unused(round_: Round, count: int) -> list[str]:
    known = {*round_.site, *round_.mentor, *round_.opportunity, *round_.student}
    stem = "NEW"
    while any(name.startswith(stem) for name in known):
        stem += "_"
    return [f"{stem}{i:04d}" for i in range(1, count + 1)]
