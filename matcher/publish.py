"""Writes what a run found: tables, summary, certificate, manifest and report; nothing is published that the audit refuses."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import platform
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import astuple
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from matcher import __version__
from matcher.audit import audit_or_raise
from matcher.cells import Window, show_windows
from matcher.changes import moved
from matcher.errors import InputError
from matcher.explain import Explainer
from matcher.holding import holds
from matcher.instants import standing
from matcher.law import pack_path
from matcher.load import canonical_hashes, last_term_hashes
from matcher.pipeline import Clock, Run, Stage, peak_mb
from matcher.prices import has_prices, place_prices
from matcher.published import rows_of
from matcher.recruit import Recruit, recruit_next
from matcher.report import report_page
from matcher.report.seats import look_for
from matcher.scoring.text.documents import text_version
from matcher.sentences import sentence_rows, told
from matcher.slates import build_slates
from matcher.solver.certificate import Certificate, digest
from matcher.solver.problem import NOT_BEGUN, Solution
from matcher.travel.feed_files import feed_hashes

PLACEMENTS = ("student_id", "opportunity_id", "site_id", "mentor_id", "sessions", "points", "mode", "minutes", "transfers", "reason")
UNPLACED = ("student_id", "code", "reason", "smallest_change")
SLATES = ("student_id", "rank", "opportunity_id", "points", "odds", "reason")
WAVES = ("student_id", "opportunity_id", "wave", "hold_until")
SEATS = ("opportunity_id", "sessions", "seats", "used", "price")
SENTENCES = ("student_id", "about", "sentence")
CHANGES = ("student_id", "from_opportunity", "from_sessions", "to_opportunity", "to_sessions", "code", "reason")
RECRUIT = ("rank", "cluster", "weekdays", "area", "seats", "places", "who")
TIMINGS = ("seconds", "peak_mb")
"""Keys of summary.json that differ from run to run; the manifest's hash leaves them out."""


def publish(run: Run, out: Path, announce: Stage | None = None) -> dict[str, Any]:
    """Write the files of a solved run to `out`, all or nothing, and return the summary.

    Raises
    ------
    VerificationError
        When the audit refuses the files; `out` is then as it was before.
    InputError
        When `out` is a folder of something else.
    """
    clock = Clock(announce)
    check_target(out, run.folder)
    out = out.resolve()
    out.parent.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(prefix=f".{out.name}.", dir=out.parent))
    try:
        clock("explain and write")
        recruits = recruit_next(run)
        tables = _tables(run, recruits)
        for name, (header, rows) in tables.items():
            (draft / name).write_bytes(csv_bytes(header, rows))
        _write_certificate(run, draft)
        summary = summarise(run, {name: rows for name, (_, rows) in tables.items()}) | {"recruit": [look_for(r) for r in recruits]}
        page = report_page(run, summary, {name: rows for name, (_, rows) in tables.items()}, recruits)
        (draft / "report.html").write_text(page, encoding="utf-8")
        (draft / "summary.json").write_text(_json(summary), encoding="utf-8")
        (draft / "manifest.json").write_text(_json(manifest(run, draft, summary)), encoding="utf-8")
        clock("audit")
        audit_or_raise(draft, run.folder, run.earlier)
        clock("")
        summary["seconds"] = {**run.seconds, **clock.seconds}
        summary["peak_mb"] = peak_mb()
        (draft / "summary.json").write_text(_json(summary), encoding="utf-8")
        draft.chmod(0o755)
        swap(draft, out)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return summary


def check_target(out: Path, *rounds: Path, mark: str = "placements.csv") -> None:
    """Refuse a place that cannot be written to, or where something else would be replaced than what this command writes.

    Parameters
    ----------
    mark : the file by which the manifest of an earlier output is known.

    Raises
    ------
    InputError
        When `out` is a file, holds files that this command did not write, or holds a round or the present folder.
    """
    target = out.resolve()
    if out.is_file() or any(parent.is_file() for parent in target.parents):
        raise InputError(f"{out} is a file, or lies below one. Maybe name a folder that does not exist yet.")
    if any(place.resolve().is_relative_to(target) for place in (*rounds, Path())):
        raise InputError(f"{out} holds the round or the folder you are in. Maybe name a new folder.")
    if out.is_dir() and (others := sorted({p.name for p in out.iterdir()} - _own_files(out, mark))):
        raise InputError(f"{out} holds files that this engine did not write, such as {others[0]}. Maybe name a new folder.")


def _own_files(out: Path, mark: str) -> set[str]:
    """What this command wrote into a folder, by its manifest."""
    try:
        outputs = json.loads((out / "manifest.json").read_text(encoding="utf-8"))["outputs"]
        return {*map(str, outputs), "manifest.json", "summary.json"} if mark in outputs else set()
    except (OSError, ValueError, KeyError, TypeError):
        return set()


def swap(draft: Path, out: Path) -> None:
    """Put a finished folder in the place of an earlier one, which stays where it is when that fails."""
    old = out.with_name(f".{out.name}.old")
    shutil.rmtree(old, ignore_errors=True)
    try:
        if out.exists():
            out.rename(old)
        draft.rename(out)
    except BaseException:
        if old.exists() and not out.exists():
            old.rename(out)
        raise
    shutil.rmtree(old, ignore_errors=True)


def _tables(run: Run, recruits: Sequence[Recruit]) -> dict[str, tuple[Sequence[str], list[tuple[Any, ...]]]]:
    explainer = Explainer(run)
    because = {p.student.student_id: explainer.placed_because(p.pair) for p in run.placements}
    placed = [
        (
            p.student.student_id,
            p.variant.opportunity.opportunity_id,
            p.variant.site.site_id,
            p.variant.mentor.mentor_id,
            show_windows(p.variant.windows),
            p.points,
            p.mode,
            p.minutes,
            p.transfers,
            told(because[p.student.student_id]),
        )
        for p in run.placements
    ]
    promises = build_slates(run)
    left = [explainer.unplaced(s) for s in run.world.round.students if s.status != "placed" and s.student_id not in because]
    return {
        "placements.csv": (PLACEMENTS, placed),
        "unplaced.csv": (UNPLACED, [(u.student_id, u.code, u.reason, u.smallest_change) for u in left]),
        "sentences.csv": (SENTENCES, sentence_rows(because | {u.student_id: u.said for u in left})),
        "slates.csv": (SLATES, [astuple(p) for p in promises]),
        "waves.csv": (WAVES, [astuple(h) for h in holds(run.world, promises)]),
        "seats.csv": (SEATS, _seats(run)),
        "recruit.csv": (RECRUIT, [r.row for r in recruits]),
        "changes.csv": (CHANGES, [astuple(change) for change in moved(run)]),
    }


def _seats(run: Run) -> list[tuple[Any, ...]]:
    used = Counter((p.variant.opportunity.opportunity_id, p.variant.pattern) for p in run.placements)
    for stays in standing(run.world):
        opportunity = stays.variant.opportunity
        used[opportunity.opportunity_id, alternative(opportunity.sessions, stays.windows)] += 1
    prices, none = place_prices(run), 0 if has_prices(run.solution) else ""
    return [
        (
            o.opportunity_id,
            show_windows(windows),
            o.seats,
            used[o.opportunity_id, i],
            prices.get((o.opportunity_id, i), none),
        )
        for o in run.world.round.opportunities
        for i, windows in enumerate(o.sessions)
    ]


def alternative(patterns: Sequence[tuple[Window, ...]], windows: tuple[Window, ...]) -> int:
    """Place of the alternative whose seat somebody holds: these windows, else the first that shares an hour with them, else the first."""
    if windows in patterns:
        return patterns.index(windows)
    shared = (any(a.weekday == b.weekday and a.start < b.end and b.start < a.end for a in p for b in windows) for p in patterns)
    return next((i for i, shares in enumerate(shared) if shares), 0)


def summarise(run: Run, rows: dict[str, list[tuple[Any, ...]]]) -> dict[str, Any]:
    """What summary.json says."""
    students = run.world.round.students
    counts = {
        "students": len(students),
        "seeking": len(run.world.students),
        "placed": len(run.placements),
        "unplaced": len(rows["unplaced.csv"]),
        "not_ready": sum(s.status == "not_ready" for s in students),
        "placed_before": sum(s.status == "placed" for s in students),
        "opportunities": len(run.world.round.opportunities),
        "sites": len(run.world.round.sites),
        "warnings": len(run.issues),
        "seats": sum(row[2] for row in rows["seats.csv"]),
        "seats_used": sum(row[3] for row in rows["seats.csv"]),
        "recruit_places": sum(row[5] for row in rows.get("recruit.csv", [])),
    }
    lawful = run.lawful
    return {
        "round": run.world.settings.round.id,
        "status": str(run.solution.status),
        "why_stopped": run.solution.why_stopped,
        "objectives": [{"name": s.name, "value": s.value, "bound": s.bound, "road": s.road} for s in run.solution.stages],
        "gap": run.solution.gap,
        "counts": counts,
        "pairs": {"all": lawful.pairs, "lawful": len(lawful.candidates), "scored": len(lawful.candidates)},
        "refused": lawful.refused,
        "seconds": run.seconds,
        "peak_mb": run.peak_mb,
    }


def _write_certificate(run: Run, folder: Path) -> None:
    """Prices of every objective as whole numbers over a common scale; `matcher verify --proof` needs no solver to check them."""
    said, arrays = certificate_of(run.solution)
    buffer = io.BytesIO()
    np.savez_compressed(buffer, **arrays)
    (folder / "certificate.npz").write_bytes(buffer.getvalue())
    rows = [[f"{limit.rule}: {limit.about}" for limit in group] for group in run.model.meaning]
    students = [s.student_id for s in run.world.students]
    vans = [run.lawful.candidates.vans(p.pair) for p in run.placements]
    (folder / "certificate.json").write_text(_json({**said, "limits": rows, "students": students, "vans": vans}), encoding="utf-8")


def certificate_of(solution: Solution) -> tuple[dict[str, Any], dict[str, Any]]:
    """What the certificate says in words (`stages`, `tree`, a hash of the arrays), and its arrays."""
    stages, certificate = solution.stages, solution.certificate or Certificate()
    prices = {f"prices_{i}": stage.prices for i, stage in enumerate(stages) if stage.road != NOT_BEGUN}
    if certificate.pieces:
        prices = {name: array for name, array in prices.items() if len(array)}
    tree, arrays = certificate.to_arrays(prices, [stage.scale for stage in stages])
    said = [{"objective": s.name, "value": s.value, "bound": s.bound, "scale": s.scale, "road": s.road} for s in stages]
    return {"stages": said, **tree, "arrays": digest(arrays)}, arrays


def manifest(run: Run, folder: Path, summary: dict[str, Any]) -> dict[str, Any]:
    """What manifest.json says: hashes of inputs, rule packs and outputs, versions, settings, seed."""
    files = sorted(p for p in folder.iterdir() if p.name not in {"summary.json", "manifest.json"})
    stable = {k: v for k, v in summary.items() if k not in TIMINGS}
    settings = run.world.settings
    packs = {name: _sha(pack_path(name, run.folder).read_bytes()) for name in settings.round.rule_packs}
    told = json.dumps(stable, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return {
        "engine": __version__,
        "versions": {name: version(name) for name in ("ortools", "numpy", "scipy", "pystemmer")} | {"python": platform.python_version()},
        "inputs": canonical_hashes(run.folder)
        | feed_hashes(run.folder, settings.gtfs.feeds)
        | last_term_hashes(run.folder, settings.objectives.last_term),
        "rule_packs": packs,
        "settings": settings.model_dump(mode="json"),
        "text": text_version(run.world),
        "earlier_plan": None if run.earlier is None else _sha((run.earlier / "placements.csv").read_bytes()),
        "previous": rows_of(run.world.round),
        "seed": settings.round.seed,
        "outputs": {p.name: _sha(p.read_bytes()) for p in files} | {"summary.json": _sha(told.encode())},
    }


def csv_bytes(header: Sequence[str], rows: Iterable[Sequence[Any]]) -> bytes:
    """RFC 4180 in UTF-8; cells that a spreadsheet would run as a formula begin with an apostrophe."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(header)
    writer.writerows([_harmless(cell) for cell in row] for row in rows)
    return text.getvalue().encode()


def _harmless(cell: Any) -> Any:
    return f"'{cell}" if isinstance(cell, str) and cell[:1] in {"=", "+", "-", "@", "\t", "\r", "\0"} else cell


def _sha(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _json(value: Any) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"
