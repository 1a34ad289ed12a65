"""What the auditor finds in slates.csv: S1 is placed at O1 (Tue/Thu or Mon/Wed, one seat each), S2 is not placed."""

from __future__ import annotations

import csv
import shutil
from pathlib import Path

import numpy as np
import pytest

from matcher.errors import VerificationError
from matcher.pipeline import run_round
from matcher.publish import publish
from tests.audit.plain_round import csv_text
from tests.audit.test_audit_files import altered

FIXTURES = Path(__file__).parents[2] / "fixtures"
COLUMNS = ["student_id", "rank", "opportunity_id", "points", "odds", "reason"]
WAVES = ["student_id", "opportunity_id", "wave", "hold_until"]


def read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def write(path: Path, rows: list[dict[str, str]]) -> None:
    path.write_text(csv_text(rows, list(rows[0])), encoding="utf-8")


def line(student_id: str, rank: int, opportunity_id: str, **cells: str) -> dict[str, str]:
    return dict(zip(COLUMNS, [student_id, str(rank), opportunity_id, "700", "0.3", "why"], strict=True)) | cells


GOOD = [line("S1", 1, "O1"), line("S1", 2, "O2"), line("S2", 1, "O2")]


def found(plain, folder, rows) -> list[str]:
    """What is found about these lines."""
    findings = altered(plain, folder, lambda out: (out / "slates.csv").write_text(csv_text(rows, COLUMNS), encoding="utf-8"))
    assert {finding.rule for finding in findings} <= {"slates"}
    return [f"{finding.student_id}: {finding.message}" for finding in findings]


DATES = {("S1", "O1"): ("1", "2026-09-25"), ("S1", "O2"): ("2", "2026-09-25"), ("S2", "O2"): ("1", "2026-09-25")}


def dated(plain, folder, dates) -> list[str]:
    """What is found about good slates with these waves and dates."""

    def change(out) -> None:
        (out / "slates.csv").write_text(csv_text(GOOD, COLUMNS), encoding="utf-8")
        rows = [dict(zip(WAVES, (*pair, *when), strict=True)) for pair, when in dates.items()]
        (out / "waves.csv").write_text(csv_text(rows, WAVES), encoding="utf-8")

    findings = altered(plain, folder, change)
    assert {finding.rule for finding in findings} <= {"slates"}
    return [f"{finding.student_id}: {finding.message}" for finding in findings]


def test_sound_slates(plain, tmp_path):
    assert found(plain, tmp_path, GOOD) == []


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([GOOD[1] | {"rank": "1"}, GOOD[2]], "S1: the slate does not begin with the placement at O1"),
        ([GOOD[2]], "S1: the slate does not begin with the placement at O1"),
        ([*GOOD[:1], GOOD[1] | {"rank": "3"}], "S1: the ranks of the slate are not 1, 2, 3 and so on"),
        ([*GOOD, line("S2", 2, "O2")], "S2: O2 stands 2 times on the slate"),
        ([*GOOD, line("S2", 2, "O9")], "S2: opportunity O9 is not in opportunities"),
        ([*GOOD, line("S9", 1, "O2")], "S9: slates.csv has lines for somebody who is not a seeking student"),
        ([*GOOD, line("S2", 2, "O1", odds="1.2")], "S2: points or odds of O1 are out of their range"),
        ([*GOOD, line("S2", 2, "O1", odds="likely")], "S2: points or odds of O1 are out of their range"),
        ([*GOOD, line("S2", 2, "O1", points="1001")], "S2: points or odds of O1 are out of their range"),
    ],
)
def test_one_fault(plain, tmp_path, rows, message):
    assert found(plain, tmp_path, rows) == [message]


def test_an_unlawful_option(plain, tmp_path):
    plain.add("decisions", kind="ban", a="S2", b="O2", until="", note="")
    assert found(plain, tmp_path, GOOD) == ["S2: no way to take up O2 is lawful"]


def test_an_option_that_is_lawful_in_its_other_alternative_only(plain, tmp_path):
    plain.change("students", "S2").every("students", available="").change("students", "S2", available="Mon 08:00-17:00;Wed 08:00-17:00")
    assert found(plain, tmp_path, GOOD) == []


def test_a_slate_that_is_too_long(plain, tmp_path):
    plain.settings += "[limits]\nslate_size = 1\n"
    assert found(plain, tmp_path, GOOD) == ["S1: the slate has 2 options and slate_size is 1"]


def test_promises_beyond_the_cap(plain, tmp_path):
    """O2 has one seat in each of two alternatives: two seats, or one where the alternatives share an hour."""
    plain.settings += "[limits]\npromises_per_seat = 1\n"
    assert found(plain, tmp_path / "two", GOOD) == []
    plain.change("opportunities", "O2", sessions="Tue 09:00-15:00 | Tue 10:00-12:00")
    assert found(plain, tmp_path / "one", GOOD) == [": O2 has 1 seats and is promised to 2 students, more than 1 a seat"]


def test_promises_of_seats_that_are_held_since_before(plain, tmp_path):
    """O2 has a seat on Tue/Thu and one on Mon/Wed. S3 keeps one, when placed: not both may be told of it."""
    plain.settings += "[limits]\npromises_per_seat = 1\n"
    plain.tables["students"].append(plain.tables["students"][0] | {"student_id": "S3"})
    plain.add("previous", student_id="S3", opportunity_id="O2", sessions="Mon 09:00-15:00;Wed 09:00-15:00")
    assert found(plain, tmp_path / "seeking", GOOD) == []
    plain.change("students", "S3", status="placed")
    told = found(plain, tmp_path / "placed", GOOD)
    assert told == [": O2 has 1 seats beside 1 held since before and is promised to 2 students, more than 1 a seat"]
    plain.settings = plain.settings.replace("promises_per_seat = 1", "promises_per_seat = 2")
    assert found(plain, tmp_path / "cap", GOOD) == []


def test_an_engine_that_forgot_held_seats_is_caught(tmp_path, monkeypatch):
    """One seat in all at O2, which S2 keeps: nobody is told to try for it, and an engine that forgets S2 is not published."""
    folder = tmp_path / "round"
    shutil.copytree(FIXTURES / "tiny", folder)
    students = read(folder / "students.csv")
    write(folder / "students.csv", [row | {"status": "placed"} if row["student_id"] == "S2" else row for row in students])
    write(folder / "previous.csv", [{"student_id": "S2", "opportunity_id": "O2", "sessions": ""}])
    publish(run_round(folder), tmp_path / "plan")
    assert "O2" not in {row["opportunity_id"] for row in read(tmp_path / "plan" / "slates.csv")}
    monkeypatch.setattr("matcher.slates.standing", lambda _: [])
    monkeypatch.setattr("matcher.slates._shut", lambda problem: np.zeros(len(problem), dtype=bool))
    with pytest.raises(VerificationError) as caught:
        publish(run_round(folder), tmp_path / "forgetful")
    assert any("O2 has 0 seats beside 1 held since before" in finding for finding in caught.value.findings)


def test_a_plan_that_fills_both_halves_of_a_day_is_published(tmp_path):
    """One seat, the whole Tuesday or either half: in their order only the whole day stands side by side, the plan fills both halves."""
    folder = tmp_path / "round"
    shutil.copytree(FIXTURES / "tiny", folder)
    offer = next(row for row in read(folder / "opportunities.csv") if row["opportunity_id"] == "O2")
    write(folder / "opportunities.csv", [offer | {"sessions": "Tue 09:00-15:00 | Tue 09:00-11:00 | Tue 12:00-15:00"}])
    student = next(row for row in read(folder / "students.csv") if row["student_id"] == "S2")
    write(folder / "students.csv", [student | {"student_id": f"S{i}"} for i in range(1, 9)])
    for name in ("decisions.csv", "requests.csv"):
        (folder / name).unlink()
    publish(run_round(folder), tmp_path / "plan")
    assert len(read(tmp_path / "plan" / "placements.csv")) == 2
    assert len(read(tmp_path / "plan" / "slates.csv")) == 6, "two seats, three students each"


def test_two_without_contact(plain, tmp_path):
    plain.add("decisions", kind="no_contact", a="S1", b="S2", until="", note="")
    told = found(plain, tmp_path, GOOD)
    assert "S1: the slate leads to the same site as the slate of S2: O1" in told


@pytest.mark.parametrize(
    ("changes", "odds"),
    [
        ([("history", {"site_id": "X1", "mentor_id": "", "asked": "6", "landed": "1"})], "0.227"),
        ([("history", {"site_id": "X1", "mentor_id": "M1", "asked": "6", "landed": "1"})], "0.227"),
        ([("history", {"site_id": "X9", "mentor_id": "M1", "asked": "6", "landed": "1"})], "0.3"),
        ([("requests", {"student_id": "S9", "opportunity_id": "O2", "state": "declined"})], "0.25"),
        ([("requests", {"student_id": "S9", "opportunity_id": "O2", "state": "pursuing", "expires": "2026-09-11"})], "0.25"),
        ([("requests", {"student_id": "S9", "opportunity_id": "O2", "state": "pursuing", "expires": "2026-09-14"})], "0.3"),
        ([("requests", {"student_id": "S2", "opportunity_id": "O2", "state": "pursuing", "expires": ""})], "0.6"),
        ([("decisions", {"kind": "pin", "a": "S2", "b": "O2", "until": "2026-09-01"})], "0.3"),
    ],
)
def test_odds_are_worked_out_again(plain, tmp_path, changes, odds):
    """Of S2 at O2: (5 x 0.3 + 1) / 11, (5 x 0.3) / 6, and so on; a hundredth more is found."""
    for table, cells in changes:
        plain.add(table, **cells)
    rows = [row for row in GOOD if row["student_id"] == "S2"]
    plain.unplace("S1")
    assert found(plain, tmp_path / "right", [row | {"odds": odds} for row in rows]) == []
    assert found(plain, tmp_path / "wrong", [row | {"odds": "0.31"} for row in rows]) == [
        f"S2: the odds of O2 are 0.31 and should be {odds}"
    ]


def test_sound_dates(plain, tmp_path):
    """Ten school days from Monday 14 September end on Friday the 25th, which is the last day too."""
    assert dated(plain, tmp_path, DATES) == []


def test_dates_count_school_days(plain, tmp_path):
    """Two days a wave, the 15th and 17th without school and LTI: 14, 16 | 18, 21."""
    plain.settings += "[waves]\ndays = 2\n"
    plain.add("calendar", school_id="*", date="2026-09-15", kind="no_school").add(
        "calendar", school_id="SC1", date="2026-09-17", kind="no_lti"
    )
    plain.unplace("S1")
    good = {("S1", "O1"): ("1", "2026-09-16"), ("S1", "O2"): ("2", "2026-09-21"), ("S2", "O2"): ("1", "2026-09-16")}
    assert dated(plain, tmp_path / "good", good) == []
    wrong = good | {("S1", "O2"): ("2", "2026-09-18")}
    assert dated(plain, tmp_path / "wrong", wrong) == ["S1: O2 is in wave 2 until 2026-09-18 and should be in wave 2 until 2026-09-21"]
    turn = good | {("S2", "O2"): ("2", "2026-09-21")}
    assert dated(plain, tmp_path / "turn", turn) == ["S2: O2 is in wave 2 until 2026-09-21 and should be in wave 1 until 2026-09-16"]


def test_dates_of_other_lines(plain, tmp_path):
    short = dict(list(DATES.items())[:2])
    assert dated(plain, tmp_path, short) == [": waves.csv does not have the students and opportunities of slates.csv, line by line"]


def test_what_is_pursued_keeps_its_own_date(plain, tmp_path):
    plain.add("requests", student_id="S1", opportunity_id="O1", state="pursuing", expires="2026-09-20")
    late = DATES | {("S1", "O1"): ("0", "2026-09-20"), ("S1", "O2"): ("1", "2026-09-25")}
    told = dated(plain, tmp_path, late)
    assert told == ["S1: the odds of O1 are 0.3 and should be 0.6"]


def test_a_run_with_history_in_the_middle_of_a_term_is_published(tmp_path):
    """The engine and the auditor agree on odds and dates; what was pursued until September waits for nobody in October."""
    folder = tmp_path / "round"
    shutil.copytree(FIXTURES / "demo", folder)
    sites = [row["site_id"] for row in read(folder / "sites.csv")]
    history = [{"site_id": s, "mentor_id": "", "asked": str(i % 7), "landed": str(i % 7 // 2)} for i, s in enumerate(sites)]
    history += [
        {"site_id": m["site_id"], "mentor_id": m["mentor_id"], "asked": "9", "landed": "8"} for m in read(folder / "mentors.csv")[::3]
    ]
    write(folder / "history.csv", history)
    settings = folder / "round.toml"
    settings.write_text(settings.read_text(encoding="utf-8") + "[waves]\nbegins = 2026-10-09\ndays = 5\n", encoding="utf-8")
    run = run_round(folder)
    publish(run, tmp_path / "plan")
    assert len({row["odds"] for row in read(tmp_path / "plan" / "slates.csv")}) > 15
    late = {(r.student_id, r.opportunity_id) for r in run.world.round.requests if r.expires and str(r.expires) < "2026-10-09"}
    lines = read(tmp_path / "plan" / "waves.csv")
    assert late
    assert all(row["wave"] != "0" for row in lines if (row["student_id"], row["opportunity_id"]) in late)
    assert min(row["hold_until"] for row in lines) >= "2026-10-09"
    assert sum(issue.code == "no_answer" for issue in run.issues) > 0
