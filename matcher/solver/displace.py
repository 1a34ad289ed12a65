"""Seats for students who are left over, by paths on which others change places, compiled (docs/model.md, seats only)."""

from __future__ import annotations

import numpy as np

from matcher.solver.compiled import njit
from matcher.solver.seating import FAR, NEAR, NOWHERE, State, best_of, look_at, pop, push


@njit(cache=True, nogil=True)
def free_paths(a: State, outside: np.ndarray, left: np.ndarray) -> np.ndarray:  # noqa: PLR0915
    """Seat students by displacements that cost nobody anything, found depth first; returns who is left.

    A place from which no free seat was reached is not entered again: no later path can lead out of there.
    """
    places = len(a.room)
    seen, member = np.zeros(places, np.bool_), np.zeros(places, np.int64)
    who, option, through = np.empty(places + 2, np.int64), np.empty(places + 2, np.int64), np.empty(places + 2, np.int64)
    own = np.empty(places + 2, np.int64)
    n_left = 0
    for s in left:
        depth = 0
        who[0], option[0] = s, -1
        goal = False
        while depth >= 0 and not goal:
            t = who[depth]
            if option[depth] < 0:
                if depth == 0:
                    look_at(a, t)
                    own[0] = best_of(a, t, outside[t])
                else:
                    own[depth] = a.worth[a.taken[t]] - a.prices[through[depth]]
                    if a.rest[t] >= own[depth]:
                        look_at(a, t)
                if own[depth] == outside[t]:
                    goal = True
                    break
                option[depth] = 0
            k, found = option[depth], NOWHERE
            while k < NEAR and a.where[t, k] >= 0 and found == NOWHERE:
                q = a.where[t, k]
                if not seen[q] and a.value[t, k] - a.prices[q] == own[depth]:
                    found = q
                k += 1
            option[depth] = k
            if found != NOWHERE:
                seen[found] = True
                if a.held[found] < a.room[found]:
                    goal = True
                    break
                depth += 1
                member[found] = 0
                through[depth], who[depth], option[depth] = found, a.holder[a.first[found]], -1
            elif depth > 0:
                q = through[depth]
                member[q] += 1
                if member[q] < a.held[q]:
                    who[depth], option[depth] = a.holder[a.first[q] + member[q]], -1
                else:
                    depth -= 1
            else:
                depth = -1
        if not goal:
            left[n_left] = s
            n_left += 1
            continue
        t, e, free = who[depth], -1, -1
        if option[depth] > 0:
            e = a.near[t, option[depth] - 1]
            q = a.place[e]
            free = a.first[q] + a.held[q]
            a.held[q] += 1
            seen[q] = False
        while True:
            old = a.seat[t]
            a.taken[t], a.seat[t] = e, free
            if free >= 0:
                a.holder[free] = t
            if depth == 0:
                break
            seen[through[depth]] = False
            free = old
            depth -= 1
            t = who[depth]
            e = a.near[t, option[depth] - 1]
    return left[:n_left]


@njit(cache=True, nogil=True)
def cheapest_paths(  # noqa: PLR0915
    a: State, outside: np.ndarray, hope: np.ndarray, left: np.ndarray, yielding: bool, wide: bool, stop: np.ndarray
) -> np.ndarray:
    """Seat students by the cheapest displacements, one after another; returns who is left.

    When `yielding`, whoever comes to a place whose price rose for somebody before has prices raised so far and is left for the next
    time. When `wide`, all options of a student are looked at together: better where most are worth the same.
    A heap item below 0 stands for all further options of a student.
    """
    places = len(a.room)
    dist, via, done, raised = np.full(places, FAR), np.full(places, -1), np.zeros(places, np.bool_), np.zeros(places, np.bool_)
    reached, settled, ties = np.empty(places, np.int64), np.empty(places, np.int64), np.empty(places, np.int64)
    keys, items = np.empty(len(a.place) + len(a.start), np.int64), np.empty(len(a.place) + len(a.start), np.int64)
    n_left = 0
    for s in left:
        if stop[0]:
            break
        heap = n_reached = n_settled = n_ties = 0
        look_at(a, s)
        own = best_of(a, s, hope[s])
        short, last_place, last_student = own - outside[s], NOWHERE, s
        t, d, p, member, key, again = s, 0, NOWHERE, 0, 0, False
        while True:
            short_here = own - outside[t] + d
            if short_here < short:
                short, last_place, last_student = short_here, NOWHERE, t
            every = wide
            if again:
                look_at(a, t)
                every = d + own - a.rest[t] <= key
            for k in range(a.start[t + 1] - a.start[t] if every else NEAR):
                if every:
                    e = a.start[t] + k
                    q, w = a.place[e], a.worth[e]
                else:
                    e, q, w = a.near[t, k], a.where[t, k], a.value[t, k]
                    if q < 0:
                        break
                there = d + own - (w - a.prices[q])
                if done[q] or there >= short or there >= dist[q]:
                    continue
                if dist[q] == FAR:
                    reached[n_reached] = q
                    n_reached += 1
                if a.held[q] < a.room[q] or raised[q]:
                    short, last_place = there, q
                elif there == d and not again:
                    ties[n_ties] = q
                    n_ties += 1
                else:
                    heap = push(keys, items, heap, there, q)
                dist[q], via[q] = there, e
            if not every and d + own - a.rest[t] < short:
                heap = push(keys, items, heap, d + own - a.rest[t], -1 - t)
            if not again:
                member += 1
                if p != NOWHERE and member < a.held[p]:
                    t = a.holder[a.first[p] + member]
                    own = a.worth[a.taken[t]] - a.prices[p]
                    continue
            p, again = NOWHERE, False
            if n_ties > 0 and d < short:
                n_ties -= 1
                p = ties[n_ties]
            while p == NOWHERE and not again and heap > 0 and keys[0] < short:
                key, q = keys[0], items[0]
                heap = pop(keys, items, heap)
                if q < 0:
                    again = True
                    t = -1 - q
                elif not done[q] and key == dist[q]:
                    p, d = q, key
            if again:
                if t == s:
                    d, own = 0, best_of(a, s, hope[s])
                else:
                    q = a.place[a.taken[t]]
                    d, own = dist[q], a.worth[a.taken[t]] - a.prices[q]
                continue
            if p == NOWHERE:
                break
            done[p] = True
            settled[n_settled] = p
            n_settled += 1
            member = 0
            t = a.holder[a.first[p]]
            own = a.worth[a.taken[t]] - a.prices[p]
        blocked = last_place != NOWHERE and a.held[last_place] == a.room[last_place]
        for i in range(n_settled):
            a.prices[settled[i]] += short - dist[settled[i]]
            raised[settled[i]] = yielding
        if blocked:
            hope[s] = best_of(a, s, hope[s]) - short
            left[n_left] = s
            n_left += 1
        else:
            t, e, free = last_student, -1, -1
            if last_place != NOWHERE:
                e = via[last_place]
                t, free = a.owner[e], a.first[last_place] + a.held[last_place]
                a.held[last_place] += 1
            while True:
                old, old_seat = a.taken[t], a.seat[t]
                a.taken[t], a.seat[t] = e, free
                if free >= 0:
                    a.holder[free] = t
                if t == s:
                    break
                e, free = via[a.place[old]], old_seat
                t = a.owner[e]
        for i in range(n_reached):
            q = reached[i]
            dist[q], done[q] = FAR, False
    return left[:n_left]
