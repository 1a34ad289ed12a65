"""Whole plans near what the knapsacks of limits choose: students once each, those left out inserted, then exchanges; compiled."""

from __future__ import annotations

import numpy as np

from matcher.solver.compiled import njit

PASSES = 20
"""Most passes of exchanges over all students."""
NO_PAIR = -1
NEVER = -(1 << 60)


@njit(cache=True, nogil=True)
def repair(
    take: np.ndarray,
    student: np.ndarray,
    place: np.ndarray,
    need: np.ndarray,
    room: np.ndarray,
    gain: np.ndarray,
    must: np.ndarray,
    order: np.ndarray,
    own: np.ndarray,
    stop: np.ndarray,
) -> tuple[np.ndarray, int]:
    """A plan near this choice: each student once, those left out inserted, then exchanges; and its value, or `NEVER`."""
    students, left = len(own) - 1, room.copy()
    plan = np.full(students, NO_PAIR)
    for j in range(len(student)):
        s = student[j]
        if take[j] and (plan[s] == NO_PAIR or gain[j] > gain[plan[s]]):
            plan[s] = j
    for s in range(students):
        if plan[s] != NO_PAIR:
            left[place[plan[s]]] -= need[plan[s]]
    for wanted in range(2):  # those who must be placed come first
        for s in range(students):
            if stop[0]:
                return plan, NEVER
            if plan[s] == NO_PAIR and must[s] == (wanted == 0) and not _insert(s, plan, left, place, need, gain, order, own) and must[s]:
                return plan, NEVER
    for _ in range(PASSES):
        if not _exchange(plan, left, place, need, gain, order, own, stop):
            break
    value = 0
    for s in range(students):
        if plan[s] != NO_PAIR:
            value += gain[plan[s]]
    return plan, value


@njit(cache=True, nogil=True)
def _insert(
    s: int, plan: np.ndarray, left: np.ndarray, place: np.ndarray, need: np.ndarray, gain: np.ndarray, order: np.ndarray, own: np.ndarray
) -> bool:
    """Place one student where there is room, or where one other can move away; where that gains most."""
    best, chosen, other, moved = NEVER, NO_PAIR, NO_PAIR, NO_PAIR
    for k in range(own[s], own[s + 1]):
        j = order[k]
        if need[j] <= left[place[j]] and gain[j] > best:
            best, chosen = gain[j], j
    if chosen == NO_PAIR:
        for k in range(own[s], own[s + 1]):
            j = order[k]
            for t in range(len(plan)):
                if plan[t] == NO_PAIR or place[plan[t]] != place[j] or need[plan[t]] + left[place[j]] < need[j]:
                    continue
                for q in range(own[t], own[t + 1]):
                    i = order[q]
                    if place[i] != place[j] and need[i] <= left[place[i]] and gain[j] + gain[i] - gain[plan[t]] > best:
                        best, chosen, other, moved = gain[j] + gain[i] - gain[plan[t]], j, t, i
    if chosen == NO_PAIR:
        return False
    if other != NO_PAIR:
        left[place[plan[other]]] += need[plan[other]]
        left[place[moved]] -= need[moved]
        plan[other] = moved
    left[place[chosen]] -= need[chosen]
    plan[s] = chosen
    return True


@njit(cache=True, nogil=True)
def _exchange(
    plan: np.ndarray,
    left: np.ndarray,
    place: np.ndarray,
    need: np.ndarray,
    gain: np.ndarray,
    order: np.ndarray,
    own: np.ndarray,
    stop: np.ndarray,
) -> bool:
    """Move students to better places, alone or where another one makes room; whether anything was gained."""
    better, students = False, len(plan)
    for s in range(students):
        if plan[s] == NO_PAIR:
            continue
        for k in range(own[s], own[s + 1]):
            i, j = plan[s], order[k]
            back = need[i] if place[i] == place[j] else 0
            if gain[j] > gain[i] and need[j] <= left[place[j]] + back:
                left[place[i]] += need[i]
                left[place[j]] -= need[j]
                plan[s], better = j, True
    for s in range(students):
        if stop[0]:
            return False
        if plan[s] == NO_PAIR:
            continue
        for k in range(own[s], own[s + 1]):
            j = order[k]
            old = plan[s]
            if place[j] == place[old]:
                continue
            best, other, moved = gain[old] - gain[j], NO_PAIR, NO_PAIR
            for t in range(students):
                if plan[t] == NO_PAIR or place[plan[t]] != place[j] or need[plan[t]] + left[place[j]] < need[j]:
                    continue
                for q in range(own[t], own[t + 1]):
                    i = order[q]
                    room = left[place[i]] + (need[old] if place[i] == place[old] else 0)
                    if place[i] != place[j] and need[i] <= room and gain[i] - gain[plan[t]] > best:
                        best, other, moved = gain[i] - gain[plan[t]], t, i
            if other != NO_PAIR:
                left[place[old]] += need[old]
                left[place[j]] += need[plan[other]] - need[j]
                left[place[moved]] -= need[moved]
                plan[s], plan[other], better = j, moved, True
    return better
