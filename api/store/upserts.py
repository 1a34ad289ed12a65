"""Rows by external id: checked as an import checks them, then added, changed or left as they are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from sqlmodel import Session, col, select

from api.auth import Caller
from api.problems import Problem, not_found
from api.store.nouns import NOUNS, Noun, columns_of, present, record, school_of_students, upsert_all
from api.store.rounds import set_schools, touch
from api.tables import MentorRow, RoundRow, SchoolRow, SiteRow
from matcher.load.header import read_header
from matcher.load.rows import read_rows
from matcher.tables import RawTable

Cells = dict[str, str]


def as_cell(value: Any) -> str:
    """A value as the notation of the CSV files has it."""
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case list():
            return ";".join(str(part).strip() for part in value)
        case float():
            return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    return str(value).strip()


def upsert(
    session: Session, row: RoundRow, noun: Noun, items: Sequence[dict[str, Any]], who: Caller, *, whole_rows: bool = False
) -> dict[str, int]:
    """Write rows; columns that an item does not name keep their cells, unless it is the whole row.

    Raises
    ------
    Problem
        422 with every bad cell, 404 for a row of another school; nothing is written then.
    """
    given = [{column: as_cell(value) for column, value in item.items()} for item in items]
    _known_columns(noun, given)
    _one_of_each(noun, given)
    keys = [{column: cells.get(column, "") for column in noun.ids} for cells in given]
    found = present(session, noun, row.round_id, keys)
    before: list[Cells] = []
    after: list[Cells] = []
    for cells in given:
        old = found.get(tuple(cells.get(column, "") for column in noun.ids))
        before.append(dict(old.cells) if old is not None else {})
        merged = cells if whole_rows or old is None else {**old.cells, **cells}
        after.append({column: text for column, text in merged.items() if text != ""})
    changed = [i for i, (old, new) in enumerate(zip(before, after, strict=True)) if old != new]
    _check_cells(noun, [after[i] for i in changed], changed)
    school_of = _check_schools(session, row, noun, [after[i] for i in changed], [before[i] for i in changed], who)
    _check_references(session, row.round_id, noun, [after[i] for i in changed])
    if changed:
        upsert_all(session, noun, [record(noun, row.round_id, after[i], school_of) for i in changed])
        touch(session, row, [noun.name])
    created = sum(not before[i] for i in changed)
    return {"created": created, "updated": len(changed) - created, "unchanged": len(given) - len(changed), "revision": row.revision}


def _known_columns(noun: Noun, given: list[Cells]) -> None:
    known = set(columns_of(noun.name))
    errors = [
        _error(i, "", "unknown_column", "has a column that this table does not have")
        for i, cells in enumerate(given)
        for column in cells.keys() - known
    ]
    errors += [
        _error(i, column, "blank_cell", "is needed") for i, cells in enumerate(given) for column in noun.ids if not cells.get(column)
    ]
    errors += [
        _error(i, column, "bad_id", "has a sign that ids of requests cannot have")
        for i, cells in enumerate(given)
        for column in noun.ids
        if len(noun.ids) > 1 and "~" in cells.get(column, "")
    ]
    errors += [
        _error(i, column, "cell_too_long", "is too long for an id")
        for i, cells in enumerate(given)
        for column in noun.ids
        if len(cells.get(column, "")) > 200
    ]
    errors += [
        _error(i, column, "bad_sign", "has a sign that no text has")
        for i, cells in enumerate(given)
        for column, text in cells.items()
        if "\0" in text or (not text.isascii() and _surrogates(text))
    ]
    _refuse(errors)


def _surrogates(text: str) -> bool:
    return any("\ud800" <= sign <= "\udfff" for sign in text)


def _one_of_each(noun: Noun, given: list[Cells]) -> None:
    seen: dict[tuple[str, ...], int] = {}
    errors = []
    for i, cells in enumerate(given):
        first = seen.setdefault(tuple(cells[column] for column in noun.ids), i)
        if first != i:
            errors.append(_error(i, noun.ids[0], "duplicate_id", f"is the same row as item {first}"))
    _refuse(errors)


def _check_cells(noun: Noun, rows: list[Cells], places: list[int]) -> None:
    """Judge cells as an import does; items count from 0."""
    if not rows:
        return
    columns = columns_of(noun.name)
    raw = RawTable(noun.name, tuple(columns), 1, [(i, [cells.get(c, "") for c in columns]) for i, cells in zip(places, rows, strict=True)])
    issues = [issue for issue in read_rows(raw, read_header(raw)).issues if issue.severity == "error"]
    _refuse([{"item": d.pop("row"), **{k: v for k, v in d.items() if k != "value"}} for d in map(asdict, issues)])


def _check_schools(session: Session, row: RoundRow, noun: Noun, rows: list[Cells], before: list[Cells], who: Caller) -> dict[str, str]:
    """Every row must be of a school of this caller, before and after; rows of what there is need the whole round."""
    school_of: dict[str, str] = {}
    if noun.name == "requests":
        school_of = school_of_students(session, row.round_id, (cells["student_id"] for cells in rows))
        named = {school_of.get(cells["student_id"], "") for cells in rows}
        if "" in named:
            raise not_found("student")
    elif noun.name in {"students", "schools"}:
        named = {cells["school_id"] for cells in (*rows, *before) if cells}
    else:
        named = set(row.schools)
    if any(not who.sees(school) for school in named):
        raise not_found("school" if noun.name in {"students", "schools"} else noun.one)
    if noun.name == "schools":
        set_schools(session, row, named)
    return school_of


_REFERENCES: dict[str, tuple[tuple[str, Any, str], ...]] = {
    "students": (("school_id", SchoolRow, "school_id"),),
    "mentors": (("site_id", SiteRow, "site_id"),),
    "opportunities": (("site_id", SiteRow, "site_id"), ("mentors", MentorRow, "mentor_id")),
    "requests": (("opportunity_id", NOUNS["opportunities"].table, "opportunity_id"),),
}


def _check_references(session: Session, round_id: str, noun: Noun, rows: list[Cells]) -> None:
    """What a row names must be in the round."""
    errors = []
    for column, table, id_column in _REFERENCES.get(noun.name, ()):
        named = {part.strip() for cells in rows for part in cells.get(column, "").split(";") if part.strip()}
        there: set[str] = set()
        listed = sorted(named)
        for start in range(0, len(listed), 4000):
            wanted = col(getattr(table, id_column)).in_(listed[start : start + 4000])
            there |= set(session.exec(select(getattr(table, id_column)).where(table.round_id == round_id, wanted)).all())
        lost = named - there
        for i, cells in enumerate(rows):
            if lost & {part.strip() for part in cells.get(column, "").split(";")}:
                errors.append(_error(i, column, "unknown_reference", "names something that is not in the round"))
    _refuse(errors)


def _error(item: int, column: str, code: str, message: str) -> dict[str, Any]:
    return {"item": item, "column": column, "code": code, "message": message}


def _refuse(errors: list[dict[str, Any]]) -> None:
    if errors:
        raise Problem(422, "bad_rows", f"{len(errors)} cells cannot be stored; nothing was.", errors=errors[:200])
