"""The command line: one function per command, results to stdout, progress to stderr, exit codes as documented."""

from __future__ import annotations

import os
import shutil
import sys
import webbrowser
from importlib.resources import as_file, files
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer

from matcher.cli_benchmark import benchmark
from matcher.cli_options import CPUS, Budget, Folder, Json, Workers, read_date
from matcher.cli_robustness import robustness
from matcher.cli_solve import solve
from matcher.cli_text import knowledge, similarity
from matcher.cli_verify import verify
from matcher.cli_what_if import what_if
from matcher.commands import Commands
from matcher.errors import ConflictError, InputError, MatcherError, VerificationError
from matcher.terminal import Announcer, issue_fields, print_json, say, show_answer, show_costs, show_rules, tell, tell_short

app = typer.Typer(
    cls=Commands, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help="Places students at internships."
)

INTERRUPTED = 130
"""The exit code that Typer gives after Ctrl-C."""


def program() -> None:
    """The command as a process of its own, which also ends where a solver does not listen."""
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # its threads wait for each other where processors are shared; ours do not
    from matcher.solver.control import left_running

    try:
        main()
    except SystemExit as done:
        if left_running():
            sys.stdout.flush()
            os._exit(done.code if isinstance(done.code, int) else 1)
        raise


def main() -> None:
    """Run a command and turn every known failure into its exit code."""
    try:
        code = app(standalone_mode=False)
    except MatcherError as error:
        tell(error)
        sys.exit(error.exit_code)
    except typer.Exit as done:
        code = done.exit_code
    except (typer.Abort, KeyboardInterrupt):
        _tell_stopped()
    except _usage_errors() as error:
        tell_short(error.format_message() or "Missing command.", 2)  # type: ignore[attr-defined]
        sys.exit(2)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except OSError as error:
        tell_short(f"the system says: {error}", 1)
        sys.exit(1)
    if code == INTERRUPTED:
        _tell_stopped()
    sys.exit(code if isinstance(code, int) else 0)


def _tell_stopped() -> NoReturn:
    """Say so and end at once, without tidying up memory."""
    tell_short("stopped before it was done; nothing was written", 1)
    sys.stdout.flush()
    os._exit(1)


def _usage_errors() -> type[Exception]:
    """Typer's base class of wrong calls, which it does not export by name."""
    return next(kind for kind in typer.BadParameter.__mro__ if kind.__name__ == "ClickException")


def _run(folder: Path, workers: int, announce: Announcer, previous: Path | None = None, budget: float | None = None) -> Any:
    from matcher.conflict import told
    from matcher.domain import SolveStatus
    from matcher.pipeline import run_round
    from matcher.solver.control import Control

    run = run_round(folder, workers, announce, previous, Control(announce.progress, budget))
    if run.solution.status == SolveStatus.UNKNOWN:
        raise MatcherError(f"{run.solution.why_stopped}; nothing was written. Maybe give it more seconds.")
    if not run.solved:
        raise ConflictError("the round cannot be solved: these cannot hold together", told(run))
    return run


@app.command()
def run(
    round_: Folder,
    output: Annotated[Path, typer.Option("--out", help="Where to write; replaced as a whole or not at all.")],
    previous: Annotated[Path | None, typer.Option(help="An earlier output: its placements are where students are today.")] = None,
    workers: Workers = CPUS,
    budget: Budget = None,
    as_json: Json = False,
) -> None:
    """The main command: place the students of a round and write the plan, its reasons and its proof."""
    from matcher.publish import check_target, publish

    check_target(output, round_)
    with Announcer() as announce:
        solved = _run(round_, workers, announce, previous, budget)
        summary = publish(solved, output, announce=announce)
    if as_json:
        print_json(summary)
        return
    counts = summary["counts"]
    say(f"{counts['placed']} of {counts['seeking']} seeking students placed; status {summary['status']}.")
    for objective in summary["objectives"]:
        say(f"  {objective['name']}: {objective['value']} (proven bound {objective['bound']})")
    for rank, told in enumerate(summary["recruit"], 1):
        say(f"Recruit next {rank}: {told}")
    say(f"Written to {output}; open {output / 'report.html'}.")


@app.command()
def check(round_: Folder, as_json: Json = False) -> None:
    """Dry run of the import: every problem with table, row, column and value."""
    from matcher.load import read_round

    _, issues = read_round(round_)
    errors = sum(issue.severity == "error" for issue in issues)
    if as_json:
        print_json({"errors": errors, "warnings": len(issues) - errors, "issues": [issue_fields(i) for i in issues]})
    else:
        for issue in sorted(issues, key=lambda one: one.severity):  # errors first
            say(f"{issue.severity}: {issue}")
        warnings = len(issues) - errors
        say(f"{errors} error{'' if errors == 1 else 's'}, {warnings} warning{'' if warnings == 1 else 's'}.")
    if errors:
        raise typer.Exit(2)


app.command()(verify)


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
    print_json(answer) if as_json else show_answer(answer)


@app.command()
def suggest(
    round_: Folder,
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
        print_json({"items": items})
        return
    for i, item in enumerate(items, 1):
        say(f"{i}. {item['opportunity_id']}  {item['title']}  {item['sessions']}  {item['points']} points. {item['reason']}")
    if not items:
        say("No lawful option.")


@app.command()
def compare(
    a: Annotated[Path, typer.Argument(metavar="OUT_A")], b: Annotated[Path, typer.Argument(metavar="OUT_B")], as_json: Json = False
) -> None:
    """Who moved between two plans, and why."""
    from matcher.answers import compare_outputs

    changes = compare_outputs(a, b)
    if as_json:
        print_json(changes)
        return
    for change in changes["changes"]:
        say(f"{change['student_id']}: {change['before'] or 'unplaced'} -> {change['after'] or 'unplaced'}. {change['reason']}")
    say(f"{changes['moved']} moved, {changes['kept']} kept.")


app.command()(robustness)
app.command()(what_if)
app.command()(benchmark)


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
    say(f"Written to {folder}.")


@app.command()
def rules(
    on: Annotated[str | None, typer.Option("--on", help="A date, like 2026-10-01; all dates when left out.")] = None,
    state: Annotated[str | None, typer.Option(help="A state, like US-CA; all states when left out.")] = None,
    plan: Annotated[Path | None, typer.Option(help="A plan, with --round: what each rule costs it instead.")] = None,
    round_: Annotated[Path | None, typer.Option("--round", help="The round folder that the plan was made from.")] = None,
    as_json: Json = False,
) -> None:
    """The rules in force, with their sources; or what each rule costs a plan."""
    from matcher.answers import costs_of_rules, rules_in_force

    if (plan is None) != (round_ is None) or (plan is not None and (on or state)):
        raise InputError("what rules cost is asked with --plan and --round together, without --on and --state")
    if plan is not None and round_ is not None:
        costs = costs_of_rules(plan, round_)
        print_json({"items": costs}) if as_json else show_costs(costs)
        return
    day = read_date(on)
    found = rules_in_force(day, state)
    if as_json:
        print_json({"items": found["laws"], "rules": found["rules"], "objectives": found["objectives"], "components": found["components"]})
        return
    show_rules(found)


app.command()(similarity)
app.command()(knowledge)
app.command()(solve)


@app.command()
def demo(
    folder: Annotated[Path, typer.Option("--out", help="Where to put the demo round and its plan.")] = Path("demo"),
    open_report: Annotated[bool, typer.Option("--open/--no-open", help="Open the report in a browser where there is one.")] = True,
) -> None:
    """A small real-looking round, solved, verified and opened."""
    from matcher.audit import audit
    from matcher.publish import check_target, publish

    if folder.is_dir() and any(folder.iterdir()) and not (folder / "plan" / "manifest.json").exists():
        raise InputError(f"{folder} holds other files. Maybe name a new folder with --out.")
    check_target(folder / "plan", folder / "round")
    source = files("matcher") / "demo_round"
    with as_file(source if source.is_dir() else files("matcher") / ".." / "fixtures" / "demo") as shipped:
        shutil.copytree(shipped, folder / "round", dirs_exist_ok=True)
    with Announcer() as announce:
        summary = publish(_run(folder / "round", CPUS, announce), folder / "plan", announce=announce)
    findings = audit(folder / "plan", folder / "round")
    if findings:
        raise VerificationError("the demo plan does not hold", [str(f) for f in findings])
    report = (folder / "plan" / "report.html").resolve()
    counts = summary["counts"]
    say(f"{counts['placed']} of {counts['seeking']} students placed; status {summary['status']}; verified.")
    say(f"Report: {report}")
    if open_report and sys.stdout.isatty():
        webbrowser.open(report.as_uri())
