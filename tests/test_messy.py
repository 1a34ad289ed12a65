"""The messy round: every planted fault is reported at its place, and nothing else is."""

from __future__ import annotations

import csv
from itertools import pairwise
from pathlib import Path

from matcher.load import read_round

FOLDER = Path(__file__).parents[1] / "fixtures" / "messy"


def planted() -> list[tuple[str, ...]]:
    with (FOLDER / "expected.csv").open(newline="", encoding="utf-8") as file:
        return [tuple(row.values()) for row in csv.DictReader(file)]


def test_every_planted_fault_is_reported_and_nothing_else():
    round_, issues = read_round(FOLDER)
    reported = [(i.table, str(i.row or ""), i.column or "", i.code, i.severity, i.value) for i in issues]
    assert sorted(reported) == sorted(planted())
    assert round_ is None


def test_there_are_many_faults_of_many_kinds():
    faults = planted()
    assert len(faults) == 119
    assert len({code for _, _, _, code, _, _ in faults}) >= 45


def test_issues_come_in_order_of_table_row_and_column():
    _, issues = read_round(FOLDER)
    order = [table for table, *_ in planted()]
    assert [i.table for i in issues] == order
    for one, two in pairwise(issues):
        assert one.table != two.table or (one.row or 0, one.column or "") <= (two.row or 0, two.column or "")


def test_every_message_says_what_to_do():
    _, issues = read_round(FOLDER)
    assert {issue.hint[:6] for issue in issues} == {"Maybe "}
    assert all(issue.hint.endswith(".") and not issue.message.endswith(".") for issue in issues)


def test_the_readme_names_the_place_of_every_fault():
    lines = (FOLDER / "README.md").read_text(encoding="utf-8").splitlines()
    cells = [[cell.strip(" `") for cell in line.split("|")[1:5]] for line in lines if line.startswith("| ")][1:]
    assert [tuple(row[:3]) for row in cells] == [fault[:3] for fault in planted()]
    assert all(row[3] for row in cells)
