"""The application: routes, one shape of error, and what it holds while it runs."""

from __future__ import annotations

import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from fastapi import FastAPI
from prometheus_client import REGISTRY, Gauge
from prometheus_fastapi_instrumentator import Instrumentator

from api import logs, problems
from api.database import Database
from api.deps import Limiter
from api.desk import Desk, import_engine
from api.middleware import Guard
from api.routes import (
    access,
    catalogue,
    decisions,
    health,
    imports,
    nouns,
    pages,
    publications,
    results,
    rounds,
    runs,
    session,
    suggestions,
    what_if,
)
from api.settings import ServiceSettings
from matcher import __version__

DESCRIPTION = """Places students at internships. Upload a round, run it, read why, decide, run again, publish; and suggestions at any time.

Every error is `application/problem+json` with a stable `code`. Lists are `{"items": [...], "pagination": {...}}`. A POST with an
`Idempotency-Key` can be sent again. Ids of other schools answer 404."""
ERRORS: dict[int | str, dict[str, Any]] = {
    status: {"model": problems.ProblemBody, "description": said}
    for status, said in {
        400: "The request cannot be read",
        401: "No valid key",
        403: "Not for this role",
        404: "Not there, or not for this key",
        405: "Not with this method",
        409: "Against the present state",
        412: "Changed since it was read",
        413: "Too large",
        422: "Not of the right shape",
        428: "If-Match is needed",
        429: "Too many requests",
        503: "The database does not answer",
    }.items()
}


def create_app(settings: ServiceSettings | None = None) -> FastAPI:
    """The service over one database; its tables must be there (`matcher migrate`, or `matcher serve`)."""
    settings = settings or ServiceSettings()
    logs.configure(settings.log_level, as_json=settings.log_json)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        threading.Thread(target=import_engine, daemon=True).start()
        yield
        app.state.desk.close()
        app.state.database.close()

    app = FastAPI(
        title="Internship matcher",
        version=__version__,
        description=DESCRIPTION,
        docs_url=None,
        redoc_url=None,
        openapi_url="/v1/openapi.json",
        lifespan=lifespan,
        responses=ERRORS,
        license_info={"name": "MIT"},
    )
    app.state.settings = settings
    app.state.database = Database(settings)
    app.state.desk = Desk(app.state.database)
    app.state.limiter = Limiter(settings)
    app.state.runs_gauge = _gauge()
    problems.install(app)
    for module in (
        rounds,
        imports,
        decisions,
        runs,
        results,
        what_if,
        publications,
        suggestions,
        catalogue,
        nouns,
        access,
        session,
        health,
        pages,
    ):
        app.include_router(module.router)
    Instrumentator(should_group_status_codes=False, excluded_handlers=["/metrics"], should_ignore_untemplated=True).instrument(app)
    app.add_middleware(Guard, settings=settings)
    app.openapi = lambda: _openapi(app)  # type: ignore[method-assign]
    return app


def _gauge() -> Gauge:
    """The number of runs by status, once per process however many applications there are (tests)."""
    found = REGISTRY._names_to_collectors.get("matcher_runs")
    return found if isinstance(found, Gauge) else Gauge("matcher_runs", "Runs by status", ["status"])


def _openapi(app: FastAPI) -> dict[str, Any]:
    """The description, with keys as its security scheme."""
    if app.openapi_schema is None:
        told = FastAPI.openapi(app)
        told["components"]["securitySchemes"] = {"key": {"type": "http", "scheme": "bearer", "description": "An API key: ml_..."}}
        schema = {"schema": {"$ref": "#/components/schemas/ProblemBody"}}
        shared = {str(code): {"description": one["description"], "content": {problems.MEDIA_TYPE: schema}} for code, one in ERRORS.items()}
        told["components"]["responses"] = {f"problem_{code}": one for code, one in shared.items()}
        for path, methods in told["paths"].items():
            for method in methods.values():
                method["responses"] |= {code: {"$ref": f"#/components/responses/problem_{code}"} for code in shared}
                if path.startswith("/v1/"):
                    method["security"] = [{"key": []}]
        app.openapi_schema = told
    return app.openapi_schema
