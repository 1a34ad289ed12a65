"""A lawful round of two students and its published files, written with nothing but csv, json and hashlib.

The round runs from Monday 14 to Friday 25 September 2026 in Rhode Island. Student S1, aged 17, is placed at O1 on Tuesdays and
Thursdays: sessions on 15, 17, 22 and 24 September. Student S2 is unplaced.
"""

from __future__ import annotations

import copy
import csv
import datetime as dt
import hashlib
import io
import json
from pathlib import Path

from matcher.audit import Finding, audit

PACKS = Path(__file__).parents[2] / "matcher" / "rules" / "packs"
TUE_THU = "Tue 09:00-15:00;Thu 09:00-15:00"
MON_WED = "Mon 09:00-15:00;Wed 09:00-15:00"
YEAR = "2026-08-01..2027-06-30"
STUDENT_PAPERS = f"parent_consent:{YEAR};emergency_contacts:{YEAR}"
SITE_PAPERS = f"agreement:{YEAR};insurance:{YEAR};site_visit:{YEAR}"
CLEARANCE = f"clearance:{YEAR}"
SETTINGS = """[round]
start = 2026-09-14
end = 2026-09-25
rule_packs = ["us-federal", "us-ca", "us-ny", "us-ri", "us-wa", "school"]
"""
TUE_15, THU_17, TUE_22, THU_24 = (dt.date(2026, 9, day) for day in (15, 17, 22, 24))

Row = dict[str, str]


def a_student(student_id: str) -> Row:
    return {
        "student_id": student_id, "school_id": "SC1", "name": "Secret Name", "grade": "11", "birth_date": "2009-03-01", "status": "",
        "travel_modes": "walk", "documents": STUDENT_PAPERS,
    }  # fmt: skip


def a_mentor(mentor_id: str) -> Row:
    return {"mentor_id": mentor_id, "site_id": "X1", "documents": CLEARANCE, "leave": "", "max_students": ""}


def an_opportunity(opportunity_id: str) -> Row:
    return {
        "opportunity_id": opportunity_id, "site_id": "X1", "mentors": "M1", "title": "Title", "description": "Text", "tasks": "",
        "placement_kind": "unpaid_learning", "program": "", "sessions": f"{TUE_THU} | {MON_WED}", "seats": "1",
    }  # fmt: skip


def a_site(site_id: str) -> Row:
    return {
        "site_id": site_id, "name": "Name", "state": "US-RI", "lat": "41.8", "lon": "-71.4", "features": "", "observable": "yes",
        "documents": SITE_PAPERS, "closures": "", "max_students": "", "schools": "",
    }  # fmt: skip


def a_school(school_id: str) -> Row:
    return {
        "school_id": school_id, "name": "Name", "state": "US-RI", "region": "", "lat": "41.8", "lon": "-71.4",
        "windows": "Mon 08:00-17:00;Tue 08:00-17:00;Wed 08:00-17:00;Thu 08:00-17:00;Fri 08:00-17:00", "leave_after": "", "return_by": "",
    }  # fmt: skip


BASE: dict[str, list[Row]] = {
    "schools": [a_school("SC1")],
    "students": [a_student("S1"), a_student("S2")],
    "sites": [a_site("X1")],
    "mentors": [a_mentor("M1"), a_mentor("M2")],
    "opportunities": [an_opportunity("O1"), an_opportunity("O2")],
    "travel": [{"from_id": "SC1", "site_id": "X1", "mode": "walk", "minutes": "10", "transfers": "0"}],
}


class PlainRound:
    """A round that a test changes, publishes and has audited."""

    def __init__(self) -> None:
        self.tables = copy.deepcopy(BASE)
        self.settings = SETTINGS
        self.placements: list[Row] = []
        self.place("S1")

    def change(self, table: str, key: str, **cells: str) -> PlainRound:
        """Change cells of the row whose first cell is `key`."""
        [row] = [row for row in self.tables[table] if next(iter(row.values())) == key]
        row.update(cells)
        return self

    def add(self, table: str, **cells: str) -> PlainRound:
        """Add a row."""
        self.tables.setdefault(table, []).append(cells)
        return self

    def every(self, table: str, **cells: str) -> PlainRound:
        """Change cells of every row."""
        for row in self.tables[table]:
            row.update(cells)
        return self

    def place(self, student_id: str, opportunity_id: str = "O1", **cells: str) -> PlainRound:
        """Publish a placement, in place of the student's earlier one."""
        self.placements = [row for row in self.placements if row["student_id"] != student_id]
        row = {
            "student_id": student_id, "opportunity_id": opportunity_id, "site_id": "X1", "mentor_id": "M1", "sessions": TUE_THU,
            "points": "700", "mode": "walk", "minutes": "10", "transfers": "0", "reason": "likes it",
        }  # fmt: skip
        self.placements.append({**row, **cells})
        return self

    def unplace(self, student_id: str) -> PlainRound:
        """Publish no placement for a student."""
        self.placements = [row for row in self.placements if row["student_id"] != student_id]
        return self

    def where(self, state: str) -> PlainRound:
        """Move school and site to a state."""
        return self.every("schools", state=state).every("sites", state=state)

    def audit(self, folder: Path) -> list[Finding]:
        """Write the round and the published files, and audit them."""
        write_round(folder / "round", self.settings, self.tables)
        publish(folder / "out", folder / "round", self.tables, self.settings, self.placements)
        return audit(folder / "out", folder / "round")


def csv_text(rows: list[Row], columns: list[str]) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, lineterminator="\n", restval="")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def columns_of(rows: list[Row]) -> list[str]:
    return list(dict.fromkeys(column for row in rows for column in row))


def write_round(folder: Path, settings: str, tables: dict[str, list[Row]]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "round.toml").write_text(settings, encoding="utf-8")
    for name, rows in tables.items():
        (folder / f"{name}.csv").write_text(csv_text(rows, columns_of(rows)), encoding="utf-8")


def sha(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def table_sha(rows: list[Row]) -> str:
    columns = sorted(columns_of(rows))
    body = sorted([row.get(column, "").strip() for column in columns] for row in rows)
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([columns, *body])
    return sha(text.getvalue().encode())


def summary_sha(summary: dict[str, object]) -> str:
    steady = {key: value for key, value in summary.items() if key not in ("seconds", "peak_mb")}
    return sha(json.dumps(steady, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode())


def seal(out: Path, folder: Path, tables: dict[str, list[Row]], packs: dict[str, str]) -> None:
    """Write manifest.json for the files as they stand."""
    outputs = {path.name: sha(path.read_bytes()) for path in out.iterdir() if path.name not in ("summary.json", "manifest.json")}
    outputs["summary.json"] = summary_sha(json.loads((out / "summary.json").read_text(encoding="utf-8")))
    inputs = {name: table_sha(rows) for name, rows in tables.items()}
    inputs["round.toml"] = sha((folder / "round.toml").read_text(encoding="utf-8").encode())
    manifest = {"inputs": inputs, "outputs": outputs, "rule_packs": packs}
    (out / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")


def packs_of(settings: str, folder: Path) -> dict[str, str]:
    line = next((line for line in settings.splitlines() if line.startswith("rule_packs")), "")
    names = json.loads(line.partition("=")[2]) if line else ["us-federal", "us-ca", "us-ny", "us-ri", "us-wa", "school"]
    return {
        name: sha((folder / name).read_bytes()) if name.endswith(".toml") else sha((PACKS / f"{name}.toml").read_bytes()) for name in names
    }


def held_places(tables: dict[str, list[Row]]) -> list[tuple[str, str]]:
    """Opportunity and sessions (blank: the first alternative) of every student who was placed before."""
    first = {row["opportunity_id"]: row["sessions"].split("|")[0].strip() for row in tables["opportunities"]}
    placed = {row["student_id"] for row in tables["students"] if row.get("status") == "placed"}
    rows = [row for row in tables.get("previous", []) if row["student_id"] in placed]
    return [(row["opportunity_id"], row["sessions"] or first.get(row["opportunity_id"], "")) for row in rows]


def publish(out: Path, folder: Path, tables: dict[str, list[Row]], settings: str, placements: list[Row]) -> None:
    """Write the five published files as an honest engine would for these placements."""
    out.mkdir(parents=True, exist_ok=True)
    placed = {row["student_id"] for row in placements}
    unplaced = [
        {"student_id": row["student_id"], "code": row.get("status") or "seats", "reason": "full", "smallest_change": "one more seat"}
        for row in tables["students"]
        if row["student_id"] not in placed and row.get("status", "") in ("", "seeking", "not_ready")
    ]
    seats = [
        {"opportunity_id": row["opportunity_id"], "sessions": pattern.strip(), "seats": row["seats"], "price": "0", "used": str(used)}
        for row in tables["opportunities"]
        for pattern in row["sessions"].split("|")
        for used in [
            sum(p["opportunity_id"] == row["opportunity_id"] and p["sessions"] == pattern.strip() for p in placements)
            + sum(place == (row["opportunity_id"], pattern.strip()) for place in held_places(tables))
        ]
    ]
    columns = ["student_id", "opportunity_id", "site_id", "mentor_id", "sessions", "points", "mode", "minutes", "transfers", "reason"]
    (out / "placements.csv").write_text(csv_text(placements, columns), encoding="utf-8")
    (out / "unplaced.csv").write_text(csv_text(unplaced, ["student_id", "code", "reason", "smallest_change"]), encoding="utf-8")
    (out / "seats.csv").write_text(csv_text(seats, ["opportunity_id", "sessions", "seats", "used", "price"]), encoding="utf-8")
    points = sum(int(row["points"]) for row in placements if row["points"].isdecimal())
    summary = {
        "status": "optimal",
        "counts": {
            "seats": sum(int(row["seats"]) for row in seats if row["seats"].isdecimal()),
            "seats_used": sum(int(row["used"]) for row in seats),
            "seeking": sum(row.get("status", "") in ("", "seeking") for row in tables["students"]),
            "placed": len(placements),
            "unplaced": len(unplaced),
        },
        "objectives": [
            {"name": "most_placed", "value": len(placements), "bound": len(placements)},
            {"name": "total_points", "value": points, "bound": points},
            {"name": "fewest_moves", "value": 3, "bound": 3},
        ],
        "seconds": {"solve": 0.1},
        "peak_mb": 80,
    }
    (out / "summary.json").write_text(json.dumps(summary), encoding="utf-8")
    seal(out, folder, tables, packs_of(settings, folder))


def refused(findings: list[Finding]) -> set[tuple[str, str, dt.date | None]]:
    """Give student, rule and date of every finding."""
    return {(finding.student_id, finding.rule, finding.date) for finding in findings}
