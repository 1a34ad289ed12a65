"""The command that solves plain arrays."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from matcher.cli_options import CPUS, Budget, Json, Workers
from matcher.terminal import print_json, say


def solve(
    problem: Annotated[Path, typer.Argument(metavar="PROBLEM.npz")],
    output: Annotated[Path, typer.Option("--out", help="A .npz file: chosen pairs and prices.")],
    workers: Workers = CPUS,
    budget: Budget = None,
    second: Annotated[bool, typer.Option("--second-solver", help="Also solve with another engine and compare.")] = False,
    as_json: Json = False,
) -> None:
    """The solver alone."""
    from matcher.solver.control import Control
    from matcher.solving import solve_file

    answer = solve_file(problem, output, workers, Control(budget=budget), second)
    print_json(answer) if as_json else say(_solved(answer))
    if answer["status"] in {"infeasible", "unknown"}:
        raise typer.Exit(3 if answer["status"] == "infeasible" else 1)


def _solved(answer: dict[str, Any]) -> str:
    if answer["status"] == "infeasible":
        return f"infeasible: limits {', '.join(map(str, answer['conflict'] or []))} cannot hold together."
    if answer["status"] == "unknown":
        return f"unknown: {answer['why_stopped']}. Maybe give it more seconds."
    return f"{answer['status']}: " + ", ".join(f"{o['name']} {o['value']}" for o in answer["objectives"])
