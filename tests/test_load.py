"""Raw tables to a round: headers, cells, order, hashes, and nothing half-loaded."""

from __future__ import annotations

import datetime as dt
import hashlib
import random
from pathlib import Path

import openpyxl
import pytest

from matcher import cells
from matcher.check.base import Origin
from matcher.domain import TABLES
from matcher.errors import InputError, Issue
from matcher.load import canonical_hashes, load_round, read_round
from matcher.load.header import required_columns
from matcher.tables.base import MAX_CELL
from tests.folders import PAPERS, TERM, Table, csv_text, sound_tables, write_csvs, write_workbook


def issues_of(tmp_path: Path, tables: dict[str, Table], settings: str = TERM) -> list[Issue]:
    round_, issues = read_round(write_csvs(tmp_path / "round", tables, settings))
    assert (round_ is None) == any(issue.severity == "error" for issue in issues)
    return issues


def brief(issues: list[Issue]) -> list[tuple[str, int | None, str | None, str, str]]:
    return [(i.table, i.row, i.column, i.code, i.value) for i in issues]


def with_column(table: str, column: str, value: str) -> dict[str, Table]:
    """Sound tables with one cell of the first row set, in a column added when it is not there."""
    tables = sound_tables()
    header, row = tables[table][:2]
    if column in header:
        row[header.index(column)] = value
    else:
        for line in tables[table]:
            line.append("")
        header[-1], row[-1] = column, value
    return tables


def test_a_sound_round_loads_without_issues_sorted_by_id(tmp_path):
    round_, warnings = load_round(write_csvs(tmp_path / "round", sound_tables()))
    assert warnings == []
    assert [s.student_id for s in round_.students] == ["S1", "S2"]
    assert round_.students[0].birth_date == dt.date(2010, 1, 15)
    assert round_.students[0].interests == 'animals, and "plants"'
    assert round_.opportunities[0].sessions == (cells.parse_windows("Tue 09:00-15:00;Thu 09:00-15:00"),)
    assert round_.mentors[0].max_students == 1
    assert round_.settings.round.start == dt.date(2026, 9, 8)


def test_row_and_column_order_never_matter(tmp_path):
    tables = sound_tables()
    tables["students"] += [[f"S{i}", *tables["students"][1][1:]] for i in range(3, 12)]
    tables["requests"] = [["student_id", "opportunity_id", "rank"], *([f"S{i}", "O1", "1"] for i in range(1, 12))]
    tables["decisions"] = [["kind", "a", "b"], ["keep_apart", "S1", "S2"], ["ban", "S3", "O1"], ["ban", "S10", "O1"]]
    tables["calendar"] = [["school_id", "date", "kind"], ["*", "2026-10-12", "no_school"], ["*", "2026-09-29", "no_lti"]]
    tables["travel"] = [["from_id", "site_id", "mode", "minutes"], ["S1", "W1", "walk", "5"], ["K1", "W1", "walk", "5"]]
    folder = write_csvs(tmp_path / "a", tables)
    chance = random.Random(7)
    shuffled = {}
    for name, table in tables.items():
        columns = chance.sample(range(len(table[0])), len(table[0]))
        rows = [table[0], *chance.sample(table[1:], len(table) - 1)]
        shuffled[name] = [[row[i] for i in columns] for row in rows]
    other = write_csvs(tmp_path / "b", shuffled)
    assert (other / "students.csv").read_bytes() != (folder / "students.csv").read_bytes()
    assert load_round(other) == load_round(folder)
    assert canonical_hashes(other) == canonical_hashes(folder)


def test_errors_stop_the_round_and_the_message_holds_no_cell(tmp_path):
    tables = with_column("students", "birth_date", "13/04/2010")
    tables["sites"][1][1] = ""
    folder = write_csvs(tmp_path / "round", tables)
    with pytest.raises(InputError, match="2 errors") as caught:
        load_round(folder)
    assert str(caught.value) == "the round cannot be read: 2 errors in the input (students 1, sites 1)"
    assert brief(caught.value.issues) == [
        ("students", 2, "birth_date", "bad_date", "13/04/2010"),
        ("sites", 2, "name", "blank_cell", ""),
    ]
    assert caught.value.exit_code == 2


def test_warnings_do_not_stop_the_round(tmp_path):
    round_, warnings = load_round(write_csvs(tmp_path / "round", with_column("students", "birth_date", "")))
    assert brief(warnings) == [("students", 2, "birth_date", "missing_fact", "")]
    assert round_.student["S2"].birth_date is None


def test_a_folder_that_is_not_there(tmp_path):
    round_, issues = read_round(tmp_path / "nowhere")
    assert round_ is None
    assert [(i.table, i.code, i.severity) for i in issues] == [("round.toml", "missing_folder", "error")]


def test_a_folder_without_round_toml_still_has_its_tables_checked(tmp_path):
    folder = write_csvs(tmp_path / "round", with_column("students", "grade", "ten"))
    (folder / "round.toml").unlink()
    assert [i.code for i in read_round(folder)[1]] == ["missing_file", "bad_number"]


@pytest.mark.parametrize(
    ("text", "code", "column", "value"),
    [
        ("[round]\nstrat = 2026-09-08\n", "unknown_key", "round.strat", "2026-09-08"),
        ("[rounds]\n", "unknown_key", "rounds", ""),
        ("[limits]\nslate_size = 0\n", "bad_setting", "limits.slate_size", "0"),
        ("[round]\nstart = 2026-09-08\nend = 2026-09-07\n", "bad_setting", "round", ""),
        ("[weights]\ninterests = inf\n", "bad_setting", "weights.interests", "inf"),
        ("[round\n", "bad_toml", None, ""),
        ("a = " + "[" * 5_000, "bad_toml", None, ""),
    ],
)
def test_faults_of_round_toml_and_no_talk_about_its_dates(tmp_path, text, code, column, value):
    tables = with_column("students", "birth_date", "2030-01-01")
    assert brief(issues_of(tmp_path, tables, text)) == [("round.toml", None, column, code, value)]


def test_a_huge_round_toml_is_not_read(tmp_path):
    assert [i.code for i in issues_of(tmp_path, sound_tables(), "#" * (1024 * 1024 + 1))] == ["too_big"]
    assert issues_of(tmp_path, sound_tables(), TERM + "#" * (1024 * 1024 - len(TERM))) == []


def test_required_columns_are_those_of_the_contract():
    starred = {
        "schools": "school_id state lat lon windows",
        "students": "student_id school_id grade birth_date interests travel_modes",
        "sites": "site_id name state lat lon",
        "mentors": "mentor_id site_id",
        "opportunities": "opportunity_id site_id mentors title description placement_kind sessions seats",
        "requests": "student_id opportunity_id",
        "decisions": "kind a b",
        "calendar": "school_id date kind",
        "travel": "from_id site_id mode minutes",
        "vans": "van_id school_id seats weekdays departs returns",
        "previous": "student_id opportunity_id",
        "history": "site_id asked landed",
    }
    assert {table: required_columns(table) for table in TABLES} == {table: set(text.split()) for table, text in starred.items()}


@pytest.mark.parametrize(("table", "column"), [(table, column) for table in sound_tables() for column in sorted(required_columns(table))])
def test_each_required_column_and_nothing_said_per_row(tmp_path, table, column):
    tables = sound_tables()
    place = tables[table][0].index(column)
    tables[table] = [[cell for i, cell in enumerate(row) if i != place] for row in tables[table]]
    assert brief(issues_of(tmp_path, tables)) == [(table, 1, column, "missing_column", "")]


@pytest.mark.parametrize(("table", "column"), [(table, column) for table in sound_tables() for column in sorted(required_columns(table))])
def test_each_required_cell_and_the_four_lawful_blanks(tmp_path, table, column):
    issues = issues_of(tmp_path, with_column(table, column, ""))
    lawful = table == "students" and column in {"grade", "birth_date", "interests", "travel_modes"}
    own = [i for i in issues if (i.table, i.column) == (table, column)]
    assert [(i.row, i.code, i.severity) for i in own] == [(2, *(("missing_fact", "warning") if lawful else ("blank_cell", "error")))]
    assert {i.code for i in issues if i not in own} <= {"unknown_reference"}


def test_a_blank_optional_cell_takes_the_default(tmp_path):
    tables = sound_tables()
    tables["mentors"] = [["mentor_id", "site_id", "documents", "max_students"], ["M1", "W1", "clearance:2027-06-30", " "]]
    tables["students"][0] += ["status", "priority", "starts_from", "available"]
    tables["students"] = [row + [""] * (11 - len(row)) for row in tables["students"]]
    round_, _ = load_round(write_csvs(tmp_path / "round", tables))
    student = round_.students[0]
    assert round_.mentors[0].max_students == 1
    assert (student.status, student.priority, student.starts_from, student.available) == ("seeking", 0, "school", ())


@pytest.mark.parametrize("header", ["Student ID", "STUDENT_ID", "student-id", "studentId", "Student. Id"])
def test_headers_in_other_writing(tmp_path, header):
    tables = sound_tables()
    tables["students"][0][0] = header
    round_, warnings = load_round(write_csvs(tmp_path / "round", tables))
    assert brief(warnings) == [("students", 1, "student_id", "renamed_column", header)]
    assert len(round_.students) == 2


def test_an_unknown_column_with_and_without_a_likeness(tmp_path):
    tables = with_column("students", "langauges", "en")
    tables = {**tables, "students": [[*row, ""] for row in tables["students"]]}
    tables["students"][0][-1] = "shoe size"
    first, second = issues_of(tmp_path, tables)
    assert (first.column, first.code, first.severity, first.hint) == ("langauges", "unknown_column", "warning", "Maybe you mean languages.")
    assert (second.column, second.hint) == ("shoe size", "Maybe delete it; it is not used.")


def test_a_misspelt_required_column_points_at_it(tmp_path):
    tables = sound_tables()
    tables["students"][0][3] = "brith_date"
    missing, unknown = issues_of(tmp_path, tables)
    assert (missing.code, missing.hint) == ("missing_column", "Maybe the column 'brith_date' should be called birth_date.")
    assert (unknown.code, unknown.hint) == ("unknown_column", "Maybe you mean birth_date.")


def test_a_duplicate_column_is_an_error(tmp_path):
    tables = sound_tables()
    tables["students"] = [[*row, row[2]] for row in tables["students"]]
    assert brief(issues_of(tmp_path, tables)) == [("students", 1, "grade", "duplicate_column", "grade")]


def test_a_wrong_header_is_one_clear_error(tmp_path):
    tables = sound_tables()
    tables["students"] = [["Students of Harbor High", "", "printed 2026-08-01"], *tables["students"] * 50]
    tables["requests"] = [["student_id", "opportunity_id"], ["S1", "O1"]]
    (issue,) = [i for i in issues_of(tmp_path, tables) if i.code != "long_row"]
    assert (issue.table, issue.row, issue.code) == ("students", 1, "wrong_header")
    assert issue.hint == "Maybe the header is in row 2: delete the rows above it."


def test_a_file_of_another_table_is_a_wrong_header(tmp_path):
    tables = sound_tables()
    tables["students"] = [["a", "b"], ["1", "2"]]
    assert [(i.code, i.hint) for i in issues_of(tmp_path, tables)] == [("wrong_header", "Maybe the first row must hold the column names.")]


def test_an_unreadable_table_says_nothing_about_references_to_it(tmp_path):
    tables = sound_tables()
    tables["requests"] = [["student_id", "opportunity_id"], ["S1", "O1"], ["S1", "O7"]]
    tables["decisions"] = [["kind", "a", "b"], ["pin", "S1", "O1"], ["keep_apart", "S1", "S2"]]
    folder = write_csvs(tmp_path / "round", tables)
    (folder / "students.csv").write_bytes(b"")
    assert brief(read_round(folder)[1]) == [
        ("students", None, None, "empty_file", ""),
        ("requests", 3, "opportunity_id", "unknown_reference", "O7"),
    ]


def test_a_bad_row_keeps_its_id_and_its_other_cells_are_checked(tmp_path):
    tables = with_column("students", "birth_date", "soon")
    tables["students"][1][1] = "K9"
    tables["requests"] = [["student_id", "opportunity_id"], ["S2", "O1"]]
    assert brief(issues_of(tmp_path, tables)) == [
        ("students", 2, "birth_date", "bad_date", "soon"),
        ("students", 2, "school_id", "unknown_reference", "K9"),
    ]


@pytest.mark.parametrize(("length", "codes"), [(MAX_CELL, []), (MAX_CELL + 1, ["cell_too_long"])])
def test_the_longest_lawful_cell(tmp_path, length, codes):
    issues = issues_of(tmp_path, with_column("students", "interests", "x" * length))
    assert [i.code for i in issues] == codes
    assert all(len(i.value) < 300 for i in issues)


@pytest.mark.parametrize(("text", "codes"), [("#N/A", ["formula_error"]), ("#REF!", ["formula_error"]), ("#1 in music", []), ("#", [])])
def test_formulas_that_failed(tmp_path, text, codes):
    assert [i.code for i in issues_of(tmp_path, with_column("students", "interests", text))] == codes


@pytest.mark.parametrize(
    ("table", "column", "good", "bad", "code"),
    [
        ("students", "grade", "12.0", "12.5", "bad_number"),
        ("students", "birth_date", "2008-02-29", "2009-02-29", "bad_date"),
        ("students", "max_travel_minutes", "0", "-1", "out_of_range"),
        ("students", "travel_modes", "Walk;BIKE", "walk;fly", "bad_value"),
        ("students", "available", "Tue 00:00-24:00", "Tue 15:00-15:00", "bad_window"),
        ("students", "documents", "parent_consent:2026-01-01", "parent_consent:", "bad_document"),
        ("schools", "windows", "Tue 08:00-12:00;Tue 12:00-16:00", "Tue 08:00-12:01;Tue 12:00-16:00", "overlapping_windows"),
        ("schools", "leave_after", "24:00", "24:01", "bad_time"),
        ("schools", "lat", "41.9", "90.1", "out_of_range"),
        ("schools", "lon", "-71", "-180.1", "out_of_range"),
        ("sites", "lat", "41.9", "41,9", "bad_coordinate"),
        ("sites", "observable", "YES", "y", "bad_yes_no"),
        ("sites", "closures", "2026-10-12", "2026-10-12..2026-10-11", "bad_range"),
        ("sites", "max_students", "0", "-1", "out_of_range"),
        ("opportunities", "seats", "1", "0", "out_of_range"),
        ("opportunities", "sessions", "Tue 09:00-15:00 | Thu 09:00-15:00", "Tue 09:00-15:00 | Tue 09:00-15:00", "bad_window"),
        ("opportunities", "placement_kind", "PAID_employment", "paid", "bad_value"),
        ("opportunities", "min_age", "16", "sixteen", "bad_number"),
    ],
)
def test_both_sides_of_what_a_cell_may_say(tmp_path, table, column, good, bad, code):
    allowed = {"no_rule_pack", "outside_hours"}
    assert {i.code for i in issues_of(tmp_path, with_column(table, column, good))} <= allowed
    (issue,) = issues_of(tmp_path, with_column(table, column, bad))
    assert (issue.table, issue.row, issue.column, issue.code, issue.value, issue.severity) == (table, 2, column, code, bad, "error")


def test_a_word_that_is_nearly_right_is_suggested(tmp_path):
    (issue,) = issues_of(tmp_path, with_column("students", "status", "seekng"))
    assert issue.hint == "Maybe seeking is meant."
    (issue,) = issues_of(tmp_path, with_column("opportunities", "placement_kind", "paid"))
    assert issue.hint == "Maybe use one of these words."


def test_swapped_coordinates_beyond_the_pole_are_guessed(tmp_path):
    (issue,) = issues_of(tmp_path, with_column("schools", "lat", "-120.5"))
    assert issue.hint == "Maybe lat and lon are swapped."


def test_no_other_cell_of_a_row_is_shown(tmp_path):
    secret = "Zanzibar"
    tables = with_column("students", "name", secret)
    tables["students"][1][3], tables["students"][1][1] = "soon", "K9"
    assert not any(secret in str(issue) for issue in issues_of(tmp_path, tables))


def test_nothing_is_written_to_logs(tmp_path, caplog, capsys):
    with caplog.at_level("DEBUG"):
        issues_of(tmp_path, with_column("students", "birth_date", "soon"))
    assert caplog.records == []
    assert capsys.readouterr() == ("", "")


def test_hashes_are_those_of_the_definition(tmp_path):
    folder = write_csvs(tmp_path / "round", sound_tables(), "[round]\nid = 'é'\n")
    mentors = "documents,mentor_id,site_id\nclearance:2026-07-01..2027-06-30,M1,W1\n"
    row = f'2010-01-15,{PAPERS},11,"animals, and ""plants""",K1,{{}},walk;bike\n'
    header = "birth_date,documents,grade,interests,school_id,student_id,travel_modes\n"
    quoted = header + row.format("S1") + row.format("S2")
    hashes = canonical_hashes(folder)
    assert set(hashes) == {"schools", "students", "sites", "mentors", "opportunities", "round.toml"}
    assert hashes["mentors"] == hashlib.sha256(mentors.encode()).hexdigest()
    assert hashes["students"] == hashlib.sha256(quoted.encode()).hexdigest()
    assert hashes["round.toml"] == hashlib.sha256("[round]\nid = 'é'\n".encode()).hexdigest()


def test_the_form_of_a_file_does_not_change_its_hash(tmp_path):
    tables = sound_tables()
    tables["sites"][0].append("description")
    tables["sites"][1].append('two lines\nand "quotes"')
    before = canonical_hashes(write_csvs(tmp_path / "a", tables))
    folder = write_csvs(tmp_path / "b", tables)
    padded = [[f" {cell} " for cell in row] for row in tables["students"]]
    (folder / "students.csv").write_bytes(csv_text(padded, ";", "\r\n").encode("utf-16"))
    (folder / "sites.csv").write_bytes(csv_text(tables["sites"], "\t", "\r\n").encode("cp1252"))
    (folder / "mentors.csv").write_bytes(b"\xef\xbb\xbf\r\n" + csv_text([*tables["mentors"], ["", "", ""]]).encode())
    (folder / "round.toml").write_bytes(b"\xef\xbb\xbf" + TERM.encode())
    assert canonical_hashes(folder) == before
    assert canonical_hashes(write_workbook(tmp_path / "c", tables)) == before


@pytest.mark.parametrize(
    ("table", "column", "value"), [("students", "interests", "animals"), ("sites", "name", "Cafe"), ("mentors", "mentor_id", "M2")]
)
def test_another_cell_is_another_hash(tmp_path, table, column, value):
    before = canonical_hashes(write_csvs(tmp_path / "a", sound_tables()))
    after = canonical_hashes(write_csvs(tmp_path / "b", with_column(table, column, value)))
    assert {name for name in before if before[name] != after[name]} == {table}


def test_settings_in_other_newlines_have_the_same_hash(tmp_path):
    folder = write_csvs(tmp_path / "a", sound_tables())
    hashes = set()
    for data in (b"[round]\nid = 'x'\n", b"[round]\r\nid = 'x'\r\n", b"\xef\xbb\xbf[round]\nid = 'x'\n"):
        (folder / "round.toml").write_bytes(data)
        hashes.add(canonical_hashes(folder)["round.toml"])
    assert len(hashes) == 1


def test_what_cannot_be_read_has_no_hash(tmp_path):
    folder = write_csvs(tmp_path / "a", sound_tables())
    (folder / "mentors.csv").write_bytes(b"")
    with pytest.raises(InputError, match="mentors is empty"):
        canonical_hashes(folder)
    (folder / "round.toml").write_bytes(b"\xe9")
    with pytest.raises(InputError, match=r"no round\.toml .*UnicodeDecodeError"):
        canonical_hashes(folder)
    (folder / "round.toml").unlink()
    with pytest.raises(InputError, match=r"no round\.toml .*FileNotFoundError"):
        canonical_hashes(folder)


def test_origin_defaults_know_nothing():
    assert Origin().sources == {}
    assert Origin().settings_known


def damaged(data: bytes, chance: random.Random) -> bytes:
    """The bytes with a few of them changed, doubled, cut out or replaced by something nasty."""
    nasty = [b'"', b",", b";", b"\0", b"\xff", b"\n", b"\r", b"..", b"|", b"9" * 5_000, b"nan", b"\xef\xbb\xbf", "٣".encode(), b"-"]
    for _ in range(chance.randint(1, 5)):
        at, to = sorted(chance.choices(range(len(data) + 1), k=2))
        data = data[:at] + chance.choice([b"", chance.choice(nasty), data[at:to] * 2]) + data[chance.choice([at, min(to, at + 20)]) :]
    return data


@pytest.mark.parametrize("seed", range(4))
def test_damaged_files_give_issues_and_never_an_exception(tmp_path, seed):
    chance = random.Random(seed)
    tables, toml = sound_tables(), "[round]\nid = 'x'\n[limits]\nslate_size = 4\n"
    book = (write_workbook(tmp_path / "book", tables) / "round.xlsx").read_bytes()
    refused = 0
    for i in range(40):
        folder = write_csvs(tmp_path / str(i), tables if i % 4 else {}, toml)
        if i % 4:
            path = folder / chance.choice([*(f"{name}.csv" for name in tables), "round.toml"])
            path.write_bytes(damaged(path.read_bytes(), chance))
        else:
            (folder / "round.xlsx").write_bytes(damaged(book, chance))
        round_, issues = read_round(folder)
        assert (round_ is None) == any(issue.severity == "error" for issue in issues)
        refused += round_ is None
    assert refused > 20


def test_a_file_in_place_of_a_folder_is_told_from_a_folder_that_is_not_there(tmp_path):
    (tmp_path / "round.xlsx").write_bytes(b"")
    [file], [nothing] = (read_round(tmp_path / name)[1] for name in ("round.xlsx", "rounds"))
    assert "this is a file" in str(file)
    assert "round.toml beside it" in str(file)
    assert "no such folder" in str(nothing)


@pytest.mark.parametrize("bad", ["", "1,000", "-1", "many"])
def test_numbers_of_history_that_cannot_be_read_are_issues(tmp_path, bad):
    rows = [["site_id", "mentor_id", "asked", "landed"], ["W1", "", bad, "0"], ["W1", "", "3", bad]]
    write_csvs(tmp_path, sound_tables() | {"history": rows})
    round_, issues = read_round(tmp_path)
    assert round_ is None
    assert [(i.table, i.row, i.column) for i in issues if i.severity == "error"] == [("history", 2, "asked"), ("history", 3, "landed")]


def test_headings_in_other_writing_are_one_warning_for_a_table(tmp_path):
    tables = {"schools": [["School ID", "State", "Lat", "Lon"], ["K1", "US-RI", "41.8", "-71.4"]]}
    told = [i for i in issues_of(tmp_path, tables) if i.code == "renamed_column"]
    assert [(i.column, i.value, i.message) for i in told] == [
        (None, "School ID, State, Lat, Lon", "were read as the columns school_id, state, lat, lon")
    ]


def test_a_title_above_the_header_is_one_error_with_the_row_of_the_header(tmp_path):
    """Also in a workbook, where the title is merged over the columns: nothing is said of the rows below it, nor of the merged cells."""
    rows = [
        ["Lakeside High", "", "", ""],
        ["Student ID", "School ID", "Grade", "Name"],
        ["S1", "K1", "10", "Ana"],
        ["S2", "K1", "11", "Leo"],
    ]
    tables = {"students": rows, "schools": [["school_id"], ["K1"]]}
    book = write_workbook(tmp_path / "book", tables)
    sheets = openpyxl.load_workbook(book / "round.xlsx")
    sheets["students"].merge_cells("A1:D1")
    sheets.save(book / "round.xlsx")
    for folder in (write_csvs(tmp_path / "csv", tables), book):
        found = [(i.row, i.code, i.hint) for i in read_round(folder)[1] if i.table == "students"]
        assert found == [(1, "wrong_header", "Maybe the header is in row 2: delete the rows above it.")]


@pytest.mark.parametrize(
    "cell", ["parent_consent:9/1/2026", "parent_consent:ok", "parent_consent:2026-09-01..", "parent_consent:", "parent_consent:2026-02-30"]
)
def test_no_hint_about_a_paper_has_a_date_to_copy(tmp_path, cell):
    (issue,) = issues_of(tmp_path, with_column("students", "documents", cell))
    assert issue.severity == "error"
    assert "stand on the paper" in issue.hint
    assert not any(sign.isdigit() for sign in issue.hint)
