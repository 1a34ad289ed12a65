"""One thing the auditor holds against the published files."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass


@dataclass(frozen=True)
class Finding:
    """One rule that the published files break, at one place.

    Attributes
    ----------
    student_id : whom it concerns, or "" when it concerns a whole file.
    rule : code of docs/rules.md, or one of the auditor's own codes (``hash``, ``lists``, ``totals``, ...).
    date : the first offending session, where the rule has one.
    message : the fact that offends, with ids only: never a name, a birth date, an address or free text.
    """

    student_id: str
    rule: str
    date: dt.date | None
    message: str

    def __str__(self) -> str:
        who = f"student {self.student_id}: " if self.student_id else ""
        when = f" on {self.date}" if self.date else ""
        return f"{who}{self.rule}{when}: {self.message}"

    def order(self) -> tuple[str, str, str, str]:
        """Give the key by which findings are listed: whole files first, then by student."""
        return (self.student_id, self.rule, str(self.date or ""), self.message)


def about_file(rule: str, message: str) -> Finding:
    """Make a finding that concerns a file rather than one student."""
    return Finding("", rule, None, message)
