"""The charts as plain numbers: minutes by mode, refused pairs by rule, points."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from matcher.domain import MODES
from matcher.plan import Placement
from matcher.report.people import DECISION_SENTENCE, PRIVATE
from matcher.report.words import MODE_WORDS, plain

RULES_SHOWN = 12
MINUTES = ((0, 9), (10, 19), (20, 29), (30, 39), (40, 49), (50, 59), (60, None))


@dataclass(frozen=True)
class Cell:
    """One number, and how high its bar is in percent of the chart's largest; a number above 0 always shows."""

    number: int
    height: int


@dataclass(frozen=True)
class Histogram:
    """Rows of bars over the same columns."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, tuple[Cell, ...], int], ...]


@dataclass(frozen=True)
class Bar:
    """One line of a bar chart, with its width in percent of the widest."""

    label: str
    number: int
    width: float
    rest: bool = False


def trips(placements: Iterable[Placement]) -> Histogram | None:
    """How many students travel how many minutes, a row for each mode in use; None when nobody is placed."""
    numbers = {mode: [0] * len(MINUTES) for mode in MODES}
    for p in placements:
        numbers[p.mode][min(p.minutes // 10, len(MINUTES) - 1)] += 1
    columns = tuple(f"{low}–{high}" if high else f"{low}+" for low, high in MINUTES)
    rows = [(plain(MODE_WORDS[mode]), found) for mode, found in numbers.items() if any(found)]
    return _histogram(columns, rows) if rows else None


def points(values: Iterable[int]) -> Histogram | None:
    """How many placed students have how many points, by hundreds; None when nobody is placed."""
    numbers = [0] * 10
    for value in values:
        numbers[min(value // 100, 9)] += 1
    columns = tuple(str(100 * i) for i in range(10))
    return _histogram(columns, [("Students", numbers)]) if any(numbers) else None


def _histogram(columns: tuple[str, ...], rows: list[tuple[str, list[int]]]) -> Histogram:
    most = max(max(numbers) for _, numbers in rows)

    def cells(numbers: list[int]) -> tuple[Cell, ...]:
        return tuple(Cell(n, max(4, round(100 * n / most)) if n else 0) for n in numbers)

    return Histogram(columns, tuple((label, cells(numbers), sum(numbers)) for label, numbers in rows))


def rules(refused: Mapping[str, int], sentences: Mapping[str, str]) -> list[Bar]:
    """The rules that refused most pairs, in their plain sentences; the rest together; decisions about people as one."""
    told: dict[str, int] = {}
    for name, number in refused.items():
        label = DECISION_SENTENCE if name in PRIVATE else sentences.get(name) or f"{plain(name)}."
        told[label] = told.get(label, 0) + number
    ranked = sorted(told.items(), key=lambda item: (-item[1], item[0]))
    shown, rest = ranked[:RULES_SHOWN], ranked[RULES_SHOWN:]
    if rest:
        shown.append((f"The other {len(rest)} rules together." if len(rest) > 1 else rest[0][0], sum(n for _, n in rest)))
    most = max((number for _, number in shown), default=0)
    return [Bar(label, number, round(100 * number / most, 1), i == RULES_SHOWN) for i, (label, number) in enumerate(shown) if number]
