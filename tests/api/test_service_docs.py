"""docs/service.md and docs/openapi.json say everything that is there, and nothing that is not."""

from __future__ import annotations

import json
import re
from importlib.metadata import entry_points
from pathlib import Path

import typer

from api.main import create_app
from api.settings import ServiceSettings, default_home

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "service.md").read_text(encoding="utf-8")


def test_every_setting_is_documented_with_its_default():
    told = dict(re.findall(r"^\| `(MATCHER_\w+)` \| (.+?) \|", PAGE, re.MULTILINE))
    defaults = {
        f"MATCHER_{name.upper()}": field.get_default(call_default_factory=True) for name, field in ServiceSettings.model_fields.items()
    }
    assert set(told) == set(defaults)
    for name, default in defaults.items():
        if name == "MATCHER_HOME":
            assert Path(told[name].strip("`")).expanduser() == default_home()
        elif default == "":
            assert told[name] == "none"
        else:
            assert told[name].strip("`") == (str(default).lower() if isinstance(default, bool) else f"{default}"), name


def test_settings_come_from_the_environment_and_from_a_file(tmp_path, monkeypatch):
    (tmp_path / "matcher.toml").write_text('port = 9000\nrate_limit = "5/minute"\n')
    monkeypatch.setenv("MATCHER_HOME", str(tmp_path))
    monkeypatch.setenv("MATCHER_PORT", "9001")
    found = ServiceSettings()
    assert (found.port, found.rate_limit, found.home) == (9001, "5/minute", tmp_path)
    assert found.url == f"sqlite:///{tmp_path}/matcher.sqlite3"
    monkeypatch.setenv("DATABASE_URL", "postgresql://u@h/n")
    assert ServiceSettings().url == "postgresql+psycopg://u@h/n"


def test_every_command_and_option_is_documented():
    found: dict[str, set[str]] = {}
    for entry in entry_points(group="matcher.commands"):
        command = typer.main.get_command(entry.load())
        inner = getattr(command, "commands", None)
        for name, one in ({entry.name: command} if inner is None else {f"{entry.name} {n}": c for n, c in inner.items()}).items():
            found[name] = {
                (p.metavar or p.name) if p.param_type_name == "argument" else word
                for p in one.params
                for word in ([p.name] if p.param_type_name == "argument" else p.opts)
                if p.name != "help"
            }
    rows = dict(re.findall(r"^\| `matcher ([\w -]+)` \| (.+) \|$", PAGE, re.MULTILINE))
    assert set(rows) == set(found)
    for name, words in found.items():
        assert {w for w in words if f"`{w}`" not in rows[name]} == set(), name


def test_the_description_in_the_repository_is_the_real_one(tmp_path):
    """To write it anew: .venv/bin/python -m api.openapi > docs/openapi.json."""
    app = create_app(ServiceSettings(home=tmp_path))
    assert json.loads((ROOT / "docs" / "openapi.json").read_text(encoding="utf-8")) == app.openapi()


def test_the_description_reads_well(tmp_path):
    told = create_app(ServiceSettings(home=tmp_path)).openapi()
    ids = []
    for path, methods in told["paths"].items():
        for method, operation in methods.items():
            where = (method, path)
            ids.append(operation["operationId"])
            assert operation["summary"], where
            assert re.fullmatch(r"[a-z]+(_[a-z]+)*", operation["operationId"]), where
            assert operation.get("description") or path == "/metrics", where
            assert ("security" in operation) == path.startswith("/v1/"), where
            errors = [code for code in operation["responses"] if code[0] in "45"]
            assert errors, where
            for code in errors:
                shared = told["components"]["responses"][operation["responses"][code]["$ref"].rpartition("/")[2]]
                assert list(shared["content"]) == ["application/problem+json"], (where, code)
            for parameter in operation.get("parameters", []):
                _bounded(parameter["schema"], (where, parameter["name"]))
    assert len(ids) == len(set(ids)) > 40


def _bounded(schema, where):
    for one in schema.get("anyOf", [schema]):
        if one.get("type") == "integer":
            assert {"minimum", "maximum"} <= one.keys(), where
        if one.get("type") == "string" and "enum" not in one and one.get("format") != "date":
            assert "maxLength" in one, where


def test_every_address_of_the_contract_is_there(tmp_path):
    paths = set(create_app(ServiceSettings(home=tmp_path)).openapi()["paths"])
    nouns = {f"/v1/{noun}" for noun in ("schools", "students", "sites", "mentors", "opportunities", "requests")}
    runs = {
        f"/v1/runs/{{run_id}}/{part}"
        for part in ("placements", "unplaced", "slates", "seats", "changes", "publish", "explanations/{student_id}")
    }
    rounds = {f"/v1/rounds/{{round_id}}/{part}" for part in ("imports", "runs", "decisions")}
    rest = {"/v1/rounds", "/v1/runs/{run_id}", "/v1/students/{student_id}/suggestions", "/v1/suggestions", "/v1/benchmarks", "/v1/rules"}
    assert nouns | runs | rounds | rest | {"/v1/demo-rounds", "/healthz", "/readyz", "/metrics"} <= paths
