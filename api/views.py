"""What a role sees of a row: columns that are not for it are left out, reasons that tell of papers or safety are not told."""

from __future__ import annotations

from typing import Any

from api.auth import Role
from api.store.nouns import columns_of

STUDENT_FOR_TOOL = (
    "student_id school_id name advisory grade status interests avoid goals languages travel_modes max_travel_minutes available "
    "starts_from returns_to programs priority"
).split()
SHOWN: dict[Role, dict[str, list[str]]] = {
    Role.TOOL: {
        "students": STUDENT_FOR_TOOL,
        "mentors": "mentor_id site_id name about languages max_students".split(),
        "sites": "site_id name state lat lon cluster description features observable closures max_students schools".split(),
    },
    Role.ANALYST: {
        "students": "student_id school_id grade status programs".split(),
        "mentors": "mentor_id site_id languages max_students".split(),
        "sites": "site_id name state lat lon cluster features observable max_students schools".split(),
        "requests": "student_id opportunity_id rank state".split(),
    },
}
"""Columns that a role sees of a table; every column where nothing is said."""
OPEN_CODES = frozenset({"seats", "full", "no_offer", "trip", "schedule", "not_ready", "van_seats", "mentor_capacity", "site_capacity"})
"""Reasons that say nothing about a person's papers, age, needs or safety."""
NOT_LAWFUL = "not_lawful"
_CONFIDANTS = frozenset({Role.COORDINATOR, Role.ADMIN})


def row(noun: str, cells: dict[str, str], role: Role) -> dict[str, str]:
    """The cells of a row that the role may see, every column there, blank when nothing is known."""
    shown = SHOWN.get(role, {}).get(noun) or columns_of(noun)
    return {column: cells.get(column, "") for column in shown}


def result(kind: str, cells: dict[str, str], role: Role) -> dict[str, str]:
    """A row of a result table."""
    if role in _CONFIDANTS or kind not in {"unplaced"}:
        return dict(cells)
    open_ = cells.get("code") in OPEN_CODES
    return {**cells, "code": cells["code"] if open_ else NOT_LAWFUL, "reason": cells["reason"] if open_ else "", "smallest_change": ""}


def explanation(told: dict[str, Any], role: Role) -> dict[str, Any]:
    """Why a student is placed where, and why not elsewhere."""
    if role in _CONFIDANTS:
        return told
    open_ = not told["code"] or told["code"] in OPEN_CODES
    options = [_option(option) for option in told["options"]]
    reason = told["reason"] if open_ else ""
    return {**told, "code": told["code"] if open_ else NOT_LAWFUL, "reason": reason, "smallest_change": "", "options": options}


def _option(option: dict[str, Any]) -> dict[str, Any]:
    if option["lawful"] or option["rule"] in OPEN_CODES:
        return option
    return {**option, "rule": NOT_LAWFUL, "reason": ""}


def decision(cells: dict[str, str], role: Role) -> bool:
    """Whether a role may see a decision at all."""
    return role in _CONFIDANTS or cells.get("kind") in {"pin", "ban"}
