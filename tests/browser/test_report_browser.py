"""The report in a real browser: layout at three widths, print, no network, no script needed, and basic accessibility."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from tests import builders as b
from tests.test_report import page_of, run_of, tables_of

LONG = "Wolfeschlegelsteinhausenbergerdorff-Abercrombie"


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two schools, twenty students, fifteen placed, with long words to break the layout."""
    schools = (b.school(), b.school("K2", name="Bay High"))
    names = [LONG if i == 3 else f"Student {i:02d}" for i in range(20)]
    students = [b.student(f"S{i:02d}", name=names[i], school_id=("K1", "K2")[i % 2], advisory=f"Advisory {i % 3}") for i in range(20)]
    mentors = [b.mentor(f"M{i}", name=f"Mentor {LONG}") for i in range(15)]
    offers = [b.opportunity(f"O{i}", mentors=f"M{i}", title=f"Helper {LONG}") for i in range(15)]
    run = run_of(schools=schools, students=students, mentors=mentors, opportunities=offers, requests=[b.request("S01", "O1", rank="1")])
    path = tmp_path_factory.mktemp("report") / "report.html"
    path.write_text(page_of(run, tables_of(run, price=1200)), encoding="utf-8")
    return path


def opened(browser: Any, report: Path, width: int = 1440, **context: Any) -> Any:
    page = browser.new_context(viewport={"width": width, "height": 900}, **context).new_page()
    page.goto(report.as_uri())
    return page


@pytest.mark.parametrize("width", [320, 390, 768, 1440])
def test_the_page_never_scrolls_sideways(browser: Any, report: Path, width: int) -> None:
    page = opened(browser, report, width)
    outside = """width => [...document.querySelectorAll('body *')].filter(e => !e.closest('.box') && !e.closest('thead')
        && e.getBoundingClientRect().right > width + 1).map(e => `${e.tagName} ${e.className} ${e.textContent.slice(0, 50)}`)"""
    assert page.evaluate(outside, width) == []
    assert page.evaluate("document.documentElement.scrollWidth") == width


def test_it_asks_for_nothing_and_logs_nothing(browser: Any, report: Path) -> None:
    page = browser.new_page()
    asked, logged = [], []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: logged.append(message.text))
    page.on("pageerror", lambda error: logged.append(str(error)))
    page.goto(report.as_uri())
    assert [url for url in asked if not url.startswith("data:")] == [report.as_uri()]
    assert logged == []


def test_it_reads_the_same_without_script(browser: Any, report: Path) -> None:
    page = opened(browser, report, java_script_enabled=False)
    assert page.locator(".finder").count() == 0
    assert page.locator(".placed tbody th", has_text=LONG).is_visible()
    assert page.locator(".placed tbody tr").count() == 15


def test_the_box_finds_rows_and_hides_the_rest(browser: Any, report: Path) -> None:
    page = opened(browser, report)
    page.get_by_label("Find a student, offer, site or mentor").fill("wolfeschlegelsteinhausenbergerdorff-abercrombie s03")
    shown = page.locator(".placed tbody tr:visible")
    assert shown.count() == 1
    assert page.locator(".finder output").text_content() == "1 of 15"
    assert page.locator(".advisory:visible").count() == 1
    page.get_by_label("Find a student, offer, site or mentor").fill("")
    page.locator("#placements details.school:not([open]) summary").click()
    assert page.locator(".placed tbody tr:visible").count() == 15


def test_headings_tables_and_landmarks(browser: Any, report: Path) -> None:
    page = opened(browser, report)
    assert page.locator("html").get_attribute("lang") == "en"
    assert "placement report" in page.title()
    levels = page.eval_on_selector_all("h1, h2, h3, h4", "all => all.map(h => Number(h.tagName[1]))")
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    assert page.locator("th:not([scope])").count() == 0
    assert page.locator("table:not(:has(thead th[scope=col]))").count() == 0
    assert page.locator("tbody tr:not(:has(th[scope=row]))").count() == 0
    assert page.locator("svg, img").count() == 0
    for landmark in ("header", "nav", "main", "footer"):
        assert page.locator(f"body > {landmark}, body > .page > {landmark}").count() == 1
    dead = "links => links.filter(a => !document.querySelector(a.getAttribute('href'))).length"
    assert page.eval_on_selector_all("a[href^='#']", dead) == 0


CONTRAST = """() => {
  const parts = c => c.match(/[\\d.]+/g).map(Number);
  const linear = v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
  const luminance = c => { const [r, g, b] = parts(c).slice(0, 3).map(v => linear(v / 255)); return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
  const ground = e => {
    for (; e; e = e.parentElement) { const c = getComputedStyle(e).backgroundColor; if (parts(c)[3] !== 0) return c; }
    return 'rgb(255, 255, 255)'; };
  const says = e => !['SCRIPT', 'STYLE'].includes(e.tagName) && [...e.childNodes].some(n => n.nodeType === 3 && n.textContent.trim());
  const ratio = e => {
    const [a, b] = [getComputedStyle(e).color, ground(e)].map(luminance).sort((x, y) => x - y);
    return (b + 0.05) / (a + 0.05); };
  return [...document.querySelectorAll('body *')].filter(says).map(e => [ratio(e), e.tagName, e.className]).filter(([r]) => !(r >= 4.5));
}"""


@pytest.mark.parametrize("media", ["screen", "print"])
def test_every_text_on_the_page_has_contrast(browser: Any, report: Path, media: str) -> None:
    page = opened(browser, report)
    page.emulate_media(media=media)
    assert page.evaluate(CONTRAST) == []


def test_print_shows_everything_and_breaks_no_row(browser: Any, report: Path) -> None:
    page = opened(browser, report)
    page.get_by_label("Find a student, offer, site or mentor").fill("nobody like this")
    page.evaluate("document.querySelectorAll('details').forEach(d => { d.open = false })")
    page.emulate_media(media="print")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert page.locator(".placed tbody tr:visible").count() == 15
    assert not page.locator("nav").is_visible()
    assert not page.locator(".finder").is_visible()
    style = "rows => rows.every(r => getComputedStyle(r).breakInside === 'avoid')"
    assert page.eval_on_selector_all("tbody tr", style)
    heads = "all => all.every(h => getComputedStyle(h).display === 'table-header-group')"
    assert page.eval_on_selector_all(".placed thead", heads)
    dark = "getComputedStyle(document.body).backgroundColor"
    assert page.evaluate(dark) == "rgb(255, 255, 255)"
    for paper in ("A4", "Letter"):
        assert page.pdf(format=paper).startswith(b"%PDF")


def test_on_a_phone_rows_are_cards_whose_values_keep_their_names(browser: Any, report: Path) -> None:
    page = opened(browser, report, 390)
    assert page.locator(".placed tbody tr").first.evaluate("r => getComputedStyle(r).display") == "block"
    mentor = "c => getComputedStyle(c, '::before').content"
    assert page.locator(".placed tbody tr td:nth-child(3)").first.evaluate(mentor) == '"Mentor "'
