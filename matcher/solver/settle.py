"""What is left when no student looks for a seat: empty seats at a price, students who stay outside, and least prices; compiled."""

from __future__ import annotations

import numpy as np
from numba import njit

from matcher.solver.seating import FAR, NOWHERE, State, pop, push


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
def fill(a: State, outside: np.ndarray, begin: np.ndarray, options: np.ndarray, stop: np.ndarray) -> None:  # noqa: PLR0915
    """No seat stays empty at a price: students move up along the cheapest path, until a seat is empty where it costs nothing.

    Dijkstra's algorithm from the empty seat, against the displacements; prices fall on the way.
    """
    places = len(a.room)
    dist, via, done = np.full(places, FAR), np.full(places, -1), np.zeros(places, np.bool_)
    reached, settled = np.empty(places, np.int64), np.empty(places, np.int64)
    keys, items = np.empty(len(a.place) + 1, np.int64), np.empty(len(a.place) + 1, np.int64)
    for empty in range(places):
        while a.held[empty] < a.room[empty] and a.prices[empty] > 0 and not stop[0]:
            short, last_place, last_option = a.prices[empty], empty, -1
            dist[empty], reached[0] = 0, empty
            n_reached, n_settled = 1, 0
            heap = push(keys, items, 0, 0, empty)
            while heap > 0 and keys[0] < short:
                d, p = keys[0], items[0]
                heap = pop(keys, items, heap)
                if done[p] or d != dist[p]:
                    continue
                done[p] = True
                settled[n_settled] = p
                n_settled += 1
                for e in options[begin[p] : begin[p + 1]]:
                    t = a.owner[e]
                    there = d - (a.worth[e] - a.prices[p])
                    if a.taken[t] < 0:
                        there += outside[t]
                        if there < short:
                            short, last_place, last_option = there, NOWHERE, e
                        continue
                    q = a.place[a.taken[t]]
                    there += a.worth[a.taken[t]] - a.prices[q]
                    if done[q] or there >= short or there >= dist[q]:
                        continue
                    if dist[q] == FAR:
                        reached[n_reached] = q
                        n_reached += 1
                    dist[q], via[q] = there, e
                    if there + a.prices[q] < short:
                        short, last_place = there + a.prices[q], q
                    heap = push(keys, items, heap, there, q)
            for i in range(n_settled):
                a.prices[settled[i]] -= short - dist[settled[i]]
            if last_place != empty:
                e = last_option
                if last_place != NOWHERE:
                    e = via[last_place]
                    gap, last = a.seat[a.owner[e]], a.first[last_place] + a.held[last_place] - 1
                    a.holder[gap] = a.holder[last]
                    a.seat[a.holder[gap]] = gap
                    a.held[last_place] -= 1
                while True:
                    t, q = a.owner[e], a.place[e]
                    free = a.first[q] + a.held[q] if q == empty else a.seat[a.owner[via[q]]]
                    a.taken[t], a.seat[t], a.holder[free] = e, free, t
                    if q == empty:
                        break
                    e = via[q]
                a.held[empty] += 1
            for i in range(n_reached):
                q = reached[i]
                dist[q], done[q] = FAR, False


@njit(cache=True, nogil=True)
def lower(a: State) -> None:
    """Lower all prices to the least that still prove the choice: what one more seat would be worth."""
    less = a.prices.copy()
    keys, items = np.empty(len(a.place) + len(less), np.int64), np.empty(len(a.place) + len(less), np.int64)
    for s in range(len(a.taken)):
        if a.taken[s] < 0:
            for e in range(a.start[s], a.start[s + 1]):
                q = a.place[e]
                less[q] = min(less[q], a.outside[s] - (a.worth[e] - a.prices[q]))
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
