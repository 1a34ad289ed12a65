"""The limit on van seats: some way to spread the riders over a school's vans must fit, and keep no-contact students apart."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from matcher.audit.diary import Diary, Pair
from matcher.audit.facts import Van
from matcher.audit.finding import Finding
from matcher.audit.times import WEEKDAYS, Window
from matcher.audit.trips import trip_by, van_serves

PERSONS = 10
DRIVER = 1


@dataclass(frozen=True)
class Rider:
    """One student who needs a seat on a weekday, and the vans (by position) that would do."""

    student_id: str
    vans: tuple[int, ...]


def van_seats(riding: Sequence[Pair], diary: Diary) -> Iterator[Finding]:
    """Check every school and weekday on which somebody rides.

    Parameters
    ----------
    riding : the placed pairs whose published mode is the van.
    diary : answers about dates.
    """
    groups: dict[tuple[str, int], list[Pair]] = {}
    for pair in riding:
        for weekday in pair.hours:
            groups.setdefault((pair.school.school_id, weekday), []).append(pair)
    for (school_id, weekday), pairs in sorted(groups.items(), key=lambda group: group[0]):
        vans = [van for van in diary.world.vans if van.school_id == school_id]
        riders = [rider for pair in pairs for rider in _riders(pair, weekday, vans, diary)]
        seats = [_room(van, diary) for van in vans]
        students = ", ".join(sorted({rider.student_id for rider in riders}))
        where = f"the vans of school {school_id} on {WEEKDAYS[weekday]}"
        first = min((day for pair in pairs for day in pair.days if day.weekday() == weekday), default=None)
        if not _spread(riders, seats):
            yield Finding(_one(pairs), "van_seats", first, f"{where} have no room for {students}")
        elif not _spread_apart(riders, seats, diary):
            yield Finding(_one(_in_conflict(pairs, diary)), "no_contact", first, f"{where} cannot keep apart {students}")


def persons_allowed(state: str, diary: Diary) -> int:
    """Give the most persons, driver included, that the law of a school's state lets ride in one van in the round."""
    terms = diary.world.terms
    laws = diary.world.book.about("van_persons", (state, state))
    caps = [int(law.values.get("max_persons", PERSONS)) for law in laws if _touches(law.start, law.end, terms.start, terms.end)]
    return min([PERSONS, *caps])


def _touches(start: dt.date | None, end: dt.date | None, first: dt.date, last: dt.date) -> bool:
    return (start is None or start <= last) and (end is None or end >= first)


def _room(van: Van, diary: Diary) -> int:
    """Give the riders a van takes; one whose seats are not known takes nobody."""
    return min(van.seats or 0, persons_allowed(diary.world.schools[van.school_id].state, diary) - DRIVER)


def _riders(pair: Pair, weekday: int, vans: Sequence[Van], diary: Diary) -> list[Rider]:
    """Give the seats a pair needs: one in a van that serves the whole day, else one per window."""
    trip = trip_by("van", pair, diary)
    if trip is None:
        return []
    windows = [window for window in pair.windows if window.weekday == weekday]

    def serving(some: Sequence[Window]) -> tuple[int, ...]:
        return tuple(number for number, van in enumerate(vans) if all(van_serves(van, window, trip, pair, diary) for window in some))

    whole = serving(windows)
    wanted = [whole] if whole else [serving([window]) for window in windows]
    return [Rider(pair.student.student_id, choice) for choice in wanted if choice]


def _spread(riders: Sequence[Rider], seats: Sequence[int]) -> bool:
    """Say whether every rider gets a seat, by moving earlier riders to other vans where that helps."""
    aboard: list[list[Rider]] = [[] for _ in seats]

    def seat(rider: Rider, tried: set[int]) -> bool:
        for van in rider.vans:
            if van in tried:
                continue
            tried.add(van)
            if len(aboard[van]) < seats[van]:
                aboard[van].append(rider)
                return True
            for place, other in enumerate(aboard[van]):
                if seat(other, tried):
                    aboard[van][place] = rider
                    return True
        return False

    return all(seat(rider, set()) for rider in riders)


def _spread_apart(riders: Sequence[Rider], seats: Sequence[int], diary: Diary) -> bool:
    """Say the same when no two students under `no_contact` may share a van."""
    names = {rider.student_id for rider in riders}
    foes = {name: diary.world.told("no_contact", name) & names for name in names}
    careful = [rider for rider in riders if foes[rider.student_id]]
    others = [rider for rider in riders if not foes[rider.student_id]]

    def place(number: int, aboard: list[set[str]], room: list[int]) -> bool:
        if number == len(careful):
            return _spread(others, room)
        rider = careful[number]
        for van in rider.vans:
            if room[van] > 0 and not aboard[van] & foes[rider.student_id]:
                fuller = [names | {rider.student_id} if index == van else names for index, names in enumerate(aboard)]
                if place(number + 1, fuller, [left - (index == van) for index, left in enumerate(room)]):
                    return True
        return False

    return place(0, [set() for _ in seats], list(seats))


def _one(pairs: Sequence[Pair]) -> str:
    return min(pair.student.student_id for pair in pairs)


def _in_conflict(pairs: Sequence[Pair], diary: Diary) -> list[Pair]:
    names = {pair.student.student_id for pair in pairs}
    return [pair for pair in pairs if diary.world.told("no_contact", pair.student.student_id) & names]
