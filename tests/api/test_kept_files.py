"""Of an uploaded folder only what a run reads is kept, and a run of what is kept reads the same."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from api.store.folders import read_upload, write_files
from matcher.law import PACK_FOLDER
from matcher.load import last_term_hashes, load_round
from matcher.scoring.text.knowledge import read_knowledge
from matcher.travel.feed_files import feed_hashes
from tests import builders as b
from tests import feeds
from tests.folder import write_round

FIELD = """cluster = "Agriculture, Food & Natural Resources"
[[field]]
id = "maple_sugaring"
name = "maple sugaring"
name_es = "jarabe de arce"
lay = "sugar house; tapping trees; boiling sap"
work = "sugarbush; tap lines; evaporator"
lay_es = "jarabe de arce"
work_es = "evaporador"
"""
FEEDS = ("feeds/bus.zip", "feeds/tram")
READ = {"round.toml", "own/ours.toml", "knowledge/trades.toml", "last/placements.csv", "last/unplaced.csv", "feeds/bus.zip"}
OF_A_FEED = {f"feeds/tram/{name}.txt" for name in ("stops", "trips", "stop_times", "calendar")}
NOT_READ = (
    "last/report.html",
    "last/manifest.json",
    "last/old/placements.csv",
    "feeds/tram/notes.txt",
    "old/students.csv",
    "letter.docx",
    "x.csv",
)


@pytest.fixture
def folder(tmp_path) -> Path:
    """A round with a file of every kind that is read beside the tables, and some that nobody reads."""
    packs = ["us-federal", "us-ri", "own/ours.toml"]
    settings = b.settings(round={"rule_packs": packs}, objectives={"last_term": "last"}, gtfs={"feeds": FEEDS}, text={"level": "light"})
    made = write_round(tmp_path / "round", b.a_round(settings=settings))
    for name in (*READ, *NOT_READ):
        (made / name).parent.mkdir(parents=True, exist_ok=True)
    for name in FEEDS:
        feeds.write(made, name, stops={"A": 0, "B": 1}, trips=["T1 weekday: A 08:00:00, B 08:10:00"])
    shutil.copy(PACK_FOLDER / "school.toml", made / "own" / "ours.toml")
    (made / "knowledge" / "trades.toml").write_text(FIELD)
    (made / "last" / "placements.csv").write_text(
        'student_id,name,opportunity_id,points,reason\r\nS1,Ana Canary,O1,700,"You wrote, canary"\r\n'
    )
    (made / "last" / "unplaced.csv").write_text("name,student_id,code,reason\nBen Canary,S2,seats,canary\n")
    for name in NOT_READ:
        (made / name).write_text("canary")
    return made


def test_what_nobody_reads_is_not_kept(folder):
    upload = read_upload(folder)
    assert upload.round is not None, upload.issues
    tables = {name for name in upload.files if "/" not in name and name.endswith(".csv")}
    assert tables == set(), "tables are rows of the database"
    assert set(upload.files) == READ | OF_A_FEED


def test_what_is_kept_reads_the_same(folder, tmp_path):
    kept = tmp_path / "kept"
    write_files(read_upload(folder).files, kept)
    assert read_knowledge([kept / "knowledge"]) == read_knowledge([folder / "knowledge"])
    assert feed_hashes(kept, FEEDS) == feed_hashes(folder, FEEDS)
    assert last_term_hashes(kept, "last") == last_term_hashes(folder, "last")
    for table in folder.glob("*.csv"):
        shutil.copy(table, kept)
    assert load_round(kept)[0] == load_round(folder)[0]


def test_of_last_term_only_the_columns_are_kept_that_a_run_reads(folder):
    kept = read_upload(folder).files
    assert kept["last/placements.csv"] == b"student_id,points\nS1,700\n"
    assert kept["last/unplaced.csv"] == b"student_id,code\nS2,seats\n"
    assert not [name for name, data in kept.items() if b"anary" in data]


@pytest.mark.parametrize("name", ["./last", "last/", "terms/../last"])
def test_last_term_however_its_folder_is_written(folder, name):
    settings = folder / "round.toml"
    (folder / "terms").mkdir()
    settings.write_text(settings.read_text().replace('"last"', f'"{name}"'))
    kept = read_upload(folder).files
    assert {file for file in kept if file.startswith("last")} == {"last/placements.csv", "last/unplaced.csv"}
