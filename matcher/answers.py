"""What the commands besides `run` answer, as plain data: explain, suggest, compare, rules, similarity, solve."""

from __future__ import annotations

import time
import zipfile
import zlib
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

from matcher.candidates import Candidates, build, limit_rules, pair_rules
from matcher.cells import Document, show_windows
from matcher.domain import Round, SolveStatus, Student
from matcher.errors import InputError
from matcher.explain import Explainer
from matcher.law import PACK_FOLDER, read_pack
from matcher.load import load_round
from matcher.pipeline import Clock, Run, peak_mb, prepare
from matcher.plan import placements
from matcher.published import as_solved, read_json, read_table
from matcher.scoring.base import Scorer, components, way_of
from matcher.scoring.text.documents import offers
from matcher.solver.exact import objectives, solve, stages_of
from matcher.solver.problem import Problem, Solution, StageResult, read_problem
from matcher.world import World


def load_plan(out: Path, folder: Path) -> Run:
    """A published plan over its round, without solving again.

    Raises
    ------
    InputError
        When a published placement is not lawful in this round: the round has changed since, or is another one.
    """
    loaded, issues = load_round(folder)
    round_ = as_solved(loaded, out)
    clock = Clock(None)
    world, judge, scorer, lawful, model = prepare(round_, folder, clock)
    chosen = [_find_pair(lawful.candidates, row) for row in read_table(out, "placements.csv")]
    plan = np.sort(np.array(chosen, dtype=np.int32))
    solution = Solution(_status(out), plan, _published_stages(out, model.problem, plan))
    return Run(
        folder,
        world,
        judge,
        scorer,
        lawful,
        model,
        solution,
        tuple(placements(lawful.candidates, plan)),
        tuple(issues),
        clock.seconds,
        peak_mb(),
    )


def _published_stages(out: Path, problem: Problem, plan: np.ndarray) -> tuple[StageResult, ...]:
    """The values of a plan with the published prices, which whoever uses them must check; without prices where they cannot be read."""
    values = [(name, int(weights[plan].sum())) for name, weights in stages_of(problem)]
    try:
        scales = [int(stage["scale"]) for stage in read_json(out, "certificate.json")["stages"]]
        with np.load(out / "certificate.npz", allow_pickle=False) as file:
            prices = [np.asarray(file[f"prices_{i}"], np.int64) for i in range(len(values))]
        return tuple(StageResult(n, v, v, prices[i], scales[i]) for i, (n, v) in enumerate(values) if scales[i] > 0)
    except (OSError, KeyError, IndexError, ValueError, TypeError, EOFError, zipfile.BadZipFile, InputError):
        return tuple(StageResult(name, value, value, np.zeros(0, np.int64)) for name, value in values)


def _status(out: Path) -> SolveStatus:
    try:
        return SolveStatus(read_json(out, "summary.json")["status"])
    except (KeyError, ValueError, TypeError):
        raise InputError(f"{out / 'summary.json'} has no status. Maybe {out} was not written by matcher run.") from None


def _find_pair(candidates: Candidates, row: dict[str, str]) -> int:
    for pair in candidates.of_students(row["student_id"]):
        variant = candidates.variant_of(int(pair))
        found = (variant.opportunity.opportunity_id, show_windows(variant.windows), variant.mentor.mentor_id)
        if found == (row["opportunity_id"], row["sessions"], row["mentor_id"]):
            return int(pair)
    named = f"the placement of {row['student_id']} at {row['opportunity_id']}"
    raise InputError(f"{named} is not lawful in this round. Maybe the round changed since; run it again.")


def explain_student(out: Path, folder: Path, student_id: str, opportunity_id: str | None) -> dict[str, Any]:
    """Status, placement, options and smallest change of one student."""
    return explain_in(load_plan(out, folder), student_id, opportunity_id)


def explain_in(run: Run, student_id: str, opportunity_id: str | None) -> dict[str, Any]:
    """The same for a plan that is loaded already.

    Raises
    ------
    InputError
        When the student or the opportunity is not in the round.
    """
    student = run.world.round.student.get(student_id)
    if student is None:
        raise InputError(f"there is no student {student_id!r} in this round")
    if opportunity_id is not None and opportunity_id not in run.world.round.opportunity:
        raise InputError(f"there is no opportunity {opportunity_id!r} in this round")
    explainer = Explainer(run)
    placed = next((p for p in run.placements if p.student is student), None)
    answer: dict[str, Any] = {"student_id": student_id, "status": "placed", "placement": None, "code": ""}
    answer |= {"reason": "", "smallest_change": ""}
    if placed is not None:
        answer["placement"] = {
            "opportunity_id": placed.variant.opportunity.opportunity_id,
            "site_id": placed.variant.site.site_id,
            "mentor_id": placed.variant.mentor.mentor_id,
            "sessions": show_windows(placed.variant.windows),
            "points": placed.points,
            "mode": placed.mode,
            "minutes": placed.minutes,
            "transfers": placed.transfers,
            "reason": explainer.placed_because(placed.pair),
        }
    elif student.status == "placed":
        answer |= {"status": "placed_before", "reason": "The student was placed before this round and keeps that place."}
    else:
        why = explainer.unplaced(student)
        answer |= {"status": "unplaced", "code": why.code, "reason": why.reason, "smallest_change": why.smallest_change}
    answer["options"] = [
        {"opportunity_id": o.opportunity_id, "lawful": o.lawful, "rule": o.rule or None, "reason": o.reason, "cost": o.cost}
        for o in explainer.options(student, opportunity_id)
    ]
    return answer


def suggestions(folder: Path, student_id: str | None, text: str | None, k: int) -> list[dict[str, Any]]:
    """The best lawful options, one per opportunity, best first (ties: the smaller id)."""
    round_, _ = load_round(folder)
    student = round_.student.get(student_id or "") if student_id is not None else _visitor(round_, text or "")
    if student is None:
        raise InputError(f"there is no student {student_id!r} in this round")
    world = World(replace(round_, students=(student.model_copy(update={"status": "seeking"}),)), folder)
    scorer = Scorer(world)
    candidates = build(world, scorer).candidates
    best: dict[str, int] = {}
    for pair in np.lexsort((np.arange(len(candidates)), -candidates.points)):
        best.setdefault(candidates.variant_of(int(pair)).opportunity.opportunity_id, int(pair))
    order = sorted(best, key=lambda o: (-int(candidates.points[best[o]]), o))
    return [_suggestion(candidates, scorer, pair) for pair in _folded(candidates, [best[o] for o in order], k)]


def _folded(candidates: Candidates, pairs: list[int], k: int) -> list[int]:
    """The first k pairs, leaving out what says nearly the same at the same site as a better one; all of them where k is enough for all."""
    if k >= len(pairs):
        return pairs
    found = offers(candidates.world)
    kept: list[int] = []
    for pair in pairs:
        variant = int(candidates.variant[pair])
        same_site = [int(candidates.variant[p]) for p in kept if candidates.site[p] == candidates.site[pair]]
        if len(kept) < k and not any(found.index.nearly_same(int(found.place[variant]), int(found.place[other])) for other in same_site):
            kept.append(pair)
    return kept


def _suggestion(candidates: Candidates, scorer: Scorer, pair: int) -> dict[str, Any]:
    variant, way = candidates.variant_of(pair), way_of(candidates, pair)
    return {
        "opportunity_id": variant.opportunity.opportunity_id,
        "title": variant.opportunity.title,
        "site_id": variant.site.site_id,
        "mentor_id": variant.mentor.mentor_id,
        "sessions": show_windows(variant.windows),
        "points": int(candidates.points[pair]),
        "mode": way.mode,
        "minutes": way.minutes,
        "transfers": way.transfers,
        "reason": scorer.words(candidates.student_of(pair), variant, way),
    }


def _visitor(round_: Round, text: str) -> Student:
    """Somebody who wrote a text: of the first school, sixteen and in grade 11, papers in date, walking or dropped off.

    The laws that depend on facts nobody gave are met as an ordinary student would meet them; safety of sites still counts.
    """
    if not round_.schools:
        raise InputError("the round has no school")
    first, last = round_.settings.round.start, round_.settings.round.end
    papers = tuple(Document(name, first, last) for name in ("emergency_contacts", "parent_consent"))
    born = date(first.year - 17, 1, 1)
    modes = ("walk", "dropoff")
    school = round_.schools[0].school_id
    return Student(student_id="(text)", school_id=school, grade=11, birth_date=born, interests=text, travel_modes=modes, documents=papers)


def compare_outputs(a: Path, b: Path) -> dict[str, Any]:
    """Who moved from plan `a` to plan `b`, with the reason that `b` gives."""
    before = {row["student_id"]: row for row in read_table(a, "placements.csv")}
    after = {row["student_id"]: row for row in read_table(b, "placements.csv")}
    left = {row["student_id"]: row for row in read_table(b, "unplaced.csv")}
    changes = []
    for student_id in sorted(before.keys() | after.keys()):
        old, new = _where(before.get(student_id)), _where(after.get(student_id))
        if old != new:
            reason = (
                after[student_id]["reason"] if student_id in after else left.get(student_id, {}).get("reason", "No longer in the round.")
            )
            changes.append({"student_id": student_id, "before": old, "after": new, "reason": reason})
    kept = len(before.keys() & after.keys()) - sum(c["before"] is not None and c["after"] is not None for c in changes)
    return {"moved": len(changes), "kept": kept, "changes": changes}


def _where(row: dict[str, str] | None) -> str | None:
    return None if row is None else f"{row['opportunity_id']} ({row['sessions']}, mentor {row['mentor_id']})"


def rules_in_force(day: date | None, state: str | None) -> dict[str, Any]:
    """Laws of every shipped pack in force on a day in a state, and the members of the families."""
    laws = []
    packs = [read_pack(path) for path in sorted(PACK_FOLDER.glob("*.toml"))]
    states = sorted({pack.pack.jurisdiction for pack in packs} - {"US", "school"})
    if state is not None and state not in states:
        raise InputError(f"there is no rule pack for {state!r}, so its law is not known here. Maybe one of: {', '.join(states)}.")
    for pack in packs:
        where = pack.pack.jurisdiction
        if state is None or where in {"US", "school", state}:
            laws += [{"pack": pack.pack.id, "jurisdiction": where, **_law(law)} for law in pack.law if day is None or law.in_force(day)]

    def told(found: Any) -> list[dict[str, str]]:
        return [{"name": member.name, "sentence": member.sentence} for member in found]

    rules = [*pair_rules(), *limit_rules()]
    return {"laws": laws, "rules": told(rules), "objectives": told(objectives().values()), "components": told(components())}


def _law(law: Any) -> dict[str, Any]:
    said: dict[str, Any] = law.model_dump(mode="json", exclude={"jurisdiction", "ages", "values"})
    return said | {
        "ages": "all" if law.ages == (0, 200) else law.told_ages,
        "values": law.values.model_dump(mode="json", exclude_none=True),
    }


def check_file(out: Path) -> None:
    """Refuse a place where no file can be written, before any work is done.

    Raises
    ------
    InputError
        When it is a folder, or its folder does not exist.
    """
    if out.is_dir():
        raise InputError(f"{out} is a folder. Maybe add the name of a file.")
    if not out.parent.is_dir():
        raise InputError(f"there is no folder {out.parent}. Maybe make it first.")


def solve_file(problem_path: Path, out: Path, workers: int) -> dict[str, Any]:
    """Solve ``PROBLEM.npz`` into ``SOLUTION.npz``."""
    start = time.perf_counter()
    check_file(out)
    try:
        problem = read_problem(problem_path)
    except (zipfile.BadZipFile, zlib.error, TypeError, AttributeError) as error:
        raise InputError(f"{problem_path} cannot be read as an .npz file: {error}") from None
    solution = solve(problem, workers)
    rows = problem.limits.shape[0] + problem.students
    duals = np.zeros(rows)
    for stage in solution.stages:
        if stage.name in {"total_points", solution.stages[-1].name}:
            duals = stage.prices[:rows] / stage.scale
        if stage.name == "total_points":
            break
    with out.open("wb") as file:
        np.savez_compressed(file, chosen=solution.chosen.astype(np.int32), duals=duals)
    return {
        "status": str(solution.status),
        "objectives": [{"name": s.name, "value": s.value, "bound": s.bound, "road": s.road} for s in solution.stages],
        "gap": solution.gap,
        "conflict": list(solution.conflict) or None,
        "seconds": round(time.perf_counter() - start, 3),
        "peak_mb": peak_mb(),
    }
