"""Every command end to end: what it says and where, what it writes, and which exit code it gives."""

from __future__ import annotations

import csv
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest

from matcher import cli, publish
from matcher.solver.certificate import digest

ROOT = Path(__file__).parents[1]
FIXTURES = ROOT / "fixtures"
TINY, DEMO = FIXTURES / "tiny", FIXTURES / "demo"
HEADERS = {
    "placements.csv": "student_id,opportunity_id,site_id,mentor_id,sessions,points,mode,minutes,transfers,reason",
    "unplaced.csv": "student_id,code,reason,smallest_change",
    "slates.csv": "student_id,rank,opportunity_id,points,odds,reason",
    "waves.csv": "student_id,opportunity_id,wave,hold_until",
    "seats.csv": "opportunity_id,sessions,seats,used,price",
    "changes.csv": "student_id,from_opportunity,from_sessions,to_opportunity,to_sessions,code,reason",
    "sentences.csv": "student_id,about,sentence",
    "recruit.csv": "rank,cluster,weekdays,area,seats,places,who",
}
FILES = {*HEADERS, "summary.json", "certificate.npz", "certificate.json", "manifest.json", "report.html"}


class Said(NamedTuple):
    """What a command did."""

    code: int
    out: str
    err: str

    @property
    def document(self):
        return json.loads(self.out)


Call = Callable[..., Said]


@pytest.fixture
def call(monkeypatch, capsys) -> Call:
    def run(*words: object) -> Said:
        capsys.readouterr()
        monkeypatch.setattr(sys, "argv", ["matcher", *map(str, words)])
        with pytest.raises(SystemExit) as stop:
            cli.main()
        captured = capsys.readouterr()
        return Said(int(stop.value.code or 0), captured.out, captured.err)

    return run


def process(*words: object, cwd: Path = ROOT) -> Said:
    """The same as a process of its own."""
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-m", "matcher", *map(str, words)], capture_output=True, text=True, cwd=cwd, env=environment, check=False
    )
    return Said(done.returncode, done.stdout, done.stderr)


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def append(path: Path, header: str, line: str) -> None:
    text = path.read_text(encoding="utf-8") if path.exists() else header + "\n"
    path.write_text(text + line + "\n", encoding="utf-8")


def replace(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def content(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def objectives_of(out: Path) -> dict[str, int]:
    return {o["name"]: o["value"] for o in json.loads((out / "summary.json").read_text(encoding="utf-8"))["objectives"]}


def plans(kind: str, factory: pytest.TempPathFactory) -> Path:
    """A plan made by a process of its own, with --json: the one slow step, shared by the tests of this module."""
    out = factory.mktemp(kind) / "plan"
    said = process("run", FIXTURES / kind, "--out", out, "--json")
    assert said.code == 0, said.err
    (out.parent / "stdout.json").write_text(said.out, encoding="utf-8")
    (out.parent / "stderr.txt").write_text(said.err, encoding="utf-8")
    return out


@pytest.fixture(scope="module")
def made_tiny(tmp_path_factory) -> Path:
    return plans("tiny", tmp_path_factory)


@pytest.fixture(scope="module")
def made_demo(tmp_path_factory) -> Path:
    return plans("demo", tmp_path_factory)


@pytest.fixture
def tiny(made_tiny, tmp_path) -> Path:
    """A copy of the plan of the tiny round, to be spoilt."""
    return Path(shutil.copytree(made_tiny, tmp_path / "plan"))


@pytest.fixture
def round_(tmp_path) -> Path:
    """A copy of the tiny round, to be changed."""
    return Path(shutil.copytree(TINY, tmp_path / "round"))


# run


@pytest.mark.parametrize("kind", ["tiny", "demo"])
def test_run_writes_every_file_with_its_header(kind, request):
    out = request.getfixturevalue(f"made_{kind}")
    assert {path.name for path in out.iterdir()} == FILES
    for name, header in HEADERS.items():
        assert (out / name).read_bytes().startswith(header.encode() + b"\r\n"), name
    assert [path.name for path in out.parent.iterdir() if path.name.startswith(".")] == []
    assert ",".join(publish.PLACEMENTS) == HEADERS["placements.csv"]


@pytest.mark.parametrize("kind", ["tiny", "demo"])
def test_run_json_is_the_summary_and_progress_goes_to_stderr(kind, request):
    out = request.getfixturevalue(f"made_{kind}")
    document = json.loads((out.parent / "stdout.json").read_text(encoding="utf-8"))
    assert document == json.loads((out / "summary.json").read_text(encoding="utf-8"))
    assert document["status"] == "optimal"
    assert document["gap"] == 0.0
    stages = (out.parent / "stderr.txt").read_text(encoding="utf-8").splitlines()
    assert stages == [f"... {s}" for s in ("load", "prepare", "rules and scores", "limits", "solve", "explain and write", "audit")]
    assert set(document["seconds"]) == {line.removeprefix("... ") for line in stages}


def test_run_without_json_says_what_was_done(call, tmp_path):
    said = call("run", TINY, "--out", tmp_path / "plan")
    assert said.code == 0
    lines = said.out.splitlines()
    assert lines[0] == "4 of 6 seeking students placed; status optimal."
    assert "  total_points: 2700 (proven bound 2700)" in lines
    told = json.loads((tmp_path / "plan" / "summary.json").read_text(encoding="utf-8"))["recruit"]
    assert (
        [line for line in lines if line.startswith("Recruit next")] == [f"Recruit next {i}: {text}" for i, text in enumerate(told, 1)] != []
    )
    assert str(tmp_path / "plan" / "report.html") in lines[-1]


def test_run_finds_the_plan_worked_out_by_hand(made_tiny):
    expected = {row["student_id"]: (row["opportunity_id"], row["points"]) for row in rows(TINY / "expected.csv") if row["opportunity_id"]}
    assert {r["student_id"]: (r["opportunity_id"], r["points"]) for r in rows(made_tiny / "placements.csv")} == expected


def test_run_gives_the_same_bytes_again_but_for_timings(call, made_tiny, tmp_path):
    assert call("run", TINY, "--out", tmp_path / "again", "--workers", 2).code == 0
    first, second = content(made_tiny), content(tmp_path / "again")
    summaries = [json.loads(files.pop("summary.json")) for files in (first, second)]
    assert first == second
    for summary in summaries:
        del summary["seconds"], summary["peak_mb"]
    assert summaries[0] == summaries[1]


def test_a_plan_is_replaced_as_a_whole(call, tiny, round_):
    append(round_ / "decisions.csv", "kind,a,b,until,note", "ban,S1,O2,,")
    assert call("run", round_, "--out", tiny).code == 0
    assert {path.name for path in tiny.iterdir()} == FILES
    assert "S1" not in {r["student_id"] for r in rows(tiny / "placements.csv") if r["opportunity_id"] == "O2"}
    assert [p.name for p in tiny.parent.iterdir() if p.name.startswith(".")] == []


def test_run_refuses_a_file_as_out(call, tmp_path):
    target = tmp_path / "taken"
    target.write_text("mine", encoding="utf-8")
    for place in (target, target / "below"):
        said = call("run", TINY, "--out", place)
        assert said.code == 2
        assert "is a file" in said.err
        assert said.out == ""
        assert "... solve" not in said.err
    assert content(tmp_path) == {"taken": b"mine"}


@pytest.mark.parametrize("name", ["notes.txt", "manifest.json"])
def test_run_refuses_a_folder_of_something_else(call, tmp_path, name):
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / name).write_text('{"name": "my app", "outputs": []}', encoding="utf-8")
    before = content(tmp_path)
    said = call("run", TINY, "--out", tmp_path / "site")
    assert said.code == 2
    assert name in said.err
    assert content(tmp_path) == before


def test_run_refuses_a_plan_with_a_file_of_somebody_in_it(call, tiny):
    (tiny / "notes.txt").write_text("talked to S1", encoding="utf-8")
    said = call("run", TINY, "--out", tiny)
    assert (said.code, "notes.txt" in said.err) == (2, True)
    assert (tiny / "notes.txt").read_text(encoding="utf-8") == "talked to S1"


def test_run_does_not_write_over_its_round_or_where_you_are(call, round_, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    before = content(tmp_path)
    for place in (round_, tmp_path, Path(), Path("..")):
        said = call("run", round_, "--out", place)
        assert (said.code, "Maybe name a new folder" in said.err) == (2, True), place
    assert content(tmp_path) == before


def test_messy_input_is_listed_and_nothing_is_written(call, tmp_path):
    said = call("run", FIXTURES / "messy", "--out", tmp_path / "plan")
    assert said.code == 2
    assert said.out == ""
    assert "82 errors" in said.err
    assert "schools row 5, column lat" in said.err
    assert list(tmp_path.iterdir()) == []
    document = call("run", FIXTURES / "messy", "--out", tmp_path / "plan", "--json").document
    assert document["exit_code"] == 2
    assert len(document["details"]) == 119
    assert {"table", "row", "column", "value", "message", "hint", "code", "severity"} == document["details"][0].keys()
    assert list(tmp_path.iterdir()) == []


def test_pins_for_too_few_seats_are_named_and_the_innocent_are_not(tmp_path):
    said = process("run", FIXTURES / "infeasible", "--out", tmp_path / "plan", "--json")
    assert said.code == 3
    pins = [line for line in said.document["details"] if line.startswith("pin")]
    assert pins == [f"pin of student {s} at O1" for s in ("S1", "S2", "S3")]
    assert [line for line in said.document["details"] if line not in pins] == ["limit seats of O1, Tue 09:00: at most 2"]
    for innocent in ("S4", "S5", "O2"):
        assert innocent not in said.out + said.err
    assert list(tmp_path.iterdir()) == []


def test_a_pin_against_a_rule_names_the_rule(call, tmp_path):
    said = call("run", FIXTURES / "infeasible_rule", "--out", tmp_path / "plan")
    assert said.code == 3
    assert "pin of student S1 at O1: refused by rule hazardous_orders" in said.err
    assert "HO-8" in said.err
    assert "S2" not in said.err
    assert list(tmp_path.iterdir()) == []


def test_previous_moves_only_those_who_must(call, round_, tmp_path):
    """S1 at O2 and S2 at O1; when the library (O2) goes, S1 must move, and nobody else.

    Two places are left for walkers, O1 and O3 (S3's alone). Most placed is 3 with O1 for S1 (900) or S2 (600). By points S1 would
    push S2 out; a re-run without an order of its own puts least_change first, and S2 stays.
    """
    order = next(line for line in (round_ / "round.toml").read_text(encoding="utf-8").splitlines() if line.startswith("order"))
    replace(round_ / "round.toml", order, "")
    first, second, blind = tmp_path / "first", tmp_path / "second", tmp_path / "blind"
    assert call("run", round_, "--out", first).code == 0
    where = {r["student_id"]: r["opportunity_id"] for r in rows(first / "placements.csv")}
    assert where == {"S1": "O2", "S2": "O1", "S3": "O3", "S5": "O5"}
    for table in ("opportunities", "mentors", "sites", "requests", "decisions", "travel"):
        path = round_ / f"{table}.csv"
        gone = re.compile(r"(^|,)(O2|W2|M2)(,|$)")
        kept = [line for line in path.read_text(encoding="utf-8").splitlines() if not gone.search(line)]
        path.write_text("\n".join(kept) + "\n", encoding="utf-8")
    assert call("run", round_, "--out", second, "--previous", first).code == 0
    assert {r["student_id"]: r["opportunity_id"] for r in rows(second / "placements.csv")} == {"S2": "O1", "S3": "O3", "S5": "O5"}
    assert objectives_of(second)["least_change"] == 3
    compared = call("compare", first, second, "--json").document
    assert [change["student_id"] for change in compared["changes"]] == ["S1"]
    assert (compared["moved"], compared["kept"]) == (1, 3)
    assert call("run", round_, "--out", blind).code == 0
    assert {r["student_id"]: r["opportunity_id"] for r in rows(blind / "placements.csv")} == {"S1": "O1", "S3": "O3", "S5": "O5"}
    for command in (("verify", second, "--round", round_, "--proof"), ("explain", second, "--round", round_, "S1")):
        assert call(*command).code == 0


def test_previous_must_be_a_plan(call, tmp_path):
    said = call("run", TINY, "--out", tmp_path / "plan", "--previous", TINY)
    assert (said.code, "placements.csv cannot be read" in said.err) == (2, True)
    assert not (tmp_path / "plan").exists()


# check


def test_check_of_a_sound_round(call):
    said = call("check", DEMO)
    assert (said.code, said.err) == (0, "")
    assert said.out.splitlines()[-1] == "0 errors, 11 warnings."
    document = call("check", DEMO, "--json").document
    assert (document["errors"], document["warnings"], len(document["issues"])) == (0, 11, 11)


def test_check_reports_every_planted_fault(call):
    said = call("check", FIXTURES / "messy", "--json")
    assert (said.code, said.err) == (2, "")
    planted = rows(FIXTURES / "messy" / "expected.csv")
    assert said.document["errors"] + said.document["warnings"] == len(planted) == len(said.document["issues"])
    assert call("check", FIXTURES / "messy").out.count("\n") == len(planted) + 1


def test_check_of_no_folder(call, tmp_path):
    said = call("check", tmp_path / "nowhere")
    assert (said.code, "there is no such folder" in said.out) == (2, True)


# wrong calls


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["frobnicate"], "No such command 'frobnicate'"),
        (["[/x]"], "No such command '[/x]'"),
        ([], "Missing command"),
        (["run"], "Missing argument 'ROUND'"),
        (["run", "x"], "Missing option '--out'"),
        (["run", "x", "--out", "y", "--fast"], "No such option: --fast"),
        (["run", "x", "--out", "y", "--workers", "0"], "workers"),
        (["suggest", "x"], "give either --student or --text"),
        (["suggest", "x", "--student", "S1", "--text", "cats"], "give either --student or --text"),
        (["suggest", "x", "--text", "cats", "-k", "0"], "-k"),
        (["rules", "--on", "2026-02-30"], "'2026-02-30' is not a date"),
        (["rules", "--on", "soon"], "'soon' is not a date"),
        (["rules", "--state", "US-TX"], "no rule pack for 'US-TX'"),
        (["rules", "--plan", str(TINY)], "--plan and --round together"),
        (["rules", "--plan", str(TINY), "--round", str(TINY), "--state", "US-RI"], "--plan and --round together"),
        (["generate", "y", "--students", "0"], "at least 1 student"),
        (["verify", "nowhere", "--round", str(TINY)], "there is no folder nowhere"),
        (["verify", str(TINY), "--round", "nowhere"], "there is no folder nowhere"),
        (["explain", str(TINY), "--round", str(TINY), "S1"], "Maybe"),
        (["compare", str(TINY), str(DEMO)], "placements.csv cannot be read"),
        (["run", "nowhere", "--out", "y"], "no such folder"),
        (["solve", "nowhere.npz", "--out", "y.npz"], "there is no file nowhere.npz"),
        (["similarity", "--queries", "no.csv", "--documents", "no.csv", "--out", "y.npy"], "no.csv cannot be read"),
    ],
    ids=lambda value: " ".join(value)[:40] if isinstance(value, list) else "",
)
def test_a_wrong_call_is_told_and_writes_nothing(call, tmp_path, monkeypatch, words, message):
    monkeypatch.chdir(tmp_path)
    said = call(*words)
    assert said.code == 2
    assert message in said.err
    assert "Traceback" not in said.err
    assert list(tmp_path.iterdir()) == []


def test_a_wrong_call_with_json_answers_in_json(call):
    for words in (["run", "--json"], ["suggest", TINY, "--json"], ["check", "--json", "--fast"]):
        said = call(*words)
        assert said.document["exit_code"] == said.code == 2
        assert said.document["error"] in said.err


def test_unknown_ids(call, made_tiny):
    for words, name in (
        (["explain", made_tiny, "--round", TINY, "S99"], "S99"),
        (["explain", made_tiny, "--round", TINY, "S1", "O99"], "O99"),
        (["suggest", TINY, "--student", "S99"], "S99"),
    ):
        said = call(*words)
        assert (said.code, f"{name!r}" in said.err, said.out) == (2, True, "")


def test_a_full_disk_or_closed_folder_is_one_sentence(call, tmp_path, monkeypatch):
    def no_room(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(publish.tempfile, "mkdtemp", no_room)
    said = call("run", TINY, "--out", tmp_path / "plan")
    assert (said.code, said.out) == (1, "")
    assert "No space left on device" in said.err
    assert list(tmp_path.iterdir()) == []


# verify


UNTOUCHED = {"findings": [], "second_solver": False, "status": "optimal", "gap": 0.0}


def test_verify_of_an_untouched_plan(call, made_tiny):
    said = call("verify", made_tiny, "--round", TINY, "--proof")
    assert (said.code, said.err) == (0, "")
    assert "the prices prove that no plan is better" in said.out
    assert call("verify", made_tiny, "--round", TINY, "--json").document == {**UNTOUCHED, "proof": False}


def test_verify_of_the_demo_plan_with_proof(call, made_demo):
    assert call("verify", made_demo, "--round", DEMO, "--proof", "--json").document == {**UNTOUCHED, "proof": True}


@pytest.mark.parametrize("flags", [[], ["--proof"]])
@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("S1,O2,W2,M2,", "S1,O1,W1,M1,"),
        (",600,walk,5,", ",700,walk,5,"),
        ("S5,O5", "S4,O5"),
        ("15:00;Thu", "16:00;Thu"),
        ("wish number 4", "wish"),
    ],
)
def test_one_changed_cell_of_placements_is_found(call, tiny, old, new, flags):
    replace(tiny / "placements.csv", old, new)
    said = call("verify", tiny, "--round", TINY, *flags)
    assert (said.code, said.out) == (4, "")
    assert "must not be used" in said.err


@pytest.mark.parametrize("name", sorted(FILES))
def test_a_missing_file_is_found(call, tiny, name):
    (tiny / name).unlink()
    said = call("verify", tiny, "--round", TINY)
    assert said.code == 4
    assert name in said.err


def reseal(out: Path) -> None:
    """Rewrite the hashes of the outputs, as a forger would."""
    manifest = json.loads((out / "manifest.json").read_text(encoding="utf-8"))
    for name in manifest["outputs"].keys() - {"summary.json"}:
        manifest["outputs"][name] = hashlib.sha256((out / name).read_bytes()).hexdigest()
    (out / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")


def test_a_changed_array_is_not_the_one_the_certificate_speaks_of(call, tiny):
    with np.load(tiny / "certificate.npz") as file:
        prices = dict(file)
    prices["prices_0"][-1] += 1
    np.savez_compressed(tiny / "certificate.npz", **prices)
    reseal(tiny)
    answer = call("verify", tiny, "--round", TINY, "--proof", "--json")
    assert (answer.code, answer.document["details"]) == (4, ["certificate.npz is not the one that certificate.json speaks of"])


def test_a_changed_price_does_not_prove_the_plan(call, tiny):
    with np.load(tiny / "certificate.npz") as file:
        prices = dict(file)
    said = json.loads((tiny / "certificate.json").read_text(encoding="utf-8"))
    stage = [s["objective"] for s in said["stages"]].index("most_placed")
    place = int(np.flatnonzero(prices[f"prices_{stage}"])[0])
    prices[f"prices_{stage}"][place] -= 1
    np.savez_compressed(tiny / "certificate.npz", **prices)
    said["arrays"] = digest(prices)
    (tiny / "certificate.json").write_text(json.dumps(said), encoding="utf-8")
    reseal(tiny)
    assert call("verify", tiny, "--round", TINY).code == 0, "the rules still hold; only the proof is spoilt"
    answer = call("verify", tiny, "--round", TINY, "--proof", "--json")
    assert answer.code == 4
    assert any(line.startswith("most_placed: the plan has 4, and the prices prove no more than 5") for line in answer.document["details"])


@pytest.mark.parametrize("text", ["not a zip", "{}"])
def test_a_certificate_that_cannot_be_read_proves_nothing(call, tiny, text):
    name = "certificate.npz" if text != "{}" else "certificate.json"
    (tiny / name).write_text(text, encoding="utf-8")
    reseal(tiny)
    said = call("verify", tiny, "--round", TINY, "--proof")
    assert (said.code, "certificate" in said.err) == (4, True)


def test_verify_against_another_round(call, tiny, round_):
    replace(round_ / "round.toml", "tiny draw", "another draw")
    said = call("verify", tiny, "--round", round_)
    assert (said.code, "round.toml" in said.err) == (4, True)


# explain


def test_explain_a_placed_student(call, made_tiny):
    answer = call("explain", made_tiny, "--round", TINY, "S1", "--json").document
    assert answer["student_id"] == "S1"
    assert answer["status"] == "placed"
    assert (answer["placement"]["opportunity_id"], answer["placement"]["points"]) == ("O2", 500)
    options = {o["opportunity_id"]: o for o in answer["options"]}
    assert {i: (o["lawful"], o["rule"]) for i, o in options.items()} == {
        "O1": (True, None),
        "O2": (True, None),
        "O3": (False, "hazardous_orders"),
        "O4": (False, "trip"),
        "O5": (False, "trip"),
    }
    assert options["O2"]["cost"] == 0
    assert "HO-8" in options["O3"]["reason"]
    said = call("explain", made_tiny, "--round", TINY, "S1")
    assert said.out.startswith("S1: placed\n  Placed at O2")


def test_explain_an_unplaced_student(call, made_tiny):
    (row,) = (r for r in rows(made_tiny / "unplaced.csv") if r["student_id"] == "S6")
    answer = call("explain", made_tiny, "--round", TINY, "S6", "--json").document
    assert (answer["status"], answer["placement"]) == ("unplaced", None)
    assert (answer["code"], answer["reason"], answer["smallest_change"]) == (row["code"], row["reason"], row["smallest_change"])
    assert answer["code"] == "student_documents"
    assert "parent_consent" in answer["reason"]
    assert not any(option["lawful"] for option in answer["options"])
    assert "What would help: " in call("explain", made_tiny, "--round", TINY, "S6").out


def test_the_smallest_change_does_place_the_student(call, made_tiny, round_, tmp_path):
    """S6 lacks consent from November on; with a consent for the year the place is the one that the explanation names."""
    answer = call("explain", made_tiny, "--round", TINY, "S6", "--json").document
    assert answer["smallest_change"].endswith("that opens O1, O2, O4; the student is then placed at O1.")
    replace(round_ / "students.csv", "parent_consent:2025-11-01..2026-10-31", "parent_consent:2025-11-01..2027-06-30")
    assert call("run", round_, "--out", tmp_path / "plan").code == 0
    assert ("S6", "O1") in {(r["student_id"], r["opportunity_id"]) for r in rows(tmp_path / "plan" / "placements.csv")}


def test_explain_students_who_take_no_part(call, made_demo):
    not_ready = call("explain", made_demo, "--round", DEMO, "S028", "--json").document
    assert (not_ready["status"], not_ready["code"], not_ready["options"]) == ("unplaced", "not_ready", [])
    before = call("explain", made_demo, "--round", DEMO, "S035", "--json").document
    assert (before["status"], before["placement"], before["options"]) == ("placed_before", None, [])
    assert "keeps that place" in before["reason"]


COST = {
    ("S1", "O1"): ({"worst_off_400": 1, "total_points": -100}, -100),
    ("S3", "O1"): ({"most_placed": 1, "worst_off_200": 1, "worst_off_400": 1, "total_points": 400}, 1400),
    ("S5", "O4"): ({"total_points": 400}, 400),
}
"""By hand, from the table in fixtures/tiny/README.md: what each objective loses when this option is pinned."""


@pytest.mark.parametrize(("student", "opportunity"), sorted(COST))
def test_the_cost_of_an_option_is_what_a_pin_of_it_does(call, made_tiny, round_, tmp_path, student, opportunity):
    answer = call("explain", made_tiny, "--round", TINY, student, opportunity, "--json").document
    (option,) = answer["options"]
    assert option["lawful"]
    append(round_ / "decisions.csv", "kind,a,b,until,note", f"pin,{student},{opportunity},,")
    assert call("run", round_, "--out", tmp_path / "pinned").code == 0
    before, after = objectives_of(made_tiny), objectives_of(tmp_path / "pinned")
    lost = {name: before[name] - after[name] for name in before if not name.startswith("public_draw") and before[name] != after[name]}
    by_hand, cost = COST[student, opportunity]
    assert lost == by_hand
    assert option["cost"] == cost == 1000 * lost.get("most_placed", 0) + lost["total_points"]


def test_the_cost_of_an_option_in_the_demo_round(call, made_demo, tmp_path):
    answer = call("explain", made_demo, "--round", DEMO, "S001", "--json").document
    option = next(o for o in answer["options"] if o["lawful"] and o["cost"])
    folder = Path(shutil.copytree(DEMO, tmp_path / "round"))
    append(folder / "decisions.csv", "", f"pin,S001,{option['opportunity_id']},,")
    assert call("run", folder, "--out", tmp_path / "pinned").code == 0
    before, after = objectives_of(made_demo), objectives_of(tmp_path / "pinned")
    placed = before["most_placed"] - after["most_placed"]
    assert option["cost"] == 1000 * placed + before["total_points"] - after["total_points"]


@pytest.mark.parametrize("kind", ["tiny", "demo"])
def test_no_explanation_names_another_student(call, kind, request):
    out = request.getfixturevalue(f"made_{kind}")
    people = rows(FIXTURES / kind / "students.csv")
    names = [person["name"] for person in people]
    surnames = {name.split()[-1] for name in names}
    assert len(surnames) >= 6
    texts = [(r["student_id"], r["reason"]) for r in rows(out / "placements.csv")]
    texts += [(r["student_id"], f"{r['reason']} {r['smallest_change']}") for r in rows(out / "unplaced.csv")]
    texts += [(r["student_id"], r["reason"]) for r in rows(out / "slates.csv")]
    asked = [person["student_id"] for person in people] if kind == "tiny" else ["S004", "S043", "S063", "S111"]
    texts += [(student, call("explain", out, "--round", FIXTURES / kind, student, "--json").out) for student in asked]
    ids = re.compile(r"\bS\d+\b")
    for student, text in texts:
        assert set(ids.findall(text)) <= {student}
        assert not [name for name in names if name in text]


# suggest


@pytest.mark.parametrize(("kind", "student"), [("tiny", "S5"), ("tiny", "S6"), ("demo", "S004"), ("demo", "S043")])
def test_suggest_lists_what_explain_calls_lawful(call, kind, student, request):
    out, folder = request.getfixturevalue(f"made_{kind}"), FIXTURES / kind
    items = call("suggest", folder, "--student", student, "-k", 1000, "--json").document["items"]
    options = call("explain", out, "--round", folder, student, "--json").document["options"]
    assert len(options) == len(rows(folder / "opportunities.csv"))
    assert sorted(i["opportunity_id"] for i in items) == sorted(o["opportunity_id"] for o in options if o["lawful"])
    assert [i["points"] for i in items] == sorted((i["points"] for i in items), reverse=True)


def test_suggest_says_and_cuts(call):
    everything = call("suggest", DEMO, "--student", "S004", "-k", 1000, "--json").document["items"]
    few = call("suggest", DEMO, "--student", "S004", "-k", 3, "--json").document["items"]
    assert few == everything[:3]
    assert {"opportunity_id", "sessions", "points", "reason"} <= few[0].keys()
    said = call("suggest", DEMO, "--student", "S004", "-k", 3)
    assert [line.split()[:2] for line in said.out.splitlines()] == [[f"{i}.", item["opportunity_id"]] for i, item in enumerate(few, 1)]
    assert call("suggest", TINY, "--student", "S6").out == "No lawful option.\n"


def test_suggest_for_a_text_finds_what_it_is_about(call):
    items = call("suggest", DEMO, "--text", "vet clinic, dogs, cats, sick animals", "-k", 3, "--json").document["items"]
    assert len(items) == 3
    titles = {row["opportunity_id"]: f"{row['title']} {row['description']}".lower() for row in rows(DEMO / "opportunities.csv")}
    assert re.search("animal|vet|dog|cat|pet", titles[items[0]["opportunity_id"]])


# compare, generate, rules, demo


def test_compare_a_plan_with_itself(call, made_tiny):
    assert call("compare", made_tiny, made_tiny, "--json").document == {"moved": 0, "kept": 4, "changes": []}
    assert call("compare", made_tiny, made_tiny).out == "0 moved, 4 kept.\n"


def test_compare_says_who_moved_and_why(call, made_tiny, round_, tmp_path):
    append(round_ / "decisions.csv", "", "pin,S1,O1,,")
    assert call("run", round_, "--out", tmp_path / "pinned").code == 0
    document = call("compare", made_tiny, tmp_path / "pinned", "--json").document
    changes = {c["student_id"]: c for c in document["changes"]}
    assert set(changes) == {"S1", "S2", "S4"}
    assert changes["S1"]["before"].startswith("O2 ")
    assert changes["S1"]["after"].startswith("O1 ")
    assert changes["S2"]["after"] is None
    assert changes["S4"]["before"] is None
    assert all(change["reason"] or change["student_id"] == "S4" for change in document["changes"])
    assert (document["moved"], document["kept"]) == (3, 2)
    assert "S2: O1 (Tue 09:00-15:00;Thu 09:00-15:00, mentor M1) -> unplaced." in call("compare", made_tiny, tmp_path / "pinned").out


def test_generate_is_repeatable_and_sound(call, tmp_path):
    for name in ("a", "b"):
        assert call("generate", tmp_path / name, "--students", 20, "--seed", 3).code == 0
    assert content(tmp_path / "a") == content(tmp_path / "b")
    assert len(rows(tmp_path / "a" / "students.csv")) == 20
    assert call("check", tmp_path / "a", "--json").document["errors"] == 0
    said = call("generate", tmp_path / "a")
    assert (said.code, "not empty" in said.err) == (2, True)


def test_rules_by_date_and_state(call):
    everything = call("rules", "--json").document
    assert {law["jurisdiction"] for law in everything["items"]} == {"US", "school", "US-CA", "US-NY", "US-RI", "US-WA"}
    assert all(law["source"] and law["read_on"] for law in everything["items"])
    california = call("rules", "--state", "US-CA", "--json").document["items"]
    assert {law["jurisdiction"] for law in california} == {"US", "school", "US-CA"}
    early, late = ({law["id"] for law in call("rules", "--on", day, "--json").document["items"]} for day in ("2023-10-07", "2023-10-08"))
    assert late - early == {"CA-451251-ADULT", "CA-451251-VISIT", "CA-451251-CONSENT"}, "in force from 2023-10-08"
    assert early < late < {law["id"] for law in everything["items"]} | {"one more"}
    text = call("rules", "--state", "US-RI").out
    assert "Laws in the rule packs" in text
    assert "  most_placed: As many students placed as possible." in text


def test_rules_say_what_they_cost_a_plan(call, tiny):
    items = call("rules", "--plan", tiny, "--round", TINY, "--json").document["items"]
    assert items == sorted(items, key=lambda item: (-item["more_placed"], item["rule"]))
    assert {"rule", "sentence", "kind", "pairs", "more_placed"} == set(items[0])
    said = call("rules", "--plan", tiny, "--round", TINY)
    assert said.code == 0
    assert "no advice to break a rule" in said.out
    assert ("Nobody loses a place by:" in said.out) == any(not item["more_placed"] for item in items)


def test_demo_runs_twice_and_touches_nothing_else(call, tmp_path):
    out = tmp_path / "demo"
    for _ in range(2):
        said = call("demo", "--out", out, "--no-open")
        assert said.code == 0
        assert said.out.splitlines()[0].endswith("status optimal; verified.")
        assert str(out / "plan" / "report.html") in said.out
    assert {path.name for path in (out / "plan").iterdir()} == FILES


def test_demo_leaves_other_folders_alone(call, tmp_path):
    (tmp_path / "round").mkdir()
    (tmp_path / "round" / "students.csv").write_text("mine", encoding="utf-8")
    said = call("demo", "--out", tmp_path, "--no-open")
    assert (said.code, "Maybe name a new folder" in said.err) == (2, True)
    assert content(tmp_path) == {"round/students.csv": b"mine"}


# similarity


def test_similarity(call, tmp_path):
    queries, documents, out = tmp_path / "q.csv", tmp_path / "d.csv", tmp_path / "s.npy"
    queries.write_text(
        "id,text,avoid\nq1,fixing bikes and cars,\nq2,fixing bikes and cars,a shop where bikes are repaired\nq3,,\n", encoding="utf-8"
    )
    documents.write_text("id,text\nd1,A shop where bikes are repaired\nd2,Songs and theatre for small children\n", encoding="utf-8")
    said = call("similarity", "--queries", queries, "--documents", documents, "--out", out)
    assert (said.code, "3 queries x 2 documents" in said.out) == (0, True)
    matrix = np.load(out)
    assert (matrix.shape, matrix.dtype) == ((3, 2), np.float32)
    assert matrix.min() >= 0
    assert matrix.max() <= 1
    assert matrix[0, 0] > matrix[0, 1]
    assert matrix[1, 0] < matrix[0, 0]
    assert len(set(matrix[2].tolist())) == 1  # a text that tells nothing prefers nothing


@pytest.mark.parametrize(("text", "message"), [("name,words\na,b\n", "needs the columns id and text"), ("", "needs the columns")])
def test_similarity_of_a_wrong_table(call, tmp_path, text, message):
    (tmp_path / "q.csv").write_text(text, encoding="utf-8")
    said = call("similarity", "--queries", tmp_path / "q.csv", "--documents", tmp_path / "q.csv", "--out", tmp_path / "s.npy")
    assert (said.code, message in said.err) == (2, True)
    assert not (tmp_path / "s.npy").exists()


@pytest.mark.parametrize("place", [".", "no_such_folder/s.npy"])
def test_a_file_needs_a_place(call, tmp_path, place):
    (tmp_path / "d.csv").write_text("id,text\na,b\n", encoding="utf-8")
    np.savez(tmp_path / "p.npz", **PROBLEM)
    table = tmp_path / "d.csv"
    assert call("similarity", "--queries", table, "--documents", table, "--out", tmp_path / place).code == 2
    assert call("solve", tmp_path / "p.npz", "--out", tmp_path / place).code == 2
    assert set(content(tmp_path)) == {"d.csv", "p.npz"}


# solve

PROBLEM = {
    "student": np.array([0, 0, 1, 1, 2], np.int32),
    "points": np.array([10, 2, 8, 3, 9], np.int32),
    "limit_indptr": np.array([0, 3, 5]),
    "limit_indices": np.array([0, 2, 4, 1, 3]),
    "at_most": np.array([1, 1]),
}
"""Pairs 0, 2 and 4 (students 0, 1, 2) share one place, pairs 1 and 3 (students 0, 1) another.

Two can be placed. With student 0 at the first place the second is student 1's: 10 + 3 = 13. Student 1 first: 8 + 2 = 10. Student 2
first: 9 + 3 = 12 with student 1, 9 + 2 = 11 with student 0. The best is 13, pairs 0 and 3.
"""


def test_solve_finds_the_optimum_worked_out_by_hand(call, tmp_path):
    np.savez(tmp_path / "p.npz", **PROBLEM)
    said = call("solve", tmp_path / "p.npz", "--out", tmp_path / "s.npz", "--json")
    assert said.code == 0
    document = said.document
    assert document["status"] == "optimal"
    assert [(o["name"], o["value"], o["bound"]) for o in document["objectives"]] == [("most_placed", 2, 2), ("total_points", 13, 13)]
    assert document["gap"] == 0
    assert {"seconds", "peak_mb"} <= document.keys()
    with np.load(tmp_path / "s.npz") as solution:
        assert solution["chosen"].tolist() == [0, 3]
        assert solution["chosen"].dtype == np.int32
        assert (solution["duals"].shape, solution["duals"].dtype) == ((2 + 3,), np.float64)
    assert call("solve", tmp_path / "p.npz", "--out", tmp_path / "s.npz").out == "optimal: most_placed 2, total_points 13\n"


def test_solve_takes_the_objectives_it_is_given(call, tmp_path):
    np.savez(tmp_path / "p.npz", **PROBLEM, objectives=np.array(["total_points"]))
    document = call("solve", tmp_path / "p.npz", "--out", tmp_path / "s.npz", "--json").document
    assert [(o["name"], o["value"]) for o in document["objectives"]] == [("total_points", 13)]


def test_solve_without_a_plan(call, tmp_path):
    np.savez(tmp_path / "p.npz", **(PROBLEM | {"at_most": np.array([1, 1]), "at_least": np.array([2, 0])}))
    said = call("solve", tmp_path / "p.npz", "--out", tmp_path / "s.npz", "--json")
    assert said.code == 3
    assert (said.document["status"], said.document["conflict"]) == ("infeasible", [0])
    with np.load(tmp_path / "s.npz") as solution:
        assert solution["chosen"].tolist() == []


BROKEN = {
    "text": b"not an archive",
    "half an archive": b"PK\x03\x04 and then nothing",
    "nothing": b"",
}


@pytest.mark.parametrize("kind", [*BROKEN, "an .npy file", "no points", "unknown objective"])
def test_solve_of_what_is_no_problem(call, tmp_path, kind):
    path = tmp_path / "p.npz"
    if kind in BROKEN:
        path.write_bytes(BROKEN[kind])
    elif kind == "an .npy file":
        with path.open("wb") as file:
            np.save(file, np.arange(3))
    elif kind == "no points":
        np.savez(path, **{name: array for name, array in PROBLEM.items() if name != "points"})
    else:
        np.savez(path, **PROBLEM, objectives=np.array(["most_fun"]))
    said = call("solve", path, "--out", tmp_path / "s.npz", "--json")
    assert said.code == said.document["exit_code"] == 2
    assert "Traceback" not in said.err
    assert not (tmp_path / "s.npz").exists()


# exit codes of real processes


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["check", TINY], 0),
        (["check", FIXTURES / "messy"], 2),
        (["--help"], 0),
        (["frobnicate"], 2),
        (["run", FIXTURES / "infeasible_rule", "--out", "plan"], 3),
    ],
    ids=lambda value: str(value[0]) if isinstance(value, list) else str(value),
)
def test_exit_codes_of_processes(tmp_path, words, code):
    said = process(*words, cwd=tmp_path)
    assert said.code == code
    assert list(tmp_path.iterdir()) == []


def test_verification_failure_as_a_process(tiny):
    replace(tiny / "placements.csv", "S1,O2", "S1,O1")
    assert process("verify", tiny, "--round", TINY).code == 4
