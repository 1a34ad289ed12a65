"""How the command line speaks: results to stdout, progress and errors to stderr, one JSON document where asked."""

from __future__ import annotations

import json
import sys
from typing import Any

from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from matcher.errors import Issue, MatcherError

MOST_DETAILS = 200
"""Lines of detail below an error; --json prints all."""
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
    for detail in details[:MOST_DETAILS]:
        err.print(f"  {detail}", markup=False)
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
    """Says on stderr which stage is running: a spinner on a terminal, a line each elsewhere."""

    def __init__(self) -> None:
        columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
        self._bar = Progress(*columns, console=err, transient=True) if err.is_terminal else None
        self._task = self._bar.add_task("load") if self._bar else None

    def __enter__(self) -> Announcer:
        if self._bar:
            self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._bar:
            self._bar.stop()

    def __call__(self, stage: str) -> None:
        """The stage that begins."""
        if self._bar and self._task is not None:
            self._bar.update(self._task, description=stage)
        else:
            err.print(f"... {stage}")


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
    for option in answer["options"]:
        state = "lawful" if option["lawful"] else f"no ({option['rule']})"
        say(f"  {option['opportunity_id']}: {state}. {option['reason']}")


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
