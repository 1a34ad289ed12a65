"""The page of a benchmark in a real browser: no sideways scrolling at four widths, no request, nothing cut off in print."""

from __future__ import annotations

import itertools
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from matcher.benchmark.history import history_rows
from matcher.benchmark.page import benchmark_page
from matcher.benchmark.rows import all_rows
from matcher.benchmark.write import dictionary
from tests.benchmark.invented import facts
from tests.benchmark.test_measures import two_terms
from tests.browser.test_report_browser import LONG, opened


@pytest.fixture(scope="module")
def page_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Schools of every size with long names, two terms, and groups."""
    round_ = facts("a-round-with-a-rather-long-name", [4, 5, 6, 30, 60, 120], np.random.default_rng(4), 0.8)
    round_ = replace(round_, schools=tuple((school, f"School {LONG}") for school, _ in round_.schools))
    rounds = [round_, *two_terms()]
    path = tmp_path_factory.mktemp("benchmark") / "report.html"
    path.write_text(benchmark_page([*all_rows(rounds), *history_rows(rounds)], dictionary()), encoding="utf-8")
    return path


@pytest.mark.parametrize("width", [320, 390, 768, 1440])
def test_the_page_never_scrolls_sideways(browser: Any, page_file: Path, width: int) -> None:
    page = opened(browser, page_file, width)
    outside = """width => [...document.querySelectorAll('body *')].filter(e => !e.closest('.box') && !e.closest('thead')
        && e.getBoundingClientRect().right > width + 1).map(e => `${e.tagName} ${e.className} ${e.textContent.slice(0, 50)}`)"""
    assert page.evaluate(outside, width) == []
    assert page.evaluate("document.documentElement.scrollWidth") == width


def test_it_asks_for_nothing_and_runs_nothing(browser: Any, page_file: Path) -> None:
    page = browser.new_context().new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(page_file.as_uri())
    assert asked == [page_file.as_uri()]
    assert page.locator("script").count() == 0


def test_figures_terms_and_hidden_schools_are_there(browser: Any, page_file: Path) -> None:
    page = opened(browser, page_file)
    text = page.locator("body").inner_text()
    assert "2026-09-08 to 2027-01-12" in text
    assert "3 small schools together" in text
    assert "fewer than 10" in text
    assert "Stay at their site" in text
    dots = page.evaluate("[...document.querySelectorAll('.scale')].map(s => [s.getBoundingClientRect().width, s.children.length])")
    assert len(dots) > 10
    assert all(width > 20 and children in {1, 2} for width, children in dots)


def test_headings_and_table_heads_are_in_order(browser: Any, page_file: Path) -> None:
    page = opened(browser, page_file)
    levels = page.evaluate("[...document.querySelectorAll('h1,h2,h3,h4')].map(h => +h.tagName[1])")
    assert levels[0] == 1
    assert all(b - a <= 1 for a, b in itertools.pairwise(levels))
    assert page.evaluate("[...document.querySelectorAll('th')].every(th => th.scope)")
