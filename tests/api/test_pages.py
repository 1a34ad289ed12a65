"""The pages: one file each, nothing from outside, text never taken for markup, and a browser acts only from them."""

from __future__ import annotations

import re

import pytest

from api import desk
from api.auth import COOKIE
from api.routes.pages import FOLDER, PAGES, POLICY
from tests.api.service import tiny_zip

SCRIPTS = sorted((FOLDER / "static").glob("*.js"))
TEMPLATES = sorted((FOLDER / "templates").glob("*.html"))
FORBIDDEN = re.compile(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function|DOMParser|srcdoc|\.style\b")
HERE = {"Sec-Fetch-Site": "same-origin"}


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_scripts_build_pages_out_of_text_only(path):
    text = path.read_text(encoding="utf-8")
    assert text.startswith("// ")
    assert FORBIDDEN.findall(text) == []
    assert re.findall(r"https?://|localStorage|sessionStorage", text) == []
    assert len(text.splitlines()) <= 300
    for imported in re.findall(r'from "(.+?)"', text):
        assert (path.parent / imported).is_file(), imported


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_templates_hold_no_script_no_style_and_ask_nobody(path):
    text = path.read_text(encoding="utf-8")
    assert re.findall(r"https?://|style=|\bon\w+=|<style|javascript:|\|\s*safe", text) == []
    assert all('type="module" src="/static/' in tag for tag in re.findall(r"<script[^>]*>", text))
    assert (path.name == "layout.html") == ("<script" in text)


def test_every_page_and_script_is_served_under_a_strict_policy(service):
    for address, name in {**PAGES, "/sign-in": "sign_in"}.items():
        answer = service.client.get(re.sub(r"{\w+}", "x", address))
        assert answer.status_code == 200
        assert answer.headers["content-security-policy"] == POLICY
        assert answer.headers["x-frame-options"] == "DENY"
        assert f"/static/{name}.js" in answer.text
        assert '<html lang="en">' in answer.text
        assert service.client.get(f"/static/{name}.js").headers["content-type"].startswith("text/javascript")
    assert service.client.get("/static/../main.py").status_code == 404
    assert service.client.get("/static/%2e%2e%2fsign_in.html").status_code == 404


def test_a_key_signs_a_browser_in_and_out(service):
    secret = service.key("coordinator", "K1", person="Ada")["Authorization"].removeprefix("Bearer ")
    asked = {"key": secret}
    assert service.client.post("/v1/session", json=asked).status_code == 403, "not from a page"
    assert service.client.post("/v1/session", json=asked, headers={"Origin": "http://elsewhere"}).status_code == 403
    assert service.client.post("/v1/session", json={"key": "ml_" + "x" * 40}, headers=HERE).status_code == 401
    answer = service.client.post("/v1/session", json=asked, headers=HERE)
    assert answer.status_code == 201
    assert answer.json() == {"name": "coordinator of K1", "person": "Ada", "role": "coordinator", "schools": ["K1"]}
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie
    assert secret not in answer.text
    assert service.client.get("/v1/session").json()["role"] == "coordinator"
    body = {"name": "x", "schools": ["K1"]}
    assert service.client.post("/v1/rounds", json=body).status_code == 403
    assert service.client.post("/v1/rounds", json=body, headers={"Origin": "http://testserver"}).status_code == 201, "plain http"
    assert service.client.delete("/v1/session", headers=HERE).status_code == 204
    assert COOKIE not in service.client.cookies
    assert service.client.get("/v1/session").status_code == 401
    service.get("/v1/session", key={"Authorization": f"Bearer {secret}"})


def test_a_session_of_a_link_ends_for_good(service):
    from api.operations import sign_in_link

    link = sign_in_link(service.settings).partition("8765")[2]
    service.client.get(link, follow_redirects=False)
    kept = service.client.cookies[COOKIE]
    assert service.client.get("/v1/session").json()["role"] == "admin"
    assert service.client.get(link, follow_redirects=False).status_code == 401
    page = service.client.get(link, headers={"Accept": "text/html"})
    assert page.status_code == 401
    assert "used already" in page.text
    assert service.client.delete("/v1/session", headers=HERE).status_code == 204
    service.get("/v1/session", 401, key={"Authorization": f"Bearer {kept}"})


def test_while_offers_are_read_for_the_first_time_one_is_told_to_ask_again(service, monkeypatch):
    round_id = service.new_round(tiny_zip(), schools=["K1"])
    monkeypatch.setattr(desk, "FIRST_PATIENCE", 0.0)
    path = f"/v1/students/S3/suggestions?round_id={round_id}"
    told = service.call("GET", path, 503)
    assert (told.json()["code"], told.headers["retry-after"]) == ("getting_ready", "10")
    monkeypatch.setattr(desk, "FIRST_PATIENCE", 60.0)
    assert service.get(path)["items"], "those who ask later wait for the same index"
