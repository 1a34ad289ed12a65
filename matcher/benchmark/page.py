"""report.html of a benchmark: one self-contained page, made from the published rows and nothing else."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from markupsafe import Markup

from matcher.benchmark.row import Row
from matcher.report.charts import Cell, Histogram
from matcher.report.page import TEMPLATES, environment, text
from matcher.report.words import count

OWN = Path(__file__).parent / "templates"
SCHOOL_COLUMNS = ("top_three", "match_percentile", "lawful_options", "minutes_median", "minutes_p90", "seats_within_reach")
SHORT = {
    "top_three": "One of three best",
    "match_percentile": "Percentile",
    "lawful_options": "Options",
    "minutes_median": "Trip",
    "minutes_p90": "Long trip",
    "seats_within_reach": "Seats in reach",
    "placed_of_seekers": "Placed",
    "without_transfer": "No transfer",
}
CARDS = (
    "placed_of_seekers", "placed_of_all", "top_three", "match_percentile", "lawful_options", "minutes_median", "minutes_p90",
    "without_transfer", "gates_valid", "seats_per_seeker", "fill_rate", "site_spread", "gap_to_optimum", "kept_place",
)  # fmt: skip
DIMENSIONS = {"grade": "By grade", "language": "By language", "travel": "By way to travel", "needs": "By needs"}
GROUP_COLUMNS = ("placed_of_seekers", "top_three", "match_percentile", "lawful_options", "minutes_median")
PLANS = {
    "placed_of_seekers": "This plan",
    "placed_by_greedy": "Greedy: the best points first",
    "placed_by_first_come": "First come, first served",
    "placed_by_random_order": "Students in random order",
}
SUFFIX = {"percent": " %", "minutes": " min", "percentile": "", "opportunities": "", "seats": "", "ratio": ""}
MOST_IN_SCALE = 100
FEW_SCHOOLS = 10
"""With fewer, the table is chart enough."""


@dataclass(frozen=True)
class Figure:
    """A figure in words, and where it lies on a scale from 0 to 100: a dot with its interval, or a stretch where only a bound is told."""

    text: str
    interval: str = ""
    dot: float | None = None
    low: float = 0
    high: float = 0

    @property
    def told(self) -> bool:
        """Whether there is anything to draw."""
        return self.dot is not None or self.high > self.low


HIDDEN = Figure("hidden")


def benchmark_page(rows: list[Row], dictionary: list[dict[str, Any]]) -> str:
    """The page as text; the same rows give the same page."""
    by_node: dict[tuple[str, ...], dict[str, Row]] = {}
    for row in rows:
        by_node.setdefault((row.level, row.round, row.school_id, row.dimension, row.group, row.title), {})[row.measure] = row
    nodes = [next(iter(found.values())) for found in by_node.values()]
    of = {id(first): found for first, found in zip(nodes, by_node.values(), strict=True)}
    overall = next(of[id(n)] for n in nodes if n.level == "overall")
    titles = {entry["measure"]: entry["title"] for entry in dictionary}
    schools, rounds = ([n for n in nodes if n.level == level] for level in ("school", "round"))
    parts = {
        "cards": [_card(titles[name], overall[name]) for name in CARDS],
        "plans": _plans(overall),
        "points": [(PLANS[f"placed_by_{name}"], figure(overall[f"points_of_{name}"])) for name in ("greedy", "first_come", "random_order")],
        "spread": _spread([of[id(n)]["placed_of_seekers"] for n in schools]),
        "schools": [_line(n, of[id(n)], ("placed_of_seekers", *SCHOOL_COLUMNS)) for n in schools],
        "rounds": [_line(n, of[id(n)], ("placed_of_seekers", "seats_per_seeker", "fill_rate", "gap_to_optimum")) for n in rounds],
        "groups": [(title, _groups(nodes, of, name)) for name, title in DIMENSIONS.items()],
        "terms": [(n.title, [(titles[name], figure(row)) for name, row in of[id(n)].items()]) for n in nodes if n.level == "terms"],
        "columns": [SHORT[name] for name in SCHOOL_COLUMNS],
        "group_columns": [SHORT[name] for name in GROUP_COLUMNS],
        "dictionary": dictionary,
        "counted": f"{count(len([n for n in rounds if n.round]), 'round')}, {count(len([n for n in schools if n.school_id]), 'school')}",
        "seekers": overall["placed_of_seekers"].n,
        "hidden": sum(row.shown == "hidden" for row in rows),
        "figures": len(rows),
        "starts": sorted({n.starts for n in rounds if n.starts}),
    }
    style = text(TEMPLATES / "report.css") + "\n" + text(OWN / "benchmark.css")
    policy = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
    return environment(OWN).get_template("benchmark.html").render(style=Markup(style), policy=Markup(policy), **parts)


def _spread(placed: list[Row]) -> Histogram | None:
    """How many schools place how many of their seekers, of those whose share is told exactly; None for few schools."""
    exact = [row.value for row in placed if row.shown == "exact" and row.value is not None]
    if len(exact) < FEW_SCHOOLS:
        return None
    numbers = [sum(min(int(value // 10), 9) == i for value in exact) for i in range(10)]
    cells = tuple(Cell(n, max(4, round(100 * n / max(numbers))) if n else 0) for n in numbers)
    return Histogram(tuple(f"{10 * i}–{10 * i + 9}" for i in range(10)), (("Schools", cells, len(exact)),))


def figure(row: Row) -> Figure:
    """A row in words and on the scale."""
    if row.shown == "hidden" or row.value is None:
        return HIDDEN
    said = f"{row.value:g}{SUFFIX[row.unit]}"
    if row.shown == "at_least":
        return Figure(f"≥ {said}", "", None, row.value, MOST_IN_SCALE)
    if row.shown == "at_most":
        return Figure(f"≤ {said}", "", None, 0, row.value)
    if row.low is None or row.high is None:
        return Figure(said)
    interval = f"{row.low:g} to {row.high:g}"
    return Figure(said, interval, min(row.value, MOST_IN_SCALE), min(row.low, MOST_IN_SCALE), min(row.high, MOST_IN_SCALE))


def gap(row: Row) -> Figure:
    """The gap of a row, with its sign; the scale runs from -50 to +50."""
    if row.gap is None or row.gap_low is None or row.gap_high is None:
        return Figure("not told")
    dot, low, high = (max(0.0, min(100.0, 50 + x)) for x in (row.gap, row.gap_low, row.gap_high))
    return Figure(_signed(row.gap), f"{_signed(row.gap_low)} to {_signed(row.gap_high)}", dot, low, high)


def _signed(value: float) -> str:
    return f"{value:+g}".replace("-", "\N{MINUS SIGN}") if value else "0"


def _card(title: str, row: Row) -> tuple[str, str, str]:
    told = figure(row)
    of = f"of {row.denominator:,g}" if row.denominator and row.unit == "percent" else f"n = {row.n:,}" if row.n else ""
    notes = [of, f"interval {told.interval}" if told.interval else ""]
    return title, told.text, "; ".join(note for note in notes if note)


def _plans(overall: dict[str, Row]) -> list[tuple[str, Figure, Figure | None]]:
    return [(words, figure(overall[name]), None if name == "placed_of_seekers" else gap(overall[name])) for name, words in PLANS.items()]


def _line(node: Row, found: dict[str, Row], names: Iterable[str]) -> dict[str, Any]:
    told = found["placed_of_seekers"]
    return {
        "title": node.title,
        "round": node.round,
        "starts": node.starts,
        "seekers": "fewer than 10" if told.n is None else f"{told.n:,}",
        "figures": [figure(found[name]) for name in names],
    }


def _groups(nodes: list[Row], of: dict[int, dict[str, Row]], name: str) -> list[dict[str, Any]]:
    lines = []
    for node in nodes:
        if node.level == "group" and node.dimension == name:
            found = of[id(node)]
            line = _line(node, found, GROUP_COLUMNS)
            lines.append(line | {"gaps": [gap(found[m]) for m in GROUP_COLUMNS]})
    return lines
