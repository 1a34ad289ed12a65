"""Cross-checks of a round: what no single cell can tell."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from matcher.check import (
    dates,
    decisions,
    duplicates,
    history,
    offers,
    papers,
    people,
    places,
    references,
    requests,
    settings,
    timetables,
    ways,
)
from matcher.check.base import Origin, Scene, sort_issues
from matcher.domain import Round
from matcher.errors import Issue

CHECKS: tuple[Callable[[Scene], Iterator[Issue]], ...] = (
    settings.check,
    duplicates.check,
    references.check,
    decisions.check,
    people.check,
    places.check,
    papers.check,
    offers.check,
    dates.check,
    timetables.check,
    ways.check,
    requests.check,
    history.check,
)


def check_round(round_: Round, origin: Origin | None = None) -> list[Issue]:
    """Everything wrong between the rows of a round, sorted by table, row and column.

    Parameters
    ----------
    round_ : rows that are sound one by one.
    origin : where the rows came from; without it the issues have no row numbers, and rule packs of a district are not found.

    Notes
    -----
    Cells that `origin` calls faulty are reported already; nothing more is said about them or about what follows from them.
    """
    scene = Scene(round_, origin or Origin())
    return sort_issues({issue for check in CHECKS for issue in check(scene)})
