"""What can go wrong, as exceptions that carry the exit code of the command line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Severity = Literal["error", "warning"]


@dataclass(frozen=True, order=True)
class Issue:
    """One thing wrong in the input, at one place, with what to do about it.

    Attributes
    ----------
    table : name of the table (``students``) or file (``round.toml``).
    row : 1-based line of the spreadsheet (the header is row 1), or None for the whole table.
    column : column or TOML key, or None.
    code : short stable name of the kind of issue (``unknown_reference``).
    severity : ``error`` stops the round, ``warning`` does not.
    value : the offending cell as it was written.
    message : what is wrong.
    hint : what to do, beginning with "Maybe".
    """

    table: str
    row: int | None
    column: str | None
    code: str
    severity: Severity
    value: str
    message: str
    hint: str = ""

    def __str__(self) -> str:
        place = self.table
        if self.row is not None:
            place += f" row {self.row}"
        if self.column:
            place += f", column {self.column}"
        shown = f" (value: {self.value!r})" if self.value else ""
        return f"{place}: {self.message}{shown}" + (f" {self.hint}" if self.hint else "")


class MatcherError(Exception):
    """Anything the command line reports in one sentence; `exit_code` is what the process returns."""

    exit_code = 1


class InputError(MatcherError):
    """The input or the call is wrong; nothing was written."""

    exit_code = 2

    def __init__(self, message: str, issues: Sequence[Issue] = ()) -> None:
        super().__init__(message)
        self.issues = tuple(issues)


class PackError(InputError):
    """A rule pack does not load: unknown key, gap or overlap in dates, or no source."""


class ConflictError(MatcherError):
    """The pins contradict each other or a hard rule; `conflict` names the smallest set."""

    exit_code = 3

    def __init__(self, message: str, conflict: Sequence[str]) -> None:
        super().__init__(message)
        self.conflict = tuple(conflict)


class VerificationError(MatcherError):
    """The published files do not hold; `findings` says which student, rule and date."""

    exit_code = 4

    def __init__(self, message: str, findings: Sequence[str]) -> None:
        super().__init__(message)
        self.findings = tuple(findings)
