"""What the commands besides `run` answer, as plain data: explain, suggest, compare, rules, similarity."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Iterable
from dataclasses import asdict, replace
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
from matcher.published import as_solved, changes_in, read_json, read_slates, read_table
from matcher.rule_costs import rule_costs
from matcher.scoring.base import Scorer, components, way_of
from matcher.scoring.text.documents import offers
from matcher.sentences import told
from matcher.solver.exact import objectives, stages_of
from matcher.solver.problem import Problem, Solution, StageResult
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
    rows = read_table(out, "placements.csv")
    chosen = [_find_pair(lawful.candidates, row, vans) for row, vans in zip(rows, _published_vans(out, len(rows)), strict=True)]
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


def _published_vans(out: Path, placements: int) -> list[list[str] | None]:
    """The vans of each placement; None for each where the plan was written before they were said, or cannot say them."""
    try:
        vans = read_json(out, "certificate.json")["vans"]
        return [[str(van) for van in ride] for ride in vans] if len(vans) == placements else [None] * placements
    except (InputError, KeyError, TypeError):
        return [None] * placements


def _find_pair(candidates: Candidates, row: dict[str, str], vans: list[str] | None) -> int:
    """The pair of a published placement; without a word about vans, the first way to ride them."""
    for pair in candidates.of_students(row["student_id"]):
        variant = candidates.variant_of(int(pair))
        found = (variant.opportunity.opportunity_id, show_windows(variant.windows), variant.mentor.mentor_id)
        if found == (row["opportunity_id"], row["sessions"], row["mentor_id"]) and vans in (None, candidates.vans(int(pair))):
            return int(pair)
    named = f"the placement of {row['student_id']} at {row['opportunity_id']}"
    raise InputError(f"{named} is not lawful in this round. Maybe the round changed since; run it again.")


def explain_student(out: Path, folder: Path, student_id: str, opportunity_id: str | None) -> dict[str, Any]:
    """Status, placement, options, smallest change, published slate and, where it changed, the earlier place of one student."""
    answer = explain_in(load_plan(out, folder), student_id, opportunity_id)
    return answer | {"slate": slate_of(read_slates(out), student_id), "change": change_of(changes_in(out).values(), student_id)}


def change_of(rows: Iterable[dict[str, str]], student_id: str) -> dict[str, str] | None:
    """What a table like ``changes.csv`` says of one student; None where it says nothing."""
    columns = ("from_opportunity", "from_sessions", "code", "reason")
    return next(({name: row[name] for name in columns} for row in rows if row["student_id"] == student_id), None)


def slate_of(rows: Iterable[dict[str, str]], student_id: str) -> list[dict[str, Any]]:
    """The lines of one student in the rows of slates.csv with their dates (None where a run before these wrote none), in order."""
    columns: dict[str, Callable[[str], Any]] = {"rank": int, "opportunity_id": str, "points": int, "odds": float, "reason": str}
    dates: dict[str, Callable[[str], Any]] = {"wave": int, "hold_until": str}
    try:
        mine = [row for row in rows if row["student_id"] == student_id]
        lines = [
            {name: read(row[name]) for name, read in columns.items()}
            | {name: read(row[name]) if name in row else None for name, read in dates.items()}
            for row in mine
        ]
    except ValueError:
        raise InputError("slates.csv or waves.csv has a cell that is no number. Maybe it was changed after matcher run wrote it.") from None
    return sorted(lines, key=lambda line: line["rank"])


def explain_in(run: Run, student_id: str, opportunity_id: str | None, known: Callable[[str], bool] | None = None) -> dict[str, Any]:
    """The same for a plan that is loaded already; with `known`, without sentences that speak of what the reader may not know.

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
    explainer, placed = Explainer(run), next((p for p in run.placements if p.student is student), None)
    answer: dict[str, Any] = {"student_id": student_id, "status": "placed", "placement": None}
    answer |= dict.fromkeys(("code", "reason", "smallest_change"), "")
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
            "reason": told(explainer.placed_because(placed.pair), known),
        }
    elif student.status == "placed":
        answer |= {"status": "placed_before", "reason": "The student was placed before this round and keeps that place."}
    else:
        why = explainer.unplaced(student)
        answer |= {"status": "unplaced", "code": why.code, "reason": told(why.said, known), "smallest_change": why.smallest_change}
    answer["options"] = [
        {"opportunity_id": o.opportunity_id, "lawful": o.lawful, "rule": o.rule or None, "reason": told(o.said, known), "cost": o.cost}
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
    """Who moved from plan `a` to plan `b`, and why, as `b` says: why the earlier place is left, else why the new one was chosen."""
    before = {row["student_id"]: row for row in read_table(a, "placements.csv")}
    after = {row["student_id"]: row for row in read_table(b, "placements.csv")}
    left = {row["student_id"]: row for row in read_table(b, "unplaced.csv")}
    changes, known = [], changes_in(b)
    for student_id in sorted(before.keys() | after.keys()):
        old, new = _where(before.get(student_id)), _where(after.get(student_id))
        if old != new:
            change = known.get(student_id)
            if change and student_id in before and change["from_opportunity"] == before[student_id]["opportunity_id"]:
                reason = change["reason"]
            elif student_id in after:
                reason = after[student_id]["reason"]
            else:
                reason = left.get(student_id, {}).get("reason", "No longer in the round.")
            changes.append({"student_id": student_id, "before": old, "after": new, "reason": reason})
    kept = len(before.keys() & after.keys()) - sum(c["before"] is not None and c["after"] is not None for c in changes)
    return {"moved": len(changes), "kept": kept, "changes": changes}


def _where(row: dict[str, str] | None) -> str | None:
    return None if row is None else f"{row['opportunity_id']} ({row['sessions']}, mentor {row['mentor_id']})"


def costs_of_rules(out: Path, folder: Path) -> list[dict[str, Any]]:
    """How many more students could have a place without each rule that refuses or limits something in the round of this plan."""
    return [asdict(cost) for cost in rule_costs(load_plan(out, folder))]


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

    def named(found: Any) -> list[dict[str, str]]:
        return [{"name": member.name, "sentence": member.sentence} for member in found]

    rules = [*pair_rules(), *limit_rules()]
    return {"laws": laws, "rules": named(rules), "objectives": named(objectives().values()), "components": named(components())}


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
