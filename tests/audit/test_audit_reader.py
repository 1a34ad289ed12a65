"""The kinds of file a school may hand in: every one holds the same round, and its content has the same hash."""

from __future__ import annotations

import datetime as dt
import hashlib

import openpyxl
import pytest

from matcher.audit import audit
from matcher.audit.reader import Table, decode, lower_snake, read_tables, split_text
from tests.audit.plain_round import PlainRound, table_sha


def rewritten(plain: PlainRound, folder, encoding: str, delimiter: str) -> list[str]:
    """Publish a round, write its tables anew in another encoding, and audit."""
    plain.audit(folder)
    for path in (folder / "round").glob("*.csv"):
        text = path.read_text(encoding="utf-8")
        rows = [delimiter.join(f'"{cell}"' for cell in row) for row in split_text(text)]
        path.write_bytes("\r\n".join(rows).encode(encoding))
    return [str(finding) for finding in audit(folder / "out", folder / "round")]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_delimiters_and_encodings(plain, tmp_path, encoding, delimiter):
    plain.change("students", "S1", name="José Núñez")
    assert rewritten(plain, tmp_path, encoding, delimiter) == []


def test_header_names_are_brought_to_one_form(plain, tmp_path):
    plain.audit(tmp_path)
    path = tmp_path / "round" / "students.csv"
    text = path.read_text(encoding="utf-8").replace("student_id", " Student ID ").replace("birth_date", "Birth-Date")
    path.write_text(text, encoding="utf-8")
    # Only the hash differs: it is taken of the names as they are written.
    assert [finding.rule for finding in audit(tmp_path / "out", tmp_path / "round")] == ["hash"]


def test_the_line_that_excel_puts_before_the_header():
    assert split_text("sep=;\r\na;b\r\n1;2,3\r\n") == [["a", "b"], ["1", "2,3"]]


def test_line_ends_of_round_toml_do_not_matter(plain, tmp_path):
    plain.audit(tmp_path)
    path = tmp_path / "round" / "round.toml"
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))
    assert audit(tmp_path / "out", tmp_path / "round") == []


def test_a_workbook(plain, tmp_path):
    plain.audit(tmp_path)
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in plain.tables.items():
        sheet = book.create_sheet(name.title())
        columns = list(rows[0])
        sheet.append(columns)
        for row in rows:
            sheet.append([typed(column, row[column]) for column in columns])
            sheet.append([])
    for path in (tmp_path / "round").glob("*.csv"):
        path.unlink()
    book.save(tmp_path / "round" / "round.xlsx")
    assert audit(tmp_path / "out", tmp_path / "round") == []


def typed(column: str, text: str) -> object:
    """Give the cell as a spreadsheet would hold it."""
    if column == "birth_date":
        return dt.date.fromisoformat(text)
    if column == "observable":
        return {"yes": True, "no": False}[text]
    return float(text) if text.replace(".", "").replace("-", "").isdecimal() else text


def test_times_and_numbers_of_a_workbook(tmp_path):
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Vans"
    sheet.append(["van_id", "seats", "departs", "returns", "note"])
    sheet.append(["V1", 12, dt.time(8, 30), dt.time(15, 5), 1.5])
    book.save(tmp_path / "tables.xlsx")
    tables, _ = read_tables(tmp_path)
    assert tables["vans"].rows == (("V1", "12", "08:30", "15:05", "1.5"),)


def test_a_broken_workbook_is_reported(tmp_path):
    (tmp_path / "tables.xlsx").write_bytes(b"not a workbook")
    assert "tables.xlsx is not a readable workbook" in [finding.message for finding in read_tables(tmp_path)[1]]


def test_a_table_in_two_files_is_reported(tmp_path):
    (tmp_path / "Students.csv").write_text("student_id\nS1\n", encoding="utf-8")
    (tmp_path / "students.csv").write_text("student_id\nS1\n", encoding="utf-8")
    assert "table students stands twice in the round folder" in [finding.message for finding in read_tables(tmp_path)[1]]


def test_a_row_longer_than_its_header_is_reported(tmp_path):
    (tmp_path / "students.csv").write_text("student_id,grade\nS1,9,,\nS2,9,surplus\n", encoding="utf-8")
    assert "table students, row 3 has more cells than the header" in [finding.message for finding in read_tables(tmp_path)[1]]


def test_columns_without_a_name_do_not_count(tmp_path):
    (tmp_path / "students.csv").write_text("student_id,,grade,,\nS1,x,9,,\n,y,,,\n", encoding="utf-8")
    table = read_tables(tmp_path)[0]["students"]
    assert table.records() == [{"student_id": "S1", "grade": "9"}, {"student_id": "", "grade": ""}]


def test_line_ends_inside_a_cell_are_one(tmp_path):
    (tmp_path / "students.csv").write_bytes(b'student_id,name\r\nS1,"a\r\nb"\r\n')
    assert read_tables(tmp_path)[0]["students"].rows == (("S1", "a\nb"),)


def test_short_rows_are_filled_and_blank_rows_dropped(tmp_path):
    (tmp_path / "students.csv").write_text("student_id,grade\n\nS1\n , \nS2,9\n", encoding="utf-8")
    assert read_tables(tmp_path)[0]["students"].rows == (("S1", ""), ("S2", "9"))


def test_the_hash_is_that_of_the_written_recipe():
    rows = [{"b": "2", "A a": 'x,"y'}, {"b": "1", "A a": "1\n2"}]
    table = Table(("b", "A a"), (("2", 'x,"y'), ("1", "1\n2")))
    assert table.sha256() == table_sha(rows) == hashlib.sha256(b'A a,b\n"1\n2",1\n"x,""y",2\n').hexdigest()


@pytest.mark.parametrize(("name", "expected"), [(" Student ID ", "student_id"), ("\ufeffBirth-Date", "birth_date"), ("lat", "lat")])
def test_lower_snake(name, expected):
    assert lower_snake(name) == expected


def test_decode_falls_back_to_windows_1252():
    assert decode("Ñandú".encode("cp1252")) == "Ñandú"
