"""The command that checks published files."""

from __future__ import annotations

import zlib
from pathlib import Path
from typing import Annotated, Any

import typer

from matcher.cli_options import Json
from matcher.errors import InputError, VerificationError
from matcher.terminal import Announcer, print_json, say


def verify(
    output: Annotated[Path, typer.Argument(metavar="OUT")],
    round_: Annotated[Path, typer.Option("--round", help="The round folder that the plan was made from.")],
    previous: Annotated[Path | None, typer.Option(help="The earlier output that the plan was made from, to be read again.")] = None,
    proof: Annotated[bool, typer.Option("--proof", help="Also check the certificate of optimality, without a solver.")] = False,
    second: Annotated[bool, typer.Option("--second-solver", help="Also solve the round again with another engine and compare.")] = False,
    as_json: Json = False,
) -> None:
    """Check published files against the rules with code that shares nothing with the solver."""
    from matcher.audit import audit
    from matcher.published import read_json

    for folder, name in ((output, "OUT"), (round_, "--round"), (previous, "--previous")):
        if folder is not None and not folder.is_dir():
            raise InputError(f"{name}: there is no folder {folder}")
    findings = [str(f) for f in audit(output, round_, previous)]
    if proof and not findings:
        findings = _proof(output, round_)
    if second and not findings:
        from matcher.solver.control import Control
        from matcher.solving import second_opinion_on

        with Announcer() as announce:
            differs = second_opinion_on(output, round_, Control(announce.progress))
        findings = [differs] if differs else []
    if findings:
        raise VerificationError(f"{len(findings)} findings; this plan must not be used", findings)
    summary = read_json(output, "summary.json")
    if as_json:
        print_json({"findings": [], "proof": proof, "second_solver": second, "status": summary["status"], "gap": summary["gap"]})
        return
    also = [_proven(summary)] * proof + ["another solver finds the same value for every objective"] * second
    say("; ".join(["Verified: every rule holds on every dated session", *also]) + ".")


def _proven(summary: dict[str, Any]) -> str:
    """What the prices prove, in words."""
    open_one = next((o for o in summary["objectives"] if o["bound"] != o["value"]), None)
    if open_one is None:
        return "the prices prove that no plan is better"
    at_most = f"{open_one['name']} is {open_one['value']:,}, and the prices prove at most {open_one['bound']:,}"
    return f"the plan is not proven best: {at_most}"


def _proof(output: Path, round_: Path) -> list[str]:
    from matcher.proof import check_proof

    try:
        return check_proof(output, round_)
    except InputError as error:
        return [str(error)]
    except (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError, zlib.error) as error:
        return [f"the certificate cannot be read: {error!r}"]
