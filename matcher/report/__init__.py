"""report.html: one self-contained page for a coordinator."""

from __future__ import annotations

from typing import Any

from matcher.pipeline import Run


def report_page(run: Run, summary: dict[str, Any], tables: dict[str, list[tuple[Any, ...]]]) -> str:
    """The page as text."""
    return f"<!doctype html><title>{run.world.settings.round.name}</title>{summary['counts']} {len(tables)}"
