"""The Jinja2 side of the report: templates, style and script put into one text."""

from __future__ import annotations

import base64
import hashlib
from functools import lru_cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from matcher.report.words import count

TEMPLATES = Path(__file__).parent / "templates"


def render(**parts: Any) -> str:
    """The page; every value is escaped by the template engine, only our own style and script are not."""
    style, script = text(TEMPLATES / "report.css"), text(TEMPLATES / "report.js")
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{digest}'; img-src data:"
    template = environment().get_template("report.html")
    return template.render(style=Markup(style), script=Markup(script), policy=Markup(policy), **parts)


@lru_cache
def environment(*folders: Path) -> Environment:
    """The templates of these folders, which go first, and of the report."""
    found = Environment(loader=FileSystemLoader([*folders, TEMPLATES]), autoescape=True, undefined=StrictUndefined)
    found.trim_blocks = found.lstrip_blocks = True
    found.filters["thousands"] = "{:,}".format
    found.globals["count"] = count
    return found


@lru_cache
def text(path: Path) -> str:
    """A style or script of our own."""
    return path.read_text(encoding="utf-8").replace("\r\n", "\n").strip()
