"""The published files themselves: missing, misshapen, tampered with, contradicting each other or the input."""

from __future__ import annotations

import json

import pytest

from matcher.audit import Finding, audit
from tests.audit.plain_round import (
    MON_WED,
    TUE_THU,
    PlainRound,
    Row,
    a_mentor,
    a_site,
    a_student,
    columns_of,
    csv_text,
    packs_of,
    publish,
    refused,
    seal,
    write_round,
)


def altered(plain: PlainRound, folder, change, *, sealed: bool = True) -> list[Finding]:
    """Publish, let `change` alter the output folder, seal it again unless told not to, and audit."""
    plain.audit(folder)
    out, source = folder / "out", folder / "round"
    change(out)
    if sealed:
        seal(out, source, plain.tables, packs_of(plain.settings, source))
    return audit(out, source)


def replace(name: str, old: str, new: str):
    """Give a change that replaces text in a file."""

    def change(out) -> None:
        text = (out / name).read_text(encoding="utf-8")
        assert old in text
        (out / name).write_text(text.replace(old, new), encoding="utf-8")

    return change


def in_summary(**values):
    """Give a change that sets values of summary.json; of `counts` only those named, and None takes one away."""

    def change(out) -> None:
        summary = json.loads((out / "summary.json").read_text(encoding="utf-8"))
        counts = {**summary["counts"], **values.get("counts", {})}
        told = {name: number for name, number in counts.items() if number is not None}
        (out / "summary.json").write_text(json.dumps({**summary, **values, "counts": told}), encoding="utf-8")

    return change


def in_manifest(part: str, **values):
    """Give a change that sets values of one part of manifest.json."""

    def change(out) -> None:
        manifest = json.loads((out / "manifest.json").read_text(encoding="utf-8"))
        manifest[part].update(values)
        (out / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")

    return change


@pytest.mark.parametrize("name", ["placements.csv", "unplaced.csv", "seats.csv", "summary.json", "manifest.json"])
def test_a_missing_output_file(plain, tmp_path, name):
    findings = altered(plain, tmp_path, lambda out: (out / name).unlink(), sealed=False)
    assert Finding("", "file_missing", None, f"{name} is not in the output folder") in findings


@pytest.mark.parametrize("name", ["schools.csv", "students.csv", "sites.csv", "mentors.csv", "opportunities.csv", "round.toml"])
def test_a_missing_input_file(plain, tmp_path, name):
    plain.audit(tmp_path)
    (tmp_path / "round" / name).unlink()
    assert "file_missing" in {finding.rule for finding in audit(tmp_path / "out", tmp_path / "round")}


def test_nothing_at_all(tmp_path):
    assert {finding.rule for finding in audit(tmp_path / "no", tmp_path / "where")} == {"file_missing"}


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("placements.csv", "mentor_id", "mentor"),
        ("placements.csv", "likes it", "likes it,very"),
        ("unplaced.csv", ",seats,full", ",,full"),
        ("seats.csv", "price", "cost"),
        ("summary.json", "}", "]"),
    ],
)
def test_misshapen_files(plain, tmp_path, name, old, new):
    findings = altered(plain, tmp_path, replace(name, old, new), sealed=False)
    assert "file_shape" in {finding.rule for finding in findings}


def test_an_unreadable_round_toml(plain, tmp_path):
    plain.audit(tmp_path)
    (tmp_path / "round" / "round.toml").write_text("[round\n", encoding="utf-8")
    assert "file_shape" in {finding.rule for finding in audit(tmp_path / "out", tmp_path / "round")}


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ({"opportunity_id": "O7"}, "opportunity O7 is not in opportunities"),
        ({"site_id": "X7"}, "site_id X7 is not in the input"),
        ({"mentor_id": "M7"}, "mentor_id M7 is not in the input"),
    ],
)
def test_unknown_ids(plain, tmp_path, cells, expected):
    findings = plain.place("S1", **cells).audit(tmp_path)
    assert ("S1", "unknown_id", expected) in [(finding.student_id, finding.rule, finding.message) for finding in findings]


def test_an_unknown_student(plain, tmp_path):
    assert refused(plain.place("S7", sessions=MON_WED).audit(tmp_path)) == {("S7", "unknown_id", None)}


def test_a_student_whose_school_is_unknown(plain, tmp_path):
    assert refused(plain.change("students", "S1", school_id="SC7").audit(tmp_path)) == {("S1", "unknown_id", None)}


def test_a_student_placed_twice(plain, tmp_path):
    plain.place("S1").placements.append({**plain.placements[0], "sessions": MON_WED})
    assert refused(plain.audit(tmp_path)) == {("S1", "duplicate_student", None)}


def test_a_student_unplaced_twice(plain, tmp_path):
    def change(out) -> None:
        text = (out / "unplaced.csv").read_text(encoding="utf-8")
        (out / "unplaced.csv").write_text(text + "S2,seats,full,\n", encoding="utf-8")
        in_summary(counts={"unplaced": 2})(out)

    assert refused(altered(plain, tmp_path, change)) == {("S2", "duplicate_student", None)}


def unplaced_is(*rows: str):
    """Give a change that writes unplaced.csv anew."""

    def change(out) -> None:
        (out / "unplaced.csv").write_text("\n".join(["student_id,code,reason,smallest_change", *rows, ""]), encoding="utf-8")
        in_summary(counts={"unplaced": len(rows)})(out)

    return change


@pytest.mark.parametrize(
    ("rows", "student_id"),
    [(["S1,seats,full,", "S2,seats,full,"], "S1"), ([], "S2"), (["S2,not_ready,early,"], "S2")],
)  # in both lists, in neither, and called not ready while seeking
def test_a_seeking_student_in_the_wrong_list(plain, tmp_path, rows, student_id):
    assert refused(altered(plain, tmp_path, unplaced_is(*rows))) == {(student_id, "lists", None)}


@pytest.mark.parametrize(("row", "lawful"), [("S3,not_ready,early,", True), ("S3,seats,full,", False), (None, False)])
def test_a_student_who_is_not_ready(plain, tmp_path, row, lawful):
    plain.tables["students"].append({**plain.tables["students"][1], "student_id": "S3", "status": "not_ready"})
    rows = ["S2,seats,full,"] + ([row] if row else [])
    assert refused(altered(plain, tmp_path, unplaced_is(*rows))) == (set() if lawful else {("S3", "lists", None)})


def test_a_student_who_is_not_ready_and_placed(plain, tmp_path):
    assert ("S1", "lists", None) in refused(plain.change("students", "S1", status="not_ready").audit(tmp_path))


def test_a_student_who_is_placed_already_is_in_neither_list(plain, tmp_path):
    assert refused(plain.change("students", "S1", status="placed").audit(tmp_path)) == {("S1", "lists", None)}
    plain.unplace("S1")
    assert plain.audit(tmp_path / "none") == []


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"status": "unknown"}, "status in summary.json is not one of optimal, feasible"),
        ({"counts": {"seeking": 3}}, "counts.seeking in summary.json should be 2"),
        ({"counts": {"placed": 2}}, "counts.placed in summary.json should be 1"),
        ({"counts": {"unplaced": None}}, "counts.unplaced in summary.json should be 1"),
        ({"counts": {"seats": 2}}, "counts.seats in summary.json should be 4"),  # two offers, each one seat in two alternatives
        ({"counts": {"seats_used": 0}}, "counts.seats_used in summary.json should be 1"),
        ({"objectives": [{"name": "most_placed", "value": 2, "bound": 2}]}, "objective most_placed in summary.json should be 1"),
        ({"objectives": [{"name": "total_points", "value": 701, "bound": 701}]}, "objective total_points in summary.json should be 700"),
    ],
)
def test_totals(plain, tmp_path, values, message):
    assert altered(plain, tmp_path, in_summary(**values)) == [Finding("", "totals", None, message)]


def test_feasible_is_a_good_status(plain, tmp_path):
    assert altered(plain, tmp_path, in_summary(status="feasible", objectives=[])) == []


@pytest.mark.parametrize(("points", "lawful"), [("0", True), ("1000", True), ("1001", False), ("-1", False), ("700.5", False), ("", False)])
def test_points(plain, tmp_path, points, lawful):
    rules = {finding.rule for finding in plain.place("S1", points=points).audit(tmp_path)}
    assert rules == (set() if lawful else {"points"})


@pytest.mark.parametrize("sessions", ["Tue 09:00-15:00", "Tue 09:00-15:00;Thu 09:00-15:01", "always", ""])
def test_sessions_that_are_no_alternative(plain, tmp_path, sessions):
    assert ("S1", "sessions", None) in refused(plain.place("S1", sessions=sessions).audit(tmp_path))


def test_another_site_than_the_opportunitys(plain, tmp_path):
    plain.tables["sites"].append(a_site("X2"))
    assert refused(plain.place("S1", site_id="X2").audit(tmp_path)) == {("S1", "site_of_opportunity", None)}


def test_a_mentor_who_is_not_listed(plain, tmp_path):
    plain.tables["mentors"].append(a_mentor("M3"))
    assert refused(plain.place("S1", mentor_id="M3").audit(tmp_path)) == {("S1", "mentor_of_opportunity", None)}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("O1,Tue 09:00-15:00;Thu 09:00-15:00,1,1,0", "O1,Tue 09:00-15:00;Thu 09:00-15:00,1,0,0"),
        ("O1,Tue 09:00-15:00;Thu 09:00-15:00,1,1,0", "O1,Tue 09:00-15:00;Thu 09:00-15:00,2,1,0"),
        ("O1,Mon 09:00-15:00;Wed 09:00-15:00,1,0,0", "O1,Mon 09:00-15:00;Wed 09:00-15:00,1,1,0"),
        ("O1,Mon 09:00-15:00;Wed 09:00-15:00,1,0,0\n", ""),
        ("O1,Mon 09:00-15:00;Wed 09:00-15:00,1,0,0\n", "O1,Mon 09:00-15:00;Wed 09:00-15:00,1,0,0\n" * 2),
    ],
)
def test_seats_file(plain, tmp_path, old, new):
    assert {finding.rule for finding in altered(plain, tmp_path, replace("seats.csv", old, new))} == {"totals"}


@pytest.mark.parametrize(
    ("sessions", "used"),
    [
        ("", (2, 0)),
        (TUE_THU, (2, 0)),
        (MON_WED, (1, 1)),
        ("Mon 14:00-16:00", (1, 1)),
        ("Mon 15:00-16:00", (2, 0)),
        ("Fri 09:00-10:00", (2, 0)),
    ],
)  # S1 is at O1 on Tuesday and Thursday in this round; S9 was there before
def test_seats_held_before_count_as_used(plain, tmp_path, sessions, used):
    plain.change("opportunities", "O1", seats="2").change("mentors", "M1", max_students="2")
    plain.tables["students"].append({**a_student("S9"), "status": "placed"})
    plain.add("previous", student_id="S9", opportunity_id="O1", sessions=sessions).audit(tmp_path)
    head, *rows = (tmp_path / "out" / "seats.csv").read_text(encoding="utf-8").splitlines()
    told = [f"O1,{TUE_THU},2,{used[0]},0", f"O1,{MON_WED},2,{used[1]},0", *rows[2:]]

    def change(out, wrong=""):
        (out / "seats.csv").write_text("\n".join([head, *told, wrong]), encoding="utf-8")
        in_summary(counts={"seats_used": 2})(out)

    assert altered(plain, tmp_path / "right", change) == []
    told[0] = f"O1,{TUE_THU},2,{used[0] - 1},0"
    assert {finding.rule for finding in altered(plain, tmp_path / "wrong", change)} == {"totals"}


def test_seats_file_with_a_row_of_something_else(plain, tmp_path):
    findings = altered(plain, tmp_path, replace("seats.csv", "O2,Mon 09:00", "O9,Mon 09:00"))
    assert {finding.rule for finding in findings} == {"totals"}


@pytest.mark.parametrize("name", ["placements.csv", "unplaced.csv", "seats.csv"])
def test_one_byte_more_breaks_a_hash(plain, tmp_path, name):
    findings = altered(plain, tmp_path, lambda out: (out / name).write_bytes((out / name).read_bytes() + b"\n"), sealed=False)
    assert findings == [Finding("", "hash", None, f"{name} is not what outputs of manifest.json says")]


@pytest.mark.parametrize(("values", "lawful"), [({"seconds": {"solve": 9}, "peak_mb": 1}, True), ({"gap": 1}, False)])
def test_timings_do_not_break_the_hash_of_the_summary(plain, tmp_path, values, lawful):
    assert {finding.rule for finding in altered(plain, tmp_path, in_summary(**values), sealed=False)} == (set() if lawful else {"hash"})


def test_another_file_of_the_contract_must_be_sealed(plain, tmp_path):
    findings = altered(plain, tmp_path, lambda out: (out / "recruit.csv").write_text("x", encoding="utf-8"), sealed=False)
    assert findings == [Finding("", "hash", None, "recruit.csv is not in outputs of manifest.json")]
    assert altered(plain, tmp_path / "sealed", lambda out: (out / "recruit.csv").write_text("x", encoding="utf-8")) == []


def test_a_sealed_file_that_is_gone(plain, tmp_path):
    findings = altered(plain, tmp_path, in_manifest("outputs", **{"report.html": "0" * 64}), sealed=False)
    assert findings == [Finding("", "file_missing", None, "report.html stands in outputs of manifest.json and is not there")]


@pytest.mark.parametrize(
    ("part", "name"), [("inputs", "students"), ("inputs", "round.toml"), ("rule_packs", "us-ri"), ("outputs", "summary.json")]
)
def test_a_wrong_hash(plain, tmp_path, part, name):
    findings = altered(plain, tmp_path, in_manifest(part, **{name: "0" * 64}), sealed=False)
    assert findings == [Finding("", "hash", None, f"{name} is not what {part} of manifest.json says")]


@pytest.mark.parametrize("part", ["inputs", "rule_packs", "outputs"])
def test_a_manifest_without_a_part(plain, tmp_path, part):
    def change(out) -> None:
        manifest = json.loads((out / "manifest.json").read_text(encoding="utf-8"))
        del manifest[part]
        (out / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")

    assert altered(plain, tmp_path, change, sealed=False) == [Finding("", "hash", None, f"manifest.json has no {part}")]


def test_an_input_that_changed_since_the_run(plain, tmp_path):
    plain.audit(tmp_path)
    write_round(tmp_path / "round", plain.settings, plain.change("students", "S2", name="Another").tables)
    findings = audit(tmp_path / "out", tmp_path / "round")
    assert findings == [Finding("", "hash", None, "students is not what inputs of manifest.json says")]


def test_an_input_table_that_was_not_there(plain, tmp_path):
    plain.audit(tmp_path)
    (tmp_path / "round" / "requests.csv").write_text("student_id,opportunity_id\nS2,O1\n", encoding="utf-8")
    assert [finding.message for finding in audit(tmp_path / "out", tmp_path / "round")] == ["requests is not in inputs of manifest.json"]


def test_row_and_column_order_do_not_matter(plain, tmp_path):
    plain.audit(tmp_path)
    students: list[Row] = [dict(reversed(row.items())) for row in reversed(plain.tables["students"])]
    text = csv_text(students, columns_of(students)).replace("\n", "\n\n")
    (tmp_path / "round" / "students.csv").write_text(text, encoding="utf-8")
    assert audit(tmp_path / "out", tmp_path / "round") == []


def test_escaped_cells_are_read_as_they_were(plain, tmp_path):
    plain.change("students", "S1", student_id="=S1").place("S1")
    plain.placements.clear()
    plain.place("'=S1")
    write_round(tmp_path / "round", plain.settings, plain.tables)
    publish(tmp_path / "out", tmp_path / "round", plain.tables, plain.settings, plain.placements)
    unplaced_is("S2,seats,full,")(tmp_path / "out")
    seal(tmp_path / "out", tmp_path / "round", plain.tables, packs_of(plain.settings, tmp_path / "round"))
    assert audit(tmp_path / "out", tmp_path / "round") == []


def test_an_input_id_that_stands_twice(plain, tmp_path):
    plain.tables["students"].append(dict(plain.tables["students"][0]))
    assert Finding("", "file_shape", None, "students: S1 stands twice") in plain.audit(tmp_path)
