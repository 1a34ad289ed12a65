"""Who sits where while students are seated at places with room for several, and a heap; compiled."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from matcher.solver.compiled import njit

NOWHERE = -1
NEAR = 8
"""Options of a student that are looked at before all of them are."""
FAR = np.iinfo(np.int64).max // 2


class State(NamedTuple):
    """The problem, who sits where, and what each student looks at first.

    `holder` has the students of place p at first[p] to first[p] + held[p]; `taken` and `seat` are each student's option and place in
    `holder`, or -1. `near`, `where`, `value` [students, NEAR] are options, their places and worth (place -1 after the last); while
    prices rise no other option is better than `rest`. `margin` [NEAR] is scratch.
    """

    start: np.ndarray
    place: np.ndarray
    worth: np.ndarray
    outside: np.ndarray
    room: np.ndarray
    owner: np.ndarray
    first: np.ndarray
    holder: np.ndarray
    held: np.ndarray
    prices: np.ndarray
    taken: np.ndarray
    seat: np.ndarray
    near: np.ndarray
    where: np.ndarray
    value: np.ndarray
    rest: np.ndarray
    margin: np.ndarray


@njit(cache=True, nogil=True)
def push(keys: np.ndarray, items: np.ndarray, size: int, key: int, item: int) -> int:
    """Put an item with a key on the heap; answers its new size."""
    at = size
    while at > 0:
        above = (at - 1) >> 1
        if keys[above] <= key:
            break
        keys[at], items[at] = keys[above], items[above]
        at = above
    keys[at], items[at] = key, item
    return size + 1


@njit(cache=True, nogil=True)
def pop(keys: np.ndarray, items: np.ndarray, size: int) -> int:
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


@njit(cache=True, nogil=True)
def look_at(a: State, s: int) -> None:
    """Find the NEAR best options of a student at the prices of now, the best first."""
    margin, near = a.margin, a.near
    n, rest = 0, -FAR
    for e in range(a.start[s], a.start[s + 1]):
        m = a.worth[e] - a.prices[a.place[e]]
        if n < NEAR:
            at = n
            n += 1
        elif m > margin[NEAR - 1]:
            rest = margin[NEAR - 1]
            at = NEAR - 1
        else:
            rest = max(rest, m)
            continue
        while at > 0 and margin[at - 1] < m:
            margin[at], near[s, at] = margin[at - 1], near[s, at - 1]
            at -= 1
        margin[at], near[s, at] = m, e
    for k in range(n):
        a.where[s, k], a.value[s, k] = a.place[near[s, k]], a.worth[near[s, k]]
    for k in range(n, NEAR):
        a.where[s, k] = -1
    a.rest[s] = rest


@njit(cache=True, nogil=True)
def best_of(a: State, s: int, least: int) -> int:
    """The best of a student's options that were looked at, or `least` if that is more."""
    best = least
    for k in range(NEAR):
        if a.where[s, k] < 0:
            break
        best = max(best, a.value[s, k] - a.prices[a.where[s, k]])
    return best
