"""What several terms of the same schools tell, and what it changes that who had little goes first.

`python -m benchmarks.bench_history [--terms 4] [--write]`. A generated round of several schools is run, then the next term is made of
its tables: 126 days later, papers renewed, a fifth of the students replaced by newcomers (alike, with new ids), a sixth of the mentors
replaced, requests forgotten. Three ways to go on are held against each other: each term alone; `objectives.last_term` (who had no
place or a weak fit goes first); and that with `--previous`, where staying comes before it. The terms of each way then go through
`matcher benchmark --plans`.
"""

from __future__ import annotations

import argparse
import csv
import datetime as dt
import itertools
import random
import re
import shutil
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.page import finish, stamp
from matcher.benchmark import benchmark
from matcher.generate import generate
from matcher.pipeline import run_round
from matcher.publish import publish

ROOT = Path(__file__).parents[1]
DAYS = 126
NEW_STUDENTS, NEW_MENTORS = 0.2, 1 / 6
WAYS = {
    "each term alone": (),
    "who had little goes first": ("last_term",),
    "the same, run again with `--previous`": ("last_term", "previous"),
}
DATE = re.compile(r"\d{4}-\d\d-\d\d")
MEASURES = ("placed_of_seekers", "seats_per_seeker", "same_site", "returning_mentors", "never_placed")


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def write_rows(path: Path, rows: list[dict[str, str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0].keys(), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def moved_on(text: str) -> str:
    """The text with every date a term later."""
    return DATE.sub(lambda found: str(dt.date.fromisoformat(found[0]) + dt.timedelta(days=DAYS)), text)


def next_term(tables: Path, number: int) -> None:
    """Turn the tables of a term into those of the next, the `number`-th."""
    dice = random.Random(f"term {number}")
    for name in ("previous", "requests", "decisions"):
        (tables / f"{name}.csv").unlink(missing_ok=True)
    for path in tables.glob("*.csv"):
        rows = rows_of(path)
        write_rows(path, [{c: x if c == "birth_date" else moved_on(x) for c, x in row.items()} for row in rows])
    for table, key, share in (("students", "student_id", NEW_STUDENTS), ("mentors", "mentor_id", NEW_MENTORS)):
        rows = rows_of(tables / f"{table}.csv")
        new = {row[key]: f"{row[key].split('_')[0]}_{number}" for row in rows if dice.random() < share}
        for path in tables.glob("*.csv"):
            renamed = [{c: ";".join(new.get(part, part) for part in x.split(";")) for c, x in row.items()} for row in rows_of(path)]
            write_rows(path, renamed)
    round_toml = tables / "round.toml"
    round_toml.write_text(moved_on(round_toml.read_text(encoding="utf-8")), encoding="utf-8")


@dataclass
class Way:
    """One way to go on from term to term: what each student had, and the folders."""

    had: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    rounds: list[Path] = field(default_factory=list)

    def exact(self) -> dict[str, object]:
        """Counts of students, which may be told here because all are invented."""
        often = {s: points for s, points in self.had.items() if len(points) > 1}
        after = [b >= 0 for points in self.had.values() for a, b in itertools.pairwise(points) if a < 0]
        return {
            "placements": sum(p >= 0 for points in self.had.values() for p in points),
            "points": sum(p for points in self.had.values() for p in points if p >= 0),
            "sought in two terms or more": len(often),
            "never placed": sum(max(points) < 0 for points in often.values()),
            "without a place twice in a row": sum(any(a < 0 and b < 0 for a, b in itertools.pairwise(points)) for points in often.values()),
            "placed right after a term without": f"{sum(after)} of {len(after)}",
        }


def go_on(source: Path, home: Path, terms: int, carried: tuple[str, ...]) -> Way:
    """All terms of one way; the plans lie in home/plans."""
    way, before = Way(), None
    tables = home / "tables"
    shutil.copytree(source, tables)
    for number in range(1, terms + 1):
        if number > 1:
            next_term(tables, number)
        folder, plan = home / f"term{number}", home / "plans" / f"term{number}"
        shutil.copytree(tables, folder)
        if before is not None and "last_term" in carried:
            shutil.copytree(before, folder / "last")
            with (folder / "round.toml").open("a", encoding="utf-8") as file:
                file.write('\n[objectives]\nlast_term = "last"\n')
        run = run_round(folder, previous=before if "previous" in carried else None)
        publish(run, plan)
        points = {p.student.student_id: p.points for p in run.placements}
        for student in run.world.students:
            way.had[student.student_id].append(points.get(student.student_id, -1))
        way.rounds.append(folder)
        before = plan
    return way


def told(name: str, way: Way, home: Path) -> Iterator[str]:
    benchmark(way.rounds, home / "out", None, home / "plans")
    yield f"\n### {name}\n"
    yield "| figure | of | value | shown |"
    yield "|---|---|---:|---|"
    for row in rows_of(home / "out" / "measures.csv"):
        if row["measure"] in MEASURES and (row["level"] == "terms" or (row["level"] == "round" and row["measure"] in MEASURES[:2])):
            of = row["starts"] if row["level"] == "round" else row["title"]
            interval = f" ({row['low']} to {row['high']})" if row["low"] else ""
            yield f"| {row['measure']} | {of} | {row['value'] or '–'} {row['unit']}{interval} | {row['shown']} |"


def main() -> None:
    """Measure and print or write the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--terms", type=int, default=4)
    parser.add_argument("--students", type=int, default=600)
    parser.add_argument("--schools", type=int, default=4)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--write", action="store_true")
    asked = parser.parse_args()
    lines = [
        "# Several terms\n",
        stamp("python -m benchmarks.bench_history --write") + "\n",
        f"{asked.students} students, {asked.schools} schools, {asked.terms} terms, seed {asked.seed}.\n",
        (__doc__ or "").split("[--write]`. ", 1)[1].strip(),
    ]
    ways: dict[str, Way] = {}
    pages: list[str] = []
    with tempfile.TemporaryDirectory() as name:
        source = Path(name) / "source"
        generate(asked.students, asked.schools, asked.seed, source)
        for number, (title, carried) in enumerate(WAYS.items()):
            home = Path(name) / f"way{number}"
            ways[title] = go_on(source, home, asked.terms, carried)
            pages += told(title, ways[title], home)
    lines += ["\n## Counted\n", "From the plans themselves, for everybody here is invented.\n"]
    counts = {title: way.exact() for title, way in ways.items()}
    lines += ["| | " + " | ".join(counts) + " |", "|---|" + "---:|" * len(counts)]
    for figure in next(iter(counts.values())):
        lines.append(f"| {figure} | " + " | ".join(str(told_[figure]) for told_ in counts.values()) + " |")
    lines += ["\n## What `matcher benchmark` publishes of it", *pages]
    finish("history", lines, asked.write)


if __name__ == "__main__":
    main()
