"""The command that says what a change of the round would lead to."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from pydantic import ValidationError

from matcher.cli_options import CPUS, Json, Workers
from matcher.errors import InputError
from matcher.terminal import Announcer, print_json, say

if TYPE_CHECKING:
    from matcher.edits import Edits
    from matcher.what_if import Supposed

Several = list[str] | None


def what_if(
    output: Annotated[Path, typer.Argument(metavar="OUT")],
    round_: Annotated[Path, typer.Option("--round", help="The round folder that the plan was made from.")],
    seats: Annotated[Several, typer.Option(metavar="OPPORTUNITY=+N", help="More or fewer seats.")] = None,
    mentors: Annotated[Several, typer.Option(metavar="MENTOR=+N", help="A mentor takes more or fewer.")] = None,
    sites: Annotated[Several, typer.Option(metavar="SITE=+N", help="A site takes more or fewer.")] = None,
    vans: Annotated[Several, typer.Option(metavar="VAN=+N", help="More or fewer seats in a van.")] = None,
    minutes: Annotated[
        Several, typer.Option(metavar="STUDENT=+N", help="A student may travel so many minutes longer one way; * for everybody.")
    ] = None,
    sessions: Annotated[Several, typer.Option(metavar="OPPORTUNITY=WINDOWS", help="Other weekly windows, as the table has them.")] = None,
    starts: Annotated[Several, typer.Option(metavar="OPPORTUNITY=DATE", help="Another first day.")] = None,
    ends: Annotated[Several, typer.Option(metavar="OPPORTUNITY=DATE", help="Another last day.")] = None,
    waive: Annotated[
        Several, typer.Option(metavar="STUDENT=WISH", help="A wish is taken back: avoid, goals or requests; several with commas.")
    ] = None,
    workers: Workers = CPUS,
    as_json: Json = False,
) -> None:
    """What one more seat, another date, a longer trip or a waived wish would lead to; nothing is changed."""
    from matcher.answers import load_plan
    from matcher.what_if import full_mentors, suppose

    named = {"seats": seats, "mentors": mentors, "sites": sites, "vans": vans, "minutes": minutes}
    named |= {"sessions": sessions, "starts": starts, "ends": ends, "waive": waive}
    edits = read_edits(named)
    with Announcer() as announce:
        announce("load the plan")
        run = load_plan(output, round_)
        announce("suppose")
        found = suppose(run, edits, workers)
    if found is None:
        raise RuntimeError("a question that may be solved afresh has no answer; this is an error in the engine")
    if as_json:
        print_json(asdict(found))
        return
    for line in _told(found):
        say(line)
    if found.feasible and not found.moves:
        for opportunity_id, full in full_mentors(run, edits).items():
            say(_mentors_needed(opportunity_id, full, edits.seats[opportunity_id]))


def read_edits(named: dict[str, Several]) -> Edits:
    """Edits as they are typed: the name of each and its ``ID=VALUE``.

    Raises
    ------
    InputError
        When one cannot be read, with the option and the value.
    """
    from matcher.edits import Edits

    values: dict[str, dict[str, object]] = {}
    for name, typed in named.items():
        for text in typed or ():
            row_id, sign, value = (part.strip() for part in text.rpartition("="))
            if not sign or not row_id:
                raise InputError(f"--{name} {text!r} has no =. Maybe write an id, =, and what it is to be, like O5=+1.")
            if row_id in values.setdefault(name, {}):
                raise InputError(f"--{name} names {row_id} twice.")
            values[name][row_id] = tuple(value.split(",")) if name == "waive" else value
    try:
        return Edits.model_validate(values)
    except ValidationError as error:
        first = error.errors()[0]
        option, *where = first["loc"]
        message, hint = first["msg"].removeprefix("Value error, "), getattr(first.get("ctx", {}).get("error"), "hint", "")
        raise InputError(f"--{option} {where[0]}={first['input']}: {message}. {hint}".strip()) from None


def _mentors_needed(opportunity_id: str, mentors: tuple[str, ...], more: int) -> str:
    """Why new seats bring nothing where the mentors are full, and how to ask."""
    who = f"mentor {mentors[0]} has" if len(mentors) == 1 else f"each of its mentors {', '.join(mentors)} has"
    ask = " or ".join(f"--mentors {mentor_id}={more:+}" for mentor_id in mentors)
    return f"A new seat at {opportunity_id} needs a mentor who has room, and {who} all the students they take. Ask with {ask} too."


def _told(found: Supposed) -> list[str]:
    if not found.feasible:
        return [found.told]
    placed, points = found.placed - found.placed_now, found.points - found.points_now
    lines = [f"{found.placed} students placed ({placed:+}), {found.points:,} points ({points:+,}). {found.told}"]
    moves = len(found.moves)
    lines.append(f"{moves} student{'s' if moves > 1 else ''} would have another place:" if moves else "Nobody would have another place.")
    return lines + [f"  {m.student_id}: {m.before or 'no place'} -> {m.after or 'no place'}. {m.reason}".rstrip() for m in found.moves]
