"""Students to places with room for several: shortest augmenting paths with whole-number prices, compiled.

The Hungarian method in its sparse form (Tomizawa 1971; Edmonds and Karp 1972; Jonker and Volgenant 1987), with a capacity for
each place: one student after another takes the cheapest path of displacements, and prices rise so that nobody would rather be
elsewhere. Without floats; the caller makes sure that no path can overflow.
"""

from __future__ import annotations

import numpy as np
from numba import njit

NOWHERE = -1
BIDS = 20
"""Bids of one student before the paths take over."""
_FAR = np.iinfo(np.int64).max // 2


@njit(cache=True)
def _push(keys: np.ndarray, items: np.ndarray, size: int, key: int, item: int) -> int:
    at = size
    while at > 0:
        above = (at - 1) >> 1
        if keys[above] <= key:
            break
        keys[at], items[at] = keys[above], items[above]
        at = above
    keys[at], items[at] = key, item
    return size + 1


@njit(cache=True)
def _pop(keys: np.ndarray, items: np.ndarray, size: int) -> int:
    """Take the first of the heap away; it was read before."""
    size -= 1
    key, item = keys[size], items[size]
    at = 0
    while True:
        below = 2 * at + 1
        if below >= size:
            break
        if below + 1 < size and keys[below + 1] < keys[below]:
            below += 1
        if keys[below] >= key:
            break
        keys[at], items[at] = keys[below], items[below]
        at = below
    keys[at], items[at] = key, item
    return size


@njit(cache=True)
def _bid(
    start: np.ndarray,
    place: np.ndarray,
    worth: np.ndarray,
    outside: np.ndarray,
    room: np.ndarray,
    first: np.ndarray,
    holder: np.ndarray,
    held: np.ndarray,
    prices: np.ndarray,
    taken: np.ndarray,
    seat: np.ndarray,
) -> np.ndarray:
    """Students bid for their best place what makes them indifferent to the second best (Bertsekas 1988, without his epsilon).

    The lowest bid of a full place is its price and gives way to a higher one. Whoever would bid no more than the price waits, and
    so does whoever has bid often; they are returned for the paths.
    """
    students = len(start) - 1
    bids = np.zeros(len(holder), np.int64)
    waiting = np.empty(students, np.int64)
    often = np.zeros(students, np.int64)
    n_waiting = 0
    for begin in range(students):
        s = begin
        while s >= 0:
            m1 = m2 = outside[s]
            e1 = -1
            for e in range(start[s], start[s + 1]):
                if room[place[e]] <= 0:
                    continue
                margin = worth[e] - prices[place[e]]
                if margin > m1:
                    m2, m1, e1 = m1, margin, e
                elif margin > m2:
                    m2 = margin
            if e1 < 0:
                break
            p = place[e1]
            often[s] += 1
            if held[p] < room[p]:
                at = first[p] + held[p]
                held[p] += 1
                out = -1
            elif often[s] > BIDS:
                waiting[n_waiting] = s
                n_waiting += 1
                break
            else:
                at = first[p]
                for i in range(first[p], first[p + 1]):
                    if bids[i] < bids[at]:
                        at = i
                out = holder[at]
                taken[out], seat[out] = -1, -1
            bids[at] = prices[p] + m1 - m2
            holder[at], taken[s], seat[s] = s, e1, at
            if held[p] == room[p]:
                lowest = bids[first[p]]
                for i in range(first[p], first[p + 1]):
                    lowest = min(lowest, bids[i])
                prices[p] = lowest
            s = out
    return waiting[:n_waiting]


@njit(cache=True)
def best_places(  # noqa: PLR0915
    start: np.ndarray, place: np.ndarray, worth: np.ndarray, outside: np.ndarray, room: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """The choice of most worth in all.

    Parameters
    ----------
    start : int64 [students + 1], where each student's options begin.
    place, worth : int64 [options].
    outside : int64 [students], what a student is worth without any of these options.
    room : int64 [places].

    Returns
    -------
    taken : int64 [students], the option of each student or -1.
    prices : int64 [places], what one more place would be worth at most; 0 where there is room.
    """
    students, places = len(start) - 1, len(room)
    first = np.zeros(places + 1, np.int64)
    for p in range(places):
        first[p + 1] = first[p] + min(room[p], students)
    holder = np.empty(first[places], np.int64)
    held, prices = np.zeros(places, np.int64), np.zeros(places, np.int64)
    taken, seat = np.full(students, -1), np.full(students, -1)
    dist, via, done = np.full(places, _FAR), np.full(places, -1), np.zeros(places, np.bool_)
    reached, settled = np.empty(places, np.int64), np.empty(places, np.int64)
    left = _bid(start, place, worth, outside, room, first, holder, held, prices, taken, seat)
    keys, items = np.empty(len(place) + 1, np.int64), np.empty(len(place) + 1, np.int64)
    owner = np.empty(len(place), np.int64)
    for s in range(students):
        owner[start[s] : start[s + 1]] = s
    for s in left:
        heap = n_reached = n_settled = 0
        best = outside[s]
        for e in range(start[s], start[s + 1]):
            best = max(best, worth[e] - prices[place[e]])
        short, last_place, last_student = best - outside[s], NOWHERE, s
        t, d, own = s, 0, best
        p = NOWHERE
        member = 0
        while True:
            if own - outside[t] + d < short:
                short, last_place, last_student = own - outside[t] + d, NOWHERE, t
            for e in range(start[t], start[t + 1]):
                q = place[e]
                if done[q] or room[q] <= 0:
                    continue
                there = d + own - (worth[e] - prices[q])
                if there < short and there < dist[q]:
                    if dist[q] == _FAR:
                        reached[n_reached] = q
                        n_reached += 1
                    dist[q], via[q] = there, e
                    if held[q] < room[q]:
                        short, last_place = there, q
                    else:
                        heap = _push(keys, items, heap, there, q)
            member += 1
            if p != NOWHERE and member < held[p]:
                t = holder[first[p] + member]
                own = worth[taken[t]] - prices[p]
                continue
            p = NOWHERE
            while heap > 0 and keys[0] < short:
                d, q = keys[0], items[0]
                heap = _pop(keys, items, heap)
                if not done[q] and d == dist[q]:
                    p = q
                    break
            if p == NOWHERE:
                break
            done[p] = True
            settled[n_settled] = p
            n_settled += 1
            member = 0
            t = holder[first[p]]
            own = worth[taken[t]] - prices[p]
        for i in range(n_settled):
            prices[settled[i]] += short - dist[settled[i]]
        if last_place != NOWHERE:
            e = via[last_place]
            t = owner[e]
            free_seat = first[last_place] + held[last_place]
            held[last_place] += 1
        else:
            t, e, free_seat = last_student, -1, -1
        while True:
            old, old_seat = taken[t], seat[t]
            taken[t], seat[t] = e, free_seat
            if free_seat >= 0:
                holder[free_seat] = t
            if t == s:
                break
            e, free_seat = via[place[old]], old_seat
            t = owner[e]
        for i in range(n_reached):
            q = reached[i]
            dist[q], via[q], done[q] = _FAR, -1, False
    return taken, prices
