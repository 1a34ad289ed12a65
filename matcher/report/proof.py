"""What the page says about the whole: the result in one sentence, what decided, and how to check it."""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from matcher import __version__
from matcher.domain import NO_RECORD
from matcher.errors import InputError
from matcher.law import pack_path
from matcher.load import canonical_hashes, last_term_hashes
from matcher.pipeline import Run
from matcher.report.words import count, date_span, plain, sentence_list
from matcher.settings import Settings
from matcher.solver.exact import objectives as known_objectives
from matcher.travel.feed_files import feed_hashes

LIBRARIES = ("ortools", "numpy", "scipy", "scikit-learn")
DIGITS = 12


@dataclass(frozen=True)
class Head:
    """The top of the page."""

    name: str
    round_id: str
    dates: str
    schools: tuple[str, ...]
    result: str
    proof: str
    warnings: str


@dataclass(frozen=True)
class Aim:
    """One objective: what was wanted, what was reached, and the best that is possible at all."""

    wanted: str
    reached: str
    possible: str
    proven: bool


@dataclass(frozen=True)
class Foot:
    """What identifies the input and the engine."""

    seed: str
    dates: str
    inputs: tuple[tuple[str, str], ...]
    packs: tuple[tuple[str, str], ...]
    engine: str
    libraries: tuple[tuple[str, str], ...]


def head(run: Run, summary: dict[str, Any]) -> Head:
    """Name, dates, schools and the result in plain words."""
    settings, counts = run.world.settings.round, summary["counts"]
    schools = tuple(sorted(f"{s.name or s.school_id} ({s.state.removeprefix('US-')})" for s in run.world.round.schools))
    verb = "is" if counts["placed"] == 1 else "are"
    result = f"{counts['placed']:,} of {count(counts['seeking'], 'seeking student')} {verb} placed."
    dates = date_span(run.world.first, run.world.last)
    return Head(settings.name, settings.id, dates, schools, result, _proof(summary), _warnings(run))


def _proof(summary: dict[str, Any]) -> str:
    if summary["status"] == "optimal":
        return "The plan is proven best by your order of priorities and was re-checked independently."
    gap = f" It may be up to {100 * summary['gap']:.1f} % from the best possible." if summary["gap"] else ""
    return f"The plan keeps every rule and was re-checked independently, but it is not proven best.{gap}"


def _warnings(run: Run) -> str:
    """How many warnings in which tables; never the cells themselves, which may hold what the page must not show."""
    tables = Counter(issue.table for issue in run.issues)
    if not tables:
        return "The input gave no warnings."
    where = sentence_list([f"{n} in {table}" for table, n in sorted(tables.items())])
    return f"{count(len(run.issues), 'input warning')} ({where}); none of them stopped the round."


def objectives(run: Run, summary: dict[str, Any]) -> list[Aim]:
    """The objectives in order; the stages of the public draw are one line without numbers."""
    found: list[Aim] = []
    stages = summary["objectives"]
    for stage in stages:
        name, proven = stage["name"], stage["value"] == stage["bound"]
        if name.startswith("public_draw"):
            if name == "public_draw":
                settled = all(s["value"] == s["bound"] for s in stages if s["name"].startswith("public_draw"))
                found.append(Aim("Where plans are still equally good, the public draw decides.", "drawn", "drawn", settled))
        else:
            found.append(Aim(_wanted(run, name), f"{stage['value']:,}", f"{stage['bound']:,}", proven))
    return found


def _wanted(run: Run, name: str) -> str:
    aim, _, number = name.rpartition("_")
    if aim == "priority":
        those = sum(s.priority >= int(number) for s in run.world.students)
        return f"Place as many as possible of the {count(those, 'student')} with priority {number} or higher."
    if aim == "carry_over":
        last = dict(run.world.round.last_term)
        those = sum(last.get(s.student_id, NO_RECORD) < int(number) for s in run.world.students)
        had = f"no place last term or one below {number} points" if int(number) else "no place last term"
        return (
            f"Let the {count(those, 'student')} with {had} go first: in all, as many steps as possible (a place, then each band of points)."
        )
    if aim == "worst_off":
        return f"Give as many placed students as possible at least {number} points."
    plain_words = {
        "most_placed": f"Place as many as possible of all {len(run.world.students):,} students who seek.",
        "total_points": "Make the points of all placed students together as high as possible.",
        "landed": "Keep as many as possible of the agreements that students and mentors have made already (landed requests).",
        "least_change": "Let as many students as possible stay where they are today.",
    }
    known = known_objectives()
    return plain_words.get(name) or (known[name].sentence if name in known else f"{plain(name)}.")


def foot(run: Run) -> Foot:
    """Short hashes of the input and rule packs, versions and seed: all of it the same in every identical run."""
    settings = run.world.settings.round
    return Foot(
        settings.seed,
        date_span(run.world.first, run.world.last),
        tuple(sorted((name, digest[:DIGITS]) for name, digest in _inputs(run.folder, run.world.settings).items())),
        tuple((name, _short(pack_path(name, run.folder))) for name in settings.rule_packs),
        __version__,
        tuple((name, version(name)) for name in LIBRARIES),
    )


def _inputs(folder: Path, settings: Settings) -> dict[str, str]:
    """Hashes of the input; none for a round that never was a folder."""
    try:
        tables = canonical_hashes(folder)
        return tables | feed_hashes(folder, settings.gtfs.feeds) | last_term_hashes(folder, settings.objectives.last_term)
    except InputError:
        return {}


def _short(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:DIGITS]
