"""Checks the SHA-256 hashes of manifest.json against the input, the rule packs and the published files."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from matcher.audit.finding import Finding, about_file
from matcher.audit.published import Published
from matcher.audit.reader import Table

SETTINGS_FILE = "round.toml"
TIMED_FILES = ("summary.json", "manifest.json")
TIMINGS = ("seconds", "peak_mb")
EARLIER_FILES = {"placements.csv": "points", "unplaced.csv": "code"}
CONTRACT_FILES = (
    "placements.csv", "unplaced.csv", "slates.csv", "waves.csv", "seats.csv", "recruit.csv", "changes.csv", "sentences.csv",
    "certificate.npz", "certificate.json", "report.html",
)  # fmt: skip


def seals(
    published: Published, out: Path, round_folder: Path, inputs: Mapping[str, str | None], packs: Mapping[str, str]
) -> Iterator[Finding]:
    """Check every hash.

    Parameters
    ----------
    published : the files read.
    out, round_folder : where the output and the input are.
    inputs : SHA-256 of every input table and of round.toml.
    packs : SHA-256 of every rule pack in force.
    """
    if published.manifest is None:
        return
    yield from _compare("inputs", published.manifest.get("inputs"), inputs, round_folder)
    yield from _compare("rule_packs", published.manifest.get("rule_packs"), packs, None)
    outputs = {name: _file_sha256(out / name) for name in CONTRACT_FILES if (out / name).is_file()}
    if published.summary is not None:
        outputs["summary.json"] = summary_sha256(published.summary)
    yield from _compare("outputs", published.manifest.get("outputs"), outputs, out)


def input_hashes(tables: Mapping[str, Table], settings: str) -> dict[str, str]:
    """Hash the content of every input table, and round.toml."""
    return {**{name: table.sha256() for name, table in tables.items()}, SETTINGS_FILE: settings_sha256(settings)}


def last_term_hashes(name: str | None, round_folder: Path) -> dict[str, str]:
    """Hash what is read of last term's output, as far as it is there: the student and one more column of each file."""
    found = {} if name is None else {f"{name}/{f}": _columns_sha256(round_folder / name / f, told) for f, told in EARLIER_FILES.items()}
    return {file: digest for file, digest in found.items() if digest is not None}


def settings_sha256(text: str) -> str:
    """Hash round.toml, blind to the kind of line ends."""
    return hashlib.sha256(text.replace("\r\n", "\n").replace("\r", "\n").encode("utf-8")).hexdigest()


def summary_sha256(summary: dict[str, Any]) -> str:
    """Hash summary.json without what varies from run to run."""
    steady = {key: value for key, value in summary.items() if key not in TIMINGS}
    text = json.dumps(steady, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _compare(part: str, given: object, known: Mapping[str, str | None], folder: Path | None) -> Iterator[Finding]:
    """Compare one part of the manifest; names that are not known may be further files of the folder."""
    if not isinstance(given, dict):
        yield about_file("hash", f"manifest.json has no {part}")
        return
    for name in sorted(known.keys() - given.keys()):
        yield about_file("hash", f"{name} is not in {part} of manifest.json")
    for name, value in sorted(given.items()):
        actual = known.get(name) or _further_file(name, folder)
        if actual is None:
            yield about_file("file_missing", f"{name} stands in {part} of manifest.json and is not there")
        elif actual != value:
            yield about_file("hash", f"{name} is not what {part} of manifest.json says")


def _further_file(name: str, folder: Path | None) -> str | None:
    """Hash a file the manifest names beyond those that are known."""
    return None if folder is None or name in TIMED_FILES else _file_sha256(folder / name)


def _columns_sha256(path: Path, told: str) -> str | None:
    """Hash the two columns, quoted as RFC 4180 asks and with LF after every record; of no CSV, the file."""
    try:
        with path.open(encoding="utf-8", newline="") as file:
            header, *records = [record for record in csv.reader(file, strict=True) if record] or [[]]
    except (OSError, ValueError, csv.Error):
        return _file_sha256(path)
    places = [len(header) - 1 - header[::-1].index(name) if name in header else len(header) for name in ("student_id", told)]
    lines = [("student_id", told), *([record[i] if i < min(len(header), len(record)) else "" for i in places] for record in records)]
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(lines)
    return hashlib.sha256(text.getvalue().encode("utf-8")).hexdigest()


def _file_sha256(path: Path) -> str | None:
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except (OSError, ValueError):
        return None
