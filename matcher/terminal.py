"""How the command line speaks: results to stdout, progress and errors to stderr, one JSON document where asked."""

from __future__ import annotations

import json
import signal
import sys
import threading
import time
from types import FrameType
from typing import Any

from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from matcher.errors import Issue, MatcherError

MOST_DETAILS = 200
"""Lines of detail below an error; --json prints all."""
SELDOM = 2.0
"""Seconds between two words about progress."""
out, err = Console(soft_wrap=True, highlight=False), Console(stderr=True, soft_wrap=True, highlight=False)


def say(text: str) -> None:
    """A line of results."""
    out.print(text, markup=False)


def print_json(document: object) -> None:
    """The one JSON document of a command."""
    sys.stdout.write(json.dumps(document, ensure_ascii=False, indent=2) + "\n")


def tell(error: MatcherError) -> None:
    """An error and its details on stderr; with --json also as a document on stdout."""
    details = getattr(error, "issues", ()) or getattr(error, "conflict", ()) or getattr(error, "findings", ())
    _fail(str(error), error.exit_code, [issue_fields(d) if isinstance(d, Issue) else str(d) for d in details])
    lines = [f"{d.severity}: {d}" for d in sorted(details, key=lambda one: one.severity)] if hasattr(error, "issues") else details
    for line in lines[:MOST_DETAILS]:
        err.print(f"  {line}", markup=False)
    if len(details) > MOST_DETAILS:
        err.print(f"  ... and {len(details) - MOST_DETAILS} more; --json prints all.")


def tell_short(message: str, exit_code: int) -> None:
    """An error that is one sentence."""
    _fail(message, exit_code, [])


def _fail(message: str, exit_code: int, details: list[Any]) -> None:
    if "--json" in sys.argv:
        print_json({"error": message, "exit_code": exit_code, "details": details})
    err.print(f"matcher: {message}", markup=False)


def issue_fields(issue: Issue) -> dict[str, Any]:
    """An issue as plain data."""
    fields = ("table", "row", "column", "code", "severity", "value", "message", "hint")
    return {name: getattr(issue, name) for name in fields}


class Announcer:
    """Says on stderr which stage is running and how far the solver is: a spinner on a terminal, a line each elsewhere.

    Also sees to it that Ctrl-C is not lost: compiled code that is interrupted while it calls Python may drop the interruption (protobuf
    does), so what was pressed is remembered and raised again when the next stage begins.
    """

    def __init__(self) -> None:
        self._since = time.monotonic()
        columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
        self._bar = Progress(*columns, console=err, transient=True) if err.is_terminal else None
        self._task = self._bar.add_task("load") if self._bar else None
        self._interrupted = False

    def __enter__(self) -> Announcer:
        in_charge = threading.current_thread() is threading.main_thread()
        if in_charge and signal.getsignal(signal.SIGINT) is signal.default_int_handler:
            signal.signal(signal.SIGINT, self._interrupt)
        if self._bar:
            self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._bar:
            self._bar.stop()
        if signal.getsignal(signal.SIGINT) == self._interrupt:
            signal.signal(signal.SIGINT, signal.default_int_handler)

    def _interrupt(self, _signal: int, _frame: FrameType | None) -> None:
        self._interrupted = True
        raise KeyboardInterrupt

    def __call__(self, stage: str) -> None:
        """The stage that begins.

        Raises
        ------
        KeyboardInterrupt
            When Ctrl-C was pressed and a library kept it to itself.
        """
        if self._interrupted:
            raise KeyboardInterrupt
        if self._bar and self._task is not None:
            self._bar.update(self._task, description=stage)
        else:
            err.print(f"... {stage}")
        self._since = time.monotonic()

    def progress(self, objective: str, best: int | None, bound: int | None) -> None:
        """How far an objective is; said at most every two seconds."""
        if time.monotonic() - self._since < SELDOM:
            return
        known = "no plan yet" if best is None else f"{best:,}"
        self(f"solve: {objective} {known}" + ("" if bound is None else f", at most {bound:,}"))


def show_answer(answer: dict[str, Any]) -> None:
    """What `matcher explain` says, in lines."""
    say(f"{answer['student_id']}: {answer['status']}")
    if answer["placement"]:
        placed = answer["placement"]
        say(f"  Placed at {placed['opportunity_id']} ({placed['sessions']}), {placed['points']} points. {placed['reason']}")
    if answer["reason"]:
        say(f"  {answer['reason']}")
    if answer["smallest_change"]:
        say(f"  What would help: {answer['smallest_change']}")
    if answer["change"]:
        change = answer["change"]
        say(f"  Was at {change['from_opportunity']} ({change['from_sessions']}). {change['reason']}")
    if answer["slate"]:
        say("  Told to try, in this order:")
    for line in answer["slate"]:
        odds = int(100 * line["odds"] + 0.5)
        say(f"    {line['rank']}. {line['opportunity_id']}, {line['points']} points, odds {odds}%. {_turn(line)}{line['reason']}")
    for option in answer["options"]:
        state = "lawful" if option["lawful"] else f"no ({option['rule']})"
        say(f"  {option['opportunity_id']}: {state}. {option['reason']}")


def _turn(line: dict[str, Any]) -> str:
    """When to ask, or how long what is asked already holds."""
    if line["hold_until"] is None:
        return ""
    return f"Wave {line['wave']}: ask by {line['hold_until']}. " if line["wave"] else f"Asked already, holds until {line['hold_until']}. "


def show_rules(found: dict[str, Any]) -> None:
    """What `matcher rules` says: a table of laws, then the members of the families."""
    table = Table("law", "where", "rule", "ages", "what it says", "source (read on)", title="Laws in the rule packs")
    for law in found["laws"]:
        cells = (law["id"], law["jurisdiction"], law["rule"], law["ages"], law["summary"], f"{law['source']} ({law['read_on']})")
        table.add_row(*map(Text, cells))
    out.print(table)
    for title, kind in (("Rules", "rules"), ("Objectives", "objectives"), ("Score components", "components")):
        say(f"{title}:")
        for member in found[kind]:
            say(f"  {member['name']}: {member['sentence']}")


def show_costs(costs: list[dict[str, Any]]) -> None:
    """What each rule costs: a line for each that costs a place, then the names of the others."""
    say("How many more could have a place without one rule, and how many pairs of a student and an offer only it refuses:")
    for cost in costs:
        if cost["more_placed"]:
            say(f"  {cost['more_placed']:+,}  {cost['rule']} ({cost['kind']}; {cost['pairs']:,} pairs): {cost['sentence']}")
    if free := [cost["rule"] for cost in costs if not cost["more_placed"]]:
        say(f"Nobody loses a place by: {', '.join(free)}.")
    say("This is where a talk, a paper or a seat would help most, and no advice to break a rule: most are laws or protect minors.")
