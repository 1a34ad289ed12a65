"""The command as a user calls it: what it writes, that it writes the same every time, and what it says when something is wrong."""

from __future__ import annotations

import csv
import hashlib
import importlib.util
import io
import json
import re
import shutil
from pathlib import Path

import pytest

from matcher.benchmark import benchmark
from matcher.benchmark.history import measures as history_measures
from matcher.benchmark.rows import measures
from matcher.benchmark.work import _labels
from matcher.benchmark.write import COLUMNS
from matcher.errors import ConflictError, InputError
from matcher.generate import generate
from tests.test_docs import call, first_cells, page, section

FILES = ("measures.csv", "measures.json", "dictionary.csv", "report.html")

ROOT = Path(__file__).parents[2]
FIXTURES = ROOT / "fixtures"


@pytest.fixture(scope="module")
def rounds(tmp_path_factory) -> list[Path]:
    """Three generated rounds of one school each."""
    home = tmp_path_factory.mktemp("rounds")
    for i in (1, 2, 3):
        generate(60, 1, i, home / f"r{i}")
    return [home / f"r{i}" for i in (1, 2, 3)]


@pytest.fixture(scope="module")
def written(rounds, tmp_path_factory) -> Path:
    out = tmp_path_factory.mktemp("benchmark") / "out"
    benchmark(rounds, out)
    return out


def contents(out: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(out.iterdir())}


def test_the_files_and_what_they_say(written):
    assert set(contents(written)) == {*FILES, "manifest.json"}
    rows = list(csv.DictReader(io.StringIO((written / "measures.csv").read_text(encoding="utf-8"))))
    document = json.loads((written / "measures.json").read_text(encoding="utf-8"))
    assert [{k: "" if v is None else str(v) for k, v in row.items()} for row in document["measures"]] == rows
    told = {row["measure"]: row for row in rows if row["level"] == "overall"}
    assert float(told["placed_of_seekers"]["value"]) == pytest.approx(
        100 * float(told["placed_of_seekers"]["numerator"]) / float(told["placed_of_seekers"]["denominator"]), abs=0.05
    )
    assert told["gap_to_optimum"]["value"] == "0.0"
    assert {row["round"] for row in rows if row["level"] == "school"} == {"r1", "r2", "r3"}
    manifest = json.loads((written / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["outputs"] == {name: hashlib.sha256((written / name).read_bytes()).hexdigest() for name in FILES}
    assert [r["round"] for r in manifest["rounds"]] == ["r1", "r2", "r3"]


def test_the_page_is_complete_in_itself_and_names_no_machine(written, rounds):
    text = (written / "report.html").read_text(encoding="utf-8")
    assert not re.findall(r'(?:src|href)="(?!#|data:)', text)
    for name, data in contents(written).items():
        assert str(rounds[0].parent).encode() not in data, name


def test_no_file_names_a_student(written, rounds):
    with (rounds[0] / "students.csv").open(encoding="utf-8", newline="") as file:
        ids = {value for row in csv.DictReader(file) for value in (row["student_id"], row["name"]) if value}
    assert len(ids) > 50
    for name, data in contents(written).items():
        words = set(re.findall(r"[\w' -]+", data.decode()))
        assert not ids & words, name


def test_the_same_bytes_in_processes_of_their_own_and_in_any_order(written, rounds, tmp_path):
    benchmark(rounds[::-1], tmp_path / "again", workers=2)
    assert contents(tmp_path / "again") == contents(written)


def test_plans_that_are_there_are_measured_and_give_the_same_figures(written, rounds, tmp_path):
    for folder in rounds[:2]:
        assert call("run", str(folder), "--out", str(tmp_path / "plans" / folder.name))[0] == 0
    benchmark(rounds, tmp_path / "out", plans=tmp_path / "plans")
    assert contents(tmp_path / "out")["measures.csv"] == contents(written)["measures.csv"]
    placements = tmp_path / "plans" / "r1" / "placements.csv"
    placements.write_bytes(placements.read_bytes().replace(b"\r\n", b"\r\n", 1) + b"S99999,O1,W1,M1,,1,walk,1,0,\r\n")
    with pytest.raises(InputError, match="1 of 3 rounds cannot be measured") as told:
        benchmark(rounds, tmp_path / "other", plans=tmp_path / "plans")
    assert "r1: the plan does not hold" in str(told.value.issues[0])
    assert not (tmp_path / "other").exists()


def test_every_bad_round_is_named_and_nothing_is_written(rounds, tmp_path):
    with pytest.raises(InputError, match="2 of 3 rounds cannot be read") as told:
        benchmark([rounds[0], FIXTURES / "messy", tmp_path / "nowhere"], tmp_path / "out")
    said = "\n".join(map(str, told.value.issues))
    assert "messy: schools row 4, column return_by" in said
    assert "more errors; matcher check lists them" in said
    assert "nowhere: round.toml: is not in this place" in said
    assert not (tmp_path / "out").exists()


def test_a_round_that_cannot_be_solved_is_named(tmp_path):
    with pytest.raises(ConflictError, match="2 of 3 rounds cannot be measured") as told:
        benchmark([FIXTURES / name for name in ("tiny", "infeasible", "infeasible_rule")], tmp_path / "out")
    assert [line.split(":")[0] for line in told.value.conflict] == ["infeasible", "infeasible_rule"]
    assert not (tmp_path / "out").exists()


def test_a_round_given_twice_is_refused(tmp_path):
    with pytest.raises(InputError, match="is given twice"):
        benchmark([FIXTURES / "tiny", FIXTURES / "demo" / ".." / "tiny"], tmp_path / "out")


def test_folders_called_alike_get_longer_names(rounds, tmp_path):
    for name in ("a", "b"):
        shutil.copytree(FIXTURES / "tiny", tmp_path / name / "tiny")
    benchmark([tmp_path / "a" / "tiny", tmp_path / "b" / "tiny", rounds[0]], tmp_path / "out")
    rows = csv.DictReader(io.StringIO((tmp_path / "out" / "measures.csv").read_text(encoding="utf-8")))
    assert {row["round"] for row in rows if row["level"] == "school"} == {"a/tiny", "b/tiny", "r1"}


def test_names_and_plans_of_folders_called_alike_do_not_depend_on_the_order(tmp_path):
    one, two, three = (tmp_path / way / "x" / "r" for way in ("p", "q", "q/z"))
    assert _labels([one, two, three]) == ["p/x/r", "q/x/r", "z/x/r"]
    assert _labels([three, two, one]) == ["z/x/r", "q/x/r", "p/x/r"]
    for folder in (one, two):
        shutil.copytree(FIXTURES / "tiny", folder)
    with pytest.raises(InputError, match="--plans: r is the name of more than one round"):
        benchmark([one, two], tmp_path / "out", plans=tmp_path)


def test_a_benchmark_that_cannot_be_put_in_place_leaves_the_earlier_one(tmp_path, monkeypatch):
    out, rename = tmp_path / "out", Path.rename
    benchmark([FIXTURES / "tiny"], out)

    def full(self, target):
        if self.name.startswith(".out.") and Path(target) == out and self.name != ".out.old":
            raise OSError("the disk is full")
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", full)
    with pytest.raises(OSError, match="full"):
        benchmark([FIXTURES / "tiny"], out)
    assert (out / "measures.csv").is_file()
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_a_benchmark_of_too_few_students_says_so(tmp_path):
    assert call("benchmark", str(FIXTURES / "tiny"), "--out", str(tmp_path / "out"), "--workers", "1")[0] == 0
    assert "There are too few students to tell anything about them." in (tmp_path / "out" / "report.html").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["--on", "tomorrow", "--out", "out"], 2),
        (["--plans", "nowhere", "--out", "out"], 2),
        (["--out", "."], 2),
        ([], 2),
    ],
)
def test_wrong_calls(words, code, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert call("benchmark", str(FIXTURES / "tiny"), *words)[0] == code
    assert list(tmp_path.iterdir()) == []


def test_foreign_files_are_not_replaced_and_an_earlier_benchmark_is(tmp_path):
    out = tmp_path / "out"
    words = ["benchmark", str(FIXTURES / "tiny"), "--out", str(out), "--workers", "1", "--json"]
    code, said = call(*words)
    assert (code, json.loads(said)["rounds"]) == (0, 1)
    assert call(*words)[0] == 0
    (out / "notes.txt").write_text("mine", encoding="utf-8")
    assert call(*words)[0] == 2
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "report.html").write_text("somebody's own", encoding="utf-8")
    assert call("benchmark", str(FIXTURES / "tiny"), "--out", str(tmp_path / "other"), "--workers", "1")[0] == 2
    assert (out / "notes.txt").read_text(encoding="utf-8") == "mine"


def test_everything_is_documented():
    text = page("benchmark.md")
    assert first_cells(section(text, "What it writes")) == [*FILES, "manifest.json"]
    assert tuple(first_cells(section(text, "measures.csv"))) == COLUMNS
    told = re.findall(r"^\| ((?:`\w+`(?:, )?)+) \|", section(text, "The measures"), re.MULTILINE)
    names = [name for cell in told for name in re.findall(r"`(\w+)`", cell)]
    assert sorted(names) == sorted(m.name for m in (*measures(), *history_measures()))


def corpus():
    spec = importlib.util.spec_from_file_location("corpus", FIXTURES / "corpus" / "corpus.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("name", ["very_small", "small", "one_school"])
def test_rounds_of_the_corpus_are_as_listed(name, tmp_path):
    (row,) = [row for row in corpus().rows() if row["name"] == name]
    assert corpus().made(row, tmp_path / name) == row["sha256"]


@pytest.mark.slow
def test_the_whole_corpus_is_as_listed(tmp_path, capsys):
    assert corpus().main([str(tmp_path / "corpus")]) == 0
    assert capsys.readouterr().out == "7 of 7 rounds are as listed.\n"
