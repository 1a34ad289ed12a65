"""What is left when no student looks for a seat: empty seats at a price, students who stay outside, and least prices; compiled."""

from __future__ import annotations

import numpy as np

from matcher.solver.compiled import njit
from matcher.solver.seating import FAR, State, pop, push


@njit(cache=True, nogil=True)
def by_place(a: State) -> tuple[np.ndarray, np.ndarray]:
    """The options of each place p: options[begin[p] : begin[p + 1]]."""
    begin = np.zeros(len(a.room) + 2, np.int64)
    for q in a.place:
        begin[q + 2] += 1
    begin = np.cumsum(begin)
    options = np.empty(len(a.place), np.int32)
    for e in range(len(a.place)):
        q = a.place[e] + 1
        options[begin[q]] = e
        begin[q] += 1
    return begin, options


@njit(cache=True, nogil=True)
def leap(a: State, outside: np.ndarray, hope: np.ndarray, left: np.ndarray, begin: np.ndarray, options: np.ndarray) -> np.ndarray:
    """Settle at once who must stay outside, and return the others.

    Nobody left would gain by coming in for less than `hope`. From the places without a way to a free seat, or to somebody who would
    sooner leave than those left, no displacement helps: their prices all rise by what those left lose outside.
    """
    by = FAR
    for s in left:
        by = min(by, hope[s] - outside[s])
    way = np.zeros(len(a.room), np.bool_)
    stack, size = np.empty(len(a.room), np.int64), 0
    for p in range(len(a.room)):
        way[p] = a.held[p] < a.room[p]
        for s in a.holder[a.first[p] : a.first[p] + a.held[p]]:
            way[p] |= a.worth[a.taken[s]] - a.prices[p] - outside[s] < by
        if way[p]:
            stack[size] = p
            size += 1
    while size:
        size -= 1
        p = stack[size]
        for e in options[begin[p] : begin[p + 1]]:
            t = a.taken[a.owner[e]]
            if t >= 0 and not way[a.place[t]]:
                way[a.place[t]] = True
                stack[size] = a.place[t]
                size += 1
    n_left = 0
    for s in left:
        out = hope[s] - outside[s] == by
        for e in range(a.start[s], a.start[s + 1]):
            out &= not way[a.place[e]]
        if not out:
            left[n_left] = s
            n_left += 1
    if n_left < len(left):
        for p in range(len(way)):
            if not way[p]:
                a.prices[p] += by
    return left[:n_left]


@njit(cache=True, nogil=True)
def lower(a: State, outside: np.ndarray) -> None:
    """Lower all prices to the least at which nobody would rather be elsewhere; with no seat empty at a price, what one more is worth."""
    less = a.prices.copy()
    keys, items = np.empty(len(a.place) + len(less), np.int64), np.empty(len(a.place) + len(less), np.int64)
    for s in range(len(a.taken)):
        if a.taken[s] < 0:
            for e in range(a.start[s], a.start[s + 1]):
                q = a.place[e]
                less[q] = min(less[q], outside[s] - (a.worth[e] - a.prices[q]))
    heap = 0
    for p in range(len(less)):
        heap = push(keys, items, heap, less[p], p)
    while heap > 0:
        d, p = keys[0], items[0]
        heap = pop(keys, items, heap)
        if d != less[p]:
            continue
        for s in a.holder[a.first[p] : a.first[p] + a.held[p]]:
            own = d + a.worth[a.taken[s]] - a.prices[p]
            for e in range(a.start[s], a.start[s + 1]):
                q = a.place[e]
                there = own - (a.worth[e] - a.prices[q])
                if there < less[q]:
                    less[q] = there
                    heap = push(keys, items, heap, there, q)
    for p in range(len(less)):
        a.prices[p] -= less[p]


@njit(cache=True, nogil=True)
def fill(a: State, outside: np.ndarray, begin: np.ndarray, options: np.ndarray, stop: np.ndarray) -> None:
    """No seat stays empty at a price: students move up at no cost until a seat is empty where it costs nothing.

    At the least prices, which the caller has seen to, such a way leads from every empty seat. All are filled that can be side by side,
    depth first (a place without a way is not entered again); then prices fall again.
    """
    places = len(a.room)
    seen, through, at = np.zeros(places, np.bool_), np.empty(places, np.int64), np.empty(places, np.int64)
    waiting = True
    while waiting and not stop[0]:
        seen[:] = False
        waiting = False
        for empty in range(places):
            while a.held[empty] < a.room[empty] and a.prices[empty] > 0:
                if seen[empty]:
                    waiting = True
                    break
                depth, free = 0, False
                seen[empty], through[0], at[0] = True, empty, begin[empty]
                while depth >= 0 and not free:
                    p = through[depth]
                    if a.prices[p] == 0:
                        break
                    deeper = False
                    while at[depth] < begin[p + 1] and not free and not deeper:
                        e = options[at[depth]]
                        at[depth] += 1
                        t = a.owner[e]
                        margin, old = a.worth[e] - a.prices[p], a.taken[t]
                        if old < 0:
                            free = outside[t] == margin
                        elif not seen[a.place[old]] and a.worth[old] - a.prices[a.place[old]] == margin:
                            seen[a.place[old]], deeper = True, True
                            through[depth + 1], at[depth + 1] = a.place[old], begin[a.place[old]]
                    depth += 1 if deeper else 0 if free else -1
                if depth >= 0:
                    _move_up(a, options, through, at, depth, free)
                    for k in range(depth + 1):
                        seen[through[k]] = False
        if waiting:
            lower(a, outside)


@njit(cache=True, nogil=True)
def _move_up(a: State, options: np.ndarray, through: np.ndarray, at: np.ndarray, depth: int, free: bool) -> None:
    """Along a way of places, the student named by each one's last option takes the seat; the last comes from outside, or leaves a gap."""
    p = through[0]
    seat = a.first[p] + a.held[p]
    a.held[p] += 1
    for k in range(depth + 1 if free else depth):
        e = options[at[k] - 1]
        t = a.owner[e]
        old = a.seat[t]
        a.taken[t], a.seat[t], a.holder[seat] = e, seat, t
        seat = old
    if not free:
        p = through[depth]
        a.held[p] -= 1
        t = a.holder[a.first[p] + a.held[p]]
        if a.first[p] + a.held[p] != seat:
            a.holder[seat], a.seat[t] = t, seat
