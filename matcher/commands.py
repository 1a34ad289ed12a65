"""The commands of `matcher`: its own, and those that other packages bring by an entry point."""

from __future__ import annotations

from functools import cache
from importlib.metadata import EntryPoint, entry_points
from typing import Any

import typer

GROUP = "matcher.commands"


class Commands(typer.core.TyperGroup):
    """Own commands first; what is brought is imported only when it is asked for."""

    def list_commands(self, ctx: Any) -> list[str]:
        """The names of all commands."""
        return [*super().list_commands(ctx), *sorted(_brought())]

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """A command by its name."""
        own = super().get_command(ctx, cmd_name)
        if own is not None or cmd_name not in _brought():
            return own
        found = typer.main.get_command(_brought()[cmd_name].load())
        found.name = cmd_name
        return found


@cache
def _brought() -> dict[str, EntryPoint]:
    return {found.name: found for found in entry_points(group=GROUP)}
