"""The same input gives the same bytes: whatever the order of rows and columns, the number of workers, the run, the kind of file."""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path
from random import Random

import openpyxl
import pytest

from matcher.generate import generate
from matcher.pipeline import run_round
from matcher.publish import TIMINGS, publish
from tests.folders import csv_text

DEMO = Path(__file__).parents[2] / "fixtures" / "demo"


@pytest.fixture(scope="module", params=[pytest.param("demo", marks=pytest.mark.slow), "generated"])
def given(request, tmp_path_factory) -> tuple[Path, dict[str, bytes]]:
    """A round folder and what a plain run of it writes."""
    folder = DEMO
    if request.param == "generated":
        folder = tmp_path_factory.mktemp("made") / "round"
        generate(60, 2, 7, folder)
    return folder, written(folder, tmp_path_factory.mktemp("out") / "out")


def written(folder: Path, out: Path, workers: int = 1) -> dict[str, bytes]:
    """Every file that a run writes; of the summary everything but the timings."""
    publish(run_round(folder, workers), out)
    files = {path.name: path.read_bytes() for path in sorted(out.iterdir())}
    summary = json.loads(files["summary.json"])
    files["summary.json"] = json.dumps({key: value for key, value in summary.items() if key not in TIMINGS}).encode()
    return files


def same(found: dict[str, bytes], expected: dict[str, bytes]) -> None:
    assert [name for name in expected if found.get(name) != expected[name]] == []
    assert found.keys() == expected.keys()


def tables_of(folder: Path) -> dict[str, list[list[str]]]:
    found = {}
    for path in folder.glob("*.csv"):
        with path.open(encoding="utf-8-sig", newline="") as file:
            found[path.stem] = list(csv.reader(file))
    return found


def shuffled(table: list[list[str]], dice: Random) -> list[list[str]]:
    """The table with its rows and its columns in another order."""
    header, *rows = table
    columns = dice.sample(range(len(header)), len(header))
    return [[row[i] for i in columns] for row in [header, *dice.sample(rows, len(rows))]]


def copy_with(folder: Path, target: Path, tables: dict[str, list[list[str]]], workbook: bool = False) -> Path:
    """The round with these tables, as CSV files or in one workbook."""
    target.mkdir()
    shutil.copy(folder / "round.toml", target / "round.toml")
    if not workbook:
        for name, table in tables.items():
            (target / f"{name}.csv").write_bytes(csv_text(table).encode())
        return target
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, table in tables.items():
        sheet = book.create_sheet(name)
        for row in table:
            sheet.append(row)
    book.save(target / "round.xlsx")
    return target


def test_everything_is_written(given):
    names = {f"{name}.csv" for name in ("placements", "unplaced", "slates", "waves", "seats", "recruit", "changes", "sentences")}
    assert names | {"summary.json", "certificate.npz", "certificate.json", "manifest.json", "report.html"} == given[1].keys()


@pytest.mark.parametrize(
    ("seed", "workers"),
    [(1, 2), *(pytest.param(seed, workers, marks=pytest.mark.slow) for seed in (2, 3) for workers in (1, 2))],
)
def test_another_order_of_rows_and_columns_and_other_workers(given, tmp_path, seed, workers):
    dice, tables = Random(seed), tables_of(given[0])
    mixed = {name: shuffled(table, dice) for name, table in tables.items()}
    assert all(mixed[name] != table for name, table in tables.items() if len(table) > 3)
    same(written(copy_with(given[0], tmp_path / "round", mixed), tmp_path / "out", workers), given[1])


def test_a_workbook_with_its_sheets_in_another_order(given, tmp_path):
    tables = dict(reversed(tables_of(given[0]).items()))
    same(written(copy_with(given[0], tmp_path / "round", tables, workbook=True), tmp_path / "out"), given[1])


@pytest.mark.slow
@pytest.mark.parametrize("workers", [1, 2])
def test_another_run(given, tmp_path, workers):
    same(written(given[0], tmp_path / "out", workers), given[1])


@pytest.mark.slow
def test_another_seed_gives_other_bytes(given, tmp_path):
    # the comparison above could not see anything if a run wrote nothing of its input
    folder = copy_with(given[0], tmp_path / "round", tables_of(given[0]))
    settings = (folder / "round.toml").read_text(encoding="utf-8")
    (folder / "round.toml").write_text(settings.replace("seed = ", "seed = 'another' #"), encoding="utf-8")
    assert written(folder, tmp_path / "out")["manifest.json"] != given[1]["manifest.json"]
