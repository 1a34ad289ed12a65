"""What a role sees of a row: columns that are not for it are left out, reasons that tell of papers or safety are not told."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from api.auth import Role
from api.store.nouns import columns_of
from matcher.sentences import POINTS, Sentence, told

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
"""Columns that a role who is no confidant sees of a table; every column where nothing is said."""
OPEN_CODES = frozenset({"seats", "full", "no_offer", "trip", "schedule", "not_ready", "van_seats", "mentor_capacity", "site_capacity"})
"""Reasons that say nothing about a person's papers, age, needs or safety."""
NOT_LAWFUL = "not_lawful"
_CONFIDANTS = frozenset({Role.COORDINATOR, Role.ADMIN})
_KNOWN = {
    Role.TOOL: OPEN_CODES | {"points", "room", "cost"},
    Role.ANALYST: (OPEN_CODES - {"trip", "schedule"}) | {"room", "cost"},
}
"""What a sentence may speak of for a role (`matcher.sentences`): what it does not see of a row is not told in words either."""
_RESULTS = {
    "placements": "student_id opportunity_id site_id mentor_id sessions points mode minutes transfers".split(),
    "unplaced": ["student_id"],
    "slates": "student_id rank opportunity_id points odds wave hold_until".split(),
    "seats": "opportunity_id sessions seats used price".split(),
    "recruit": "rank cluster weekdays area seats places who".split(),
}
"""Cells of a result table for those who are no confidants; the sentence about whom to recruit tells the age of those it would place."""
_OF_LAST_TERM = "carry_over"
"""How the names of all stages of the objective begin that looks at last term."""
_PLAIN_ENDS = frozenset({"cancelled", "too_long", "poison"})
"""Ends of a run that tell nothing of its data."""


def row(noun: str, cells: dict[str, str], role: Role) -> dict[str, str]:
    """The cells of a row that the role may see, every column there, blank when nothing is known."""
    shown = columns_of(noun) if role in _CONFIDANTS else SHOWN[role].get(noun) or columns_of(noun)
    return {column: cells.get(column, "") for column in shown}


def known(role: Role) -> Callable[[str], bool] | None:
    """Whether a role may know what a sentence speaks of; None for who may know everything."""
    return None if role in _CONFIDANTS else _KNOWN[role].__contains__


def result(kind: str, cells: dict[str, str], role: Role, said: Sequence[Sentence] = ()) -> dict[str, str]:
    """A row of a result table.

    Parameters
    ----------
    said : the sentences of its reason; the cell itself is for confidants, for it holds all of them.
    """
    if role in _CONFIDANTS:
        return dict(cells)
    shown = {column: cells[column] for column in _RESULTS[kind] if column in cells}
    if kind == "unplaced":
        shown |= {"code": _code(cells.get("code", "")), "smallest_change": ""}
    if kind in {"placements", "unplaced"}:
        shown["reason"] = told(said, known(role))
    if kind == "slates":
        shown["reason"] = _slate_reason(cells, role)
    return shown


def _code(code: str) -> str:
    return code if not code or code in OPEN_CODES else NOT_LAWFUL


def _slate_reason(cells: dict[str, Any], role: Role) -> str:
    """For tools: it speaks of the plan, the student's own request and how many are told the same. Analysts do not see in which language."""
    return str(cells.get("reason", "")) if role is Role.TOOL else ""


def explanation(explained: dict[str, Any], role: Role) -> dict[str, Any]:
    """Why a student is placed where, and why not elsewhere; made with the sentences that are `known` to the role."""
    if role in _CONFIDANTS:
        return explained
    options = [{**option, "rule": option["rule"] and _code(option["rule"])} for option in explained["options"]]
    slate = [{**line, "reason": _slate_reason(line, role)} for line in explained["slate"]]
    return {**explained, "code": _code(explained["code"]), "smallest_change": "", "options": options, "slate": slate, "change": None}


def change(cells: dict[str, Any], role: Role, said: Sequence[Sentence]) -> str:
    """Why a student moved; of `said`, the sentences of the later run."""
    return str(cells["reason"]) if role in _CONFIDANTS else told(said, known(role))


def suggestion(reason: str, role: Role) -> str:
    """Why a suggestion fits: by the student's own texts, languages and way."""
    return told([Sentence(reason, (POINTS,))], known(role))


def objectives(stages: list[dict[str, Any]], role: Role) -> list[dict[str, Any]]:
    """The objectives of a run; those that count by what last term decided tell of it in their names and sums."""
    return stages if role in _CONFIDANTS else [stage for stage in stages if not str(stage.get("name", "")).startswith(_OF_LAST_TERM)]


def stage(said: str, role: Role) -> str:
    """Where a run is; how far the solver is with an objective of last term is not told."""
    head, _, detail = said.partition(": ")
    return head if role not in _CONFIDANTS and detail.startswith(_OF_LAST_TERM) else said


def ended(error: dict[str, Any], role: Role, *, whole: bool) -> dict[str, Any] | None:
    """Why a run has no plan; conflicts and issues tell of students of any school, so they are for confidants of the whole round."""
    if not error or error.get("code") in _PLAIN_ENDS or (role in _CONFIDANTS and whole):
        return error or None
    return {"code": error.get("code"), "detail": "A coordinator of all schools of the round can read why."}


def issue(found: dict[str, Any], role: Role) -> dict[str, Any]:
    """A fault of an upload that somebody else made: where it is and of which kind, without what stands there."""
    return found if role in _CONFIDANTS else {**found, "value": "", "message": "", "hint": ""}


def decision(cells: dict[str, str], role: Role) -> bool:
    """Whether a role may see a decision at all."""
    return role in _CONFIDANTS or cells.get("kind") in {"pin", "ban"}
