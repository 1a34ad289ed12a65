"""The command that measures placement quality across schools."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from matcher.cli_options import CPUS, MOST_WORKERS, Json, read_date
from matcher.errors import InputError
from matcher.terminal import Announcer, print_json, say


def benchmark(
    rounds: Annotated[list[Path], typer.Argument(metavar="ROUND...", help="Round folders: of one school or many, of one term or many.")],
    output: Annotated[Path, typer.Option("--out", help="Where to write; replaced as a whole or not at all.")],
    plans: Annotated[Path | None, typer.Option(help="Plans to measure instead of solving: DIR/NAME for the round folder NAME.")] = None,
    on: Annotated[str | None, typer.Option("--on", help="The day on which papers must be in date, like 2026-10-01.")] = None,
    workers: Annotated[
        int, typer.Option(help="Rounds at a time; the figures are the same for any number.", min=1, max=MOST_WORKERS)
    ] = CPUS,
    as_json: Json = False,
) -> None:
    """Placement quality across schools, with small counts hidden."""
    from matcher.benchmark import benchmark as measure

    day = read_date(on)
    if plans is not None and not plans.is_dir():
        raise InputError(f"--plans: there is no folder {plans}")
    with Announcer() as announce:
        told = measure(rounds, output, day, plans, workers, announce)
    if as_json:
        print_json(told)
        return
    say(f"{told['rounds']} rounds with {told['schools']} schools measured: {told['figures']} figures, {told['hidden']} of them hidden.")
    say(f"Written to {output}; open {output / 'report.html'}.")
