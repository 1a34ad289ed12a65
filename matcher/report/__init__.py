"""report.html: one self-contained page that a coordinator can read, print and bring to a meeting."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from matcher.pipeline import Run
from matcher.recruit import Recruit, exact
from matcher.report import charts, fairness, figures, moves, people, proof, seats, slates
from matcher.report.page import render
from matcher.report.words import Speller

Tables = dict[str, list[tuple[Any, ...]]]


def report_page(run: Run, summary: dict[str, Any], tables: Tables, recruits: Sequence[Recruit]) -> str:
    """The page as text.

    Parameters
    ----------
    run : a solved run.
    summary : what summary.json says; its timings are not read.
    tables : rows of the published tables by file name, in the column order of `matcher.publish`.
    recruits : the kinds of places to look for, as recruit.csv has them.

    Returns
    -------
    The same text for the same round, whatever the row order of its tables, the machine or the day.
    """
    counts, bands = summary["counts"], run.world.settings.objectives.bands
    speller = Speller.of(run.world.round)
    offers = seats.offers(run, tables["seats.csv"])
    free = seats.free(offers)
    return render(
        head=proof.head(run, summary),
        cards=figures.cards(run, counts),
        wishes=figures.wish_table(run),
        objectives=proof.objectives(run, summary),
        schools=people.schools(run, tables["placements.csv"]),
        changes=moves.changes(run, tables.get("changes.csv", []), speller),
        unplaced=people.unplaced(run, tables["unplaced.csv"], speller),
        waves=slates.waves(tables["waves.csv"]),
        slates=slates.slates(run, tables["slates.csv"], tables["waves.csv"]),
        free=free,
        free_counts=seats.free_counts(free),
        wanted=seats.most_wanted(offers),
        recruit=seats.recruit(run, recruits),
        recruit_exact=exact(run),
        trips=charts.trips(run.placements),
        rules=charts.rules(summary["refused"], {r.name: r.sentence for r in run.judge.rules}),
        pairs=summary["pairs"],
        points=charts.points([p.points for p in run.placements]),
        bands=figures.below_bands(run.placements, bands),
        steps=fairness.steps(run),
        ladder=fairness.LADDER,
        lifted=bands if "worst_off" in run.model.problem.objectives else (),
        without="carry_over" in run.model.problem.objectives,
        foot=proof.foot(run),
    )
