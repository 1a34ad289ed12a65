"""Last term's plan as input: read, sealed, proven, told; nothing changes where it is not given."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from matcher.audit import audit
from matcher.audit.seals import last_term_hashes as hashes_of_the_auditor
from matcher.domain import NO_PLACE
from matcher.load import last_term_hashes, load_round, read_round
from matcher.pipeline import run_round
from matcher.proof import check_proof
from matcher.publish import publish
from matcher.settings import ObjectiveSection, Settings
from matcher.solver.control import Control, StoppedError
from matcher.turns import Turns
from tests import builders as b
from tests.folder import write_round

PLACED = "student_id,opportunity_id,points\r\n"
LEFT = "student_id,code,reason\r\n"
DEFAULT = ObjectiveSection().order


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two students, equal but for their ids, and one seat; the draw gives it to one of them, and that one had it last term."""
    round_ = b.a_round(students=[b.student("S1"), b.student("S2")], settings=b.settings(text={"level": "light"}))
    place = write_round(tmp_path / "round", round_)
    winner = run_round(place).placements[0].student.student_id
    loser = {"S1": "S2", "S2": "S1"}[winner]
    (place / "last").mkdir()
    (place / "last" / "placements.csv").write_text(f"{PLACED}{winner},O1,700\r\nS9,O1,1\r\n", newline="")
    (place / "last" / "unplaced.csv").write_text(f"{LEFT}{loser},seats,full\r\nS8,not_ready,no\r\n", newline="")
    (place / "round.toml").write_text('[objectives]\nlast_term = "last"\n[text]\nlevel = "light"\n')
    return place


def test_what_is_read_and_who_goes_first(folder):
    round_, _ = load_round(folder)
    loser = (folder / "last" / "unplaced.csv").read_text().splitlines()[1].split(",")[0]
    winner = {"S1": "S2", "S2": "S1"}[loser]
    assert dict(round_.last_term) == {winner: 700, loser: NO_PLACE, "S9": 1}
    run = run_round(folder)
    assert [p.student.student_id for p in run.placements] == [loser]
    assert [s.name for s in run.solution.stages][1] == "carry_over_0"


def test_published_proven_and_told(folder, tmp_path):
    out = tmp_path / "out"
    publish(run_round(folder), out)
    assert check_proof(out, folder) == []
    assert "You had no place last term, so you went first; without that it would be no place." in (out / "placements.csv").read_text()
    assert "without that, this student would be placed." in (out / "unplaced.csv").read_text()
    assert "Let the 1 student with no place last term go first" in (out / "report.html").read_text(encoding="utf-8")


def test_another_history_is_noticed_even_with_its_hash(folder, tmp_path):
    """Who changes last term's plan is caught by the seal; who also changes the seal is caught by the proof."""
    out = tmp_path / "out"
    publish(run_round(folder), out)
    left = folder / "last" / "unplaced.csv"
    placed = folder / "last" / "placements.csv"
    loser = left.read_text().splitlines()[1].split(",")[0]
    winner = {"S1": "S2", "S2": "S1"}[loser]
    left.write_text(f"{LEFT}{winner},seats,full\r\n", newline="")
    placed.write_text(f"{PLACED}{loser},O1,700\r\n", newline="")
    assert {f"last/{name}" in str(finding) for finding in audit(out, folder) for name in (placed.name, left.name)} == {True, False}
    manifest = json.loads((out / "manifest.json").read_text())
    manifest["inputs"] |= last_term_hashes(folder, "last")
    (out / "manifest.json").write_text(json.dumps(manifest))
    assert audit(out, folder) == []
    found = [finding for finding in check_proof(out, folder) if finding.startswith("carry_over_0: the certificate says")]
    assert found
    assert found[0].endswith("the published plan has 0")


def test_the_hash_is_that_of_the_written_recipe(folder):
    """docs/input.md: the columns that are read, as CSV with LF."""
    (folder / "last" / "placements.csv").write_text('reason,points,student_id\r\n"why, then",700,"S""1"\r\n\r\nmore,5\r\n', newline="")
    (folder / "last" / "unplaced.csv").write_text("student_id\nS2\n")
    told = {"last/placements.csv": b'student_id,points\n"S""1",700\n,5\n', "last/unplaced.csv": b"student_id,code\nS2,\n"}
    expected = {name: hashlib.sha256(data).hexdigest() for name, data in told.items()}
    assert last_term_hashes(folder, "last") == hashes_of_the_auditor("last", folder) == expected


def test_a_manifest_must_name_the_last_term(folder, tmp_path):
    out = tmp_path / "out"
    publish(run_round(folder), out)
    manifest = json.loads((out / "manifest.json").read_text())
    del manifest["inputs"]["last/unplaced.csv"]
    (out / "manifest.json").write_text(json.dumps(manifest))
    assert any("last/unplaced.csv is not in inputs" in str(finding) for finding in audit(out, folder))


@pytest.mark.parametrize(
    ("name", "file", "text", "said"),
    [
        ("../out", None, "", "is not inside the round folder"),
        ("a\\u0000b", None, "", "is not inside the round folder"),
        ("nowhere", None, "", "has no placements.csv that can be read"),
        ("last", "placements.csv", f"{PLACED}S1,O1,1001\r\n", "has a row 2 in placements.csv"),
        ("last", "placements.csv", f"{PLACED}S1,O1,\r\n", "has a row 2 in placements.csv"),
        ("last", "unplaced.csv", f"{LEFT}S1,seats,full\r\nS1,seats,full\r\n", "in unplaced.csv"),
    ],
)
def test_what_cannot_be_read_is_an_issue(folder, name, file, text, said):
    settings = folder / "round.toml"
    settings.write_text(settings.read_text().replace('"last"', f'"{name}"'))
    if file:
        (folder / "last" / file).write_text(text, newline="")
    round_, issues = read_round(folder)
    found = [issue for issue in issues if issue.code == "bad_last_term"]
    assert round_ is None
    assert (found[0].column, found[0].value) == ("objectives.last_term", name.replace("\\u0000", "\0"))
    assert said in found[0].message


def test_the_order_has_it_only_where_it_is_given():
    assert "carry_over" not in DEFAULT
    assert "last_term" not in Settings().model_dump(mode="json")["objectives"]
    given = ObjectiveSection(last_term="last")
    assert given.order == (*DEFAULT[:3], "carry_over", *DEFAULT[3:])
    assert Settings(objectives=given).order(rerun=True)[3:5] == ("least_change", "carry_over")
    for wrong in ({"order": ("carry_over",)}, {"order": ("most_placed",), "last_term": "last"}):
        with pytest.raises(ValueError, match="need each other"):
            ObjectiveSection(**wrong)


def test_without_a_record_nobody_is_owed_anything(folder):
    (folder / "last" / "unplaced.csv").write_text(LEFT, newline="")
    run = run_round(folder)
    assert all(not stage.name.startswith("carry_over") for stage in run.solution.stages)


def test_what_last_term_decided_is_worked_out_under_the_control_of_the_run(folder):
    """Stopped with the run, for as long as its budget, and without a word about its progress."""
    told: list[str] = []
    control = Control(lambda stage, *_: told.append(stage))
    run = run_round(folder, control=control)
    (placed,), heard = run.placements, len(told)
    student_id = placed.student.student_id
    assert Turns(run).said(student_id).startswith("You had no place last term")
    assert len(told) == heard
    control.budget = 1e-9
    assert Turns(run).said(student_id) == "", "not known in time, so nothing is said"
    control.budget = None
    control.stop()
    with pytest.raises(StoppedError):
        Turns(run).said(student_id)
