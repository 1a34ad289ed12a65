"""Do the places of recruit.csv come true, and does anything simpler do as well? `python -m benchmarks.bench_recruit [--write]`.

The rows of recruit.csv are added to the tables one after another, as a coordinator would type them, and the whole engine runs again:
what each row says it places is held against what is placed. Beside it the same number of seats, shared out in other ways over as many
new offers: at the kinds of offers that most students asked for, at the offers that most students may lawfully take (full ones), and
at offers drawn at random (five times).
"""

from __future__ import annotations

import argparse
import random
import statistics
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from benchmarks.page import finish, stamp
from matcher.generate import generate
from matcher.new_offers import NewOffer, with_offers
from matcher.pipeline import Run, run_round
from matcher.recruit import exact, recruit_next
from matcher.world import Variant
from tests.folder import write_round

ROOT = Path(__file__).parents[1]
ROUNDS = [(200, 1), (200, 2), (200, 3), (1000, 1)]
DRAWS = 5


def placed_with(run: Run, offers: list[NewOffer]) -> int:
    """How many a fresh run of the whole engine places when these offers stand in the tables of a folder."""
    with tempfile.TemporaryDirectory() as name:
        return len(run_round(write_round(Path(name) / "round", with_offers(run.world.round, offers)[0])).placements)


def one_each(run: Run) -> list[Variant]:
    """The first way to take each opportunity."""
    return list({v.opportunity.opportunity_id: v for v in reversed(run.world.variants)}.values())[::-1]


def asked_for(run: Run) -> list[Variant]:
    """Opportunities by the number of requests for them, most first."""
    wanted = Counter(r.opportunity_id for r in run.world.round.requests)
    return sorted(one_each(run), key=lambda v: -wanted[v.opportunity.opportunity_id])


def full_and_lawful(run: Run) -> list[Variant]:
    """Opportunities in which the plan leaves no seat, by the number of students who may lawfully take them, most first."""
    candidates = run.lawful.candidates
    lawful = Counter(v.opportunity.opportunity_id for v in map(candidates.variant_of, range(len(candidates))))
    taken = Counter(p.variant.opportunity.opportunity_id for p in run.placements)
    full = [v for v in one_each(run) if taken[v.opportunity.opportunity_id] >= v.opportunity.seats]
    return sorted(full, key=lambda v: -lawful[v.opportunity.opportunity_id])


def at_random(run: Run, seed: int) -> list[Variant]:
    """Opportunities in an order that is drawn."""
    offers = one_each(run)
    random.Random(seed).shuffle(offers)
    return offers


def told(title: str, run: Run) -> Iterator[str]:
    begun = time.process_time()
    rows = recruit_next(run)
    spent = time.process_time() - begun
    seats, before = [r.seats for r in rows], len(run.placements)
    left = len(run.world.students) - before
    yield f"\n## {title}\n"
    yield (
        f"{before} placed, {left} left out; the list has {len(rows)} rows with {sum(seats)} seats and took {spent:.1f} CPU seconds. "
        f"Proven: {'yes' if exact(run) else 'no'}.\n"
    )
    yield "| row | what | seats | says it places | placed more by a fresh run |"
    yield "|---:|---|---:|---:|---:|"
    offers = [NewOffer(r.like, r.seats) for r in rows if r.like is not None]
    last, differ = before, 0
    for count, row in enumerate(rows, 1):
        now = placed_with(run, offers[:count])
        differ += now - last != row.places
        yield f"| {row.rank} | {row.cluster}, {row.weekdays}, {row.area} | {row.seats} | {row.places} | {now - last} |"
        last = now
    yield f"\nRows that differ: {differ}. The same {sum(seats)} seats in {len(seats)} new offers, shared out in other ways:\n"
    yield "| new offers like | placed more |"
    yield "|---|---:|"
    yield f"| the rows of recruit.csv | {last - before} |"
    for name, order in (("what most students asked for", asked_for(run)), ("full offers that most may take", full_and_lawful(run))):
        yield f"| {name} | {placed_with(run, [NewOffer(v, n) for v, n in zip(order, seats, strict=False)]) - before} |"
    draws = [
        placed_with(run, [NewOffer(v, n) for v, n in zip(at_random(run, seed), seats, strict=False)]) - before for seed in range(DRAWS)
    ]
    yield f"| offers drawn at random, {DRAWS} draws | {statistics.mean(draws):.1f} ({min(draws)} to {max(draws)}) |"


def main() -> None:
    """Measure and print or write the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true")
    asked = parser.parse_args()
    lines = [
        "# Recruit next: what is promised and what comes true\n",
        stamp("python -m benchmarks.bench_recruit --write") + "\n",
        (__doc__ or "").split("\n\n", 1)[1].strip(),
        *told("demo", run_round(ROOT / "fixtures" / "demo")),
    ]
    for students, seed in ROUNDS:
        with tempfile.TemporaryDirectory() as name:
            generate(students, 1, seed, Path(name) / "round")
            lines += told(f"{students:,} students, generated with seed {seed}", run_round(Path(name) / "round"))
    finish("recruit", lines, asked.write)


if __name__ == "__main__":
    main()
