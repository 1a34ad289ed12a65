"""The coordinator's pages: plain HTML and a little script that asks the same API as every program; no page holds data itself."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Response
from fastapi import Path as PathParameter
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader

from api.problems import not_found

router = APIRouter(include_in_schema=False)
FOLDER = Path(__file__).parents[1] / "pages"
TYPES = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8"}
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
"""A page runs only the scripts of this service and asks only this service."""
PAGES = {
    "/": "rounds",
    "/rounds/{round_id}": "round",
    "/rounds/{round_id}/suggestions": "suggestions",
    "/runs/{run_id}": "run",
    "/runs/{run_id}/changes": "changes",
    "/runs/{run_id}/students/{student_id}": "student",
}
"""Address and file of each page: a template and a script of that name."""


@cache
def _templates() -> Environment:
    return Environment(loader=FileSystemLoader(FOLDER / "templates"), autoescape=True)


@cache
def page(name: str, *, used: bool = False) -> str:
    """A page without data."""
    return _templates().get_template(f"{name}.html").render(script=name, used=used)


@cache
def _static() -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in (FOLDER / "static").iterdir() if path.suffix in TYPES}


def shown(name: str, status: int = 200, *, used: bool = False) -> HTMLResponse:
    """A page as an answer."""
    return HTMLResponse(page(name, used=used), status, {"Content-Security-Policy": POLICY})


def _add(address: str, name: str) -> None:
    @router.get(address, response_class=HTMLResponse, name=f"page_{name}")
    def read() -> HTMLResponse:
        return shown(name)


for _address, _name in PAGES.items():
    _add(_address, _name)


@router.get("/static/{name}", response_class=Response)
def static(name: Annotated[str, PathParameter(max_length=64)]) -> Response:
    """A script or the style of the pages."""
    data = _static().get(name)
    if data is None:
        raise not_found("file")
    return Response(data, media_type=TYPES[Path(name).suffix], headers={"Cache-Control": "no-cache"})
