"""From an upload to a published plan, on both databases, and the same answer as the command line."""

from __future__ import annotations

import csv
import io
import json
import sys

import pytest

from matcher import cli
from tests.api.conftest import KINDS
from tests.api.service import TINY, Service, rows_of, settings_for, tiny, tiny_zip


@pytest.fixture(scope="module", params=KINDS)
def line(request, tmp_path_factory):
    """A service with the tiny round, solved once: shared by the tests of this file, which only read."""
    service = Service(settings_for(request.param, tmp_path_factory.mktemp("home")))
    service.round_id = service.new_round(tiny_zip(), schools=["K1"])
    service.run_id = service.finished_run(service.round_id)
    yield service
    service.close()


@pytest.fixture(scope="module")
def plan(tmp_path_factory):
    """What `matcher run` writes for the same folder."""
    out = tmp_path_factory.mktemp("line") / "plan"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", ["matcher", "run", str(TINY), "--out", str(out)])
        with pytest.raises(SystemExit) as stop:
            cli.main()
    assert stop.value.code == 0
    return out


@pytest.mark.parametrize("kind", ["placements", "unplaced", "slates", "seats", "recruit"])
def test_the_service_and_the_command_line_give_the_same_answer(line, plan, kind):
    written = (plan / f"{kind}.csv").read_bytes()
    told = line.get(f"/v1/runs/{line.run_id}/{kind}?limit=500")["items"]
    expected = list(csv.DictReader(io.StringIO(written.decode(), newline="")))
    if kind == "slates":
        dates = list(csv.DictReader(io.StringIO((plan / "waves.csv").read_text(), newline="")))
        expected = [row | when for row, when in zip(expected, dates, strict=True)]
    if kind == "recruit":
        sentences = json.loads((plan / "summary.json").read_text())["recruit"]
        expected = [row | {"look_for": told_} for row, told_ in zip(expected, sentences, strict=True)]
    assert told == expected
    assert line.call("GET", f"/v1/runs/{line.run_id}/files/{kind}.csv", 200).content == written


def test_a_run_tells_what_summary_json_tells(line, plan):
    told = line.get(f"/v1/runs/{line.run_id}")
    summary = json.loads((plan / "summary.json").read_text())
    assert (told["status"], told["progress"], told["attempts"]) == ("finished", 1, 1)
    assert told["objectives"] == summary["objectives"]
    assert told["counts"] == {**summary["counts"], "warnings": 1}, "a request without an answer; expected.csv is no table and not uploaded"
    assert told["gap"] == summary["gap"] == 0


def test_what_was_uploaded_is_what_is_read(line):
    for noun in ("schools", "students", "sites", "mentors", "opportunities", "requests"):
        told = line.get(f"/v1/{noun}?round_id={line.round_id}&limit=500")["items"]
        rows = tiny()[noun]
        plain = [{k: v for k, v in row.items() if v} for row in told]
        assert plain == sorted(({k: v for k, v in row.items() if v} for row in rows), key=lambda r: list(r.values())[:2])


def test_an_explanation_says_what_the_command_line_says(line, plan, capsys, monkeypatch):
    for student in ("S1", "S4", "S5"):
        monkeypatch.setattr(sys, "argv", ["matcher", "explain", str(plan), "--round", str(TINY), student, "--json"])
        with pytest.raises(SystemExit):
            cli.main()
        assert line.get(f"/v1/runs/{line.run_id}/explanations/{student}") == json.loads(capsys.readouterr().out)


def test_a_what_if_says_what_the_command_line_says(line, plan, capsys, monkeypatch):
    asked = {"seats": {"O1": 1}, "waive": {"S1": ["avoid", "requests"]}}
    options = ["--seats", "O1=+1", "--waive", "S1=avoid,requests", "--json"]
    monkeypatch.setattr(sys, "argv", ["matcher", "what-if", str(plan), "--round", str(TINY), *options])
    with pytest.raises(SystemExit):
        cli.main()
    told = line.post(f"/v1/runs/{line.run_id}/what-if", asked, 200)
    assert told.pop("told")
    assert told == json.loads(capsys.readouterr().out)
    refused = line.post(f"/v1/runs/{line.run_id}/what-if", {"seats": {"O99": 1}}, 422)
    assert "O99" in refused["detail"]
    line.post(f"/v1/runs/{line.run_id}/what-if", {"places": {"O1": 1}}, 422)


def test_suggestions_say_what_the_command_line_says(line, capsys, monkeypatch):
    for student in ("S1", "S3"):
        monkeypatch.setattr(sys, "argv", ["matcher", "suggest", str(TINY), "--student", student, "--json", "-k", "100"])
        with pytest.raises(SystemExit):
            cli.main()
        expected = json.loads(capsys.readouterr().out)["items"]
        told = line.get(f"/v1/students/{student}/suggestions?limit=100")["items"]
        assert expected
        assert [{key: item[key] for key in expected[0]} for item in told] == expected


def test_pages_end_to_end(line):
    seen, cursor = [], ""
    for _ in range(10):
        page = line.get(f"/v1/students?round_id={line.round_id}&limit=2{cursor}")
        assert len(page["items"]) <= 2
        seen += [row["student_id"] for row in page["items"]]
        if page["pagination"]["next_cursor"] is None:
            break
        cursor = f"&cursor={page['pagination']['next_cursor']}"
    assert seen == sorted(row["student_id"] for row in rows_of(TINY)["students"])


def test_a_run_is_watched_until_its_end(line):
    text = line.call("GET", f"/v1/runs/{line.run_id}/events", 200).text
    assert text.startswith("event: finished\ndata: {")


def test_pin_rerun_compare_publish(service):
    round_id = service.new_round(tiny_zip(), schools=["K1"])
    first = service.finished_run(round_id)
    places = {row["student_id"]: row["opportunity_id"] for row in service.get(f"/v1/runs/{first}/placements")["items"]}
    student = next(iter(places))
    options = service.get(f"/v1/runs/{first}/explanations/{student}")["options"]
    other = next(o["opportunity_id"] for o in options if o["lawful"] and o["opportunity_id"] != places[student])
    service.post(f"/v1/rounds/{round_id}/decisions", {"kind": "pin", "a": student, "b": other, "note": "asked"})
    second = service.finished_run(round_id, previous_run_id=first)
    told = service.get(f"/v1/runs/{second}/changes?since={first}")
    moved = {change["student_id"]: change for change in told["items"]}
    assert moved[student]["after"].startswith(f"{other} (")
    assert told["moved"] == len(moved)
    assert moved[student]["reason"] == service.get(f"/v1/runs/{second}/explanations/{student}")["change"]["reason"]
    assert service.get(f"/v1/rounds/{round_id}/plan", 404)["code"] == "not_found"
    assert service.call("POST", f"/v1/runs/{second}/publish", 201).json()["run_id"] == second
    assert service.get(f"/v1/rounds/{round_id}")["published_run_id"] == second
    plan = {row["student_id"]: row["opportunity_id"] for row in service.get(f"/v1/rounds/{round_id}/plan")["items"]}
    assert plan[student] == other
    assert service.call("POST", f"/v1/runs/{second}/publish").json()["code"] == "published_already"
    service.call("POST", f"/v1/runs/{first}/publish", 201)
    service.post(f"/v1/runs/{first}/unpublish", {"why": "a mistake"}, 200)
    history = service.get(f"/v1/rounds/{round_id}/publications")["items"]
    assert [(p["run_id"], p["ended_at"] is None) for p in history] == [(second, False), (first, False)]
    assert history[1]["why"] == "a mistake"


def test_pins_that_cannot_hold_are_named(service):
    round_id = service.new_round(tiny_zip(), schools=["K1"])
    refused = next(row for row in _options(service, round_id) if not row["lawful"])
    service.post(f"/v1/rounds/{round_id}/decisions", {"kind": "pin", "a": "S1", "b": refused["opportunity_id"]})
    run_id = service.post(f"/v1/rounds/{round_id}/runs", {}, 202)["run_id"]
    service.solve()
    told = service.get(f"/v1/runs/{run_id}")
    assert (told["status"], told["error"]["code"]) == ("infeasible", "infeasible")
    assert refused["opportunity_id"] in told["error"]["details"][0]
    assert service.get(f"/v1/runs/{run_id}/placements", 409)["code"] == "not_finished"


def _options(service, round_id):
    return service.get(f"/v1/runs/{service.finished_run(round_id)}/explanations/S1")["options"]


def test_a_refused_import_changes_nothing_and_tells_its_issues(service):
    round_id = service.new_round(tiny_zip(), schools=["K1"])
    before = service.get(f"/v1/rounds/{round_id}")

    def spoil(tables):
        tables["students"][2]["birth_date"] = "yesterday"
        tables["opportunities"][0]["site_id"] = "nowhere"

    told = service.call("POST", f"/v1/rounds/{round_id}/imports", 201, content=tiny_zip(spoil)).json()
    assert (told["accepted"], told["errors"]) == (False, 2)
    assert {(i["table"], i["row"], i["column"]) for i in told["issues"] if i["severity"] == "error"} == {
        ("students", 4, "birth_date"),
        ("opportunities", 2, "site_id"),
    }
    assert service.get(f"/v1/rounds/{round_id}") == before
    assert service.get(f"/v1/rounds/{round_id}/imports/{told['import_id']}") == told


def test_decisions_made_here_survive_an_import_and_those_of_the_file_are_replaced(service):
    round_id = service.new_round(tiny_zip(), schools=["K1"])
    of_file = len(tiny()["decisions"])
    service.post(f"/v1/rounds/{round_id}/decisions", {"kind": "ban", "a": "S2", "b": "O1"})
    service.call("POST", f"/v1/rounds/{round_id}/imports", 201, content=tiny_zip())
    told = service.get(f"/v1/rounds/{round_id}/decisions")["items"]
    assert len(told) == of_file + 1
    mine = next(d for d in told if d["kind"] == "ban" and d["a"] == "S2")
    service.call("DELETE", f"/v1/rounds/{round_id}/decisions/{mine['decision_id']}", 204)
    assert len(service.get(f"/v1/rounds/{round_id}/decisions")["items"]) == of_file
