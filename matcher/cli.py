"""The command line: one function per command, results to stdout, progress to stderr, exit codes as documented."""

from __future__ import annotations

import json
import os
import shutil
import sys
import webbrowser
from datetime import date
from importlib.resources import as_file, files
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from matcher.errors import ConflictError, InputError, Issue, MatcherError, VerificationError

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help="Places students at internships.")
out, err = Console(soft_wrap=True, highlight=False), Console(stderr=True, soft_wrap=True, highlight=False)

Folder = Annotated[Path, typer.Argument(help="A round folder: round.toml and tables as CSV or one workbook.")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document and nothing else.")]
Workers = Annotated[int, typer.Option(help="Threads to use; the answer is the same for any number.", min=1, max=64)]


def main() -> None:
    """Run a command and turn every known failure into its exit code."""
    try:
        code = app(standalone_mode=False)
    except MatcherError as error:
        _tell(error)
        sys.exit(error.exit_code)
    except typer.Exit as done:
        sys.exit(done.exit_code)
    except typer.Abort:
        sys.exit(1)
    except _usage_errors() as error:
        err.print(f"[bold]matcher:[/bold] {error.format_message()}", markup=True)  # type: ignore[attr-defined]
        sys.exit(2)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    sys.exit(code if isinstance(code, int) else 0)


def _usage_errors() -> type[Exception]:
    """Typer's base class of wrong calls, which it does not export by name."""
    return next(kind for kind in typer.BadParameter.__mro__ if kind.__name__ == "ClickException")


def _tell(error: MatcherError) -> None:
    details = getattr(error, "issues", ()) or getattr(error, "conflict", ()) or getattr(error, "findings", ())
    if _wants_json():
        _print_json({"error": str(error), "exit_code": error.exit_code, "details": [_plain(d) for d in details]})
    err.print(f"matcher: {error}", markup=False)
    for detail in details[:200]:
        err.print(f"  {detail}", markup=False)
    if len(details) > 200:
        err.print(f"  ... and {len(details) - 200} more; --json prints all.")


def _wants_json() -> bool:
    return "--json" in sys.argv


def _plain(detail: object) -> Any:
    return _issue(detail) if isinstance(detail, Issue) else str(detail)


def _issue(issue: Issue) -> dict[str, Any]:
    fields = ("table", "row", "column", "code", "severity", "value", "message", "hint")
    return {name: getattr(issue, name) for name in fields}


def _print_json(document: object) -> None:
    sys.stdout.write(json.dumps(document, ensure_ascii=False, indent=2) + "\n")


class _Announcer:
    """Says on stderr which stage is running: a spinner on a terminal, a line each elsewhere."""

    def __init__(self) -> None:
        columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
        self._bar = Progress(*columns, console=err, transient=True) if err.is_terminal else None
        self._task = self._bar.add_task("load") if self._bar else None

    def __enter__(self) -> _Announcer:
        if self._bar:
            self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._bar:
            self._bar.stop()

    def __call__(self, stage: str) -> None:
        if self._bar and self._task is not None:
            self._bar.update(self._task, description=stage)
        else:
            err.print(f"... {stage}")


def _run(folder: Path, workers: int, announce: _Announcer, previous: Path | None = None) -> Any:
    from matcher.pipeline import run_round

    run = run_round(folder, workers, announce, previous)
    if not run.solved:
        from matcher.conflict import told

        raise ConflictError("the round cannot be solved: these cannot hold together", told(run))
    return run


@app.command()
def run(
    round_: Annotated[Path, typer.Argument(metavar="ROUND")],
    output: Annotated[Path, typer.Option("--out", help="Where to write; replaced as a whole or not at all.")],
    previous: Annotated[Path | None, typer.Option(help="An earlier output: its placements are where students are today.")] = None,
    workers: Workers = os.cpu_count() or 1,
    as_json: Json = False,
) -> None:
    """The main job: place the students of a round and write the plan, its reasons and its proof."""
    from matcher.publish import publish

    with _Announcer() as announce:
        solved = _run(round_, workers, announce, previous)
        summary = publish(solved, output, announce=announce)
    if as_json:
        _print_json(summary)
        return
    counts = summary["counts"]
    out.print(f"{counts['placed']} of {counts['seeking']} seeking students placed; status {summary['status']}.", markup=False)
    for objective in summary["objectives"]:
        out.print(f"  {objective['name']}: {objective['value']} (proven bound {objective['bound']})", markup=False)
    out.print(f"Written to {output}; open {output / 'report.html'}.", markup=False)


@app.command()
def check(round_: Annotated[Path, typer.Argument(metavar="ROUND")], as_json: Json = False) -> None:
    """Dry run of the import: every problem with table, row, column and value."""
    from matcher.load import read_round

    _, issues = read_round(round_)
    errors = sum(issue.severity == "error" for issue in issues)
    if as_json:
        _print_json({"errors": errors, "warnings": len(issues) - errors, "issues": [_issue(i) for i in issues]})
    else:
        for issue in issues:
            out.print(f"{issue.severity}: {issue}", markup=False)
        out.print(f"{errors} errors, {len(issues) - errors} warnings.", markup=False)
    if errors:
        raise typer.Exit(2)


@app.command()
def verify(
    output: Annotated[Path, typer.Argument(metavar="OUT")],
    round_: Annotated[Path, typer.Option("--round", help="The round folder that the plan was made from.")],
    proof: Annotated[bool, typer.Option("--proof", help="Also check the certificate of optimality, without a solver.")] = False,
    as_json: Json = False,
) -> None:
    """Check published files against the rules with code that shares nothing with the solver."""
    from matcher.audit import audit

    for folder, name in ((output, "OUT"), (round_, "--round")):
        if not folder.is_dir():
            raise InputError(f"{name}: there is no folder {folder}")
    findings = [str(f) for f in audit(output, round_)]
    if proof:
        from matcher.proof import check_proof

        findings += check_proof(output, round_)
    if findings:
        raise VerificationError(f"{len(findings)} findings; this plan must not be used", findings)
    said = "every rule holds on every dated session" + ("; the prices prove that no plan is better" if proof else "")
    _print_json({"findings": [], "proof": proof}) if as_json else out.print(f"Verified: {said}.")


@app.command()
def explain(
    output: Annotated[Path, typer.Argument(metavar="OUT")],
    round_: Annotated[Path, typer.Option("--round", help="The round folder that the plan was made from.")],
    student: Annotated[str, typer.Argument(metavar="STUDENT")],
    opportunity: Annotated[str | None, typer.Argument(metavar="[OPPORTUNITY]")] = None,
    as_json: Json = False,
) -> None:
    """Why this, why not that, and what would change it."""
    from matcher.answers import explain_student

    answer = explain_student(output, round_, student, opportunity)
    if as_json:
        _print_json(answer)
        return
    out.print(f"{student}: {answer['status']}", markup=False)
    if answer["placement"]:
        placed = answer["placement"]
        out.print(
            f"  Placed at {placed['opportunity_id']} ({placed['sessions']}), {placed['points']} points. {placed['reason']}", markup=False
        )
    if answer["reason"]:
        out.print(f"  {answer['reason']}", markup=False)
    if answer["smallest_change"]:
        out.print(f"  What would help: {answer['smallest_change']}", markup=False)
    for option in answer["options"]:
        state = "lawful" if option["lawful"] else f"no ({option['rule']})"
        out.print(f"  {option['opportunity_id']}: {state}. {option['reason']}", markup=False)


@app.command()
def suggest(
    round_: Annotated[Path, typer.Argument(metavar="ROUND")],
    student: Annotated[str | None, typer.Option(help="A student of the round.")] = None,
    text: Annotated[str | None, typer.Option(help="Interests of somebody not in the tables.")] = None,
    k: Annotated[int, typer.Option("-k", min=1, help="How many; a large number gives every lawful option.")] = 10,
    as_json: Json = False,
) -> None:
    """The best lawful options for one student, or for a text."""
    from matcher.answers import suggestions

    if (student is None) == (text is None):
        raise InputError("give either --student or --text")
    items = suggestions(round_, student, text, k)
    if as_json:
        _print_json({"items": items})
        return
    for i, item in enumerate(items, 1):
        out.print(
            f"{i}. {item['opportunity_id']}  {item['title']}  {item['sessions']}  {item['points']} points. {item['reason']}", markup=False
        )
    if not items:
        out.print("No lawful option.")


@app.command()
def compare(
    a: Annotated[Path, typer.Argument(metavar="OUT_A")], b: Annotated[Path, typer.Argument(metavar="OUT_B")], as_json: Json = False
) -> None:
    """Who moved between two plans, and why."""
    from matcher.answers import compare_outputs

    changes = compare_outputs(a, b)
    if as_json:
        _print_json(changes)
        return
    for change in changes["changes"]:
        out.print(
            f"{change['student_id']}: {change['before'] or 'unplaced'} -> {change['after'] or 'unplaced'}. {change['reason']}", markup=False
        )
    out.print(f"{changes['moved']} moved, {changes['kept']} kept.")


@app.command()
def generate(
    folder: Annotated[Path, typer.Argument(metavar="DIR")],
    students: Annotated[int, typer.Option()] = 200,
    schools: Annotated[int, typer.Option()] = 1,
    seed: Annotated[int, typer.Option()] = 1,
) -> None:
    """Write a realistic synthetic round; everybody in it is invented."""
    from matcher.generate import generate as write_round

    write_round(students, schools, seed, folder)
    out.print(f"Written to {folder}.", markup=False)


@app.command()
def rules(
    on: Annotated[str | None, typer.Option("--on", help="A date, like 2026-10-01; all dates when left out.")] = None,
    state: Annotated[str | None, typer.Option(help="A state, like US-CA; all states when left out.")] = None,
    as_json: Json = False,
) -> None:
    """The rules in force, with their sources."""
    from matcher.answers import rules_in_force

    day = _date(on)
    found = rules_in_force(day, state)
    if as_json:
        _print_json({"items": found["laws"], "rules": found["rules"], "objectives": found["objectives"], "components": found["components"]})
        return
    table = Table("law", "where", "rule", "ages", "what it says", "source (read on)", title="Laws in the rule packs")
    for law in found["laws"]:
        table.add_row(law["id"], law["jurisdiction"], law["rule"], law["ages"], law["summary"], f"{law['source']} ({law['read_on']})")
    out.print(table)
    for title, kind in (("Rules", "rules"), ("Objectives", "objectives"), ("Score components", "components")):
        out.print(f"{title}:")
        for member in found[kind]:
            out.print(f"  {member['name']}: {member['sentence']}", markup=False)


def _date(text: str | None) -> date | None:
    try:
        return None if text is None else date.fromisoformat(text)
    except ValueError:
        raise InputError(f"{text!r} is not a date. Maybe write it like 2026-10-01.") from None


@app.command()
def similarity(
    queries: Annotated[Path, typer.Option(help="A table id,text[,avoid].")],
    documents: Annotated[Path, typer.Option(help="A table id,text.")],
    output: Annotated[Path, typer.Option("--out", help="A .npy file: float32 [queries, documents], 0 to 1.")],
) -> None:
    """The text component alone, on anybody's texts."""
    from matcher.answers import text_similarity

    matrix = text_similarity(queries, documents)
    with output.open("wb") as file:
        np.save(file, matrix)
    out.print(f"{matrix.shape[0]} queries x {matrix.shape[1]} documents written to {output}.", markup=False)


@app.command()
def solve(
    problem: Annotated[Path, typer.Argument(metavar="PROBLEM.npz")],
    output: Annotated[Path, typer.Option("--out", help="A .npz file: chosen pairs and prices.")],
    workers: Workers = os.cpu_count() or 1,
    as_json: Json = False,
) -> None:
    """The solver alone."""
    from matcher.answers import solve_file

    answer = solve_file(problem, output, workers)
    _print_json(answer) if as_json else out.print(
        f"{answer['status']}: " + ", ".join(f"{o['name']} {o['value']}" for o in answer["objectives"])
    )
    if answer["status"] == "infeasible":
        raise typer.Exit(3)


@app.command()
def demo(
    folder: Annotated[Path, typer.Option("--out", help="Where to put the demo round and its plan.")] = Path("demo"),
    open_report: Annotated[bool, typer.Option("--open/--no-open", help="Open the report in a browser where there is one.")] = True,
) -> None:
    """A small real-looking round, solved, verified and opened."""
    from matcher.audit import audit
    from matcher.publish import publish

    source = files("matcher") / "demo_round"
    with as_file(source if source.is_dir() else files("matcher") / ".." / "fixtures" / "demo") as shipped:
        shutil.copytree(shipped, folder / "round", dirs_exist_ok=True)
    with _Announcer() as announce:
        summary = publish(_run(folder / "round", os.cpu_count() or 1, announce), folder / "plan", announce=announce)
    findings = audit(folder / "plan", folder / "round")
    if findings:
        raise VerificationError("the demo plan does not hold", [str(f) for f in findings])
    report = (folder / "plan" / "report.html").resolve()
    counts = summary["counts"]
    out.print(f"{counts['placed']} of {counts['seeking']} students placed; status {summary['status']}; verified.", markup=False)
    out.print(f"Report: {report}", markup=False)
    if open_report and sys.stdout.isatty():
        webbrowser.open(report.as_uri())
