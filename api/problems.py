"""One shape for every error: RFC 9457, without a value that anybody sent."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from psycopg.errors import InsufficientPrivilege
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.exc import DataError, IntegrityError, OperationalError, ProgrammingError
from starlette.exceptions import HTTPException

from matcher.errors import ConflictError, InputError, MatcherError, VerificationError

log = structlog.get_logger()
MEDIA_TYPE = "application/problem+json"


class Problem(Exception):  # noqa: N818 - what it is called in RFC 9457
    """An answer that is an error."""

    def __init__(self, status: int, code: str, detail: str, headers: dict[str, str] | None = None, **more: Any) -> None:
        super().__init__(detail)
        self.status, self.code, self.detail, self.headers, self.more = status, code, detail, headers, more


class ProblemBody(BaseModel):
    """What every error looks like; `code` is stable, `detail` is for people."""

    model_config = ConfigDict(extra="allow")
    type: str = Field(examples=["urn:matcher:problem:not_found"])
    title: str = Field(examples=["Not Found"])
    status: int = Field(ge=400, le=599, examples=[404])
    code: str = Field(examples=["not_found"])
    detail: str = Field(examples=["There is no such run."])


def not_found(what: str) -> Problem:
    """The answer for what is not there and for what this key may not see: the same one."""
    return Problem(404, "not_found", f"There is no such {what}.")


def answer(status: int, code: str, detail: str, headers: dict[str, str] | None = None, **more: Any) -> JSONResponse:
    """A problem as a response."""
    body = {"type": f"urn:matcher:problem:{code}", "title": HTTPStatus(status).phrase, "status": status, "code": code, "detail": detail}
    return JSONResponse({**body, **more}, status, headers, media_type=MEDIA_TYPE)


def install(app: FastAPI) -> None:
    """Answer every error of the application in this shape."""

    @app.exception_handler(Problem)
    def _problem(_: Request, error: Problem) -> JSONResponse:
        return answer(error.status, error.code, error.detail, error.headers, **error.more)

    @app.exception_handler(HTTPException)
    def _http(_: Request, error: HTTPException) -> JSONResponse:
        code = {404: "not_found", 405: "method_not_allowed", 413: "too_large", 400: "bad_request"}.get(error.status_code, "http_error")
        detail = {404: "There is nothing at this address.", 405: "This address does not know this method."}.get(error.status_code)
        return answer(error.status_code, code, detail or HTTPStatus(error.status_code).description or "No.", dict(error.headers or {}))

    @app.exception_handler(RequestValidationError)
    def _invalid(_: Request, error: RequestValidationError) -> JSONResponse:
        errors = [{"where": _where(e), "code": e["type"], "message": _harmless(e)} for e in error.errors()[:100]]
        return answer(422, "invalid", "The request does not have the shape that this address takes.", errors=errors)

    @app.exception_handler(MatcherError)
    def _engine(_: Request, error: MatcherError) -> JSONResponse:
        return engine_problem(error)

    @app.exception_handler(IntegrityError)
    def _integrity(_: Request, __: IntegrityError) -> JSONResponse:
        return answer(409, "conflict", "Something that this refers to is not there, or something with this name is there already.")

    @app.exception_handler(DataError)
    def _not_held(_: Request, error: DataError) -> JSONResponse:
        log.error("value_not_held", error=type(error.orig).__name__, at=_places(error))
        return answer(422, "invalid", "The database cannot hold a value of this request.")

    @app.exception_handler(ProgrammingError)
    def _hidden(_: Request, error: ProgrammingError) -> JSONResponse:
        if isinstance(error.orig, InsufficientPrivilege):
            return answer(404, "not_found", "There is no such row.")
        return unforeseen(error)

    @app.exception_handler(OperationalError)
    def _database(_: Request, error: OperationalError) -> JSONResponse:
        log.error("database_failed", error=type(error.orig).__name__)
        return answer(503, "database_unavailable", "The database does not answer; nothing was changed.", {"Retry-After": "5"})


def unforeseen(error: Exception) -> JSONResponse:
    """The answer to what nobody foresaw; only its kind and place are noted, for its text may hold what somebody sent."""
    log.error("unforeseen_error", error=type(error).__name__, at=_places(error))
    return answer(500, "internal", "Something went wrong here. It was noted, without what you sent.")


def _where(error: Any) -> str:
    """The place of a fault; a name that nobody asked for is not repeated."""
    place = error["loc"][:-1] if error["type"] == "extra_forbidden" else error["loc"]
    return ".".join(map(str, place))[:200]


def _harmless(error: Any) -> str:
    """What pydantic says without the value it says it about."""
    return str(error["msg"]).split(", got ")[0][:200] if error["type"] != "value_error" else "is not lawful here"


def _places(error: BaseException) -> list[str]:
    """Files and lines of the traceback, without any value."""
    places, step = [], error.__traceback__
    while step is not None:
        code = step.tb_frame.f_code
        places.append(f"{code.co_filename.rsplit('/', 2)[-1]}:{step.tb_lineno} {code.co_name}")
        step = step.tb_next
    return places[-8:]


def engine_problem(error: MatcherError) -> JSONResponse:
    """What the engine refuses."""
    if isinstance(error, ConflictError):
        return answer(409, "infeasible", str(error), conflict=list(error.conflict))
    if isinstance(error, VerificationError):
        return answer(409, "not_verified", str(error), findings=list(error.findings))
    if isinstance(error, InputError):
        return answer(422, "bad_input", str(error))
    return answer(500, "internal", "Something went wrong here. It was noted, without what you sent.")
