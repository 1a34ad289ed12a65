"""/v1/benchmarks says what the command says, and to each key no more than its schools allow."""

from __future__ import annotations

import csv
import io
import zipfile
from pathlib import Path

import pytest

from matcher.benchmark import benchmark
from matcher.errors import InputError
from matcher.generate import generate

ABOUT = ("level", "starts", "school_id", "dimension", "group", "measure", "version", "unit", "shown")
NUMBERS = ("value", "low", "high", "numerator", "denominator", "n", "gap", "gap_low", "gap_high")


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    """Two schools."""
    place = tmp_path_factory.mktemp("round") / "round"
    generate(110, 2, 5, place)
    return place


def zipped(folder: Path) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        for path in sorted(folder.iterdir()):
            archive.write(path, path.name)
    return data.getvalue()


def schools(folder: Path) -> list[str]:
    return [row["school_id"] for row in csv.DictReader(io.StringIO((folder / "schools.csv").read_text(encoding="utf-8")))]


def everything(service, **more) -> list[dict]:
    """Every page of the list."""
    items, cursor = [], ""
    while True:
        told = service.get(f"/v1/benchmarks?limit=50{cursor}", **more)
        items += told["items"]
        if told["pagination"]["next_cursor"] is None:
            return items
        cursor = f"&cursor={told['pagination']['next_cursor']}"


def test_the_same_figures_as_the_command_and_only_those_of_the_keys_schools(service, folder, tmp_path):
    round_id = service.new_round(zipped(folder), schools=schools(folder))
    run_id = service.finished_run(round_id)
    assert service.get("/v1/benchmarks")["items"] == [], "nothing is published yet"
    service.call("POST", f"/v1/runs/{run_id}/publish", 201)
    benchmark([folder], tmp_path / "out")
    with (tmp_path / "out" / "measures.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["level"] != "overall"]
    told = everything(service)
    assert [[str(item[name]) for name in ABOUT] for item in told] == [[row[name] for name in ABOUT] for row in rows]
    assert [[item[name] for name in NUMBERS] for item in told] == [
        [float(row[name]) if row[name] else None for name in NUMBERS] for row in rows
    ]
    assert {(item["round_id"], item["run_id"]) for item in told} == {(round_id, run_id)}
    one, two = schools(folder)
    own = everything(service, key=service.key("analyst", one))
    assert own == [item for item in told if item["school_id"] == one] != []
    assert everything(service, key=service.key("analyst", one, two)) == told
    assert everything(service, key=service.key("analyst", "K999")) == []
    measures = {item["measure"] for item in service.get("/v1/benchmarks?measure=top_three")["items"]}
    assert measures == {"top_three"}
    service.get("/v1/benchmarks?cursor=WyJ4Il0", 422)
    assert [f for f in service.get(f"/v1/runs/{run_id}/placements?limit=500")["items"] if "benchmark" in str(f)] == []
    service.get(f"/v1/runs/{run_id}/files/benchmark.json", 404)


def test_a_plan_published_again_has_its_figures_once(service, folder):
    round_id = service.new_round(zipped(folder), schools=schools(folder))
    run_id = service.finished_run(round_id)
    service.call("POST", f"/v1/runs/{run_id}/publish", 201)
    before = everything(service)
    service.post(f"/v1/runs/{run_id}/unpublish", {"why": "a mistake"}, 200)
    assert everything(service) == []
    service.call("POST", f"/v1/runs/{run_id}/publish", 201)
    assert everything(service) == before


def test_a_plan_that_cannot_be_measured_here_is_published_all_the_same(service, folder, monkeypatch):
    def refuse(*_: object) -> None:
        raise InputError("the sentence model is not on this machine")

    round_id = service.new_round(zipped(folder), schools=schools(folder))
    run_id = service.finished_run(round_id)
    monkeypatch.setattr("matcher.answers.load_plan", refuse)
    service.call("POST", f"/v1/runs/{run_id}/publish", 201)
    assert everything(service) == []
