"""Check: documents without a date, and document names that look like typing errors."""

from __future__ import annotations

from collections.abc import Iterator

from matcher.check.base import Scene, closest
from matcher.domain import Mentor, Site, Student
from matcher.errors import Issue

KNOWN = frozenset(
    {
        "parent_consent",
        "emergency_contacts",
        "work_permit",
        "immunizations",
        "driver_license",
        "auto_insurance",
        "parent_notice",
        "agreement",
        "insurance",
        "site_visit",
        "one_to_one_approval",
        "clearance",
    }
)


def how_to_write(name: str) -> str:
    """How a paper is written, without dates that anybody could copy: those on the paper count, and without it nothing does."""
    return (
        f"Maybe write the dates that stand on the paper: {name}:FIRST..LAST, each day as YYYY-MM-DD. "
        "Without the paper leave the cell as it is: it counts as missing."
    )


def _recognised(name: str) -> str:
    """The document that a cell such as "agreement 9/1/2026" begins with, or the cell where it has no number."""
    written = name.lower().replace(" ", "_")
    begun = next((known for known in sorted(KNOWN) if written.startswith(known)), None)
    return begun or (name if not any(sign.isdigit() for sign in name) else "NAME")


def check(scene: Scene) -> Iterator[Issue]:
    """`undated_document`, `unlike_document`."""
    known = KNOWN | {name for offer in scene.round.opportunities for name in offer.requires}
    meant: dict[str, str | None] = {}
    owners: tuple[Student | Site | Mentor, ...] = (*scene.round.students, *scene.round.sites, *scene.round.mentors)
    for owner in owners:
        for document in owner.documents:
            if document.valid_until is None:
                message = "is a document without a date, so it covers no day"
                hint = how_to_write(_recognised(document.name))
                yield from scene.warning(owner, "documents", "undated_document", message, hint, value=document.name)
            if document.name not in known:
                if document.name not in meant:
                    meant[document.name] = closest(document.name, known)
                if meant[document.name]:
                    message = "is a document that no rule asks for"
                    hint = f"Maybe {meant[document.name]} is meant."
                    yield from scene.warning(owner, "documents", "unlike_document", message, hint, value=document.name)
