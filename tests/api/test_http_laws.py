"""Laws of every address: one shape of error, answers given once, updates that name their state, bounds on everything."""

from __future__ import annotations

import io
import json
import threading
import zipfile
from base64 import urlsafe_b64encode

import pytest

from api.settings import MIB
from api.store import rounds as rounds_store
from tests.api.service import Service, settings_for, tiny, tiny_zip


@pytest.fixture
def small(tmp_path):
    """A service with low bounds, on SQLite."""
    given = {"max_body_mb": 0.01, "max_upload_mb": 0.5, "max_unpacked_mb": 2, "max_ratio": 50, "rate_limit": "1000/minute"}
    made = Service(settings_for("sqlite", tmp_path, **given))
    yield made
    made.close()


def is_problem(answer, status: int, code: str) -> bool:
    body = answer.json()
    assert answer.headers["content-type"] == "application/problem+json", answer.text
    assert {"type", "title", "status", "code", "detail"} <= body.keys()
    assert (answer.status_code, body["status"], body["code"]) == (status, status, code), answer.text
    return body["type"] == f"urn:matcher:problem:{code}"


def test_every_kind_of_error_has_one_shape(small, monkeypatch):
    round_id = small.post("/v1/rounds", {"name": "r"})["round_id"]
    json_type = {"content-type": "application/json"}
    assert is_problem(small.call("GET", "/v1/nothing"), 404, "not_found")
    assert is_problem(small.call("GET", "/v1/rounds/none"), 404, "not_found")
    assert is_problem(small.call("PUT", "/v1/rounds"), 405, "method_not_allowed")
    assert is_problem(small.call("GET", "/v1/rounds", key={}), 401, "no_valid_key")
    assert is_problem(small.call("POST", "/v1/rounds", content=b"{", headers=json_type), 422, "invalid")
    assert is_problem(small.call("POST", "/v1/rounds", content=b"\xff\xfe{}", headers=json_type), 422, "invalid")
    assert is_problem(small.call("POST", "/v1/rounds", json={"name": "x", "more": 1}), 422, "invalid")
    assert is_problem(small.call("GET", "/v1/rounds?limit=99999999999999999999999"), 422, "invalid")
    assert is_problem(small.call("GET", "/v1/rounds?cursor=%00"), 422, "invalid")
    assert is_problem(small.call("GET", "/v1/rounds?cursor=x"), 422, "bad_cursor")
    assert is_problem(small.call("POST", f"/v1/rounds/{round_id}/runs", json={}), 409, "empty_round")
    assert is_problem(small.call("POST", "/v1/rounds", content=b"x" * 20_000, headers=json_type), 413, "too_large")
    assert is_problem(small.call("POST", "/v1/rounds", content=iter([b"x" * 6000] * 3), headers=json_type), 413, "too_large")

    def fail(*_: object) -> None:
        raise RuntimeError("canary-in-an-error")

    monkeypatch.setattr(rounds_store, "list_rounds", fail)
    answer = small.call("GET", "/v1/rounds")
    assert is_problem(answer, 500, "internal")
    assert "canary" not in answer.text


def test_the_sign_that_postgresql_cannot_hold_is_refused_everywhere(service):
    """NUL in an address, a body, a cursor, a row or an upload: the same answer on both databases, and nothing is stored."""
    round_id = service.new_round(tiny_zip(), schools=["K1"])
    cursor = urlsafe_b64encode(json.dumps(["a\0"]).encode()).decode()
    for method, address, body in (
        ("GET", "/v1/rounds/a%00", None),
        ("GET", "/v1/schools?round_id=%00", None),
        ("GET", f"/v1/students/S%00/suggestions?round_id={round_id}", None),
        ("POST", "/v1/rounds", {"name": "a\0b"}),
        ("POST", "/v1/rounds", {"name": "ab", "schools": ["K\0"]}),
        ("POST", "/v1/suggestions", {"round_id": round_id, "interests": "cars\0"}),
        ("POST", f"/v1/rounds/{round_id}/decisions", {"kind": "ban", "a": "S1", "b": "O1", "note": "why\0not"}),
    ):
        assert is_problem(service.call(method, address, json=body), 422, "invalid")
    assert is_problem(service.call("GET", f"/v1/schools?cursor={cursor}"), 422, "bad_cursor")
    with zipfile.ZipFile(io.BytesIO(tiny_zip())) as whole, zipfile.ZipFile(spoilt := io.BytesIO(), "w") as archive:
        for name in whole.namelist():
            archive.writestr(name, whole.read(name).replace(b"Pebble", b"Peb\0ble"))
    told = service.call("POST", f"/v1/rounds/{round_id}/imports", content=spoilt.getvalue()).json()
    assert not told["accepted"]
    assert any("schools.csv" in str(issue) or issue["table"] == "schools" for issue in told["issues"])
    assert [row["round_id"] for row in service.call("GET", "/v1/rounds").json()["items"]] == [round_id]


def test_errors_do_not_repeat_what_was_sent(small):
    answer = small.call("POST", "/v1/rounds", json={"name": "n" * 201, "schools": ["canary-school" * 20], "canary": 5})
    assert answer.status_code == 422
    assert "canary-school" not in answer.text


def test_a_post_sent_again_is_done_once(service):
    sent = {"headers": {"Idempotency-Key": "one"}, "json": {"name": "r"}}
    first, again = service.call("POST", "/v1/rounds", 201, **sent), service.call("POST", "/v1/rounds", 201, **sent)
    assert first.json() == again.json()
    assert (first.headers.get("idempotent-replayed"), again.headers["idempotent-replayed"]) == (None, "true")
    assert first.headers["location"] == again.headers["location"]
    other = service.call("POST", "/v1/rounds", headers={"Idempotency-Key": "one"}, json={"name": "other"})
    assert is_problem(other, 409, "idempotency_conflict")
    elsewhere = service.call("POST", "/v1/demo-rounds/riverbend", headers={"Idempotency-Key": "one"})
    assert is_problem(elsewhere, 409, "idempotency_conflict")
    assert service.key("coordinator") and len(service.get("/v1/rounds")["items"]) == 1
    mine = service.call("POST", "/v1/rounds", 201, service.key("coordinator"), **sent)
    assert mine.json()["round_id"] != first.json()["round_id"], "keys of different people do not meet"


def test_a_post_sent_ten_times_at_once_is_done_once(service):
    answers = []

    def send() -> None:
        answers.append(service.call("POST", "/v1/rounds", headers={"Idempotency-Key": "k"}, json={"name": "r"}))

    threads = [threading.Thread(target=send) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {a.status_code for a in answers} == {201}
    assert len({a.json()["round_id"] for a in answers}) == 1
    assert len(service.get("/v1/rounds")["items"]) == 1


def test_secrets_are_not_repeated(service):
    sent = {"headers": {"Idempotency-Key": "k"}, "json": {"name": "n", "role": "tool", "schools": ["K1"]}}
    first, again = service.call("POST", "/v1/keys", 201, **sent).json(), service.call("POST", "/v1/keys", 201, **sent).json()
    assert first["secret"]
    assert again == {**first, "secret": None}


def test_an_update_names_the_state_it_changes(service):
    round_id = service.new_round(tiny_zip(), schools=["K1"])
    path = f"/v1/rounds/{round_id}"
    tag = service.call("GET", path, 200).headers["etag"]
    assert is_problem(service.call("PATCH", path, json={"name": "b"}), 428, "if_match_needed")
    changed = service.call("PATCH", path, 200, json={"name": "b"}, headers={"If-Match": tag})
    assert changed.headers["etag"] != tag
    assert is_problem(service.call("PATCH", path, json={"name": "c"}, headers={"If-Match": tag}), 412, "changed_since")
    assert service.get(path)["name"] == "b"
    path = f"/v1/students/S1?round_id={round_id}"
    answer = service.call("GET", path, 200)
    row = {k: v for k, v in answer.json().items() if v and k != "student_id"}
    row["interests"] = "trains"
    assert is_problem(service.call("PUT", path, json=row), 428, "if_match_needed")
    done = service.call("PUT", path, 200, json=row, headers={"If-Match": answer.headers["etag"]})
    assert done.json()["interests"] == "trains"
    assert is_problem(service.call("PUT", path, json=row, headers={"If-Match": answer.headers["etag"]}), 412, "changed_since")
    row["birth_date"] = "soon"
    told = service.call("PUT", path, 422, json=row, headers={"If-Match": done.headers["etag"]}).json()
    assert (told["code"], told["errors"][0]["column"]) == ("bad_rows", "birth_date")


def test_upserts_add_change_and_leave_all_or_none(service):
    round_id = service.new_round(tiny_zip(), schools=["K1"])
    new = {"student_id": "S7", "school_id": "K1", "grade": 10, "languages": ["en", "es"], "travel_modes": ["walk"]}
    items = [new, {"student_id": "S1", "interests": "boats"}, {"student_id": "S2", "name": "Ben Ortega"}]
    told = service.post("/v1/students", {"round_id": round_id, "items": items}, 200)
    assert (told["created"], told["updated"], told["unchanged"]) == (1, 1, 1)
    assert service.get(f"/v1/students/S7?round_id={round_id}")["languages"] == "en;es"
    first = service.get(f"/v1/students/S1?round_id={round_id}")
    assert (first["interests"], first["name"]) == ("boats", "Ana Prak")
    bad = [{"student_id": "S8", "school_id": "K1"}, {"student_id": "S1", "grade": "tenth", "shoe": "9"}]
    told = service.post("/v1/students", {"round_id": round_id, "items": bad}, 422)
    assert told["code"] == "bad_rows"
    told = service.post("/v1/students", {"round_id": round_id, "items": [bad[0], {"student_id": "S1", "grade": "tenth"}]}, 422)
    assert [(e["item"], e["column"]) for e in told["errors"]] == [(1, "grade")]
    service.get(f"/v1/students/S8?round_id={round_id}", 404)
    for noun, item in (
        ("opportunities", {"opportunity_id": "O1", "mentors": "M1;M99"}),
        ("mentors", {"mentor_id": "M1", "site_id": "W99"}),
        ("requests", {"student_id": "S1", "opportunity_id": "O99"}),
    ):
        told = service.post(f"/v1/{noun}", {"round_id": round_id, "items": [item]}, 422)
        assert told["errors"][0]["code"] == "unknown_reference", noun
    service.post("/v1/requests", {"round_id": round_id, "items": [{"student_id": "S99", "opportunity_id": "O1"}]}, 404)
    service.post("/v1/students", {"round_id": round_id, "items": [{"student_id": "a\0b", "school_id": "K1"}]}, 422)
    service.post("/v1/students", {"round_id": round_id, "items": [new, new]}, 422)


def test_what_is_upserted_is_what_the_next_run_reads(service):
    round_id = service.new_round(tiny_zip(), schools=["K1"])
    service.post("/v1/students", {"round_id": round_id, "items": [{"student_id": "S6", "status": "not_ready"}]}, 200)
    run_id = service.finished_run(round_id)
    assert service.get(f"/v1/runs/{run_id}")["counts"]["not_ready"] == 1


def test_suggestions_are_fresh_after_every_kind_of_change(service):
    round_id = service.new_round(tiny_zip(), schools=["K1"])

    def offers() -> list[str]:
        return [i["opportunity_id"] for i in service.get(f"/v1/students/S3/suggestions?round_id={round_id}&limit=50")["items"]]

    before = offers()
    assert before
    service.post("/v1/opportunities", {"round_id": round_id, "items": [{"opportunity_id": before[0], "appetite": "not_open"}]}, 200)
    assert before[0] not in offers()
    service.post(
        "/v1/requests", {"round_id": round_id, "items": [{"student_id": "S3", "opportunity_id": before[1], "state": "declined"}]}, 200
    )
    assert before[1] not in offers()
    service.post("/v1/opportunities", {"round_id": round_id, "items": [{"opportunity_id": before[0], "appetite": "open"}]}, 200)
    assert before[0] in offers()
    service.post(f"/v1/rounds/{round_id}/decisions", {"kind": "ban", "a": "S3", "b": before[0]})
    assert before[0] not in offers()
    service.post("/v1/students", {"round_id": round_id, "items": [{"student_id": "S3", "travel_modes": []}]}, 200)
    assert offers() == []


def test_a_profile_is_answered_and_not_kept(service):
    round_id = service.new_round(tiny_zip(), schools=["K1"])
    before = service.get("/v1/audit-log?limit=500")["items"][-1]["seq"]
    told = service.post("/v1/suggestions", {"round_id": round_id, "interests": "canary animals", "limit": 3}, 200)
    assert told["items"]
    assert service.get(f"/v1/audit-log?after={before}")["items"] == []
    assert service.post("/v1/suggestions", {"round_id": round_id, "available": "sometimes"}, 422)["code"] == "bad_profile"
    one = told["items"][0]["cluster"]
    only = service.post("/v1/suggestions", {"round_id": round_id, "interests": "animals", "cluster": one, "limit": 50}, 200)["items"]
    assert {item["cluster"] for item in only} == {one}


def archive(files: dict[str, bytes]) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in files.items():
            made.writestr(name, content)
    return data.getvalue()


def test_archives_are_measured_before_and_while_they_are_unpacked(small):
    path = f"/v1/rounds/{small.post('/v1/rounds', {'name': 'r'})['round_id']}/imports"

    def send(data: bytes):
        return small.call("POST", path, content=data)

    assert is_problem(send(b"no zip"), 422, "bad_archive")
    assert is_problem(send(archive({})), 422, "bad_archive")
    assert is_problem(send(archive({"../x.csv": b"a"})), 422, "bad_archive")
    assert is_problem(send(archive({"/etc/x.csv": b"a"})), 422, "bad_archive")
    assert is_problem(send(archive({f"f{i}": b"" for i in range(301)})), 422, "bad_archive")
    assert is_problem(send(archive({"a.csv": bytes(3 * MIB)})), 413, "too_large")
    assert is_problem(send(archive({"a.csv": bytes(MIB + 1)})), 413, "too_large")
    assert is_problem(send(bytes(MIB)), 413, "too_large")
    lying = bytearray(archive({"a.csv": bytes(MIB // 2)}))
    at = lying.rindex(b"PK\x01\x02") + 24
    lying[at : at + 4] = (10).to_bytes(4, "little")
    assert send(bytes(lying)).status_code in {413, 422}
    assert small.call("POST", path, 201, content=tiny_zip()).json()["accepted"]


def test_an_upload_may_be_a_zipped_folder_a_form_or_a_workbook(service):
    path = f"/v1/rounds/{service.post('/v1/rounds', {'name': 'r'})['round_id']}/imports"
    inside = {f"my round/{name}.csv": _csv(rows) for name, rows in tiny().items() if rows} | {"my round/round.toml": b""}
    assert service.call("POST", f"{path}?dry_run=true", 200, content=archive(inside)).json()["accepted"]
    assert service.get(path)["items"] == []
    assert service.call("POST", path, 201, files={"file": ("r.zip", tiny_zip(), "application/zip")}).json()["accepted"]
    assert service.call("POST", path, 201, content=_workbook(tiny())).json()["accepted"]
    assert service.call("POST", path, 422, data={"other": "x"}, files={"else": b"x"}).json()["code"] == "no_file"


def _csv(rows: list[dict[str, str]]) -> bytes:
    lines = [",".join(rows[0])] + [",".join(f'"{v}"' for v in row.values()) for row in rows]
    return "\n".join(lines).encode()


def _workbook(tables) -> bytes:
    from openpyxl import Workbook

    book = Workbook()
    book.remove(book.active)
    for name, rows in tables.items():
        sheet = book.create_sheet(name)
        sheet.append(list(rows[0]))
        for row in rows:
            sheet.append(list(row.values()))
    data = io.BytesIO()
    book.save(data)
    return data.getvalue()


def test_too_many_requests_are_told_when_to_come_back(tmp_path):
    service = Service(settings_for("sqlite", tmp_path, rate_limit="3/minute", rate_limit_signed_out="2/minute"))
    answers = [service.call("GET", "/v1/rounds") for _ in range(4)]
    assert [a.status_code for a in answers] == [200, 200, 200, 429]
    assert is_problem(answers[-1], 429, "too_many_requests")
    assert 1 <= int(answers[-1].headers["retry-after"]) <= 60
    other = service.key("tool")
    service.get("/v1/rounds", 200, other)
    assert [service.call("GET", "/v1/rounds", key={}).status_code for _ in range(3)] == [401, 401, 429]
    service.get("/v1/rounds", 200, other)
    service.close()


def test_answers_tell_browsers_to_be_careful(service):
    headers = service.call("GET", "/v1/rounds", 200).headers
    assert (headers["x-content-type-options"], headers["cache-control"], headers["x-frame-options"]) == ("nosniff", "no-store", "DENY")
    assert len(headers["x-request-id"]) == 16


def test_health_and_numbers(service):
    assert service.get("/healthz", key={})["status"] == "ok"
    assert service.get("/readyz", key={})["status"] == "ready"
    text = service.call("GET", "/metrics", 200, {}).text
    assert "http_requests_total" in text
    assert json.dumps(service.settings.home.name) not in text


def test_rules_and_demo_rounds(service):
    told = service.get("/v1/rules?on=2026-10-01&state=US-CA")
    assert told["items"]
    assert {rule["name"] for rule in told["rules"]} >= {"no_contact", "minimum_age"}
    service.get("/v1/rules?state=California", 422)
    assert service.get("/v1/rules?state=US-ZZ", 422)["code"] == "bad_input"
    name = service.get("/v1/demo-rounds")["items"][0]["demo_round_id"]
    made = service.call("POST", f"/v1/demo-rounds/{name}", 201).json()
    assert len(service.get(f"/v1/students?round_id={made['round_id']}&limit=500")["items"]) == 120
    service.call("POST", "/v1/demo-rounds/none", 404)
