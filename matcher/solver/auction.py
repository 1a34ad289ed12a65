"""Rough prices of places by auction, and exact bids from a little below them, compiled (docs/model.md, seats only)."""

from __future__ import annotations

import numpy as np

from matcher.solver.compiled import njit
from matcher.solver.seating import FAR, NEAR, NOWHERE, State, look_at


@njit(cache=True, nogil=True)
def _sink(a: State, bids: np.ndarray, p: int, at: int) -> None:
    """Restore the heap of the bids at a place, the lowest first, when only the one `at` may be too high up."""
    base, held = a.first[p], a.held[p]
    bid, s = bids[base + at], a.holder[base + at]
    while True:
        below = 2 * at + 1
        if below >= held:
            break
        if below + 1 < held and bids[base + below + 1] < bids[base + below]:
            below += 1
        if bids[base + below] >= bid:
            break
        bids[base + at], a.holder[base + at] = bids[base + below], a.holder[base + below]
        a.seat[a.holder[base + at]] = base + at
        at = below
    bids[base + at], a.holder[base + at] = bid, s
    a.seat[s] = base + at


@njit(cache=True, nogil=True)
def bid(a: State, outside: np.ndarray, raise_by: int, most: int, look: bool, stop: np.ndarray) -> np.ndarray:
    """Students bid for their best place what makes them indifferent to the second best, and `raise_by` more (Bertsekas 1988).

    The lowest bid of a full place is its price and gives way to a newer one. Whoever would rather have `outside` leaves. Whoever has
    bid `most` times and finds no empty seat is returned.
    """
    students = len(a.start) - 1
    bids = np.zeros(len(a.holder), np.int64)
    waiting = np.empty(students, np.int64)
    often = np.zeros(students, np.int64)
    n_waiting = 0
    for begin in range(students):
        if stop[0]:
            break
        s = begin
        fresh = look
        if look:
            look_at(a, s)
        while s >= 0 and not stop[0]:
            while True:
                m1 = m2 = outside[s]
                k1 = -1
                for k in range(NEAR):
                    q = a.where[s, k]
                    if q < 0:
                        break
                    m = a.value[s, k] - a.prices[q]
                    if m > m1:
                        m2, m1, k1 = m1, m, k
                    elif m > m2:
                        m2 = m
                if fresh or m2 >= a.rest[s]:
                    break
                look_at(a, s)
                fresh = True
            fresh = False
            p = a.where[s, k1] if k1 >= 0 else NOWHERE
            if p == NOWHERE or (a.held[p] == a.room[p] and often[s] >= most):
                if p != NOWHERE:
                    waiting[n_waiting] = s
                    n_waiting += 1
                break
            often[s] += 1
            bid = a.prices[p] + m1 - m2 + raise_by
            out, at = NOWHERE, a.first[p]
            if a.held[p] < a.room[p]:
                at += a.held[p]
                a.held[p] += 1
            else:
                out = a.holder[at]
                a.taken[out] = a.seat[out] = -1
            bids[at] = bid
            a.holder[at], a.taken[s], a.seat[s] = s, a.near[s, k1], at
            if a.held[p] == a.room[p]:
                for i in range(0 if out >= 0 else a.held[p] // 2, -1, -1):
                    _sink(a, bids, p, i)
                a.prices[p] = bids[a.first[p]]
            s = out
    return waiting[:n_waiting]


@njit(cache=True, nogil=True)
def far_apart(a: State) -> tuple[int, np.ndarray]:
    """How far the options of one student lie apart at most, and the level below which each student waits in an auction.

    A student may be worth so much more inside than outside that prices would climb for long before anybody leaves. So they climb
    only to the least worth of those whose least options lie close together; the paths do the rest in one leap.
    """
    students = len(a.start) - 1
    apart, least = 0, np.full(students, FAR)
    for s in range(students):
        most = -FAR
        for e in range(a.start[s], a.start[s + 1]):
            least[s], most = min(least[s], a.worth[e]), max(most, a.worth[e])
        if most > -FAR:
            apart = max(apart, most - least[s])
    level = a.outside.copy()
    below = group = -FAR
    for s in np.argsort(least, kind="mergesort"):
        if least[s] == FAR:
            break
        if below == -FAR or least[s] - below > apart:
            group = least[s]
        below = least[s]
        level[s] = max(level[s], group)
    return apart, level


@njit(cache=True, nogil=True)
def begin_below(a: State, by: int) -> None:
    """Nobody sits anywhere, and prices are lower than before."""
    for p in range(len(a.prices)):
        a.prices[p] = max(0, a.prices[p] - by)
    for s in range(len(a.rest)):
        a.rest[s] += by
    a.held[:] = 0
    a.taken[:] = -1
    a.seat[:] = -1
