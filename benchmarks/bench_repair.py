"""What does an event in the middle of a term change? `python -m benchmarks.bench_repair [--students N] [--cases K] [--write]`.

A plan is published, the term begins, and in its fifth week something happens: a mentor drops out, a clearance lapses, a site closes,
a seat goes, a student moves in, a student leaves. Each event is written into the tables as a coordinator would, run again with
`--previous`, published (so audited) and verified with its proof. Beside it: the same tables solved as if nobody had a place yet. By the
fifth week other papers and offers have begun or ended too: the row `nothing happens` says what that alone changes.
"""

from __future__ import annotations

import argparse
import datetime as dt
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from benchmarks.page import finish, stamp
from matcher.cells import DateRange, Document
from matcher.changes import moved
from matcher.domain import Round
from matcher.generate import generate
from matcher.load import read_round
from matcher.pipeline import Run, run_round
from matcher.publish import publish
from tests.folder import write_round

ROOT = Path(__file__).parents[1]
WEEKS = 4
OFFERED = {"better_plan", "made_room"}
"""Codes of a change whose earlier place is still lawful and has room."""

Event = Callable[[Round, Run, int], Round]


def without_offers(round_: Round, gone: set[str], **tables: Any) -> Round:
    """The round without these opportunities and without the rows that name them."""
    offers = tuple(o for o in round_.opportunities if o.opportunity_id not in gone)
    requests = tuple(r for r in round_.requests if r.opportunity_id not in gone)
    decisions = tuple(d for d in round_.decisions if not gone & {d.a, d.b})
    return replace(round_, opportunities=offers, requests=requests, decisions=decisions, **tables)


def without_mentors(round_: Round, gone: set[str], **tables: Any) -> Round:
    """The round without these mentors; an offer that has no other goes with them."""
    offers = [o.model_copy(update={"mentors": tuple(m for m in o.mentors if m not in gone)}) for o in round_.opportunities]
    alone = {new.opportunity_id for new, old in zip(offers, round_.opportunities, strict=True) if old.mentors and not new.mentors}
    mentors = tuple(m for m in round_.mentors if m.mentor_id not in gone)
    return without_offers(replace(round_, opportunities=tuple(offers)), alone, mentors=mentors, **tables)


def without_pins(round_: Round, offers: set[str]) -> Round:
    """The round without the pins to these offers: nobody insists on a place that is gone."""
    return replace(round_, decisions=tuple(d for d in round_.decisions if d.kind != "pin" or d.b not in offers))


def in_turn(names: list[str], k: int) -> str:
    """The name that comes k-th most often, the first of equals in order of names."""
    counts = Counter(names)
    return sorted(counts, key=lambda name: (-counts[name], name))[k % len(counts)]


def mentor_leaves(round_: Round, run: Run, k: int) -> Round:
    return without_mentors(round_, {in_turn([p.variant.mentor.mentor_id for p in run.placements], k)})


def clearance_lapses(round_: Round, run: Run, k: int) -> Round:
    name = in_turn([p.variant.mentor.mentor_id for p in run.placements], k)
    day = round_.settings.round.start + dt.timedelta(days=7 * WEEKS - 4)

    def lapsed(paper: Document) -> Document:
        return paper._replace(valid_until=day) if paper.name == "clearance" else paper

    mentors = [m.model_copy(update={"documents": tuple(map(lapsed, m.documents))}) if m.mentor_id == name else m for m in round_.mentors]
    return without_pins(replace(round_, mentors=tuple(mentors)), {o.opportunity_id for o in round_.opportunities if name in o.mentors})


def site_closes(round_: Round, run: Run, k: int) -> Round:
    name = in_turn([p.variant.site.site_id for p in run.placements], k)
    day = round_.settings.round.start + dt.timedelta(days=7 * WEEKS)
    closed = DateRange(day, round_.settings.round.end)
    sites = [s.model_copy(update={"closures": (*s.closures, closed)}) if s.site_id == name else s for s in round_.sites]
    return without_pins(replace(round_, sites=tuple(sites)), {o.opportunity_id for o in round_.opportunities if o.site_id == name})


def seat_goes(round_: Round, run: Run, k: int) -> Round:
    """Of the offers with one session, where a seat fewer is one place fewer."""
    single = [p.variant.opportunity for p in run.placements if len(p.variant.opportunity.sessions) == 1]
    name = in_turn([offer.opportunity_id for offer in single], k)
    there = sum(p.variant.opportunity.opportunity_id == name for p in run.placements)
    if there == 1:
        return without_offers(round_, {name})
    offers = [o.model_copy(update={"seats": there - 1}) if o.opportunity_id == name else o for o in round_.opportunities]
    return replace(round_, opportunities=tuple(offers))


def student_moves_in(round_: Round, run: Run, k: int) -> Round:
    """Somebody like a placed student, from the same address."""
    like = run.placements[(7 * k) % len(run.placements)].student
    new = like.model_copy(update={"student_id": f"NEW{k:02d}", "name": f"Newcomer {k}"})
    own = [t.model_copy(update={"from_id": new.student_id}) for t in round_.travel if t.from_id == like.student_id]
    students = tuple(sorted((*round_.students, new), key=lambda s: s.student_id))
    return replace(round_, students=students, travel=(*round_.travel, *own))


def student_leaves(round_: Round, run: Run, k: int) -> Round:
    name = run.placements[(7 * k) % len(run.placements)].student.student_id
    students = [s.model_copy(update={"status": "not_ready"}) if s.student_id == name else s for s in round_.students]
    return replace(round_, students=tuple(students))


EVENTS: dict[str, Event] = {
    "nothing happens": lambda round_, _, __: round_,
    "a mentor drops out": mentor_leaves,
    "a mentor's clearance lapses": clearance_lapses,
    "a site closes": site_closes,
    "a seat goes": seat_goes,
    "a student moves in": student_moves_in,
    "a student leaves": student_leaves,
}


def later(round_: Round) -> Round:
    """The round four weeks after its first day, under way."""
    began, settings = round_.settings.round.start, round_.settings
    section = settings.round.model_copy(update={"start": began + dt.timedelta(days=7 * WEEKS)})
    update = {"round": section, "repair": settings.repair.model_copy(update={"began": began})}
    return replace(round_, settings=settings.model_copy(update=update), previous=())


def verified(out: Path, folder: Path, before: Path) -> bool:
    """Whether `matcher verify --proof` accepts the published files, in a process of its own."""
    command = [sys.executable, "-m", "matcher", "verify", out, "--round", folder, "--previous", before, "--proof"]
    return subprocess.run(list(map(str, command)), cwd=ROOT, capture_output=True, check=False).returncode == 0


def measure(round_: Round, first: Run, before: Path, event: Event, k: int, folder: Path) -> Counter[str]:
    """One event, repaired and solved afresh."""
    changed = event(round_, first, k)
    tables = write_round(folder / "round", later(changed))
    run = run_round(tables, previous=before)
    publish(run, folder / "plan")
    changes = moved(run)
    was = {p.student.student_id: p.variant.opportunity.opportunity_id for p in first.placements}
    now = {p.student.student_id: p.variant.opportunity.opportunity_id for p in run.placements}
    hit = {c.student_id for c in changes if c.code not in OFFERED | {"not_ready"}}
    others = {c.student_id for c in changes if c.code in OFFERED}
    anew = later(changed)
    calm = anew.settings.model_copy(update={"repair": anew.settings.repair.model_copy(update={"began": None})})
    fresh = run_round(write_round(folder / "fresh", replace(anew, settings=calm)))
    then = {p.student.student_id: p.variant.opportunity.opportunity_id for p in fresh.placements}
    return Counter(
        cases=1,
        hit=len(hit),
        again=len(hit & now.keys()),
        others=len(others),
        placed=len(now),
        fresh_placed=len(then),
        fresh_others=sum(then.get(s) != place for s, place in was.items() if s not in hit and s in changed.student),
        new=len(now.keys() - was.keys()),
        verified=verified(folder / "plan", tables, before),
    )


def told(title: str, source: Path, cases: int) -> Iterator[str]:
    round_ = read_round(source)[0]
    with tempfile.TemporaryDirectory() as name:
        before = Path(name) / "before"
        first = run_round(source)
        publish(first, before)
        yield f"\n## {title}\n"
        yield f"{len(first.placements)} of {len(first.world.students)} seeking students are placed before the event.\n"
        yield (
            f"| event, each in {cases} cases | lose their place by it | placed again | others who move | newly placed | placed after | "
            "verified | afresh: placed | afresh: others who move |"
        )
        yield "|---|---:|---:|---:|---:|---:|---:|---:|---:|"
        for event, make in EVENTS.items():
            sums: Counter[str] = Counter()
            for k in range(cases if event != "nothing happens" else 1):
                with tempfile.TemporaryDirectory() as folder:
                    sums += measure(round_, first, before, make, k, Path(folder))
            n = sums["cases"]
            yield (
                f"| {event} | {sums['hit']} | {sums['again']} | {sums['others']} | {sums['new']} | {sums['placed'] / n:.1f} | "
                f"{sums['verified']} of {n} | {sums['fresh_placed'] / n:.1f} | {sums['fresh_others']} |"
            )
            print(event, dict(sums), file=sys.stderr)


def main() -> None:
    """Measure and print or write the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--students", type=int, default=300)
    parser.add_argument("--cases", type=int, default=3)
    parser.add_argument("--write", action="store_true")
    asked = parser.parse_args()
    lines = [
        "# Repair in the middle of a term\n",
        stamp("python -m benchmarks.bench_repair --write") + "\n",
        (__doc__ or "").split("\n\n", 1)[1].strip(),
    ]
    with tempfile.TemporaryDirectory() as name:
        made = Path(name) / "round"
        generate(asked.students, 1, 1, made)
        for title, folder in (("demo", ROOT / "fixtures" / "demo"), (f"{asked.students} students, generated with seed 1", made)):
            lines += told(title, folder, asked.cases)
    finish("repair", lines, asked.write)


if __name__ == "__main__":
    main()
