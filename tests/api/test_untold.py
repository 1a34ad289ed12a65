"""Nobody is told in words what their role does not see: every address that reads, for every role, in a round where each such fact exists.

Each fact has a text by which it is known. Coordinators read every one of them somewhere, so a fact that is nowhere fails too.
"""

from __future__ import annotations

import io
import itertools
import re
import zipfile
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from api import views
from api.auth import Role
from tests import builders as b
from tests.api.service import Service, settings_for
from tests.folder import write_round

PAPERS = f"emergency_contacts:{b.YEAR}"
BORN = "2013-04-17"
FACTS = {
    "last term": r"last term|weak fit|fitted you|carry_over",
    "age": rf"the student is \d|driving is lawful|{BORN}|canary-birth",
    "papers": r"consent",
    "no contact": r"no.contact|keeps the student from",
    "apart": r"keep_apart|kept apart",
    "needs": r"step_free",
    "note": r"canary-note",
    "address": r"41\.8311",
    "another school's student": r"S9\b|Zoe",
}
"""What is hidden from tools and analysts of school K1."""
OF_ANALYSTS = {
    "name": r"Canary",
    "texts": r"Escribiste|You wrote|animals and|spreadsheets",
    "travel": r"minute walk",
    "language": r"El plan de la ronda",
}
EVERYWHERE = {"/v1/rules", "/v1/openapi.json"}
"""Addresses that say the same to everybody."""


def _round() -> Any:
    """Two seats for ten students of two schools: last term puts S2 in O1 before S1, each other one is stopped by a fact of its own.

    S7 and S8 are kept apart; one of them has O3.
    """
    lawful = {"documents": f"parent_consent:{b.YEAR};{PAPERS}"}
    students = [
        b.student("S1", name="Ana Canary"),
        b.student("S2", name="Ben Canary", interests="spreadsheets", languages="es"),
        b.student("S3", name="Cy Canary", birth_date=BORN),
        b.student("S4", name="Di Canary", documents=PAPERS),
        b.student("S5", name="Eli Canary", birth_date="2011-02-03", travel_modes="drive", starts_from="home", lat="41.8311", lon="-71.41"),
        b.student("S6", name="Flo Canary"),
        b.student("S7", name="Gil Canary", **lawful),
        b.student("S8", name="Hal Canary", **lawful),
        b.student("S9", name="Zoe Other", school_id="K2", interests="welding"),
        b.student("S10", name="Ida Canary", needs="step_free"),
    ]
    bans = [("S1", "O3"), ("S2", "O3"), ("S6", "O3"), ("S9", "O3"), ("S7", "O1"), ("S8", "O1")]
    return b.a_round(
        settings=b.settings(text={"level": "light"}, objectives={"last_term": "last"}),
        schools=[b.school(), b.school("K2", name="Other High")],
        students=students,
        sites=[b.site(), b.site("W3", lat="41.8251")],
        mentors=[b.mentor(max_students="9"), b.mentor("M3", site_id="W3", max_students="9")],
        opportunities=[b.opportunity(min_age="14"), b.opportunity("O3", site_id="W3", mentors="M3", seats="2", min_age="14")],
        decisions=[
            b.decision("no_contact", "S6", "M1", note="canary-note"),
            b.decision("keep_apart", "S7", "S8"),
            *(b.decision("ban", *pair) for pair in bans),
        ],
    )


def _zip(folder: Path) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        for path in sorted(p for p in folder.rglob("*") if p.is_file()):
            archive.write(path, path.relative_to(folder).as_posix())
    return data.getvalue()


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    """The round in the service, with a plan, one after a ban, one that the pins make impossible, and an upload that was refused."""
    folder = write_round(tmp_path_factory.mktemp("untold") / "round", _round())
    (folder / "last").mkdir()
    (folder / "last" / "placements.csv").write_text("student_id,opportunity_id,points\nS1,O1,900\n")
    (folder / "last" / "unplaced.csv").write_text("student_id,code,reason\nS2,seats,full\n")
    service = Service(settings_for("sqlite", tmp_path_factory.mktemp("home"), rate_limit="", rate_limit_signed_out=""))
    service.round_id = service.new_round(_zip(folder), schools=["K1", "K2"])
    decide = f"/v1/rounds/{service.round_id}/decisions"
    service.runs = [service.finished_run(service.round_id)]
    service.call("POST", f"/v1/runs/{service.runs[0]}/publish", 201)
    service.post(decide, {"kind": "ban", "a": "S2", "b": "O1", "note": "canary-note"})
    service.runs.append(service.finished_run(service.round_id))
    service.post(decide, {"kind": "pin", "a": "S3", "b": "O1"})
    service.runs.append(service.post(f"/v1/rounds/{service.round_id}/runs", {}, 202)["run_id"])
    service.solve()
    assert service.get(f"/v1/runs/{service.runs[2]}")["status"] == "infeasible"
    students = folder / "students.csv"
    students.write_text(students.read_text().replace(BORN, "canary-birth"))
    path = f"/v1/rounds/{service.round_id}/imports"
    service.import_id = service.call("POST", path, 201, content=_zip(folder)).json()["import_id"]
    service.keys = {(role, school): service.key(role, school) for role in Role for school in ("K1", "*")}
    yield service
    service.close()


def _values(service: Service, path: str) -> dict[str, list[str]]:
    """What each parameter of an address is filled with."""
    noun = path.removeprefix("/v1/").split("/")[0]
    students, offers = [f"S{i}" for i in range(1, 11)], ["O1", "O3"]
    rows = {"schools": ["K1"], "students": students, "sites": ["W1", "W3"], "mentors": ["M1", "M3"], "opportunities": offers}
    return {
        "round_id": [service.round_id],
        "run_id": service.runs,
        "since": service.runs[:2],
        "student_id": students,
        "mentor_id": ["M1", "M3"],
        "import_id": [service.import_id],
        "opportunity_id": ["", *offers],
        "row_id": rows.get(noun, ["S1~O1"]),
        "name": ["placements.csv", "unplaced.csv", "changes.csv", "sentences.csv", "report.html"],
        "limit": ["500"],
    }


def addresses(service: Service) -> list[str]:
    """Every address that only reads, filled with every value; a parameter of a path that has none here is an error."""
    found = []
    for path, methods in service.app.openapi()["paths"].items():
        if "get" not in methods or path in EVERYWHERE:
            continue
        values = _values(service, path)
        inside = re.findall(r"{(\w+)}", path)
        asked = [p["name"] for p in methods["get"].get("parameters", []) if p["in"] == "query" and p["name"] in values]
        for choice in itertools.product(*(values[name] for name in (*inside, *asked))):
            query = "&".join(f"{name}={value}" for name, value in zip(asked, choice[len(inside) :], strict=True) if value)
            found.append(f"{path.format(**dict(zip(inside, choice, strict=False)))}?{query}")
    return sorted(set(found))


def said_to(service: Service, key: dict[str, str] | None = None) -> dict[str, str]:
    """Everything that is told to a key, by address."""
    told = {path: answer.text for path in addresses(service) if (answer := service.call("GET", path, key=key)).status_code == 200}
    profile = {"round_id": service.round_id, "interests": "animals", "limit": 5}
    return told | {"profile": service.call("POST", "/v1/suggestions", 200, key, json=profile).text}


def leaks(told: dict[str, str], facts: dict[str, str]) -> list[str]:
    found = []
    for (path, text), (fact, pattern) in itertools.product(told.items(), facts.items()):
        asked = re.search(r"S9\b", path) is None or fact != "another school's student"
        if asked and (hit := re.search(pattern, text)):
            found.append(f"{fact}: {path}: ...{text[max(0, hit.start() - 60) : hit.end() + 30]}...")
    return found


def test_coordinators_read_every_fact_somewhere(world):
    told = said_to(world)
    assert [fact for fact, pattern in (FACTS | OF_ANALYSTS).items() if not any(re.search(pattern, text) for text in told.values())] == []
    assert len(told) > 150


def test_a_coordinator_of_one_school_reads_of_no_student_of_another(world):
    other = "another school's student"
    assert leaks(said_to(world, world.keys[Role.COORDINATOR, "K1"]), {other: FACTS[other]}) == []


@pytest.mark.parametrize("role", [Role.TOOL, Role.ANALYST])
def test_a_run_tells_nothing_of_last_term_to_them(world, role):
    """Neither in its objectives nor while it is solved; everything else stays."""
    path, key = f"/v1/runs/{world.runs[0]}", world.keys[role, "*"]
    every = [stage["name"] for stage in world.get(path)["objectives"]]
    assert [name for name in every if name.startswith("carry_over")]
    assert [stage["name"] for stage in world.get(path, key=key)["objectives"]] == [n for n in every if not n.startswith("carry_over")]
    solving = "solve: carry_over_400 2, at most 3"
    assert (views.stage(solving, role), views.stage(solving, Role.ADMIN)) == ("solve", solving)
    assert views.stage("solve: total_points 5", role) == "solve: total_points 5"


@pytest.mark.parametrize("school", ["K1", "*"])
def test_tools_read_none_of_them(world, school):
    hidden = {fact: pattern for fact, pattern in FACTS.items() if school == "K1" or "school" not in fact}
    told = said_to(world, world.keys[Role.TOOL, school])
    assert leaks(told, hidden) == []
    assert "minute walk" in told[f"/v1/runs/{world.runs[0]}/placements?limit=500"], "what a tool sees is still told in words"


@pytest.mark.parametrize("school", ["K1", "*"])
def test_analysts_read_none_of_them_and_no_names_and_texts(world, school):
    hidden = {fact: pattern for fact, pattern in FACTS.items() if school == "K1" or "school" not in fact}
    told = said_to(world, world.keys[Role.ANALYST, school])
    assert leaks(told, hidden | OF_ANALYSTS) == []


def test_a_run_from_before_sentences_were_kept_tells_no_reason(world):
    """What it decided cannot be told apart from what may be known, so nothing is told."""
    run, key = world.runs[1], world.keys[Role.TOOL, "K1"]
    assert any(row["reason"] for row in world.get(f"/v1/runs/{run}/placements", key=key)["items"])
    _change(world, "DELETE FROM result_rows WHERE kind = 'sentences' AND run_id = :run", run)
    for kind in ("placements", "unplaced"):
        rows = world.get(f"/v1/runs/{run}/{kind}", key=key)["items"]
        assert rows
        assert {row["reason"] for row in rows} == {""}


def test_a_student_whose_school_is_not_known_any_more_is_shown_to_no_single_school(world):
    """Somebody taken out of the round while it was solved; rows of no student, such as seats, are for everybody."""
    run, key = world.runs[0], world.keys[Role.COORDINATOR, "K1"]
    _change(world, "UPDATE result_rows SET school_id = '' WHERE student_id = 'S9' AND run_id = :run", run)
    told = {kind: world.call("GET", f"/v1/runs/{run}/{kind}", 200, key) for kind in ("placements", "unplaced", "slates", "seats")}
    assert [kind for kind, answer in told.items() if "S9" in answer.text] == []
    assert len(told["seats"].json()["items"]) == 2
    assert "S9" in world.call("GET", f"/v1/runs/{run}/unplaced", 200).text, "who has every school still sees the row"


def _change(service: Service, statement: str, run: str) -> None:
    with service.app.state.database.writing("*") as session:
        session.execute(sa.text(statement), {"run": run})
