"""Who may see what: every address with an id, for every role, with ids of another school; and what each role sees of a row."""

from __future__ import annotations

import json
import re

import pytest

from api import views
from api.auth import Role
from tests.api.conftest import KINDS
from tests.api.service import Service, settings_for, tiny_zip, two_schools

BODIES = {
    ("post", "/v1/rounds/{round_id}/runs"): {},
    ("post", "/v1/rounds/{round_id}/decisions"): {"kind": "pin", "a": "S1", "b": "O1"},
    ("patch", "/v1/rounds/{round_id}"): {"name": "x"},
    ("post", "/v1/runs/{run_id}/unpublish"): {"why": "because"},
    ("post", "/v1/runs/{run_id}/overrides"): {"student_id": "S1", "opportunity_id": "O1", "reason": "because"},
    ("post", "/v1/runs/{run_id}/what-if"): {"seats": {"O1": 1}},
    ("put", "students"): {"school_id": "K1"},
}
OPEN = {"/v1/demo-rounds/{demo_round_id}"}
"""Addresses with ids that belong to nobody."""


@pytest.fixture(scope="module", params=KINDS)
def world(request, tmp_path_factory):
    """A round of school K1 with a published run, one of K1 and K2 together, and keys of every role for K1, for K2 and for a third."""
    service = Service(settings_for(request.param, tmp_path_factory.mktemp("home"), rate_limit="", rate_limit_signed_out=""))
    service.round_id = service.new_round(tiny_zip(one_more_mentor), schools=["K1"])
    service.run_id = service.finished_run(service.round_id)
    service.call("POST", f"/v1/runs/{service.run_id}/publish", 201)
    service.shared = service.new_round(tiny_zip(two_schools), schools=["K1", "K2"])
    service.shared_run = service.finished_run(service.shared)
    service.call("POST", f"/v1/runs/{service.shared_run}/publish", 201)
    service.decision = service.post(f"/v1/rounds/{service.round_id}/decisions", {"kind": "ban", "a": "S1", "b": "O2"})["decision_id"]
    service.import_id = service.get(f"/v1/rounds/{service.round_id}/imports")["items"][0]["import_id"]
    option = next(o for o in service.get(f"/v1/runs/{service.run_id}/explanations/S1")["options"] if not o["lawful"])
    asked = {"student_id": "S1", "opportunity_id": option["opportunity_id"], "reason": "family asked"}
    service.override = service.post(f"/v1/runs/{service.run_id}/overrides", asked)["override_id"]
    service.hook = _hook(service)
    service.some_key = service.get("/v1/keys")["items"][0]["key_id"]
    service.keys = {(role, school): service.key(role, school) for role in Role for school in ("K1", "K2", "K3")}
    yield service
    service.close()


def one_more_mentor(tables) -> None:
    tables["mentors"].append({**tables["mentors"][0], "mentor_id": "M7"})


def _hook(service: Service) -> str:
    told = service.post("/v1/webhooks", {"url": "http://1.1.1.1/x", "events": ["run.finished"]})
    return told["webhook_id"]


def routes(service: Service) -> list[tuple[str, str]]:
    paths = service.app.openapi()["paths"]
    return [(method, path) for path in sorted(paths) for method in paths[path] if "{" in path and path not in OPEN]


def test_a_foreign_id_answers_404_in_the_whole_matrix(world, record_property):
    ids = {
        "round_id": world.round_id,
        "run_id": world.run_id,
        "import_id": world.import_id,
        "decision_id": world.decision,
        "override_id": world.override,
        "webhook_id": world.hook,
        "key_id": world.some_key,
        "name": "report.html",
        "student_id": "S1",
        "mentor_id": "M7",
    }
    rows = {"schools": "K1", "students": "S1", "sites": "W1", "mentors": "M1", "opportunities": "O1", "requests": "S1~O1"}
    tried, leaks = 0, []
    for method, path in routes(world):
        noun = path.split("/")[2]
        filled = re.sub(r"{(\w+)}", lambda m, n=noun: rows[n] if m[1] == "row_id" else ids[m[1]], path)
        for role in Role:
            for school in ("K2", "K3"):
                asked = f"{filled}?round_id={world.round_id}" if noun in rows else filled
                body = BODIES.get((method, path), {"school_id": "K1"} if method == "put" else None)
                since = {"params": {"since": world.run_id}} if path.endswith("/changes") else {}
                answer = world.call(method.upper(), asked, None, world.keys[role, school], json=body, **since)
                tried += 1
                if answer.status_code not in {403, 404}:
                    leaks.append((method, path, role, school, answer.status_code, answer.text[:200]))
                if answer.status_code == 403:
                    assert answer.json()["code"] == "role", (method, path, role, answer.text)
                else:
                    assert "Ana" not in answer.text
    record_property("cells", tried)
    assert (tried > 360, leaks) == (True, [])


def test_the_same_ids_open_for_their_own_school(world):
    """The matrix would pass if everything answered 404."""
    key = world.keys[Role.COORDINATOR, "K1"]
    for path in ("", "/imports", "/runs", "/decisions", "/publications", "/plan"):
        world.get(f"/v1/rounds/{world.round_id}{path}", key=key)
    for path in ("", "/placements", "/unplaced", "/slates", "/seats", "/explanations/S1", f"/changes?since={world.run_id}", "/overrides"):
        world.get(f"/v1/runs/{world.run_id}{path}", key=key)
    for path in ("schools/K1", "students/S1", "sites/W1", "mentors/M1", "opportunities/O1", "students/S1/suggestions"):
        world.get(f"/v1/{path}?round_id={world.round_id}", key=key)
    for role in (Role.TOOL, Role.ANALYST):
        assert world.get(f"/v1/students?round_id={world.round_id}", key=world.keys[role, "K1"])["items"]


def test_in_a_shared_round_each_school_sees_its_own(world):
    one, other = world.keys[Role.COORDINATOR, "K1"], world.keys[Role.COORDINATOR, "K2"]
    for noun, mine, theirs in (("students", "S1", "S9"), ("requests", "S1~O1", "S9~O9"), ("schools", "K1", "K2")):
        for key, seen, hidden in ((one, mine, theirs), (other, theirs, mine)):
            if (noun, seen) != ("requests", "S1~O1"):
                world.get(f"/v1/{noun}/{seen}?round_id={world.shared}", 200, key)
            world.get(f"/v1/{noun}/{hidden}?round_id={world.shared}", 404, key)
            assert hidden not in world.call("GET", f"/v1/{noun}?round_id={world.shared}", 200, key).text
    for noun, hidden in (("sites", "W9"), ("mentors", "M9"), ("opportunities", "O9")):
        world.get(f"/v1/{noun}/{hidden}?round_id={world.shared}", 404, one)
        world.get(f"/v1/{noun}/{hidden}?round_id={world.shared}", 200, other)
    for kind in ("placements", "unplaced", "slates"):
        told = world.get(f"/v1/runs/{world.shared_run}/{kind}?limit=500", 200, other)["items"]
        assert {row["student_id"] for row in told} <= {"S9"}
    assert {row["student_id"] for row in world.get(f"/v1/rounds/{world.shared}/plan", 200, other)["items"]} <= {"S9"}
    world.get(f"/v1/runs/{world.shared_run}/explanations/S9", 404, one)
    world.get(f"/v1/students/S9/suggestions?round_id={world.shared}", 404, one)
    told = world.get(f"/v1/runs/{world.shared_run}/explanations/S1", 200, one)
    assert "O9" not in {option["opportunity_id"] for option in told["options"]}
    world.get(f"/v1/runs/{world.shared_run}/explanations/S1?opportunity_id=O9", 404, one)
    assert world.get(f"/v1/rounds/{world.shared}", 200, one)["schools"] == ["K1"]


def test_what_concerns_a_whole_round_needs_all_its_schools(world):
    one = world.keys[Role.COORDINATOR, "K1"]
    for method, path, more in (
        ("POST", f"/v1/rounds/{world.shared}/runs", {"json": {}}),
        ("POST", f"/v1/rounds/{world.shared}/imports", {"content": tiny_zip()}),
        ("POST", f"/v1/runs/{world.shared_run}/publish", {}),
        ("POST", f"/v1/runs/{world.shared_run}/what-if", {"json": {"seats": {"O1": 1}}}),
        ("DELETE", f"/v1/runs/{world.shared_run}", {}),
    ):
        assert world.call(method, path, 403, one, **more).json()["code"] == "shared_round", path
    world.get(f"/v1/runs/{world.shared_run}/files/report.html", 403, one)
    assert (
        world.call("POST", f"/v1/rounds/{world.round_id}/imports", 403, one, content=tiny_zip(two_schools)).json()["code"]
        == "foreign_school"
    )


def test_writing_into_another_school_is_refused(world):
    tool = world.keys[Role.TOOL, "K1"]
    row = {"student_id": "S9", "school_id": "K1"}
    world.post("/v1/students", {"round_id": world.shared, "items": [row]}, 404, tool)
    row = {"student_id": "S1", "school_id": "K2"}
    world.post("/v1/students", {"round_id": world.shared, "items": [row]}, 404, tool)
    world.post("/v1/requests", {"round_id": world.shared, "items": [{"student_id": "S9", "opportunity_id": "O1"}]}, 404, tool)
    world.post("/v1/sites", {"round_id": world.shared, "items": [{"site_id": "W1", "name": "x"}]}, 404, tool)


SECRETS = ("birth_date", "documents", "needs", "lat", "lon")


def test_a_tool_sees_no_birth_date_no_documents_no_reasons_of_safety(world):
    tool, analyst = world.keys[Role.TOOL, "K1"], world.keys[Role.ANALYST, "K1"]
    world.post(f"/v1/rounds/{world.round_id}/decisions", {"kind": "no_contact", "a": "S1", "b": "M1", "note": "canary-note"})
    for key in (tool, analyst):
        (row,) = [r for r in world.get(f"/v1/students?round_id={world.round_id}", key=key)["items"] if r["student_id"] == "S1"]
        assert not set(SECRETS) & row.keys()
        assert not set(SECRETS) & world.get(f"/v1/students/S1?round_id={world.round_id}", key=key).keys()
        assert "documents" not in world.get(f"/v1/mentors/M1?round_id={world.round_id}", key=key)
        told = world.call("GET", f"/v1/rounds/{world.round_id}/decisions", 200, key)
        assert {d["kind"] for d in told.json()["items"]} <= {"pin", "ban"}
        assert all(d["note"] is None for d in told.json()["items"])
        world.get(f"/v1/runs/{world.run_id}/files/report.html", 403, key)
        for row in world.get(f"/v1/runs/{world.run_id}/unplaced", key=key)["items"]:
            assert row["code"] not in {"student_documents", "minimum_age", "needs", "no_contact", "work_permit"}
            assert row["smallest_change"] == ""
        told = world.get(f"/v1/runs/{world.run_id}/explanations/S6", key=key)
        assert "consent" not in json.dumps(told)
    assert "name" not in world.get(f"/v1/students/S1?round_id={world.round_id}", key=analyst)
    coordinator = world.keys[Role.COORDINATOR, "K1"]
    told = world.get(f"/v1/students/S1?round_id={world.round_id}", key=coordinator)
    assert told["birth_date"] == "2010-02-03"


def test_a_mentor_is_told_first_name_start_and_needs_and_it_is_noted(world):
    key = world.keys[Role.COORDINATOR, "K1"]
    placed = world.get(f"/v1/runs/{world.run_id}/placements", key=key)["items"][0]
    told = world.get(f"/v1/runs/{world.run_id}/mentors/{placed['mentor_id']}/visitors", key=key)["items"]
    assert [set(v) for v in told] == [{"first_name", "starts", "needs"}] * len(told)
    assert " " not in told[0]["first_name"]
    assert re.fullmatch(r"\w{3} \d\d:\d\d(;\w{3} \d\d:\d\d)*", told[0]["starts"])
    log = world.get("/v1/audit-log?limit=500")["items"]
    assert [row["after"]["students"] for row in log if row["what"] == "students.released"][-1]
    world.get(f"/v1/runs/{world.run_id}/mentors/{placed['mentor_id']}/visitors", 403, world.keys[Role.TOOL, "K1"])


def test_readings_of_what_is_confidential_are_noted(world):
    before = world.get("/v1/audit-log?limit=500")["items"][-1]["seq"]
    key = world.keys[Role.COORDINATOR, "K1"]
    world.get(f"/v1/students/S2?round_id={world.round_id}", key=key)
    world.get(f"/v1/students?round_id={world.round_id}", key=key)
    world.get(f"/v1/runs/{world.run_id}/explanations/S2", key=key)
    rows = world.get(f"/v1/audit-log?after={before}")["items"]
    assert [row["what"] for row in rows] == ["student.read", "students.read", "explanation.read"]


def test_an_override_needs_a_second_person_and_is_counted_in_public(world):
    own = world.key("coordinator", "K1", person="Ada")
    same = world.key("coordinator", "K1", person="Ada")
    second = world.key("coordinator", "K1", person="Bo")
    options = world.get(f"/v1/runs/{world.run_id}/explanations/S2", key=own)["options"]
    refused = next(o["opportunity_id"] for o in options if not o["lawful"])
    path = f"/v1/runs/{world.run_id}/overrides"
    ask = {"student_id": "S2", "opportunity_id": "O1", "reason": "because"}
    assert world.post(path, ask, 422, own)["code"] == "lawful", "S2 has the seat of O1"
    world.post(path, {**ask, "opportunity_id": refused, "reason": ""}, 422, own)
    told = world.post(path, {**ask, "opportunity_id": refused}, 201, own)
    assert told["rules"]
    agree = f"{path}/{told['override_id']}/agreement"
    for key in (own, same):
        assert world.call("POST", agree, 403, key).json()["code"] == "second_person"
    assert world.call("POST", agree, 200, second).json()["agreed"]
    assert world.get(f"/v1/rounds/{world.round_id}")["public_overrides"] == 0, "it counts with the next publication"
    world.post(f"/v1/runs/{world.run_id}/unpublish", {"why": "to publish anew"}, 200)
    world.call("POST", f"/v1/runs/{world.run_id}/publish", 201)
    assert world.get(f"/v1/rounds/{world.round_id}", key=world.keys[Role.ANALYST, "K1"])["public_overrides"] == 1
    plan = {row["student_id"]: row for row in world.get(f"/v1/rounds/{world.round_id}/plan")["items"]}
    assert (plan["S2"]["opportunity_id"], plan["S2"]["override"]) == (refused, "yes")


def test_a_limit_is_overridden_as_a_rule_is(world):
    """S4 may go to O2 by every rule, but S1 has its one seat and its mentor; to O4 too, but mentor M4 has S5 at O5 at the same hours."""
    path = f"/v1/runs/{world.run_id}/overrides"
    for opportunity_id, rules in (("O2", ["mentor_capacity", "seats"]), ("O4", ["mentor_capacity"])):
        ask = {"student_id": "S4", "opportunity_id": opportunity_id, "reason": "the site agreed to one more"}
        assert world.post(path, ask, 201)["rules"] == rules


def test_keys_end_and_are_revoked_and_only_their_hash_is_kept(world):
    made = world.post("/v1/keys", {"name": "n", "role": "tool", "schools": ["K1"]})
    key = {"Authorization": f"Bearer {made['secret']}"}
    world.get("/v1/rounds", 200, key)
    listed = next(k for k in world.get("/v1/keys?limit=500")["items"] if k["key_id"] == made["key_id"])
    assert listed["secret"] is None
    assert made["secret"].startswith(listed["prefix"])
    assert listed["last_used_at"]
    world.call("DELETE", f"/v1/keys/{made['key_id']}", 204)
    assert world.get("/v1/rounds", 401, key)["code"] == "no_valid_key"
    world.get("/v1/rounds", 401, {"Authorization": "Bearer ml_no"})
    world.get("/v1/rounds", 401, {"Authorization": "Basic x"})
    small = world.keys[Role.ADMIN, "K1"]
    world.post("/v1/keys", {"name": "n", "role": "admin", "schools": ["*"]}, 404, small)
    world.post("/v1/keys", {"name": "n", "role": "admin", "schools": ["K2"]}, 404, small)
    assert world.get("/v1/audit-log", 403, small)["code"] == "role"


def test_the_age_of_those_whom_a_new_place_would_serve_is_not_for_every_role():
    cells = {"rank": "1", "who": "S1", "look_for": "1 seat: places 1. Must take students from age 14."}
    for role in (Role.TOOL, Role.ANALYST):
        assert views.result("recruit", cells, role) == {"rank": "1", "who": "S1"}
    for role in (Role.COORDINATOR, Role.ADMIN):
        assert views.result("recruit", cells, role) == cells
