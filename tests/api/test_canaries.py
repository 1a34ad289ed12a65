"""No personal data leaves by the side doors: strings planted in every text field are in no log, error, metric, audit row or webhook."""

from __future__ import annotations

import json

import pytest
from sqlmodel import select

from api.database import ALL
from api.tables import AuditRow, DeliveryRow
from matcher.domain import TABLES
from tests.api.service import Service, settings_for, tiny, zip_of

TEXTS = {
    "schools": ("name",),
    "students": ("name", "advisory", "interests", "avoid", "goals"),
    "sites": ("name", "description"),
    "mentors": ("name", "about"),
    "opportunities": ("title", "description"),
    "decisions": ("note",),
}
BIRTH = "2009-12-31"


def planted():
    """The tiny round with a canary in every free text of every row, and a birth date nobody else has."""
    tables = tiny()
    for name, columns in TEXTS.items():
        assert set(columns) <= set(TABLES[name].model_fields)
        for i, row in enumerate(tables[name]):
            row.update({column: f"{row.get(column) or ''} canary-{name}-{column}-{i}".strip() for column in columns})
    for row in tables["students"]:
        row["birth_date"] = BIRTH
    return tables


@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
def test_no_canary_is_found(kind, tmp_path, capfd):
    service = Service(settings_for(kind, tmp_path, log_level="debug"))
    service.post("/v1/webhooks", {"url": "http://1.1.1.1/", "events": ["run.finished", "placement.changed"]})
    round_id = service.new_round(zip_of(planted()), "canary-round", schools=["K1"])
    run_id = service.finished_run(round_id)
    service.call("POST", f"/v1/runs/{run_id}/publish", 201)
    errors = [
        service.call("GET", "/v1/canary-path?canary-query=1"),
        service.call("GET", f"/v1/students/canary-student?round_id={round_id}"),
        service.call("POST", "/v1/rounds", json={"name": "x", "canary": "canary"}),
        service.call("POST", "/v1/students", json={"round_id": round_id, "items": [{"student_id": "canary", "grade": "canary-grade"}]}),
        service.call("POST", "/v1/students", json={"round_id": round_id, "items": [{"student_id": "c", "school_id": "canary-school"}]}),
        service.call("POST", f"/v1/rounds/{round_id}/imports", content=b"canary"),
        service.call("POST", "/v1/suggestions", json={"round_id": round_id, "birth_date": "canary"}),
        service.call("GET", "/v1/rounds", key={"Authorization": "Bearer canary-secret"}),
    ]
    assert all(e.status_code >= 400 for e in errors)
    for path in ("students", "mentors", "students/S1", "students/S1/suggestions"):
        assert "canary" in service.call("GET", f"/v1/{path}?round_id={round_id}", 200).text, "coordinators do see it"
    service.post("/v1/suggestions", {"round_id": round_id, "interests": "canary-interests animals"}, 200)
    service.post("/v1/students", {"round_id": round_id, "items": [{"student_id": "S1", "avoid": "canary-avoid"}]}, 200)
    service.post(f"/v1/rounds/{round_id}/decisions", {"kind": "no_contact", "a": "S1", "b": "M1", "note": "canary-note"})
    spoilt = planted()
    spoilt["students"][0]["grade"] = "canary-cell"
    refused = service.call("POST", f"/v1/rounds/{round_id}/imports", 201, content=zip_of(spoilt)).json()
    assert not refused["accepted"]
    _run_with_errors(service, round_id)
    with service.app.state.database.reading(ALL) as session:
        audit = [row.model_dump() for row in session.exec(select(AuditRow))]
        sent = [row.body for row in session.exec(select(DeliveryRow))]
    for row in audit:
        if row["what"] == "round.created":
            row["after"].pop("name")
    metrics = service.call("GET", "/metrics", 200, {}).text
    service.close()
    out, err = capfd.readouterr()
    assert "run_ended" in err
    assert len(sent) >= 2
    places = {"stdout": out, "logs": err, "metrics": metrics, "audit": json.dumps(audit), "webhooks": json.dumps(sent)}
    places |= {f"error {i}": e.text for i, e in enumerate(errors)}
    found = {
        name: text[max(0, text.find(c) - 100) : text.find(c) + 50] for name, text in places.items() for c in ("canary", BIRTH) if c in text
    }
    assert found == {}


def _run_with_errors(service: Service, round_id: str) -> None:
    """A run whose input turns out to be wrong: its error names places and no cells."""
    service.post("/v1/students", {"round_id": round_id, "items": [{"student_id": "S2", "starts_from": "home"}]}, 200)
    run_id = service.post(f"/v1/rounds/{round_id}/runs", {}, 202)["run_id"]
    service.solve()
    assert "canary" not in json.dumps(service.get(f"/v1/runs/{run_id}"))
