"""The fixtures' READMEs say by hand which rule refuses which pair: the auditor must say the same, and nothing else."""

from __future__ import annotations

import csv
import re
from itertools import product
from pathlib import Path

import pytest

from matcher.audit import audit
from matcher.audit.diary import Diary
from matcher.audit.law import read_packs
from matcher.audit.placements import PAIR_RULES
from matcher.audit.reader import read_tables
from matcher.audit.terms import read_terms
from matcher.audit.trips import prescribed
from matcher.audit.world import build_world
from tests.audit.plain_round import Row, publish

FIXTURES = Path(__file__).parents[2] / "fixtures"


def diary_of(name: str) -> Diary:
    """Read a fixture."""
    folder = FIXTURES / name
    terms = read_terms((folder / "round.toml").read_text(encoding="utf-8"))
    return Diary(build_world(read_tables(folder)[0], terms, read_packs(terms.packs, folder)[0])[0])


def refusals(diary: Diary, student_id: str, opportunity_id: str) -> list[frozenset[str]]:
    """Give the rules that refuse each variant of a pair, the lead mentor's first alternative first."""
    student, opportunity = diary.world.students[student_id], diary.world.opportunities[opportunity_id]
    found = []
    for mentor, windows in product(diary.listed(opportunity), opportunity.patterns):
        pair = diary.pair(student, opportunity, mentor, windows)
        rules = {rule for rule, check in PAIR_RULES.items() if check(pair, diary)}
        found.append(frozenset(rules if prescribed(pair, diary)[0] else rules | {"trip"}))
    return found


def demo_cases() -> list[tuple[str, str, str]]:
    """Read the table of the demo's README: rule, student, opportunity."""
    text = (FIXTURES / "demo" / "README.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `(\w+)` \| ([^|]*×[^|]*) \|", text, flags=re.MULTILINE)
    return [(rule, *pair) for rule, pairs in rows for pair in re.findall(r"(S\d+) × (O\d+)", pairs)]


DEMO = diary_of("demo")
TINY = diary_of("tiny")


def test_the_demos_table_names_every_pair_rule():
    assert {rule for rule, _, _ in demo_cases()} == {*PAIR_RULES, "trip"}


@pytest.mark.parametrize(("rule", "student_id", "opportunity_id"), demo_cases())
def test_the_demos_pairs(rule, student_id, opportunity_id):
    assert set(refusals(DEMO, student_id, opportunity_id)) == {frozenset({rule})}


@pytest.mark.parametrize("student_id", ["S1", "S2", "S3", "S4", "S5", "S6"])
def test_the_tiny_rounds_pairs(student_id):
    text = (FIXTURES / "tiny" / "README.md").read_text(encoding="utf-8")
    [cells] = re.findall(rf"^\| {student_id} [^|]*\|(.*)\|$", text, flags=re.MULTILINE)
    for number, cell in enumerate(cells.split("|"), start=1):
        rules = frozenset(re.findall(r"`(\w+)`", cell))
        lawful = "**" in cell
        found = refusals(TINY, student_id, f"O{number}")
        assert all(not variant if lawful else rules <= variant for variant in found), (number, rules, found)
        assert lawful or rules


def test_the_tiny_rounds_plan_is_clean(tmp_path):
    folder = FIXTURES / "tiny"
    tables: dict[str, list[Row]] = {}
    for path in folder.glob("*.csv"):
        if path.stem != "expected":
            with path.open(encoding="utf-8", newline="") as file:
                tables[path.stem] = list(csv.DictReader(file))
    with (folder / "expected.csv").open(encoding="utf-8", newline="") as file:
        expected = [row for row in csv.DictReader(file) if row["opportunity_id"]]
    placements = []
    for row in expected:
        student, opportunity = TINY.world.students[row["student_id"]], TINY.world.opportunities[row["opportunity_id"]]
        pair = TINY.pair(student, opportunity, TINY.listed(opportunity)[0], opportunity.patterns[0])
        trip = prescribed(pair, TINY)[0]
        [sessions] = [found["sessions"] for found in tables["opportunities"] if found["opportunity_id"] == row["opportunity_id"]]
        travel = {"mode": trip.mode, "minutes": f"{trip.minutes:g}", "transfers": str(trip.transfers)}
        names = {"site_id": opportunity.site_id, "mentor_id": pair.mentor.mentor_id, "sessions": sessions, "reason": "by hand"}
        placements.append({**row, **names, **travel})
    publish(tmp_path, folder, tables, (folder / "round.toml").read_text(encoding="utf-8"), placements)
    assert audit(tmp_path, folder) == []
