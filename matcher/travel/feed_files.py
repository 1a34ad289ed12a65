"""Opens a GTFS feed, a zip or a folder, and gives the cells of its tables; every fault is told with file, row and column."""

from __future__ import annotations

import csv
import hashlib
import io
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from matcher.errors import Issue, Severity

TABLES = ("stops.txt", "trips.txt", "stop_times.txt", "calendar.txt", "calendar_dates.txt", "feed_info.txt", "frequencies.txt")
"""What is read of a feed."""
MAX_BYTES = 1024 * 1024 * 1024
MAX_ROWS = 10_000_000
MAX_RATIO, RATIO_FROM = 200, 10 * 1024 * 1024
MAX_FAULTS = 20
"""Faults told of one table; more are counted."""
_DAMAGED = (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, NotImplementedError, OSError, UnicodeDecodeError, csv.Error)


def feed_path(folder: Path, name: str) -> Path | None:
    """Where a feed lies; None when that is outside the round folder."""
    path = (folder / name).resolve()
    return path if path.is_relative_to(folder.resolve()) and path != folder.resolve() else None


def feed_hashes(folder: Path, names: tuple[str, ...]) -> dict[str, str]:
    """SHA-256 of each zip, and of each table that is read of a feed that is a folder, by path from the round folder."""
    found: dict[str, str] = {}
    for name in names:
        path = feed_path(folder, name)
        if path is not None and path.is_dir():
            found |= {f"{name}/{table}": _sha256(path / table) for table in TABLES if (path / table).is_file()}
        elif path is not None and path.is_file():
            found[name] = _sha256(path)
    return found


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


class FeedFiles:
    """The tables of one feed, and what is wrong with them."""

    def __init__(self, name: str, path: Path | None) -> None:
        self.name, self._path = name, path
        self.issues: list[Issue] = []
        self._faults: dict[str, int] = {}
        self._archive: zipfile.ZipFile | None = None
        if path is None or not path.exists():
            self._refuse("gtfs_missing", "is no feed inside the round folder", "Maybe the path is wrong.")
        elif path.is_file():
            try:
                self._archive = zipfile.ZipFile(path)
            except _DAMAGED:
                self._refuse("gtfs_bad_zip", "is not a zip that can be opened", "Maybe download it again.")

    def _refuse(self, code: str, message: str, hint: str) -> None:
        self._tell("round.toml", None, "gtfs.feeds", code, self.name, message, hint)

    def close(self) -> None:
        """Close the zip."""
        if self._archive:
            self._archive.close()

    @property
    def sound(self) -> bool:
        """Whether no error was found."""
        return all(issue.severity != "error" for issue in self.issues)

    def has(self, table: str) -> bool:
        """Whether the feed has this table."""
        if self._archive:
            return table in self._archive.namelist()
        return self._path is not None and (self._path / table).is_file()

    def fault(
        self, table: str, row: int | None, column: str | None, code: str, value: str, message: str, hint: str, severity: Severity = "error"
    ) -> None:
        """Tell a fault of a table; after some of one table the rest are only counted."""
        self._faults[table] = self._faults.get(table, 0) + 1
        if self._faults[table] <= MAX_FAULTS:
            self._tell(f"{self.name}/{table}", row, column, code, value[:200], message, hint, severity)

    def tell_rest(self) -> None:
        """Tell how many faults of each table were not told."""
        for table, number in self._faults.items():
            if number > MAX_FAULTS:
                hint = "Maybe the feed is damaged as a whole."
                self._tell(f"{self.name}/{table}", None, None, "gtfs_more", "", f"has {number - MAX_FAULTS:,} more faults", hint)

    def rows(self, table: str, needed: tuple[str, ...], optional: tuple[str, ...] = ()) -> Iterator[tuple[int, list[str]]]:
        """Row number (the header is row 1) and trimmed cells of these columns, in this order; "" where a column or cell is missing."""
        if not self.has(table):
            self.fault(table, None, None, "gtfs_missing_file", "", "is not in the feed", "Maybe the tables lie in a folder inside the zip.")
            return
        try:
            with self._open(table) as raw, io.TextIOWrapper(raw, encoding="utf-8-sig", newline="") as text:
                yield from self._cells(table, csv.reader(text, strict=True), needed, optional)
        except _DAMAGED as error:
            message = f"cannot be read to its end ({type(error).__name__})"
            self.fault(table, None, None, "gtfs_bad_file", "", message, "Maybe it is damaged, or not in UTF-8.")

    def _open(self, table: str) -> IO[bytes]:
        if self._archive is None:
            path = (self._path or Path()) / table
            self._measure(table, path.stat().st_size, path.stat().st_size)
            return path.open("rb")
        entry = self._archive.getinfo(table)
        self._measure(table, entry.file_size, entry.compress_size)
        return self._archive.open(entry)

    def _measure(self, table: str, size: int, packed: int) -> None:
        if size > MAX_BYTES or (size > RATIO_FROM and size > MAX_RATIO * max(packed, 1)):
            self.fault(table, None, None, "gtfs_too_big", "", f"has {size:,} bytes, more than is read", "Maybe it is not a timetable.")
            raise OSError("too big")

    def _cells(
        self, table: str, reader: Iterator[list[str]], needed: tuple[str, ...], optional: tuple[str, ...]
    ) -> Iterator[tuple[int, list[str]]]:
        header = [name.strip() for name in next(reader, [])]
        for column in needed:
            if column not in header:
                self.fault(table, 1, column, "gtfs_missing_column", "", "is missing", "Maybe the header is damaged.")
        if not set(needed) <= set(header):
            return
        places = [header.index(column) if column in header else -1 for column in (*needed, *optional)]
        for row, cells in enumerate(reader, start=2):
            if row > MAX_ROWS:
                self.fault(table, row, None, "gtfs_too_big", "", f"has more than {MAX_ROWS:,} rows", "Maybe it is not a timetable.")
                return
            if cells:
                yield row, [cells[i].strip() if 0 <= i < len(cells) else "" for i in places]

    def _tell(
        self, table: str, row: int | None, column: str | None, code: str, value: str, message: str, hint: str, severity: Severity = "error"
    ) -> None:
        self.issues.append(Issue(table, row, column, code, severity, value, message, hint))
