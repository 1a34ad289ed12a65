"""Slates: which live options each student is told to pursue, so that nobody is left out and no site is flooded."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import numpy as np

from matcher.cells import Window
from matcher.domain import Opportunity, Request, Student
from matcher.instants import standing
from matcher.odds import learned
from matcher.pipeline import Run
from matcher.rules.base import named_in
from matcher.scoring.base import in_spanish
from matcher.solver.problem import Problem
from matcher.waves import Options, Pursuit

FIXED = ("landed", "pursuing")
"""States of a request that stand on the slate before anything is chosen."""


@dataclass(frozen=True)
class Promise:
    """One line of a slate."""

    student_id: str
    rank: int
    opportunity_id: str
    points: int
    odds: float
    reason: str


def build_slates(run: Run) -> list[Promise]:
    """A slate for every seeking student, by student and rank.

    The plan's own placement comes first, then what the student has landed or is pursuing, then what the waves of
    `matcher.waves` add.
    """
    pursuit = pursue(run)
    asked, placed = _asked(run), _placed(run)
    words = _Words(run, pursuit, asked)
    offers = run.world.round.opportunities
    found = []
    for place, student in enumerate(run.world.students):
        for rank, option in enumerate(pursuit.slates[place], 1):
            offer, odds = offers[pursuit.options.offer[option]], int(pursuit.options.odds[option]) / 1000
            planned = placed.get(place) == pursuit.options.offer[option]
            why = words(student, offer, rank, planned)
            found.append(Promise(student.student_id, rank, offer.opportunity_id, int(pursuit.options.points[option]), odds, why))
    return found


def pursue(run: Run) -> Pursuit:
    """The plan's placements, what students have landed or pursue already, and the waves over all of them."""
    world, limits = run.world, run.world.settings.limits
    options, placed, asked = slate_options(run), _placed(run), _asked(run)
    site = np.array([world.site_index[o.site_id] for o in world.round.opportunities], dtype=np.int64)
    pursuit = Pursuit(options, free_seats(run), site, _apart(run), limits.slate_size, limits.promises_per_seat, run.control)
    pursuit.promise(np.array(sorted(options.place(s, o) for s, o in placed.items()), dtype=np.int64))
    offer = {o.opportunity_id: i for i, o in enumerate(world.round.opportunities)}
    for request in sorted(asked.values(), key=lambda r: (FIXED.index(r.state) if r.state in FIXED else 9, r.rank or 99, r.student_id)):
        student, at = world.student_place.get(request.student_id, -1), offer.get(request.opportunity_id, -1)
        option = options.place(student, at) if request.state in FIXED and student >= 0 else -1
        if option >= 0 and placed.get(student) != at and pursuit.has_room(option):
            pursuit.promise(np.array([option]))
    pursuit.fill()
    return pursuit


def slate_options(run: Run) -> Options:
    """One option per student and opportunity, with the points of its best variant (where the plan has the student: of that one).

    Pairs that a limit without any room left shuts, such as those of a mentor whose students stay from before, are no options.
    """
    candidates, world = run.lawful.candidates, run.world
    place = {o.opportunity_id: i for i, o in enumerate(world.round.opportunities)}
    of_variant = np.array([place[v.opportunity.opportunity_id] for v in world.variants], dtype=np.int64)
    usable = np.flatnonzero(~_shut(run.model.problem))
    key = candidates.student[usable].astype(np.int64) * max(1, len(place)) + of_variant[candidates.variant[usable]]
    start = np.flatnonzero(np.diff(key, prepend=-1))
    key = key[start]
    points = np.maximum.reduceat(candidates.points[usable], start) if len(start) else np.zeros(0, np.int64)
    student, offer = np.divmod(key, max(1, len(place)))
    planned = np.searchsorted(usable[start], run.solution.chosen, side="right") - 1
    points[planned] = candidates.points[run.solution.chosen]
    draw = run.model.problem.draw
    lot = np.zeros(len(start), np.int64) if draw is None else draw[usable[start]]
    return Options.of(student, offer, _odds(run, key), points, lot)


def _shut(problem: Problem) -> np.ndarray:
    """Bool [pairs]: in a limit that allows nothing and couples nobody."""
    limits = problem.limits
    coupling = np.zeros(limits.shape[0], dtype=bool)
    coupling[np.repeat(np.arange(limits.shape[0]), np.diff(limits.indptr))[limits.data < 0]] = True
    return np.asarray(limits.T @ ((problem.at_most <= 0) & ~coupling).astype(np.int64) > 0)


def _odds(run: Run, key: np.ndarray) -> np.ndarray:
    """int64 [n], thousandths: by the state of the request, else by the opportunity's appetite, moved by what came of earlier asks.

    What is landed already (or pinned) stays as the settings have it.
    """
    world, odds = run.world, run.world.settings.odds.thousandths()
    offers = world.round.opportunities
    found = np.array([odds.get(o.appetite, 0) for o in offers], dtype=np.int64)[key % max(1, len(offers))]
    agreed = np.zeros(len(key), dtype=bool)
    place = {o.opportunity_id: i for i, o in enumerate(offers)}
    known = [(r.student_id, r.opportunity_id, r.state) for r in _asked(run).values() if r.state in odds]
    known += [(student, offer, "landed") for student, pinned in world.pinned.items() for offer in pinned]
    for student_id, opportunity_id, state in known:
        if student_id in world.student_place and opportunity_id in place:
            asked = world.student_place[student_id] * len(offers) + place[opportunity_id]
            at = int(np.searchsorted(key, asked))
            if at < len(key) and key[at] == asked:
                found[at] = odds[state]
                agreed[at] = state == "landed"
    return np.where(agreed, found, learned(world.round, key % max(1, len(offers)), found))


def free_seats(run: Run) -> np.ndarray:
    """int64 [opportunities]: the places of all alternatives that do not overlap, less those held since before the round.

    A place needs a seat and room with a mentor and at the site; mentors and sites that several opportunities share are not
    divided between them.
    """
    world = run.world
    held = Counter(stays.variant.opportunity.opportunity_id for stays in standing(world))
    used = Counter(p.variant.opportunity.opportunity_id for p in run.placements)
    found = []
    for offer in world.round.opportunities:
        room = world.round.site[offer.site_id].max_students
        mentors = sum(world.round.mentor[m].max_students for m in offer.mentors)
        places = min(offer.seats, mentors, offer.seats if room is None else room) * _alternatives(offer)
        found.append(max(places - held[offer.opportunity_id], used[offer.opportunity_id], 0))
    return np.array(found, dtype=np.int64)


def _alternatives(offer: Opportunity) -> int:
    """How many alternatives can be used side by side: each that shares no hour with one counted before."""
    kept: list[tuple[Window, ...]] = []
    for pattern in offer.sessions:
        if not any(a.weekday == b.weekday and a.start < b.end and b.start < a.end for p in kept for a in p for b in pattern):
            kept.append(pattern)
    return len(kept)


def _placed(run: Run) -> dict[int, int]:
    """Place of the opportunity of each placed student, by the student's place."""
    offer = {o.opportunity_id: i for i, o in enumerate(run.world.round.opportunities)}
    return {run.world.student_place[p.student.student_id]: offer[p.variant.opportunity.opportunity_id] for p in run.placements}


def _asked(run: Run) -> dict[tuple[str, str], Request]:
    return {(r.student_id, r.opportunity_id): r for r in run.world.round.live_requests() if r.state != "declined"}


def _apart(run: Run) -> list[set[int]]:
    """Per student, those who must not be sent to the same site, by decisions in force."""
    place, found = run.world.student_place, [set[int]() for _ in run.world.students]
    for kind in ("no_contact", "keep_apart"):
        for person in named_in(run.world, kind) & place.keys():
            others = run.world.persons_with(kind, person) & place.keys() - {person}
            found[place[person]] |= {place[other] for other in others}
    return found


class _Words:
    """Why an option stands on a slate, in words for the student; other students are counted, never named."""

    def __init__(self, run: Run, pursuit: Pursuit, asked: dict[tuple[str, str], Request]) -> None:
        self.asked, self.seats, self.promised = asked, pursuit.seats, pursuit.promised
        self.place = {o.opportunity_id: i for i, o in enumerate(run.world.round.opportunities)}

    def __call__(self, student: Student, offer: Opportunity, rank: int, planned: bool) -> str:
        spanish, request = in_spanish(student), self.asked.get((student.student_id, offer.opportunity_id))
        if planned:
            return "El plan de la ronda te pone aquí." if spanish else "The round's plan has you here."
        if request is not None and request.state in FIXED:
            return _standing(request, spanish)
        told = self._crowd(self.place[offer.opportunity_id], spanish)
        if request is not None:
            return f"{'Es uno de tus deseos.' if spanish else 'It is one of your wishes.'} {told}"
        if rank == 1:
            return f"{'Empieza por aquí.' if spanish else 'Start here.'} {told}"
        return f"{'Por si no se da lo anterior.' if spanish else 'In case nothing above works out.'} {told}"

    def _crowd(self, offer: int, spanish: bool) -> str:
        told, seats = int(self.promised[offer]), int(self.seats[offer])
        if spanish:
            who, room = ("estudiante" if told == 1 else "estudiantes"), ("plaza" if seats == 1 else "plazas")
            return f"Se la proponemos a {told} {who} para {seats} {room}."
        return f"{told} {'student is' if told == 1 else 'students are'} told to try for {seats} {'seat' if seats == 1 else 'seats'}."


def _standing(request: Request, spanish: bool) -> str:
    until = "" if request.expires is None else f" ({'hasta el' if spanish else 'until'} {request.expires})"
    if request.state == "landed":
        return f"Ya lo tienes acordado{until}." if spanish else f"You have landed it already{until}."
    return f"Ya lo estás buscando{until}." if spanish else f"You are pursuing it already{until}."
