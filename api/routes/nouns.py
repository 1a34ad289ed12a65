"""/v1/schools, students, sites, mentors, opportunities, requests: read, and added or changed by external id."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Response
from fastapi import Path as PathParameter
from sqlmodel import Session, col

from api import audit_log, views
from api.auth import Role
from api.deps import Anybody, Confidant, Db, IfMatch, Paged, Singly, Writer, check_match, etag, noted
from api.problems import Problem
from api.schemas import Cell, Listed, Pagination, Row, Upsert, UpsertOut
from api.store import rounds, upserts
from api.store.nouns import ID_JOIN, NOUNS, Noun, find, read_page, seen
from api.tables import RequestRow, StudentRow

router = APIRouter()
AnyRound = Annotated[str | None, Query(max_length=64, description="A round; left out: the newest one.")]
RowId = Annotated[str, PathParameter(max_length=401)]
SENSITIVE = frozenset({"students", "mentors"})


def row_out(noun: Noun, row: Any, role: Role) -> dict[str, str]:
    """A row as this role sees it."""
    return views.row(noun.name, row.cells, role)


def _add(noun: Noun) -> None:
    name, one = noun.name, noun.one
    prefix = f"/v1/{name}"

    @router.get(prefix, operation_id=f"list_{name}", summary=f"List {name}", tags=[name])
    def list_rows(
        who: Anybody,
        db: Db,
        page: Paged,
        round_id: AnyRound = None,
        school_id: Annotated[str | None, Query(max_length=200, description="Only of this school (students, requests).")] = None,
    ) -> Listed[Row]:
        """Rows of a round that this key may see, in order of ids, with the columns its role may see."""
        with db.reading(who.seen) as session:
            wanted = round_id or rounds.newest_round(session, who)
            rounds.find_round(session, wanted, who)
            question = seen(noun, wanted, who)
            if school_id is not None and noun.table in {StudentRow, RequestRow}:
                question = question.where(col(noun.table.school_id) == school_id)
            rows, cursor = read_page(session, question, noun.columns(), page)
        if name in SENSITIVE and who.role in Confidant and rows:
            noted(db, who, f"{name}.read", wanted, after={"rows": len(rows), "first": noun.id_of(rows[0]), "last": noun.id_of(rows[-1])})
        items = [Row.model_validate(row_out(noun, row, who.role)) for row in rows]
        return Listed(items=items, pagination=Pagination(limit=page.limit, next_cursor=cursor))

    @router.get(f"{prefix}/{{row_id}}", operation_id=f"get_{one}", summary=f"Read one {one}", tags=[name])
    def get_row(row_id: RowId, who: Anybody, db: Db, response: Response, round_id: AnyRound = None) -> Row:
        """One row by its external id (a request by `STUDENT~OPPORTUNITY`); its ETag is needed to replace it."""
        with db.reading(who.seen) as session:
            wanted = round_id or rounds.round_of_noun(session, name, row_id, who)
            rounds.find_round(session, wanted, who)
            row = find(session, noun, wanted, row_id, who)
        response.headers["ETag"] = etag(sorted(row.cells.items()))
        if name in SENSITIVE and who.role in Confidant:
            noted(db, who, f"{one}.read", f"{wanted}/{row_id}")
        return Row.model_validate(row_out(noun, row, who.role))

    @router.post(prefix, operation_id=f"upsert_{name}", summary=f"Add or change {name}", tags=[name], response_model=UpsertOut)
    def upsert_rows(body: Upsert, who: Writer, once: Singly) -> Response:
        """Rows by external id, all or none: new ones are added, of known ones the given columns are changed."""

        def make(session: Session) -> tuple[int, dict[str, Any], str]:
            row = rounds.find_round(session, body.round_id, who, lock=True)
            _allowed_columns(noun, body.items, who.role)
            done = upserts.upsert(session, row, noun, body.items, who)
            audit_log.note(session, who.key_id, f"{name}.written", body.round_id, after=done | {"columns": _columns(body.items)})
            return 200, done, ""

        return once(body.model_dump(), make)

    @router.put(f"{prefix}/{{row_id}}", operation_id=f"replace_{one}", summary=f"Replace one {one}", tags=[name])
    def replace_row(
        row_id: RowId, body: dict[str, Cell], who: Writer, db: Db, response: Response, round_id: AnyRound = None, if_match: IfMatch = None
    ) -> Row:
        """The whole row as it shall be; the state that is replaced is named by If-Match. Only roles that see every column can do this."""
        with db.writing(who.seen) as session:
            wanted = round_id or rounds.round_of_noun(session, name, row_id, who)
            row = rounds.find_round(session, wanted, who, lock=True)
            old = find(session, noun, wanted, row_id, who)
            if who.role not in Confidant and name in SHOWN_PARTLY:
                raise Problem(403, "role", "A key that does not see every column cannot replace a whole row; POST changes single columns.")
            check_match(if_match, etag(sorted(old.cells.items())))
            ids = dict(zip(noun.ids, row_id.split(ID_JOIN) if len(noun.ids) > 1 else [row_id], strict=True))
            upserts.upsert(session, row, noun, [{**body, **ids}], who, whole_rows=True)
            audit_log.note(session, who.key_id, f"{one}.replaced", f"{wanted}/{row_id}", after={"columns": sorted(body)[:100]})
            session.expire_all()
            new = find(session, noun, wanted, row_id, who)
        response.headers["ETag"] = etag(sorted(new.cells.items()))
        return Row.model_validate(row_out(noun, new, who.role))


SHOWN_PARTLY = frozenset({"students", "mentors", "sites"})


def _allowed_columns(noun: Noun, items: list[dict[str, Cell]], role: Role) -> None:
    """A tool may bring what it cannot read (a birth date from the school's system), but nobody reads more by writing."""
    if role is Role.TOOL and noun.name in {"schools"}:
        raise Problem(403, "role", "A tool does not change schools.")


def _columns(items: list[dict[str, Cell]]) -> list[str]:
    return sorted({column for item in items for column in item})[:100]


for _noun in NOUNS.values():
    _add(_noun)
