"""Students to limits in which they weigh differently: bounds by knapsacks, and plans made from them, compiled.

All numbers are whole. Pairs stand by limit (`first` says where each begins), each with its student, need and gain; a limit's room
is filled with the pairs that gain most beyond their students' prices (dynamic programming), as if each student could be in several
limits at once. Prices go down where nobody takes a student and up where several do (subgradient: Held, Wolfe and Crowder 1974).
"""

from __future__ import annotations

import numpy as np

from matcher.solver.compiled import njit
from matcher.solver.insertion import NEVER, NO_PAIR, repair

PATIENCE = 6
"""Rounds without a better bound after which steps are halved; more where there are many rounds: one in 40."""
SMOOTH = 0.1
"""Weight of one round in the average that branching reads."""
REPAIR_EVERY = 5
"""Rounds between two attempts to make a plan; more where there are many rounds: one in 20."""


@njit(cache=True, nogil=True)
def _table(gain: np.ndarray, need: np.ndarray, room: int, table: np.ndarray) -> None:
    """The most that the first j pairs of one limit gain together in room c, at [j, c]."""
    table[0, : room + 1] = 0
    for j in range(len(gain)):
        old, new = table[j, : room + 1], table[j + 1, : room + 1]
        new[:] = old
        if gain[j] > 0 and need[j] <= room:
            without, beside, best = old[need[j] :], old[: room + 1 - need[j]], new[need[j] :]
            for c in range(len(best)):
                with_it = beside[c] + gain[j]
                best[c] = with_it if with_it > without[c] else without[c]


@njit(cache=True, nogil=True)
def _fill(gain: np.ndarray, need: np.ndarray, room: int, table: np.ndarray, take: np.ndarray) -> int:
    """The most that pairs of one limit gain together; `take` says which."""
    total, wanted = 0, 0
    for j in range(len(gain)):
        take[j] = gain[j] > 0 and need[j] <= room
        if take[j]:
            wanted += need[j]
            total += gain[j]
    if wanted <= room:
        return total
    _table(gain, need, room, table)
    left = room
    for j in range(len(gain) - 1, -1, -1):
        take[j] = table[j + 1, left] != table[j, left]
        if take[j]:
            left -= need[j]
    return int(table[len(gain), room])


@njit(cache=True, nogil=True)
def _forced(gain: np.ndarray, need: np.ndarray, room: int, before: np.ndarray, after: np.ndarray, give: np.ndarray) -> int:
    """The most that pairs of one limit gain together; `give` says how much less that is with each pair taken."""
    n = len(gain)
    _table(gain, need, room, before)
    _table(gain[::-1], need[::-1], room, after)
    for j in range(n):
        with_it, left = NEVER, room - need[j]
        for c in range(left + 1):
            beside = before[j, c] + after[n - 1 - j, left - c]
            with_it = beside if beside > with_it else with_it
        give[j] = NEVER if left < 0 else with_it + gain[j] - before[n, room]
    return int(before[n, room])


@njit(cache=True, nogil=True)
def _cells(first: np.ndarray, room: np.ndarray) -> int:
    """Cells of the largest table of one limit."""
    return int(((np.diff(first) + 1) * (room + 1)).max())


@njit(cache=True, nogil=True)
def _owed(price: np.ndarray, must: np.ndarray) -> int:
    """The prices of all students who must be placed, or would pay to be."""
    total = 0
    for s in range(len(price)):
        if price[s] > 0 or must[s]:
            total += price[s]
    return total


@njit(cache=True, nogil=True)
def bound_at(
    student: np.ndarray, first: np.ndarray, need: np.ndarray, room: np.ndarray, gain: np.ndarray, must: np.ndarray, price: np.ndarray
) -> tuple[int, np.ndarray]:
    """What no plan can beat at these prices of students, and how far below that a plan with each pair stays (<= 0)."""
    before, after = np.zeros(_cells(first, room), np.int64), np.zeros(_cells(first, room), np.int64)
    total, give = _owed(price, must), np.zeros(len(student), np.int64)
    left = gain - price[student]
    for i in range(len(room)):
        a, b = first[i], first[i + 1]
        shape = (b - a + 1, room[i] + 1)
        one, other = before[: shape[0] * shape[1]].reshape(shape), after[: shape[0] * shape[1]].reshape(shape)
        total += _forced(left[a:b], need[a:b], room[i], one, other, give[a:b])
    return total, give


@njit(cache=True, nogil=True)
def ascend(
    student: np.ndarray,
    first: np.ndarray,
    need: np.ndarray,
    room: np.ndarray,
    gain: np.ndarray,
    must: np.ndarray,
    start: np.ndarray,
    known: int,
    enough: int,
    unit: int,
    rounds: int,
    stop: np.ndarray,
) -> tuple[np.ndarray, int, np.ndarray, np.ndarray, int]:
    """Prices of students with a low bound.

    It ends when the bound is below `enough`; or when `stop` (uint8 [1]) is set to 1 by another thread, and what is returned then means
    nothing. `known` is the value of a plan (`NEVER` when there is none), `unit` the least step
    of values.

    Returns
    -------
    int64 [students] prices and their bound; float64 [k], how often each pair was taken lately; int64 [students] the best plan made
    (each student's pair, or -1) and its value (`NEVER` when none was made that beats `known`).
    """
    n, students, places = len(student), len(start), len(room)
    table = np.zeros(_cells(first, room), np.int64)
    take, often = np.zeros(n, np.bool_), np.zeros(n)
    order = np.argsort(student, kind="mergesort")
    own = np.searchsorted(student[order], np.arange(students + 1))
    place = np.searchsorted(first, np.arange(n), side="right") - 1
    free, price = start.copy(), np.rint(start).astype(np.int64)
    lowest, found, plan, value = -NEVER, price.copy(), np.full(students, NO_PAIR), NEVER
    step, waited, begun = 1.0, 0, 0
    for done in range(rounds):
        if stop[0]:
            break
        price[:] = np.rint(free).astype(np.int64)
        total = _owed(price, must)
        left = gain - price[student]
        for i in range(places):
            a, b = first[i], first[i + 1]
            shape = (b - a + 1, room[i] + 1)
            total += _fill(left[a:b], need[a:b], room[i], table[: shape[0] * shape[1]].reshape(shape), take[a:b])
        for j in range(n):
            often[j] += SMOOTH * (take[j] - often[j])
        if done % max(REPAIR_EVERY, rounds // 20) == 0:
            made, reached = repair(take, student, place, need, room, gain, must, order, own, stop)
            if reached > max(known, value):
                plan, value = made, reached
        if total < lowest:
            lowest, waited = total, 0
            found[:] = price
        else:
            waited += 1
        if done == 0:
            begun = total
        reached = max(known, value)
        if lowest < max(enough, value + unit):
            break
        if waited >= max(PATIENCE, rounds // 40):
            step, waited = step / 2, 0
            free[:] = found
            continue
        slack = np.ones(students)
        for j in range(n):
            if take[j]:
                slack[student[j]] -= 1
        for s in range(students):
            if not must[s] and free[s] <= 0 and slack[s] > 0:
                slack[s] = 0
        norm = (slack * slack).sum()
        if norm == 0:
            break
        aim = max(reached, enough - unit, lowest - max(begun - lowest, 2 * unit))
        away = max(total - aim - unit / 2, 0.3 * unit)
        free -= step * away / norm * slack
        for s in range(students):
            if not must[s]:
                free[s] = max(free[s], 0.0)
    return found, lowest, often, plan, value
