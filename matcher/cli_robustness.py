"""The command that says how robust a plan is."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from matcher.cli_options import CPUS, Json, Workers
from matcher.terminal import Announcer, print_json, say

if TYPE_CHECKING:
    from matcher.robustness import DropOuts, Loss

SHOWN = 10
"""Lines that are printed; a file and `--json` have them all."""


def robustness(
    output: Annotated[Path, typer.Argument(metavar="OUT")],
    round_: Annotated[Path, typer.Option("--round", help="The round folder that the plan was made from.")],
    most: Annotated[int, typer.Option(help="How many mentors, and how many sites, are taken away: those with most students.", min=1)] = 200,
    draws: Annotated[int, typer.Option(help="Draws of mentors who drop out together.", min=1, max=1_000_000)] = 1000,
    table: Annotated[Path | None, typer.Option("--out", help="A .csv file for the list.")] = None,
    workers: Workers = CPUS,
    as_json: Json = False,
) -> None:
    """What happens when a mentor or a site is gone: who loses a place, who can be placed again, who has to move."""
    from matcher.answers import check_file, load_plan
    from matcher.publish import csv_bytes
    from matcher.robustness import COLUMNS, Robustness, row_of

    if table is not None:
        check_file(table)
    with Announcer() as announce:
        announce("load the plan")
        asked = Robustness(load_plan(output, round_), workers)
        announce("take away one by one")
        losses = asked.losses(most)
        announce("draw")
        drops = asked.drop_outs(draws)
    if table is not None:
        table.write_bytes(csv_bytes(COLUMNS, [row_of(loss) for loss in losses]))
    if as_json:
        print_json({"items": [asdict(loss) for loss in losses], "drop_outs": asdict(drops)})
        return
    for loss in losses[:SHOWN]:
        say(_told(loss))
    if not losses:
        say("The plan places nobody.")
    say(_drawn(drops))


def _told(loss: Loss) -> str:
    ways = f"{loss.again} placed again while nobody else moves"
    if loss.again_moving > loss.again:
        ways += f", {loss.again_moving} when others may ({loss.moves} do)"
    left = f"without a place: {', '.join(loss.unplaced)}" if loss.unplaced else "nobody without a place"
    return f"{loss.rank}. {loss.kind} {loss.id}: {loss.students} lose their place; {ways}; {left}."


def _drawn(drops: DropOuts) -> str:
    return (
        f"When each mentor drops out with a chance of {drops.chance:.0%} ({drops.draws:,} draws, {drops.mentors:.1f} mentors on average), "
        f"{drops.lost:.1f} students lose their place and {drops.without:.1f} ± {drops.error:.1f} have none after the repair; "
        f"in 95 % of the draws {drops.low} to {drops.high}."
    )
