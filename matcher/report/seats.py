"""Seats: which offers have room and what keeps them empty, which full ones are wanted most, what to recruit next."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from matcher.cells import Window, parse_windows
from matcher.explain import UNPLACED_COST
from matcher.instants import standing
from matcher.pipeline import Run
from matcher.recruit import Recruit
from matcher.report.people import PRIVATE
from matcher.report.words import MODE_WORDS, count, hours, sentence_list

MOST_WANTED = 12
NAMES_SHOWN = 12
OFFERS_SHOWN = 6
NO_ROOM = {"mentor_capacity": "the mentor", "site_capacity": "the site", "van_seats": "the school van"}
Windows = tuple[Window, ...]


@dataclass(frozen=True)
class Offer:
    """One way to take up an opportunity: its timetable, its room, and what one more place would add."""

    opportunity_id: str
    title: str
    site: str
    hours: str
    seats: int
    free: int
    price: int
    lawful: int
    held_by: str
    opens: str

    @property
    def state(self) -> str:
        """Why a free seat is free."""
        if not self.lawful:
            return f"Lawful for nobody yet. What would help: {self.opens}."
        told = f"Lawful for {count(self.lawful, 'student')}"
        return f"{told}, but {self.held_by}." if self.held_by else f"{told}; the plan serves them elsewhere."

    @property
    def adds(self) -> str:
        """The price in words."""
        students, points = divmod(self.price, UNPLACED_COST)
        parts = [count(students, "student")] * (students > 0) + [count(points, "point")] * (points > 0)
        return sentence_list(parts)


@dataclass(frozen=True)
class Wanted:
    """A kind of place to look for: what, when, where, open to whom, and who is placed by it."""

    rank: int
    what: str
    weekdays: str
    area: str
    terms: str
    places: int
    names: tuple[str, ...]
    more: int


def offers(run: Run, rows: Sequence[tuple[Any, ...]]) -> list[Offer]:
    """Every timetable of every opportunity, by title, then id."""
    taken, lawful, held, opens = _taken(run), _lawful(run), _held_by(run), _opens(run)
    found = []
    for opportunity_id, sessions, seats, _, price in rows:
        opportunity, windows = run.world.round.opportunity[opportunity_id], parse_windows(sessions)
        site, key = run.world.round.site[opportunity.site_id], (opportunity_id, windows)
        free = max(0, seats - busiest(windows, taken[opportunity_id]))
        told = (hours(windows), seats, free, price or 0, lawful[key], held.get(key, ""), opens[key])
        found.append(Offer(opportunity_id, opportunity.title, site.name or site.site_id, *told))
    return sorted(found, key=lambda o: (o.title.casefold(), o.opportunity_id, o.hours))


def free(found: list[Offer]) -> list[Offer]:
    """The offers with a free seat: first those open to somebody, then those held back, then those lawful for nobody."""
    return sorted((o for o in found if o.free > 0), key=lambda o: (not o.lawful, bool(o.held_by)))


def free_counts(found: list[Offer]) -> str:
    """How many of the offers with a free seat are in each of the three states."""
    nobody, held = sum(not o.lawful for o in found), sum(bool(o.lawful and o.held_by) for o in found)
    numbers = [
        (len(found) - nobody - held, "open to students who are placed elsewhere"),
        (held, "waiting for room with a mentor, site or van"),
        (nobody, "lawful for nobody yet"),
    ]
    return sentence_list([f"{n} {words}" for n, words in numbers if n])


def most_wanted(found: list[Offer]) -> list[Offer]:
    """The offers without room whose extra place would add most."""
    full = [o for o in found if o.price > 0 and (not o.free or o.held_by)]
    return sorted(full, key=lambda o: (-o.price, o.title.casefold(), o.opportunity_id, o.hours))[:MOST_WANTED]


def _taken(run: Run) -> dict[str, list[Windows]]:
    """Weekly windows of everybody at each opportunity, those of before included."""
    taken: dict[str, list[Windows]] = defaultdict(list)
    for p in run.placements:
        taken[p.variant.opportunity.opportunity_id].append(p.variant.windows)
    for stays in standing(run.world):
        taken[stays.variant.opportunity.opportunity_id].append(stays.windows)
    return taken


def busiest(windows: Windows, taken: list[Windows]) -> int:
    """The most people who are there at one instant of these windows."""
    others = [w for windows_of in taken for w in windows_of]

    def starts(window: Window) -> set[int]:
        within = {o.start for o in others if o.weekday == window.weekday and window.start < o.start < window.end}
        return {window.start} | within

    def there(day: int, at: int) -> int:
        return sum(o.weekday == day and o.start <= at < o.end for o in others)

    return max((there(w.weekday, at) for w in windows for at in starts(w)), default=0)


def _ways(run: Run) -> tuple[np.ndarray, list[tuple[str, Windows]]]:
    """int64 [variants]: the place of each variant's opportunity and windows in the list given back with it."""
    place: dict[tuple[str, Windows], int] = {}
    index = [place.setdefault((v.opportunity.opportunity_id, v.windows), len(place)) for v in run.world.variants]
    return np.array(index, dtype=np.int64), list(place)


def _lawful(run: Run) -> Counter[tuple[str, Windows]]:
    """How many students may lawfully take each timetable; candidates are sorted, so equals stand side by side."""
    candidates, (index, ways) = run.lawful.candidates, _ways(run)
    way = index[candidates.variant]
    new = np.ones(len(way), dtype=bool)
    new[1:] = (np.diff(way) != 0) | (np.diff(candidates.student) != 0)
    numbers = np.bincount(way[new], minlength=len(ways))
    return Counter({ways[i]: int(n) for i, n in enumerate(numbers)})


def _opens(run: Run) -> dict[tuple[str, Windows], str]:
    """Per timetable of each opportunity: what would lift the rules that refuse it to every student who seeks."""
    (index, ways), found = _ways(run), defaultdict(list)
    for verdict in run.judge.verdicts:
        if verdict.rule.mode or verdict.rule.name in PRIVATE or not verdict.refused.size:
            continue
        everybody = verdict.refused[np.unique(verdict.student_key)].all(axis=0)[verdict.variant_key]
        stopped = np.ones(len(ways), dtype=bool)
        np.logical_and.at(stopped, index, everybody)
        for i in np.flatnonzero(stopped).tolist():
            found[i].append(verdict.rule.remedy or "another decision")
    return {way: sentence_list(found[i]) or "different things for different students" for i, way in enumerate(ways)}


def _held_by(run: Run) -> dict[tuple[str, Windows], str]:
    """Where every lawful pair meets a full limit other than the seats: who or what has no room, in words."""
    candidates, (index, ways) = run.lawful.candidates, _ways(run)
    way = index[candidates.variant]
    stopped, reasons = np.zeros(len(candidates), dtype=bool), defaultdict(list)
    for rule, pairs in _full_limits(run).items():
        stopped |= pairs
        for i in np.flatnonzero(np.bincount(way[pairs])).tolist():
            reasons[i].append(rule)
    open_ways = set(np.flatnonzero(np.bincount(way[~stopped])).tolist())
    return {ways[i]: _no_room(rules) for i, rules in reasons.items() if i not in open_ways}


def _full_limits(run: Run) -> dict[str, np.ndarray]:
    """Per rule but `seats`, bool [pairs]: the pairs in one of its limits that the plan uses up."""
    problem, rows = run.model.problem, defaultdict(list)
    use = np.zeros(len(problem), np.int64)
    use[run.solution.chosen] = 1
    full = problem.limits @ use >= problem.at_most
    for i in np.flatnonzero(full).tolist():
        for rule in {limit.rule for limit in run.model.meaning[i] if limit.at_most == problem.at_most[i]} - {"seats"}:
            rows[rule].append(i)
    found = {}
    for rule in sorted(rows):
        chosen = np.zeros(problem.limits.shape[0], np.int64)
        chosen[rows[rule]] = 1
        found[rule] = problem.limits.T @ chosen != 0
    return found


def _no_room(rules: list[str]) -> str:
    who = [words for rule, words in NO_ROOM.items() if rule in rules]
    if not who:
        return "a decision of the school stands against it" if PRIVATE & set(rules) else "another decision stands against it"
    return f"{sentence_list(who).replace(' and ', ' or ')} has no room left"


def recruit(run: Run, found: Sequence[Recruit]) -> list[Wanted]:
    """Which new places to look for, in plain words, with the names of those they would serve."""
    told = []
    for row in found:
        names = [run.world.round.student[i].name or i for i in row.who.split(";") if i]
        shown = tuple(names if len(names) <= NAMES_SHOWN + 1 else names[:NAMES_SHOWN])
        terms = (row.rank, _what(row), _when(row), row.area, f"{_terms(row)}{_first_the_mentor(row)}", row.places)
        told.append(Wanted(*terms, shown, len(names) - len(shown)))
    return told


def look_for(row: Recruit) -> str:
    """A row of recruit.csv as a sentence without names of students: what, when, where, how many it places, and what it must allow."""
    return f"{_what(row)}, {_when(row)}, in {row.area}: places {row.places}. {_terms(row)}{_first_the_mentor(row)}"


def _first_the_mentor(row: Recruit) -> str:
    """That seats of this kind are there already and only a mentor's number keeps them empty."""
    if not row.empty:
        return ""
    shown = [*row.empty[:OFFERS_SHOWN], *([f"{len(row.empty) - OFFERS_SHOWN} more"] if len(row.empty) > OFFERS_SHOWN else [])]
    one = len(row.empty) == 1
    return (
        f" First ask there: {sentence_list(shown)} {'has' if one else 'have'} empty seats, and only max_students of "
        f"{'its mentor' if one else 'their mentors'} stands in the way."
    )


def _what(row: Recruit) -> str:
    return f"{count(row.seats, 'seat')} in {row.cluster}" if row.cluster != "any" else count(row.seats, "seat")


def _when(row: Recruit) -> str:
    return row.weekdays.replace("+", ", ") if row.like is None else hours(row.like.windows)


def _terms(row: Recruit) -> str:
    """What the new place must allow: the youngest age, the modes by which it must be reached in which time, and an offer to copy."""
    age = "" if row.youngest is None else f"Must take students from age {row.youngest}. "
    modes = sentence_list([f"{number} {MODE_WORDS[mode]}" for mode, number in row.modes])
    reached = f"Within reach: {modes}, at most {row.minutes} minutes. " if modes else ""
    like = (
        "" if row.like is None else f"Like {row.like.opportunity.title} ({row.like.opportunity.opportunity_id}), in the same part of town."
    )
    return f"{age}{reached}{like}".strip()
