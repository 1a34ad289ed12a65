"""/v1/rounds/{id}/imports: a folder as a zip, or a workbook, becomes the data of a round, or its issues are told."""

from __future__ import annotations

import hashlib
import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response, UploadFile
from fastapi import Path as PathParameter
from fastapi.concurrency import run_in_threadpool
from sqlmodel import Session, col, select

from api import audit_log, views
from api.auth import Caller
from api.deps import Db, Once, Paged, Singly, Writer
from api.problems import Problem, not_found
from api.routes.rounds import RoundId
from api.schemas import ImportOut, IssueOut, Listed, Pagination
from api.settings import ServiceSettings
from api.store import folders, rounds
from api.store.nouns import read_page
from api.tables import ImportRow, RoundFileRow, new_id
from api.uploads import lay_out

router = APIRouter(prefix="/v1/rounds/{round_id}/imports", tags=["imports"])
MOST_ISSUES = 1000
_BODY = {
    "requestBody": {
        "required": True,
        "content": {
            "application/zip": {"schema": {"type": "string", "format": "binary"}},
            "multipart/form-data": {
                "schema": {"type": "object", "required": ["file"], "properties": {"file": {"type": "string", "format": "binary"}}}
            },
        },
    }
}
_DRY: dict[int | str, dict[str, object]] = {200: {"model": ImportOut, "description": "What a dry run found; nothing is stored"}}


def shown(row: ImportRow, who: Caller) -> ImportOut:
    """An import as its reader sees it: who made it knows what stands in it."""
    own = row.created_by == who.key_id
    issues = row.issues if own else [views.issue(found, who.role) for found in row.issues]
    return ImportOut.model_validate(row.model_dump() | {"issues": issues})


@router.post(
    "",
    status_code=201,
    response_model=ImportOut,
    operation_id="create_import",
    summary="Import a round",
    openapi_extra=_BODY,
    responses=_DRY,
)
async def create_import(
    round_id: RoundId,
    request: Request,
    who: Writer,
    db: Db,
    once: Singly,
    dry_run: Annotated[bool, Query(description="Only tell the issues; nothing is stored.")] = False,
) -> Response:
    """Upload a round folder as a zip, or one workbook, as the body or as the form field `file`.

    The import is accepted and in force as a whole, or, with any error, refused as a whole; the answer lists every issue with table, row and
    column. It replaces the tables of the round; decisions made over HTTP stay.
    """
    data = await _data(request)
    settings: ServiceSettings = request.app.state.settings
    return await run_in_threadpool(_import, round_id, data, settings, who, db, once, dry_run)


async def _data(request: Request) -> bytes:
    if not request.headers.get("content-type", "").startswith("multipart/form-data"):
        return await request.body()
    async with request.form(max_files=1, max_fields=5) as form:
        file = form.get("file")
        if not isinstance(file, UploadFile) and not hasattr(file, "read"):
            raise Problem(422, "no_file", "The form needs a field `file` with the archive or workbook.")
        return bytes(await file.read())  # type: ignore[union-attr]


def _import(round_id: str, data: bytes, settings: ServiceSettings, who: Caller, db: Db, once: Once, dry_run: bool) -> Response:
    with db.reading(who.seen) as session:
        rounds.find_round(session, round_id, who, whole=True)
        kept = session.get(RoundFileRow, (round_id, folders.SETTINGS))
    with tempfile.TemporaryDirectory(prefix="matcher-import-") as folder:
        lay_out(data, Path(folder), settings, kept.data if kept else None)
        upload = folders.read_upload(Path(folder))
    _own_schools(upload, who)

    def make(session: Session) -> tuple[int, dict[str, Any], str]:
        row = rounds.find_round(session, round_id, who, whole=True, lock=True)
        found = _row(round_id, data, upload, who)
        if dry_run:
            return 200, shown(found, who).model_dump(), ""
        if found.accepted and upload.round is not None:
            rounds.set_schools(session, row, (s.school_id for s in upload.round.schools))
            found.counts = folders.write_round(session, row, upload, who.key_id)
            found.revision = rounds.touch(session, row)
        session.add(found)
        after = {"accepted": found.accepted, "errors": found.errors, "sha256": found.sha256, "counts": found.counts}
        audit_log.note(session, who.key_id, "round.imported", round_id, after=after)
        return 201, shown(found, who).model_dump(), f"/v1/rounds/{round_id}/imports/{found.import_id}"

    return once(data, make)


def _own_schools(upload: folders.Upload, who: Caller) -> None:
    if upload.round is not None and any(not who.sees(s.school_id) for s in upload.round.schools):
        raise Problem(403, "foreign_school", "The table schools names a school that this key does not have.")


def _row(round_id: str, data: bytes, upload: folders.Upload, who: Caller) -> ImportRow:
    errors = sum(issue.severity == "error" for issue in upload.issues)
    worst = sorted(upload.issues, key=lambda issue: issue.severity)[:MOST_ISSUES]
    return ImportRow(
        import_id=new_id("imp"),
        round_id=round_id,
        accepted=upload.round is not None,
        errors=errors,
        warnings=len(upload.issues) - errors,
        issues=[IssueOut(**asdict(issue)).model_dump() for issue in worst],
        counts={},
        sha256=hashlib.sha256(data).hexdigest(),
        created_by=who.key_id,
    )


@router.get("", operation_id="list_imports", summary="List imports")
def list_imports(round_id: RoundId, who: Writer, db: Db, page: Paged) -> Listed[ImportOut]:
    """What was uploaded, the oldest first."""
    with db.reading(who.seen) as session:
        rounds.find_round(session, round_id, who, whole=True)
        question = select(ImportRow).where(ImportRow.round_id == round_id)
        rows, cursor = read_page(session, question, [col(ImportRow.created_at), col(ImportRow.import_id)], page)
    return Listed(items=[shown(row, who) for row in rows], pagination=Pagination(limit=page.limit, next_cursor=cursor))


@router.get("/{import_id}", operation_id="get_import", summary="Read an import")
def get_import(round_id: RoundId, import_id: Annotated[str, PathParameter(max_length=64)], who: Writer, db: Db) -> ImportOut:
    """One upload and its issues."""
    with db.reading(who.seen) as session:
        rounds.find_round(session, round_id, who, whole=True)
        row = session.get(ImportRow, import_id)
        if row is None or row.round_id != round_id:
            raise not_found("import")
        return shown(row, who)
