"""report.html: one self-contained page that a coordinator can read, print and bring to a meeting."""

from __future__ import annotations

from typing import Any

from matcher.pipeline import Run
from matcher.report import charts, figures, people, proof, seats
from matcher.report.page import render
from matcher.report.words import Speller

Tables = dict[str, list[tuple[Any, ...]]]


def report_page(run: Run, summary: dict[str, Any], tables: Tables) -> str:
    """The page as text.

    Parameters
    ----------
    run : a solved run.
    summary : what summary.json says; its timings are not read.
    tables : rows of the published tables by file name, in the column order of `matcher.publish`.

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
        unplaced=people.unplaced(run, tables["unplaced.csv"], speller),
        free=free,
        free_counts=seats.free_counts(free),
        wanted=seats.most_wanted(offers),
        recruit=seats.recruit(run, tables["recruit.csv"]),
        trips=charts.trips(run.placements),
        rules=charts.rules(summary["refused"], {r.name: r.sentence for r in run.judge.rules}),
        pairs=summary["pairs"],
        points=charts.points([p.points for p in run.placements]),
        bands=figures.below_bands(run.placements, bands),
        foot=proof.foot(run),
    )
