"""The coordinator's pages in a real browser: the whole way of a round, nothing asked outside this machine, nothing in the console."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.api.service import tiny_zip
from tests.browser.pages import Served, ready, served, watched
from tests.browser.test_report_browser import CONTRAST

HOSTILE = "<img src=x onerror=alert(1)> & Ana"
LABELLED = """() => [...document.querySelectorAll('input:not([hidden]), select, textarea, button, a')]
    .filter(e => e.offsetParent && !e.labels?.length && !e.textContent.trim() && !e.ariaLabel).map(e => e.outerHTML)"""


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Served, Path]]:
    home = tmp_path_factory.mktemp("pages")
    with served(home) as found:
        yield found, home


def upload(to: Path, change: Any) -> Path:
    to.write_bytes(tiny_zip(change))
    return to


def hostile(tables: dict[str, list[dict[str, str]]]) -> None:
    tables["students"][0]["name"] = HOSTILE


def bad(tables: dict[str, list[dict[str, str]]]) -> None:
    tables["students"][1]["grade"] = "eleventh<b>"


def plan_is_there(page: Any) -> None:
    page.wait_for_selector("#result .headline", timeout=120_000)
    ready(page)


@pytest.mark.slow
def test_a_coordinator_goes_the_whole_way(browser: Any, running: tuple[Served, Path], tmp_path: Path) -> None:
    service, home = running
    context = browser.new_context(viewport={"width": 1280, "height": 900}, accept_downloads=True)
    watch = watched(context)
    page = watch.page
    page.on("dialog", lambda dialog: dialog.accept("the family moved"))
    page.goto(service.link)
    ready(page)
    assert page.url == f"{service.url}/"

    first_run = uploaded_and_run(page, tmp_path)
    second_run = decided_and_run_again(page)
    assert second_run != first_run
    compared(page)
    published(context, page, second_run)
    an_exception_is_asked_for(page, second_run)
    something_is_supposed(page, second_run)
    suggested(page)
    assert (watch.hosts, watch.logged) == ({"127.0.0.1"}, [])

    spoil(home, first_run)
    page.goto(first_run)
    plan_is_there(page)
    page.get_by_role("button", name="Publish this plan").click()
    page.locator("#problem").wait_for(timeout=60_000)
    assert "this plan must not be used" in page.locator("#problem").inner_text()
    assert page.locator("#problem li").count() >= 1
    assert watch.hosts == {"127.0.0.1"}


def uploaded_and_run(page: Any, tmp_path: Path) -> str:
    page.get_by_label("What it is called").fill("Fall <i>2026</i>")
    page.get_by_label("Its tables").set_input_files(upload(tmp_path / "bad.zip", bad))
    page.get_by_role("button", name="Upload and check").click()
    page.wait_for_url("**/rounds/rnd_*")
    ready(page)
    row = page.locator("#import tbody tr").first.inner_text()
    assert "table students, row 3, column grade" in row
    assert "eleventh<b>" in row
    assert "Correct them" in page.locator("#import .headline").inner_text()
    assert not page.get_by_role("button", name="Start a run").is_visible()

    page.get_by_label("Replace the tables").set_input_files(upload(tmp_path / "good.zip", hostile))
    page.get_by_role("button", name="Upload and check").click()
    page.get_by_text("The tables are in").wait_for()
    page.get_by_role("button", name="Start a run").click()
    page.wait_for_url("**/runs/run_*")
    plan_is_there(page)
    first_run = page.url
    assert page.locator("#result .headline").inner_text() == "4 students have a place, 2 have none yet."
    assert "parent consent" in page.locator("#unplaced").inner_text().lower()
    page.get_by_label("Find a student").fill("ben")
    assert page.locator("#placed .look:visible").count() == 1
    assert page.locator("#unplaced-part").is_hidden()
    page.get_by_label("Find a student").fill("")
    return first_run


def decided_and_run_again(page: Any) -> str:
    page.get_by_role("link", name=HOSTILE).first.click()
    page.wait_for_url("**/students/S1")
    ready(page)
    assert page.locator("h1").inner_text() == HOSTILE
    assert page.locator("#result .headline").inner_text() == "Teen room helper, Creekside Library"
    page.locator("#options summary").click()
    page.locator("#options").get_by_text("hazardous orders").first.wait_for()
    page.get_by_role("button", name="Pin at Clinic helper").click()
    page.get_by_text("Decided: ").wait_for()
    assert "is pinned to" in page.locator("#decided").inner_text()
    page.get_by_text("Keep apart from somebody").click()
    page.get_by_label("The other person").fill("Eli")
    options = page.locator("#persons option").evaluate_all("all => all.map(o => o.value)")
    page.get_by_label("The other person").fill(next(o for o in options if "(S5)" in o))
    page.get_by_role("button", name="Decide").click()
    page.get_by_text("are kept apart. It counts").wait_for()
    page.get_by_role("button", name="Run again with these decisions").click()
    page.wait_for_url(lambda url: "/runs/run_" in url and "students" not in url)
    plan_is_there(page)
    return page.url


def compared(page: Any) -> None:
    page.get_by_role("link", name="Who moved since the run before").click()
    page.wait_for_url("**/changes?since=*")
    ready(page)
    assert page.locator("#summary").inner_text().startswith("3 students moved")
    assert "Clinic helper" in page.locator("#changes tbody").inner_text()


def published(context: Any, page: Any, second_run: str) -> None:
    page.goto(second_run)
    plan_is_there(page)
    page.get_by_role("button", name="Publish this plan").click()
    page.get_by_text("This plan is in force.").wait_for(timeout=60_000)
    page.get_by_text("Download").click()
    with page.expect_download() as download:
        page.get_by_role("link", name="placements", exact=True).click()
    assert "S1,O1" in Path(download.value.path()).read_text()
    with context.expect_page() as report:
        page.get_by_role("link", name="Open the report").click()
    report.value.wait_for_load_state()
    assert "placement report" in report.value.title()
    report.value.close()


def an_exception_is_asked_for(page: Any, second_run: str) -> None:
    page.goto(f"{page.url}/students/S4")
    ready(page)
    page.locator("#options summary").click()
    page.get_by_role("button", name="Ask for an exception: Clinic helper").click()
    page.get_by_text("Somebody else must agree").wait_for()

    page.goto(second_run)
    plan_is_there(page)
    assert "the family moved" in page.locator("#overrides").inner_text()


def something_is_supposed(page: Any, second_run: str) -> None:
    page.goto(f"{second_run}/students/S1")
    ready(page)
    for what in ("the way may be ten minutes longer", "a place and its mentor take one more student"):
        page.get_by_label("Suppose that").select_option(what)
        assert page.get_by_label("Which place").is_visible() == what.startswith("a place")
        page.get_by_role("button", name="Ask", exact=True).click()
        page.get_by_text("Nothing was changed.").wait_for()
    page.goto(second_run)
    plan_is_there(page)


def suggested(page: Any) -> None:
    page.get_by_role("link", name="Fall <i>2026</i>").click()
    page.wait_for_url("**/rounds/*")
    ready(page)
    assert "published" in page.locator("#runs").inner_text()
    page.get_by_role("link", name="Ask for suggestions").click()
    page.wait_for_url("**/suggestions")
    ready(page)
    page.get_by_label("A text nothing of it is kept").fill("cats and dogs")
    page.get_by_role("button", name="Suggest").click()
    page.get_by_text("For this text").wait_for(timeout=60_000)
    assert "Clinic helper" in page.locator("#answer tbody tr").first.inner_text()
    page.get_by_label("A student of the round").fill("S3")
    page.get_by_role("button", name="Suggest").click()
    page.get_by_text("For S3").wait_for()


def spoil(home: Path, run: str) -> None:
    """Change a placement of a run, given by the address of its page, behind the service's back."""
    run_id = run.rsplit("/", 1)[1]
    with sqlite3.connect(home / "matcher.sqlite3") as store:
        where = "WHERE run_id = ? AND name = 'placements.csv'"
        (data,) = store.execute(f"SELECT data FROM result_files {where}", (run_id,)).fetchone()
        assert b"S3,O3" in data
        store.execute(f"UPDATE result_files SET data = ? {where}", (data.replace(b"S3,O3", b"S3,O2"), run_id))
    store.close()


@pytest.mark.slow
def test_a_run_is_stopped_and_the_demo_starts_with_one_click(browser: Any, tmp_path: Path) -> None:
    with served(tmp_path) as service:
        watch = watched(browser.new_context(viewport={"width": 390, "height": 800}))
        page = watch.page
        page.goto(service.link)
        ready(page)
        page.get_by_role("button", name="Start from the demo round").click()
        page.wait_for_url("**/rounds/rnd_*")
        ready(page)
        page.get_by_role("button", name="Start a run").click()
        page.wait_for_url("**/runs/run_*")
        page.get_by_role("button", name="Stop this run").click()
        page.get_by_text("this run was stopped").wait_for(timeout=20_000)
        page.get_by_role("button", name="Sign out").click()
        page.wait_for_url("**/sign-in")
        assert watch.logged == []
        page.goto(f"{service.url}/")
        page.wait_for_url("**/sign-in?next=*")
        answer = page.goto(service.link)
        assert answer.status == 401
        assert "used already" in page.locator("main").inner_text()
        assert watch.hosts == {"127.0.0.1"}


@pytest.mark.slow
@pytest.mark.parametrize("width", [320, 1280])
def test_every_page_reads_well_at_any_width(browser: Any, running: tuple[Served, Path], width: int) -> None:
    service, home = running
    page = browser.new_context(viewport={"width": width, "height": 900}).new_page()
    page.goto(f"{service.url}/sign-in")
    page.get_by_label("Your key").fill(new_key(home))
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(f"{service.url}/")
    round_id, run_id = a_run(page, service)
    for address in ("/", f"/rounds/{round_id}", f"/runs/{run_id}", f"/runs/{run_id}/students/S4", f"/runs/{run_id}/students/S3",
                    f"/rounds/{round_id}/suggestions?student=S3", f"/runs/{run_id}/changes", "/sign-in"):  # fmt: skip
        page.goto(f"{service.url}{address}")
        ready(page)
        page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
        assert page.evaluate("document.documentElement.scrollWidth") == width, address
        assert page.evaluate(CONTRAST) == [], address
        assert page.evaluate(LABELLED) == [], address
        levels = page.eval_on_selector_all("h1, h2, h3", "all => all.filter(h => h.offsetParent).map(h => Number(h.tagName[1]))")
        assert (levels[0], levels.count(1)) == (1, 1), address
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.textContent") == "Skip to the page"


def new_key(home: Path) -> str:
    from api.operations import new_key as make
    from api.settings import ServiceSettings

    return str(make(ServiceSettings(home=home, database_url=""), "reader", "coordinator", ["*"], "", None)["secret"])


def a_run(page: Any, service: Served) -> tuple[str, str]:
    """A round with a finished run, made with the session of the page."""
    ask = """async ([path, body]) => (await (await fetch(path, body === undefined ? {} : {method: 'POST', body:
        typeof body === 'string' ? Uint8Array.from(atob(body), c => c.charCodeAt(0)) : JSON.stringify(body),
        headers: {'Content-Type': typeof body === 'string' ? 'application/zip' : 'application/json'}})).json())"""
    import base64

    made = page.evaluate(ask, ["/v1/rounds", {"name": "reading"}])
    page.evaluate(ask, [f"/v1/rounds/{made['round_id']}/imports", base64.b64encode(tiny_zip(hostile)).decode()])
    run = page.evaluate(ask, [f"/v1/rounds/{made['round_id']}/runs", {}])
    while run["status"] in {"queued", "running"}:
        page.wait_for_timeout(300)
        run = page.evaluate("async path => (await fetch(path)).json()", f"/v1/runs/{run['run_id']}")
    assert run["status"] == "finished"
    return made["round_id"], run["run_id"]
