"""Files to raw text tables: encodings, separators, quotation marks, sizes, workbooks."""

from __future__ import annotations

import datetime as dt
import os
import zipfile
from pathlib import Path

import openpyxl
import pytest

from matcher.errors import Issue
from matcher.load import canonical_hashes, load_round, read_round
from matcher.tables import Tables, archive, base, read_tables, sheets
from matcher.tables.workbook import cell_text
from tests.folders import csv_text, sound_tables, write_csvs, write_workbook


def the(issues: list[Issue], code: str) -> Issue:
    found = [issue for issue in issues if issue.code == code]
    assert len(found) == 1, [str(issue) for issue in issues]
    return found[0]


def replaced(tmp_path: Path, name: str, data: bytes) -> Tables:
    folder = write_csvs(tmp_path / "round", sound_tables())
    (folder / f"{name}.csv").write_bytes(data)
    return read_tables(folder)


def students(separator: str = ",", end: str = "\n") -> str:
    return csv_text(sound_tables()["students"], separator, end)


def sites() -> str:
    return csv_text(sound_tables()["sites"])


def test_sound_files_have_no_issue(tmp_path):
    found = read_tables(write_csvs(tmp_path / "round", sound_tables()))
    assert found.issues == []
    assert found.tables["students"].rows[0][0] == 2
    assert found.tables["students"].rows[0][1][:2] == ["S2", "K1"]


@pytest.mark.parametrize(
    ("encoding", "shown"),
    [("utf-8", ""), ("utf-8-sig", ""), ("cp1252", "Windows-1252"), ("utf-16", "UTF-16"), ("utf-16-be", "UTF-16")],
)
def test_encodings_give_the_same_cells_and_a_warning_unless_utf8(tmp_path, encoding, shown):
    mark = b"\xfe\xff" if encoding == "utf-16-be" else b""
    found = replaced(tmp_path, "sites", mark + sites().encode(encoding))
    assert found.tables["sites"].rows[0][1][1] == "Café Müller"
    if shown:
        issue = the(found.issues, "encoding")
        assert (issue.table, issue.severity) == ("sites", "warning")
        assert shown in issue.message
    else:
        assert found.issues == []


@pytest.mark.parametrize("data", [b"site_id,name\nW1,\x81\n", b"\xff\xfea"])
def test_bytes_of_no_encoding_are_an_error(tmp_path, data):
    found = replaced(tmp_path, "sites", data)
    assert the(found.issues, "bad_encoding").severity == "error"
    assert "sites" not in found.tables


@pytest.mark.parametrize(("separator", "name"), [(";", "semicolons"), ("\t", "tabs")])
def test_other_separators_are_read_with_a_warning(tmp_path, separator, name):
    found = replaced(tmp_path, "students", students(separator).encode())
    issue = the(found.issues, "separator")
    assert issue.severity == "warning"
    assert name in issue.message
    assert found.tables["students"].rows == read_tables(write_csvs(tmp_path / "plain", sound_tables())).tables["students"].rows


def test_the_separator_line_of_excel_is_understood_and_counts_as_a_line(tmp_path):
    found = replaced(tmp_path, "students", ("sep=;\n" + students(";")).encode())
    assert found.tables["students"].header_row == 2
    assert [number for number, _ in found.tables["students"].rows] == [3, 4]


def test_a_header_with_commas_is_not_split_at_semicolons_inside(tmp_path):
    found = replaced(tmp_path, "mentors", b"mentor_id,site_id,note;one;two;three;four\nM1,W1,x\n")
    assert found.tables["mentors"].header == ("mentor_id", "site_id", "note;one;two;three;four")


@pytest.mark.parametrize("end", ["\r\n", "\r"])
def test_line_ends_do_not_matter(tmp_path, end):
    found = replaced(tmp_path, "students", students(end=end).encode())
    assert found.issues == []
    assert len(found.tables["students"].rows) == 2


def test_a_cell_of_two_lines_is_one_row_and_its_newline_is_a_line_feed(tmp_path):
    found = replaced(tmp_path, "mentors", b'mentor_id,site_id,about\r\nM1,W1,"one\r\ntwo"\r\nM2,W1,x\r\n')
    assert found.tables["mentors"].rows == [(2, ["M1", "W1", "one\ntwo"]), (3, ["M2", "W1", "x"])]


def test_blank_lines_count_but_are_no_rows(tmp_path):
    found = replaced(tmp_path, "mentors", b"\n,,\nmentor_id,site_id,,\n\n , ,\nM1,W1,,\n")
    table = found.tables["mentors"]
    assert (table.header, table.header_row, table.rows) == (("mentor_id", "site_id"), 3, [(6, ["M1", "W1"])])
    assert found.issues == []


@pytest.mark.parametrize("data", [b"", b"\n\n", b"\xef\xbb\xbf", b" \r\n"])
def test_an_empty_required_file_is_an_error(tmp_path, data):
    issue = the(replaced(tmp_path, "mentors", data).issues, "empty_file")
    assert (issue.table, issue.severity) == ("mentors", "error")


def test_an_empty_optional_file_is_a_warning(tmp_path):
    issue = the(replaced(tmp_path, "requests", b"").issues, "empty_file")
    assert (issue.table, issue.severity) == ("requests", "warning")


def test_a_header_without_rows_is_a_warning_where_rows_are_needed(tmp_path):
    issue = the(replaced(tmp_path, "opportunities", csv_text(sound_tables()["opportunities"][:1]).encode()).issues, "no_rows")
    assert (issue.table, issue.severity) == ("opportunities", "warning")
    (tmp_path / "round" / "opportunities.csv").write_text(csv_text(sound_tables()["opportunities"]))
    (tmp_path / "round" / "requests.csv").write_text("student_id,opportunity_id\n")
    assert read_tables(tmp_path / "round").issues == []


def test_a_nul_byte_is_named_with_its_line(tmp_path):
    found = replaced(tmp_path, "mentors", b"mentor_id,site_id\nM1,W1\nM2,W\x001\n")
    assert (the(found.issues, "nul_byte").row, the(found.issues, "nul_byte").severity) == (3, "error")
    assert "mentors" not in found.tables


@pytest.mark.parametrize(("data", "what"), [(b"PK\x03\x04xx", "workbook"), (b"\xd0\xcf\x11\xe0xx", "old"), (b"%PDF-1.7", "PDF")])
def test_other_files_called_csv_are_named(tmp_path, data, what):
    assert what in the(replaced(tmp_path, "mentors", data).issues, "not_a_table").message


def test_a_stray_quotation_mark_costs_one_row(tmp_path):
    found = replaced(tmp_path, "mentors", b'mentor_id,site_id\nM1,W1\n"M2"x,W1\nM3,W1\n')
    assert the(found.issues, "bad_quote").row == 3
    assert [cells[0] for _, cells in found.tables["mentors"].rows] == ["M1", "M3"]
    assert not found.tables["mentors"].complete


def test_an_open_quotation_mark_is_an_error_where_it_opens(tmp_path):
    found = replaced(tmp_path, "mentors", b'mentor_id,site_id\nM1,W1\nM2,"W1\nM3,W1\n')
    assert the(found.issues, "bad_quote").row == 3


def test_an_open_quotation_mark_that_swallows_much_is_an_error(tmp_path):
    found = replaced(tmp_path, "mentors", b'mentor_id,site_id\nM1,W1\nM2,"W1\n' + b"M3,W1\n" * 30_000)
    assert the(found.issues, "cell_too_long").row == 3
    assert not found.tables["mentors"].complete


def test_short_and_long_rows(tmp_path):
    found = replaced(tmp_path, "mentors", b"mentor_id,site_id,name\nM1,W1\nM2,W1,a,b\nM3,W1,c,,\n")
    assert [(i.code, i.row, i.severity, i.value) for i in found.issues] == [("short_row", 2, "warning", ""), ("long_row", 3, "error", "b")]
    assert [cells for _, cells in found.tables["mentors"].rows] == [["M1", "W1", ""], ["M2", "W1", "a"], ["M3", "W1", "c"]]


def test_a_file_of_200_megabytes_is_refused_without_reading_it(tmp_path, monkeypatch):
    folder = write_csvs(tmp_path / "round", sound_tables())
    os.truncate(folder / "students.csv", 200 * 2**20)
    opened = []
    real = Path.read_bytes
    monkeypatch.setattr(Path, "read_bytes", lambda path: opened.append(path.name) or real(path))
    found = read_tables(folder)
    assert "200 MiB" in the(found.issues, "too_big").message
    assert "students.csv" not in opened
    assert "students" not in found.tables


@pytest.mark.parametrize(("extra", "refused"), [(0, False), (1, True)])
def test_the_greatest_lawful_file(tmp_path, monkeypatch, extra, refused):
    folder = write_csvs(tmp_path / "round", sound_tables())
    size = max(path.stat().st_size for path in folder.glob("*.csv"))
    monkeypatch.setattr("matcher.tables.folder.MAX_BYTES", size - extra)
    assert any(issue.code == "too_big" for issue in read_tables(folder).issues) == refused


@pytest.mark.parametrize(("rows", "refused"), [(base.MAX_ROWS, False), (base.MAX_ROWS + 1, True)])
def test_the_greatest_lawful_number_of_rows(tmp_path, rows, refused):
    found = replaced(tmp_path, "requests", b"student_id,opportunity_id\n" + b"S1,O1\n" * rows)
    assert ("requests" in found.tables) != refused
    assert [issue.code for issue in found.issues] == (["too_many_rows"] if refused else [])


@pytest.mark.parametrize(("columns", "refused"), [(base.MAX_COLUMNS, False), (base.MAX_COLUMNS + 1, True)])
def test_the_greatest_lawful_number_of_columns(tmp_path, columns, refused):
    header = ["student_id", *(f"c{i}" for i in range(columns - 1))]
    found = replaced(tmp_path, "requests", (",".join(header) + "\n").encode())
    assert [issue.code for issue in found.issues] == (["too_many_columns"] if refused else [])


def test_missing_tables_are_errors_and_a_near_name_is_pointed_out(tmp_path):
    folder = write_csvs(tmp_path / "round", sound_tables())
    (folder / "students.csv").rename(folder / "student.csv")
    found = read_tables(folder)
    issue = the(found.issues, "missing_table")
    assert (issue.table, issue.severity) == ("students", "error")
    assert "student.csv should be called students.csv" in issue.hint
    assert the(found.issues, "unknown_table").severity == "warning"


def test_an_empty_folder_misses_five_tables(tmp_path):
    found = read_tables(tmp_path)
    assert [(i.table, i.code) for i in found.issues] == [
        (t, "missing_table") for t in ("schools", "students", "sites", "mentors", "opportunities")
    ]


def test_a_file_name_in_another_case_is_read_with_a_warning(tmp_path):
    folder = write_csvs(tmp_path / "round", sound_tables())
    (folder / "students.csv").rename(folder / "Students.CSV")
    found = read_tables(folder)
    assert "students" in found.tables
    assert (the(found.issues, "renamed_table").table, the(found.issues, "renamed_table").value) == ("students", "Students.CSV")


def test_a_table_twice_is_an_error(tmp_path):
    folder = write_csvs(tmp_path / "round", sound_tables())
    (folder / "Students.csv").write_text(students())
    assert the(read_tables(folder).issues, "duplicate_table").severity == "error"


@pytest.mark.parametrize("name", ["students.xls", "students.ods", "students.tsv"])
def test_other_kinds_of_spreadsheet_are_named(tmp_path, name):
    folder = write_csvs(tmp_path / "round", sound_tables())
    (folder / name).write_text("")
    assert the(read_tables(folder).issues, "unknown_table").value == name


def test_hidden_and_lock_files_are_not_looked_at(tmp_path):
    folder = write_csvs(tmp_path / "round", sound_tables())
    for name in ("._students.csv", "~$round.xlsx", "notes.txt"):
        (folder / name).write_text("")
    assert read_tables(folder).issues == []


def test_workbook_and_csv_together_are_refused_whole(tmp_path):
    folder = write_csvs(tmp_path / "round", sound_tables())
    write_workbook(folder, sound_tables())
    found = read_tables(folder)
    assert [(i.code, i.table) for i in found.issues] == [("two_sources", "round.xlsx")]
    assert found.tables == {}


def test_two_workbooks_are_refused_whole(tmp_path):
    folder = write_workbook(tmp_path / "round", sound_tables())
    write_workbook(folder, sound_tables(), "old.xlsx")
    found = read_tables(folder)
    assert [i.code for i in found.issues] == ["several_workbooks"]
    assert "old.xlsx, round.xlsx" in found.issues[0].message
    assert found.tables == {}


def test_a_workbook_says_the_same_as_csv_files(tmp_path):
    as_csv, as_book = write_csvs(tmp_path / "a", sound_tables()), write_workbook(tmp_path / "b", sound_tables())
    assert read_tables(as_book).issues == []
    assert read_tables(as_book).tables == read_tables(as_csv).tables
    assert load_round(as_book) == load_round(as_csv)
    assert canonical_hashes(as_book) == canonical_hashes(as_csv)


def test_typed_cells_of_a_workbook(tmp_path):
    tables = sound_tables()
    tables["students"][0] += ["priority", "max_travel_minutes"]
    typed = ["S3", "K1", 11.0, dt.date(2010, 1, 15), "animals", "walk", "", 2, 45.0]
    tables["students"] = [*tables["students"][:1], typed]
    tables["sites"][0] += ["observable", "closures"]
    tables["sites"][1] += [True, dt.datetime(2026, 10, 12)]
    tables["sites"][1][3:5] = [41.825, -71.413]
    tables["schools"][0] += ["leave_after", "return_by"]
    tables["schools"][1] += [dt.time(7, 30), dt.timedelta(hours=24)]
    round_, warnings = load_round(write_workbook(tmp_path / "round", tables))
    assert warnings == []
    student, site, school = round_.students[0], round_.sites[0], round_.schools[0]
    assert (student.grade, student.birth_date, student.priority, student.max_travel_minutes) == (11, dt.date(2010, 1, 15), 2, 45)
    assert (site.observable, site.closures[0].first, site.lat) == (True, dt.date(2026, 10, 12), 41.825)
    assert (school.leave_after, school.return_by) == (450, 1440)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (12, "12"),
        (12.0, "12"),
        (-71.4128, "-71.4128"),
        (0.5, "0.5"),
        (1e15, "1000000000000000.0"),
        (True, "yes"),
        (False, "no"),
        (dt.date(2026, 9, 5), "2026-09-05"),
        (dt.datetime(2026, 9, 5), "2026-09-05"),
        (dt.datetime(2026, 9, 5, 8, 30), "2026-09-05 08:30"),
        (dt.time(8, 30), "08:30"),
        (dt.time(8, 29, 59, 999_999), "08:30"),
        (dt.time(8, 30, 15), "08:30:15"),
        (dt.timedelta(hours=24), "24:00"),
        ("a\r\nb", "a\nb"),
    ],
)
def test_a_typed_cell_becomes_text(value, text):
    assert cell_text(value) == text


def test_sheets_with_other_names(tmp_path):
    tables = sound_tables()
    tables = {"Students ": tables.pop("students"), "Notes": [["remember"]], "mentor": [["x"]], **tables}
    found = read_tables(write_workbook(tmp_path / "round", tables))
    assert [(i.code, i.table, i.value) for i in found.issues] == [
        ("renamed_table", "students", "Students "),
        ("unknown_table", "Notes", "Notes"),
        ("unknown_table", "mentor", "mentor"),
    ]
    assert len(found.tables["students"].rows) == 2


def test_an_empty_sheet(tmp_path):
    tables = sound_tables() | {"mentors": [], "requests": []}
    found = read_tables(write_workbook(tmp_path / "round", tables))
    assert [(i.code, i.table, i.severity) for i in found.issues] == [
        ("empty_file", "mentors", "error"),
        ("empty_file", "requests", "warning"),
    ]


def changed_book(tmp_path: Path, change) -> Path:
    folder = write_workbook(tmp_path / "round", sound_tables())
    book = openpyxl.load_workbook(folder / "round.xlsx")
    change(book)
    book.save(folder / "round.xlsx")
    return folder


def test_merged_cells_and_blank_rows(tmp_path):
    def change(book):
        sheet = book["students"]
        sheet.insert_rows(3, 2)
        sheet.merge_cells("B2:B5")
        sheet.merge_cells("A9:C9")

    folder = changed_book(tmp_path, change)
    found = read_tables(folder)
    issue = the(found.issues, "merged_cells")
    assert (issue.table, issue.row, issue.value, issue.severity) == ("students", 2, "B2:B5", "warning")
    assert [number for number, _ in found.tables["students"].rows] == [2, 5]


def test_formulas_without_a_result_are_errors_and_not_blanks(tmp_path):
    def change(book):
        book["students"]["E2"] = "#N/A"
        book["students"]["E2"].data_type = "e"
        book["students"]["E3"] = "=A3&B3"

    _, issues = read_round(changed_book(tmp_path, change))
    assert [(i.table, i.row, i.column, i.code) for i in issues] == [
        ("students", 2, "interests", "formula_error"),
        ("students", 3, "interests", "formula_error"),
    ]


@pytest.mark.parametrize(("cell", "code"), [("XFD1048576", "too_many_rows"), ("ZZZ200001", "too_many_columns")])
def test_a_stray_cell_far_away_does_not_fill_the_memory(tmp_path, cell, code):
    sheet = (
        b'<worksheet><sheetData><row r="1"><c r="A1"><v>1</v></c></row><row><c r="'
        + cell.encode()
        + b'"><v>1</v></c></row></sheetData></worksheet>'
    )
    folder = with_part(tmp_path, "xl/worksheets/sheet2.xml", sheet)
    found = read_tables(folder)
    issue = the(found.issues, code)
    assert issue.table == "round.xlsx"
    assert "students" in issue.message
    assert cell in issue.message
    assert found.tables == {}


def with_part(tmp_path: Path, part: str, content: bytes) -> Path:
    """A workbook with one of its parts replaced or added."""
    folder = write_workbook(tmp_path / "round", sound_tables())
    with zipfile.ZipFile(folder / "round.xlsx") as book:
        parts = {name: book.read(name) for name in book.namelist()}
    with zipfile.ZipFile(folder / "round.xlsx", "w", zipfile.ZIP_DEFLATED) as book:
        for name, data in (parts | {part: content}).items():
            book.writestr(name, data)
    return folder


def test_styled_cells_without_a_value_do_not_count():
    rows = b'<row r="1"><c r="B1"><v>1</v></c></row><row r="1048576"><c r="A1048576" s="1"/></row>'
    xml = b"<worksheet><sheetData>" + rows + b"</sheetData></worksheet>"
    (sheet,) = sheets.sheets_of({"xl/worksheets/sheet1.xml": xml})
    assert (sheet.last_row, sheet.last_column) == (1, 2)


def test_cells_without_a_reference_count_from_the_one_before():
    xml = b'<x:sheetData xmlns:x="u"><x:row/><x:row><x:c><x:v>1</x:v></x:c><x:c r="E2"/><x:c><x:v>1</x:v></x:c></x:row></x:sheetData>'
    (sheet,) = sheets.sheets_of({"a.xml": xml})
    assert (sheet.last_row, sheet.last_column) == (2, 6)


@pytest.mark.parametrize("reference", ["A99999999", "AAAA1", "A-1", "$A$1", ""])
def test_a_cell_at_an_impossible_place_is_a_damaged_workbook(tmp_path, reference):
    xml = f'<worksheet><sheetData><row><c r="{reference}"><v>1</v></c></row></sheetData></worksheet>'.encode()
    found = read_tables(with_part(tmp_path, "xl/worksheets/sheet1.xml", xml))
    assert [i.code for i in found.issues] == ["bad_workbook"]


@pytest.mark.parametrize(("number", "letters"), [(1, "A"), (26, "Z"), (27, "AA"), (702, "ZZ"), (703, "AAA"), (16384, "XFD")])
def test_column_letters_both_ways(number, letters):
    assert sheets.column_letters(number) == letters
    assert sheets.column_number(letters) == number


def test_a_zip_bomb_is_measured_before_it_is_unpacked(tmp_path):
    folder = with_part(tmp_path, "xl/worksheets/bomb.xml", b"0" * (archive.RATIO_FROM + 1))
    assert (folder / "round.xlsx").stat().st_size < 100_000
    issue = the(read_tables(folder).issues, "unsafe_workbook")
    assert "200 times" in issue.message
    assert read_tables(folder).tables == {}


@pytest.mark.parametrize(
    ("limit", "less", "refused"),
    [("MAX_UNPACKED", 0, False), ("MAX_UNPACKED", 1, True), ("MAX_ENTRIES", 0, False), ("MAX_ENTRIES", 1, True)],
)
def test_the_greatest_lawful_workbook(tmp_path, monkeypatch, limit, less, refused):
    folder = write_workbook(tmp_path / "round", sound_tables())
    with zipfile.ZipFile(folder / "round.xlsx") as book:
        entries = book.infolist()
    size = sum(e.file_size for e in entries) if limit == "MAX_UNPACKED" else len(entries)
    monkeypatch.setattr(archive, limit, size - less)
    assert [i.code for i in read_tables(folder).issues] == (["unsafe_workbook"] if refused else [])


@pytest.mark.parametrize("head", [b"<!DOCTYPE a [<!ENTITY b 'c'>]>", b"<?xml version='1.0' encoding='utf-16'?>", b"\xff\xfe"])
def test_xml_that_no_spreadsheet_program_writes_is_refused(tmp_path, head):
    found = read_tables(with_part(tmp_path, "xl/extra.xml", head + b"<a/>"))
    assert [i.code for i in found.issues] == ["unsafe_workbook"]


def test_a_directory_that_lies_about_sizes_is_a_damaged_workbook(tmp_path):
    folder = with_part(tmp_path, "xl/worksheets/sheet1.xml", b"<worksheet>" + b" " * 5_000 + b"</worksheet>")
    data = bytearray((folder / "round.xlsx").read_bytes())
    with zipfile.ZipFile(folder / "round.xlsx") as book:
        true = book.getinfo("xl/worksheets/sheet1.xml").file_size
    lie = data.replace(true.to_bytes(4, "little"), (10).to_bytes(4, "little"))
    assert lie != data
    (folder / "round.xlsx").write_bytes(lie)
    assert [i.code for i in read_tables(folder).issues] == ["bad_workbook"]


def test_two_parts_of_one_name_are_refused(tmp_path):
    folder = with_part(tmp_path, "XL/workbook.xml", b"<a/>")
    assert "same name" in the(read_tables(folder).issues, "unsafe_workbook").message


@pytest.mark.parametrize("data", [b"", b"nonsense", b"PK\x03\x04", b"\xd0\xcf\x11\xe0locked"])
def test_a_damaged_or_locked_workbook(tmp_path, data):
    folder = write_workbook(tmp_path / "round", sound_tables())
    (folder / "round.xlsx").write_bytes(data)
    found = read_tables(folder)
    assert [(i.code, i.table) for i in found.issues] == [("bad_workbook", "round.xlsx")]


def test_a_zip_that_is_no_workbook(tmp_path):
    (tmp_path / "round.toml").write_text("")
    with zipfile.ZipFile(tmp_path / "round.xlsx", "w") as book:
        book.writestr("hello.xml", "<a/>")
    assert [i.code for i in read_tables(tmp_path).issues] == ["bad_workbook"]


def test_a_truncated_workbook(tmp_path):
    folder = write_workbook(tmp_path / "round", sound_tables())
    data = (folder / "round.xlsx").read_bytes()
    for length in (len(data) // 3, len(data) // 2, len(data) - 30):
        (folder / "round.xlsx").write_bytes(data[:length])
        assert [i.code for i in read_tables(folder).issues] == ["bad_workbook"]


@pytest.mark.parametrize("shown", [base.MAX_SHOWN, base.MAX_SHOWN + 1])
def test_long_values_are_cut_in_messages(shown):
    text = base.shown("x" * shown)
    assert text == "x" * base.MAX_SHOWN + ("…" if shown > base.MAX_SHOWN else "")
