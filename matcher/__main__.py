"""``python -m matcher`` is the command line."""

from matcher.cli import program

program()
