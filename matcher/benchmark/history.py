"""What several terms of the same schools tell: who stays, which mentors return, who is never placed."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from itertools import pairwise

from matcher.benchmark import bootstrap
from matcher.benchmark.facts import Facts
from matcher.benchmark.protect import may_be_told
from matcher.benchmark.row import Row

Student = tuple[str, str]


@dataclass(frozen=True)
class HistoryMeasure:
    """A measure over terms; the fields mean what they mean for a `Measure`."""

    name: str
    title: str
    definition: str
    numerator: str
    denominator: str
    unit: str = "percent"
    better: str = "neither"
    version: int = 1
    levels: tuple[str, ...] = ("terms",)


@dataclass
class Term:
    """All rounds of one start date, schools that are in another term too: where its students are, who seeks, which mentors take part."""

    starts: str
    where: dict[Student, tuple[str, str]]
    seekers: set[Student]
    used: set[str]
    offering: set[str]


SAME_SITE = HistoryMeasure(
    "same_site",
    "Stay at their site",
    "Students placed in both terms whose placements are at the same site, of the students placed in both terms.",
    "students at the same site",
    "students placed in both terms",
)
SAME_OPPORTUNITY = HistoryMeasure(
    "same_opportunity",
    "Stay at their opportunity",
    "Students placed in both terms at the same opportunity, of the students placed in both terms.",
    "students at the same opportunity",
    "students placed in both terms",
)
RETURNING_MENTORS = HistoryMeasure(
    "returning_mentors",
    "Mentors who return",
    "Mentors in charge of a placement in the earlier term who are named by an offer of the later one, of those in charge in the earlier.",
    "mentors who offer again",
    "mentors in charge of a placement",
    better="higher",
)
NEVER_PLACED = HistoryMeasure(
    "never_placed",
    "Never placed",
    "Students who seek a place in two terms or more and are placed in none of the terms, of the students who seek in two terms or more.",
    "students never placed",
    "students who seek in two terms or more",
    better="lower",
)


def measures() -> list[HistoryMeasure]:
    """The measures over terms."""
    return [SAME_SITE, SAME_OPPORTUNITY, RETURNING_MENTORS, NEVER_PLACED]


def history_rows(rounds: list[Facts]) -> list[Row]:
    """One row for each measure and pair of terms in a row, none when no school is in two terms."""
    terms = _terms(rounds)
    rows = []
    for one, two in pairwise(terms):
        rows += _stays(one, two)
        back = len(one.used & two.offering)
        rows.append(_row(RETURNING_MENTORS, one.starts, two.starts, back, len(one.used), [len(one.used) - back]))
    if len(terms) > 1:
        rows.append(_never(terms))
    return rows


def _terms(rounds: list[Facts]) -> list[Term]:
    """The terms in order of time."""
    dates = defaultdict(set)
    for facts in rounds:
        for school, _ in facts.schools:
            dates[school].add(facts.starts)
    found: dict[str, Term] = {}
    for facts in rounds:
        again = {school for school, _ in facts.schools if len(dates[school]) > 1}
        if not again:
            continue
        term = found.setdefault(facts.starts.isoformat(), Term(facts.starts.isoformat(), {}, set(), set(), set()))
        for i, key in enumerate(facts.keys):
            if key[0] in again and facts.seeking[i]:
                term.seekers.add(key)
                if facts.placed[i]:
                    term.where[key] = (facts.opportunity[i], facts.site[i])
                    term.used.add(facts.mentor[i])
        term.offering |= facts.mentors
    return [found[date] for date in sorted(found)]


def _stays(one: Term, two: Term) -> list[Row]:
    both = one.where.keys() & two.where.keys()
    offer = sum(one.where[s][0] == two.where[s][0] for s in both)
    site = sum(one.where[s][1] == two.where[s][1] for s in both)
    rest = [len(both) - site, len(one.where) - len(both), len(two.where) - len(both)]
    return [
        _row(SAME_SITE, one.starts, two.starts, site, len(both), rest),
        _row(SAME_OPPORTUNITY, one.starts, two.starts, offer, len(both), [*rest, site - offer]),
    ]


def _never(terms: list[Term]) -> Row:
    times: dict[Student, int] = defaultdict(int)
    for term in terms:
        for student in term.seekers:
            times[student] += 1
    often = {student for student, n in times.items() if n > 1}
    never = sum(not any(student in term.where for term in terms) for student in often)
    rest = [len(often) - never, *(len(term.seekers - often) for term in terms)]
    rest += [len(term.seekers) - len(term.where) - never for term in terms]  # of those without a place then, who has one at last
    return _row(NEVER_PLACED, terms[0].starts, terms[-1].starts, never, len(often), rest)


def _row(measure: HistoryMeasure, first: str, last: str, count: int, of: int, rest: list[int]) -> Row:
    """The share, when the count and everything that is left of other counts without it may be told."""
    title = f"{first} to {last}"
    row = Row("terms", "", first, "", "terms", title, title, measure.name, measure.version, measure.unit, "hidden")
    if not may_be_told([count, *rest], count, of):
        return row
    low, high = (round(x, 1) for x in bootstrap.of_share(count, of, measure.name))
    return replace(row, shown="exact", value=round(100 * count / of, 1), low=low, high=high, numerator=count, denominator=of, n=of)
