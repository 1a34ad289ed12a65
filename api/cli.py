"""The commands of the service; `matcher` finds them by entry points, so that the engine does not know them."""

from __future__ import annotations

import signal
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from matcher.errors import InputError, VerificationError
from matcher.terminal import err, print_json, say

if TYPE_CHECKING:
    from api.settings import ServiceSettings

serve_app = typer.Typer(add_completion=False)
worker_app = typer.Typer(add_completion=False)
migrate_app = typer.Typer(add_completion=False)
purge_app = typer.Typer(add_completion=False)
backup_app = typer.Typer(add_completion=False)
restore_app = typer.Typer(add_completion=False)
keys_app = typer.Typer(add_completion=False, no_args_is_help=True, help="API keys: create, list, revoke.")
audit_app = typer.Typer(add_completion=False, no_args_is_help=True, help="The audit log: verify.")
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document and nothing else.")]
Archive = Annotated[Path, typer.Argument(metavar="FILE", help="A backup: one zip archive.")]


def _settings(**given: Any) -> ServiceSettings:
    from pydantic import ValidationError

    from api.settings import ServiceSettings

    try:
        return ServiceSettings(**{name: value for name, value in given.items() if value is not None})
    except (ValidationError, ValueError) as error:
        wrong = [".".join(map(str, e["loc"])) for e in error.errors()] if isinstance(error, ValidationError) else [type(error).__name__]
        raise InputError(f"these settings cannot be used: {', '.join(wrong)}. Maybe compare with docs/service.md.") from None


@serve_app.command()
def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on; left out: the setting.")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on; left out: the setting.", min=0, max=65535)] = None,
) -> None:
    """Serve the API; with no settings on SQLite in a folder, with one worker, and with a link that signs in once."""
    from api.operations import serve as start

    start(_settings(host=host, port=port))


@worker_app.command()
def worker(once: Annotated[bool, typer.Option("--once", help="Stop when no run waits.")] = False) -> None:
    """Solve runs from the queue; any number of these, on any number of hosts, share one PostgreSQL."""
    from api import logs
    from api.jobs import Worker

    settings = _settings()
    logs.configure(settings.log_level, as_json=settings.log_json)
    found = Worker(settings)
    for sign in (signal.SIGTERM, signal.SIGINT):
        signal.signal(sign, lambda *_: found.stopping.set())
    if once:
        while found.work_once():
            pass
    else:
        found.serve()


@migrate_app.command()
def migrate(to: Annotated[str, typer.Option(help="A revision, `head` or `base`.")] = "head") -> None:
    """Bring the tables of the database to this version."""
    from api.database import current_revision
    from api.database import migrate as change

    settings = _settings()
    change(settings, to)
    say(f"The tables are at revision {current_revision(settings) or 'base'}.")


@keys_app.command("create")
def create_key(
    name: Annotated[str, typer.Argument(metavar="NAME", help="What the key is for.")],
    role: Annotated[str, typer.Option(help="coordinator, tool, analyst or admin.")] = "coordinator",
    schools: Annotated[str, typer.Option(help="Ids with commas between them, or * for all.")] = "*",
    person: Annotated[str, typer.Option(help="Who holds it.")] = "",
    days: Annotated[int | None, typer.Option(help="Days until it ends; left out: the setting.", min=1, max=3650)] = None,
    as_json: Json = False,
) -> None:
    """Make a key; its secret is printed this once."""
    from api.operations import new_key

    told = new_key(_settings(), name, role, [s.strip() for s in schools.split(",") if s.strip()], person, days)
    print_json(told) if as_json else say(told["secret"])


@keys_app.command("list")
def list_keys(as_json: Json = False) -> None:
    """Every key, without secrets."""
    from api.operations import all_keys

    rows = all_keys(_settings())
    if as_json:
        print_json({"items": rows})
        return
    for row in rows:
        state = "revoked" if row["revoked_at"] else f"ends {row['expires_at'][:10]}"
        say(f"{row['key_id']}  {row['prefix']}…  {row['role']}  {','.join(row['schools'])}  {state}  {row['name']}")


@keys_app.command("revoke")
def revoke_key(key_id: Annotated[str, typer.Argument(metavar="KEY_ID", help="As `matcher keys list` shows it.")]) -> None:
    """End a key at once."""
    from api.operations import end_key

    end_key(_settings(), key_id)
    say(f"{key_id} is revoked.")


@keys_app.command("sign-in")
def sign_in(
    host: Annotated[str | None, typer.Option(help="As given to `matcher serve`; left out: the setting.")] = None,
    port: Annotated[int | None, typer.Option(help="As given to `matcher serve`; left out: the setting.", min=0, max=65535)] = None,
) -> None:
    """Print a link that signs a browser in, once and within a quarter of an hour, with every right."""
    from api.operations import sign_in_link

    settings = _settings(host=host, port=port)
    say(sign_in_link(settings))
    if port is None:
        note = f"The link is for port {settings.port}. Was matcher serve started with another --port? Then give the same --port here."
        err.print(note, markup=False)


@audit_app.command("verify")
def verify_audit_log(as_json: Json = False) -> None:
    """Find any row of the audit log that was edited, added or deleted."""
    from api.operations import audit_faults

    count, faults = audit_faults(_settings())
    if as_json:
        print_json({"rows": count, "faults": faults})
    if faults:
        raise VerificationError(f"{len(faults)} faults in the audit log", faults)
    if not as_json:
        say(f"The audit log holds: {count} rows.")


@audit_app.callback()
def _audit_log() -> None:
    """Keep `verify` a word of its own."""


@purge_app.command()
def purge(
    ended_before: Annotated[str, typer.Option(help="Rounds whose last day lies before this date, like 2026-07-01.")],
    yes: Annotated[bool, typer.Option("--yes", help="Do it; without this it is only told.")] = False,
    as_json: Json = False,
) -> None:
    """Remove what terms that are over no longer need, and say what is kept and why."""
    from api.purge import purge as remove

    try:
        day = date.fromisoformat(ended_before)
    except ValueError:
        raise InputError(f"{ended_before!r} is not a date. Maybe write it like 2026-07-01.") from None
    told = remove(_settings(), day, really=yes)
    if as_json:
        print_json(told)
        return
    for line in told["removed"] + told["kept"]:
        say(line)
    if not yes:
        say("Nothing was removed yet; --yes removes it.")


@backup_app.command()
def backup(file: Archive) -> None:
    """Write every table into one archive, as they are at one moment."""
    from api.backup import backup as write

    say(f"{write(_settings(), file)} rows written to {file}.")


@restore_app.command()
def restore(file: Archive) -> None:
    """Fill an empty database from an archive, on SQLite or PostgreSQL."""
    from api.backup import restore as read

    say(f"{read(_settings(), file)} rows read from {file}.")
