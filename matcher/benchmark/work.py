"""Rounds to facts, several at a time: every round is read first, and nothing is solved when one of them is bad."""

from __future__ import annotations

import datetime as dt
import hashlib
import multiprocessing
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

from matcher.answers import load_plan
from matcher.audit import audit
from matcher.benchmark.facts import Facts, facts_of
from matcher.conflict import told
from matcher.errors import ConflictError, InputError, Issue
from matcher.load import canonical_hashes, read_round
from matcher.pipeline import Stage, run_round

T = TypeVar("T")
STEP = 10
"""Rounds between two lines of progress."""
MOST_ISSUES = 5
"""Issues shown of one bad round; `matcher check` shows all."""


def facts_of_rounds(
    folders: Sequence[Path], on: dt.date | None, plans: Path | None, workers: int, announce: Stage
) -> tuple[list[Facts], dict[str, str]]:
    """The facts of every round, by start and label, and the hash of its input by label; the same for any number of workers.

    Raises
    ------
    InputError
        When a folder is no round, or has errors, or is given twice: all of them are named.
    ConflictError
        When a round cannot be solved.
    """
    labels = _labels(folders)
    alike = sorted(name for name, n in Counter(folder.resolve().name for folder in folders).items() if n > 1)
    if plans is not None and alike:
        raise InputError(f"--plans: {alike[0]} is the name of more than one round, so its plan is not known. Maybe measure them apart.")
    bad: list[Issue] = []
    with _Pool(min(workers, len(folders))) as pool:
        found = pool.run(_read, [(folder,) for folder in folders], lambda n: announce(f"read {n} of {len(folders)} rounds"))
        for label, (issues, _) in zip(labels, found, strict=True):
            errors = [issue for issue in issues if issue.severity == "error"]
            bad += [replace(issue, table=f"{label}: {issue.table}") for issue in errors[:MOST_ISSUES]]
            if len(errors) > MOST_ISSUES:
                more = f"has {len(errors) - MOST_ISSUES} more errors; matcher check lists them"
                bad.append(Issue(label, None, None, "more", "error", "", more))
        if bad:
            names = sum(any(issue.severity == "error" for issue in issues) for issues, _ in found)
            raise InputError(f"{names} of {len(folders)} rounds cannot be read; nothing was measured", bad)
        calls = [(folder, label, on, _plan(plans, folder)) for folder, label in zip(folders, labels, strict=True)]
        answers = pool.run(_measure, calls, lambda n: announce(f"measured {n} of {len(folders)} rounds"))
    _refuse([answer for answer in answers if isinstance(answer, Failure)], len(folders))
    facts = [answer for answer in answers if isinstance(answer, Facts)]
    hashes = {label: told for label, (_, told) in zip(labels, found, strict=True)}
    return sorted(facts, key=lambda f: (f.starts, f.label)), dict(sorted(hashes.items()))


def _labels(folders: Sequence[Path]) -> list[str]:
    """Names of rounds in the tables: those of their folders, with as many folders above as tell those apart that are called alike."""
    places = [folder.resolve() for folder in folders]
    twice = sorted({str(folder) for folder, place in zip(folders, places, strict=True) if places.count(place) > 1})
    if twice:
        raise InputError(f"{twice[0]} is given twice. Maybe a pattern in the call covers it as well.")
    return [_told_apart(place, [other for other in places if other != place]) for place in places]


def _told_apart(place: Path, others: Sequence[Path]) -> str:
    parts = place.parts
    most = next(n for n in range(1, len(parts) + 1) if all(other.parts[-n:] != parts[-n:] for other in others))
    return "/".join(parts[-most:])


def _plan(plans: Path | None, folder: Path) -> Path | None:
    place = None if plans is None else plans / folder.resolve().name
    return place if place is not None and (place / "manifest.json").is_file() else None


def _read(folder: Path) -> tuple[list[Issue], str]:
    round_, issues = read_round(folder)
    return issues, "" if round_ is None else round_hash(folder)


def round_hash(folder: Path) -> str:
    """SHA-256 of all that a round says: of the lines ``NAME SHA256`` of its tables and round.toml, by name.

    One for the whole round, for the hash of a small table, such as the decisions, could be found again by trying.
    """
    lines = "".join(f"{name} {told}\n" for name, told in sorted(canonical_hashes(folder).items()))
    return hashlib.sha256(lines.encode()).hexdigest()


def _measure(folder: Path, label: str, on: dt.date | None, plan: Path | None) -> Facts | Failure:
    try:
        if plan is not None:
            findings = audit(plan, folder)
            if findings:
                return Failure(label, f"the plan does not hold: {findings[0]} Maybe run the round again.")
            return facts_of(load_plan(plan, folder), label, on)
        run = run_round(folder)
    except InputError as error:
        return Failure(label, str(error))
    return facts_of(run, label, on) if run.solved else Failure(label, "cannot be solved", tuple(told(run)))


@dataclass(frozen=True)
class Failure:
    """Why a round was not measured; `conflict` when it cannot be solved."""

    label: str
    message: str
    conflict: tuple[str, ...] = ()


def _refuse(failures: list[Failure], rounds: int) -> None:
    """Raise what went wrong with some rounds, all of it."""
    wrong = [f for f in failures if not f.conflict]
    said = f"{len(failures)} of {rounds} rounds cannot be measured; nothing was written"
    if wrong:
        raise InputError(said, [Issue(f.label, None, None, "unmeasured", "error", "", f.message) for f in wrong])
    if failures:
        raise ConflictError(said, [f"{f.label}: {'; '.join(f.conflict)}" for f in failures])


class _Pool:
    """Runs a function over many calls, in processes of their own when there is more than one."""

    def __init__(self, workers: int) -> None:
        self._executor = ProcessPoolExecutor(workers, multiprocessing.get_context("spawn")) if workers > 1 else None

    def __enter__(self) -> _Pool:
        return self

    def __exit__(self, *_: object) -> None:
        if self._executor is not None:
            self._executor.shutdown(cancel_futures=True)

    def run(self, work: Callable[..., T], calls: list[tuple[Any, ...]], done: Callable[[int], None]) -> list[T]:
        """The answers in the order of the calls."""
        if self._executor is None:
            return list(_told((work(*call) for call in calls), done))
        futures: list[Future[T]] = [self._executor.submit(work, *call) for call in calls]
        for _ in _told(as_completed(futures), done):
            pass
        return [future.result() for future in futures]


def _told(items: Iterable[T], done: Callable[[int], None]) -> Iterator[T]:
    for n, item in enumerate(items, 1):
        if n % STEP == 0:
            done(n)
        yield item
