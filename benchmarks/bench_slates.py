"""Do slates chosen together land more students than other ways to hand out options? `python benchmarks/bench_slates.py`.

Plays the pursuit 10,000 times for the demo round and generated rounds of 200 and 1,000 students, with the engine's slates and
with three baselines. Then gives every site odds of its own, and plays slates by default odds against slates by odds learned from
simulated earlier terms. Writes benchmarks/results/slates.md.
"""

from __future__ import annotations

import argparse
import copy
import datetime as dt
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))
os.environ["MATCHER_TEXT_LEVEL"] = "light"
RESULTS = ROOT / "benchmarks" / "results" / "slates.md"
SCHOOLS = {200: 1, 1000: 3}
SEED = 1
NOBODY = -1
TERMS = (1, 3)
"""Earlier terms that odds are learned from."""
SPREAD = 3.0
"""True odds of a site are drawn from Beta(0.33 SPREAD, 0.67 SPREAD): mean 0.33, standard deviation 0.24."""
CERTAINTY = 100_000
"""So many asks in `history` make odds known."""


@dataclass(frozen=True)
class Market:
    """What the pursuit is played on: options by student (best points first), seats, and the settings."""

    options: Any
    students: int
    seats: np.ndarray
    size: int
    per_seat: int

    def table(self, slates: list[list[int]]) -> np.ndarray:
        """int64 [students, size]: options by rank, NOBODY where the slate is shorter."""
        found = np.full((self.students, self.size), NOBODY)
        for student, slate in enumerate(slates):
            found[student, : len(slate)] = slate
        return found


def own_best(market: Market, _: np.random.Generator) -> np.ndarray:
    """Each student's own best options by points; nobody counts how many others are told the same."""
    options = market.options
    order = np.lexsort((options.offer, -options.points, options.student))
    first = np.searchsorted(options.student[order], np.arange(market.students + 1))
    return market.table([order[first[s] : first[s + 1]][: market.size].tolist() for s in range(market.students)])


def in_order(market: Market, order: np.ndarray) -> np.ndarray:
    """Options one by one in this order while slate and cap allow."""
    options, room = market.options, market.per_seat * market.seats
    slates: list[list[int]] = [[] for _ in range(market.students)]
    for option in order.tolist():
        student, offer = int(options.student[option]), int(options.offer[option])
        if room[offer] > 0 and len(slates[student]) < market.size:
            slates[student].append(option)
            room[offer] -= 1
    return market.table(slates)


def greedy(market: Market, _: np.random.Generator) -> np.ndarray:
    """The best points of all first, within the cap."""
    return in_order(market, np.lexsort((market.options.offer, market.options.student, -market.options.points)))


def at_random(market: Market, rng: np.random.Generator) -> np.ndarray:
    """Lawful options in random order, within the cap."""
    return in_order(market, rng.permutation(len(market.options.student)))


def play(market: Market, slates: np.ndarray, draws: int, seed: int, together: bool) -> dict[str, np.ndarray]:
    """The pursuit, `draws` times.

    In turn: all students try their first option, in random order; whoever is told no, or comes when the seats are gone, tries the
    second, and so on. Together: a student tries all options at once and takes the first on the slate that says yes.

    Returns
    -------
    landed : bool [draws, students]; refused : int64 [draws], tries that would have been a yes, had a seat been left.
    """
    rng = np.random.default_rng(seed)
    students, offers = market.students, len(market.seats)
    empty = slates == NOBODY
    offer, odds = market.options.offer[slates], np.where(empty, 0, market.options.odds[slates])
    left = np.tile(market.seats, draws)
    landed, refused = np.zeros(draws * students, dtype=bool), np.zeros(draws, np.int64)
    turn = rng.permuted(np.tile(np.arange(students)[:, None], draws), axis=0)
    steps = [(rank, place) for rank in range(market.size) for place in range(students)]
    for rank, place in sorted(steps, key=lambda step: step[::-1]) if together else steps:
        student = turn[place]
        yes = rng.integers(0, 1000, draws, dtype=np.int32) < odds[student, rank]
        draw = np.flatnonzero(yes)
        draw = draw[~landed[draw * students + student[draw]]]
        seat = draw * offers + offer[student[draw], rank]
        room = left[seat] > 0
        refused[draw[~room]] += 1
        landed[draw[room] * students + student[draw[room]]] = True
        left[seat[room]] -= 1
    return {"landed": landed.reshape(draws, students), "refused": refused}


def earlier_terms(market: Market, slates: np.ndarray, truth: np.ndarray, terms: int, rng: np.random.Generator) -> np.ndarray:
    """Asks and landings at each offer when these slates were pursued in earlier terms; a no for want of a seat is not counted.

    Parameters
    ----------
    truth : int64 [options], thousandths.

    Returns
    -------
    int64 [offers, 2].
    """
    found = np.zeros((len(market.seats), 2), np.int64)
    for _ in range(terms):
        landed = np.zeros(market.students, dtype=bool)
        for options in slates.T:
            asking = np.flatnonzero(~landed & (options != NOBODY))
            yes = rng.integers(0, 1000, len(asking)) < truth[options[asking]]
            offer = market.options.offer[options[asking]]
            np.add.at(found, (offer, 0), 1)
            np.add.at(found, (offer, 1), yes.astype(np.int64))
            landed[asking[yes]] = True
    return found


def with_history(run: Any, counts: np.ndarray) -> Any:
    """The run with int64 [offers, 2] asks and landings as its table `history`."""
    from matcher.domain import Asks

    offers = run.world.round.opportunities
    rows = [
        Asks.model_construct(site_id=o.site_id, mentor_id=o.mentors[0], asked=int(asked), landed=int(landed))
        for o, (asked, landed) in zip(offers, counts, strict=True)
        if asked
    ]
    world = copy.copy(run.world)
    world.round = replace(world.round, history=tuple(rows))
    return replace(run, world=world)


def learning(run: Any, worlds: int, draws: int) -> str:
    """Landings by default odds, learned odds and known odds, in worlds where each site has odds of its own."""
    from matcher.slates import pursue

    def pursued(asked: np.ndarray) -> tuple[Market, np.ndarray]:
        pursuit = pursue(with_history(run, asked))
        market = Market(pursuit.options, len(run.world.students), pursuit.seats, pursuit.size, pursuit.per_seat)
        return market, market.table(pursuit.slates)

    offers = run.world.round.opportunities
    place = {site: i for i, site in enumerate(sorted({o.site_id for o in offers}))}
    site = np.array([place[o.site_id] for o in offers])
    default = pursued(np.zeros((len(offers), 2), np.int64))
    agreed = default[0].options.odds == run.world.settings.odds.thousandths()["landed"]
    fixed = set(zip(default[0].options.student[agreed].tolist(), default[0].options.offer[agreed].tolist(), strict=True))
    ways = {"default odds": [], **{f"learned, {t} term{'s' * (t > 1)}": [] for t in TERMS}, "known odds": []}  # type: dict[str, list[Any]]
    for seed in range(worlds):
        rng = np.random.default_rng([SEED, seed])
        of_offer = np.clip(np.rint(1000 * rng.beta(0.33 * SPREAD, 0.67 * SPREAD, len(place))), 10, 990).astype(np.int64)[site]

        def true(market: Market, of_offer: np.ndarray = of_offer) -> Market:
            """The market as it is: every option with the odds of its site, unless landed already."""
            pairs = zip(market.options.student.tolist(), market.options.offer.tolist(), strict=True)
            known = np.array([pair in fixed for pair in pairs])
            odds = np.where(known, market.options.odds, of_offer[market.options.offer])
            return replace(market, options=replace(market.options, odds=odds))

        earlier = [earlier_terms(*default, true(default[0]).options.odds, terms, rng) for terms in TERMS]
        certain = np.stack([np.full(len(offers), CERTAINTY), CERTAINTY * of_offer // 1000], axis=1)
        for way, (market, slates) in zip(ways, [default, *map(pursued, earlier), pursued(certain)], strict=True):
            landed = play(true(market), slates, draws, seed, together=False)["landed"]
            chance = np.sort(landed.mean(axis=0)[np.unique(market.options.student)])
            ways[way].append((landed.sum(axis=1).mean(), 100 * chance[: max(1, len(chance) // 10)].mean()))
    titles = ("landed", "more than by default odds", "chance of the worst-off tenth, %", "more than by default odds")
    lines = [["slates by", *(f"{title} ± 95 %" for title in titles)], ["---", *["---:"] * len(titles)]]
    first = np.array(ways["default odds"])
    for way, measured_ in ways.items():
        values = np.array(measured_)
        more = [interval(column) if way != "default odds" else "" for column in (values - first).T]
        lines.append([way, interval(values[:, 0]), more[0], interval(values[:, 1]), more[1]])
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"


def interval(values: np.ndarray) -> str:
    """Mean and half the width of its 95 % interval, the values being independent."""
    return f"{values.mean():.1f} ± {1.96 * values.std(ddof=1) / np.sqrt(len(values)):.1f}"


def market_of(folder: Path) -> tuple[Any, Market, np.ndarray, dict[str, Any]]:
    """The run of a round, its market, the engine's slates, and what is known about them."""
    from matcher.pipeline import run_round
    from matcher.slates import pursue

    run = run_round(folder)
    begun = time.process_time()
    pursuit = pursue(run)
    seconds = time.process_time() - begun
    market = Market(pursuit.options, len(run.world.students), pursuit.seats, pursuit.size, pursuit.per_seat)
    about = {
        "students": market.students,
        "without": market.students - len(np.unique(market.options.student)),
        "seats": int(market.seats.sum()),
        "options": len(market.options.student),
        "planned": len(run.placements),
        "waves": pursuit.waves,
        "seconds": seconds,
    }
    return run, market, market.table(pursuit.slates), about


def measured(market: Market, slates: np.ndarray, draws: int, together: bool) -> dict[str, Any]:
    """One row of the table."""
    found = play(market, slates, draws, SEED, together)
    landings, chance = found["landed"].sum(axis=1), found["landed"].mean(axis=0)
    given = slates[slates != NOBODY]
    promised = np.bincount(market.options.offer[given], minlength=len(market.seats))
    with_options = np.unique(market.options.student)
    tenth = np.sort(chance[with_options])[: max(1, len(with_options) // 10)]
    mean, error = landings.mean(), 1.96 * landings.std(ddof=1) / np.sqrt(draws)
    low, high = np.quantile(landings, [0.025, 0.975])
    return {
        "landed": f"{mean:.1f} ± {error:.1f}",
        "range": f"{low:.0f}–{high:.0f}",
        "nothing": f"{market.students - mean:.1f} ({market.students - high:.0f}–{market.students - low:.0f})",
        "tenth": f"{100 * tenth.mean():.0f} %",
        "empty": f"{(slates[with_options] == NOBODY).all(axis=1).sum()}",
        "promises": f"{len(given):,}",
        "per_seat": f"{len(given) / max(1, market.seats.sum()):.1f}",
        "most": f"{(promised / np.maximum(1, market.seats)).max():.1f}",
        "refused": f"{found['refused'].mean():.1f}",
        "points": f"{market.options.points[given].mean():.0f}",
    }


HEADER = {
    "landed": "landed, mean ± 95 %",
    "range": "95 % of draws",
    "nothing": "land nothing (95 % of draws)",
    "tenth": "chance of the worst-off tenth",
    "empty": "empty slates",
    "promises": "promises",
    "per_seat": "a seat",
    "most": "most for one seat",
    "refused": "yes, but no seat left",
    "points": "mean points",
}


def section(name: str, folder: Path, draws: int, worlds: int) -> str:
    """The tables of one round."""
    run, market, ours, about = market_of(folder)
    rng = np.random.default_rng(SEED)
    ways = {"this engine": ours, "own best": own_best(market, rng), "greedy": greedy(market, rng), "random": at_random(market, rng)}
    parts = [
        f"## {name}\n",
        f"{about['students']} students seek, {about['without']} of them without any lawful option; {about['seats']} free seats,",
        f"{about['options']:,} lawful options. The plan places {about['planned']}.",
        f"{about['waves']} waves, {about['seconds']:.1f} CPU seconds.\n",
    ]
    for together, title in ((False, "One option after another"), (True, "All options at once")):
        rows = [[way, *(measured(market, slates, draws, together)[key] for key in HEADER)] for way, slates in ways.items()]
        lines = [["slates", *HEADER.values()], ["---", *["---:"] * len(HEADER)], *rows]
        parts += [f"{title}:\n", "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"]
    parts += ["Odds of their own at every site, learned from earlier terms:\n", learning(run, worlds, max(1, draws // worlds))]
    return "\n".join(parts)


INTRODUCTION = """\
# Slates: landings, simulated

Written by `python benchmarks/bench_slates.py --sizes{sizes}` on {day} at commit {commit}; do not edit.
{processors} processors, Python {python}, {packages}. Draws: {draws}, seed {seed}. Generated rounds: `matcher generate --seed {seed}`.
Texts are read at the level `light`.

Every way hands out at most `slate_size` lawful options a student, with the same odds (the defaults of `[odds]`, moved by the
outcomes in `requests`; not measured at a school). `own best` is each student's best by points, whatever others are told. `greedy`
takes the best points of all first and `random` any option, both within `promises_per_seat` like the engine. The engine's slates begin
with its plan and with what students pursue already.

One after another: in each of four turns every student without a place tries the next option, in random order. At once: students in
random order, each takes the first option on the slate that says yes and has a seat. The worst-off tenth are the students with a
lawful option whose chance is lowest. `yes, but no seat left`: tries per draw that the odds would have granted.

Learned odds: in each of {worlds} worlds every site has true odds of its own, drawn from Beta({alpha:.2f}, {beta:.2f}), the same for
whoever asks (what is landed stays). Earlier terms: the same students pursue the slates by default odds; asks and landings by offer
become the table `history`. The slates are then made again and pursued one option after another, by the same dice for all ways of one
world. `known odds` is what no learning can beat in knowledge. Differences are paired by world; intervals are over worlds. How much
is won depends on how much sites differ, which no school has measured here.

Read the two columns together: slates serve whoever is most likely to land nothing first, so better odds may go into more even
chances rather than into more landings.
"""


def page(sections: list[str], sizes: list[int], draws: int, worlds: int) -> str:
    """The results as Markdown."""
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=False).stdout.strip()
    facts = {"day": dt.date.today().isoformat(), "commit": commit or "unknown", "processors": os.cpu_count(), "draws": f"{draws:,}"}
    facts["packages"] = ", ".join(f"{name} {version(name)}" for name in ("ortools", "numpy", "scipy"))
    facts |= {"sizes": "".join(f" {size}" for size in sizes), "worlds": worlds, "alpha": 0.33 * SPREAD, "beta": 0.67 * SPREAD}
    facts |= {"python": platform.python_version(), "seed": SEED}
    return "\n".join(
        [
            INTRODUCTION.format(**facts),
            *sections,
        ]
    )


def main(words: list[str] | None = None, say: Callable[[str], None] = print) -> None:
    """Measure and write the page."""
    from matcher.generate import generate

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="*", default=[200, 1000], help="students of generated rounds (default: 200 1000)")
    parser.add_argument("--draws", type=int, default=10_000, help="how often the pursuit is played (default: 10000)")
    parser.add_argument("--worlds", type=int, default=40, help="worlds in which sites have odds of their own, 2 or more (default: 40)")
    parser.add_argument("--out", type=Path, default=RESULTS, help="where the page goes")
    asked = parser.parse_args(words)
    sections = [section("The demo round", ROOT / "fixtures" / "demo", asked.draws, asked.worlds)]
    with tempfile.TemporaryDirectory() as name:
        for size in asked.sizes:
            folder = Path(name) / str(size)
            generate(size, SCHOOLS.get(size, max(1, size // 400)), SEED, folder)
            sections.append(section(f"{size:,} students", folder, asked.draws, asked.worlds))
    text = page(sections, asked.sizes, asked.draws, asked.worlds)
    asked.out.parent.mkdir(parents=True, exist_ok=True)
    asked.out.write_text(text, encoding="utf-8")
    say(text)


if __name__ == "__main__":
    main()
