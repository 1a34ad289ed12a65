"""The pairs of a seats-only problem as options of students in line, in whole passes over memory; compiled."""

from __future__ import annotations

import numpy as np

from matcher.solver.compiled import njit

NOBODY = -1


@njit(cache=True, nogil=True)
def crowded(begin: np.ndarray, pairs: np.ndarray, student: np.ndarray, students: int, most: np.ndarray) -> np.ndarray:
    """Bool [limits]: where more students have a pair than may take one; limit r holds pairs[begin[r] : begin[r + 1]]."""
    found, last = np.zeros(len(most), np.bool_), np.full(students, NOBODY)
    for r in range(len(most)):
        count = 0
        for j in range(begin[r], begin[r + 1]):
            s = student[pairs[j]]
            count += last[s] != r
            last[s] = r
            if count > most[r]:
                found[r] = True
                break
    return found


@njit(cache=True, nogil=True)
def limit_of(begin: np.ndarray, pairs: np.ndarray, kept: np.ndarray, n: int) -> tuple[np.ndarray, bool]:
    """int32 [n]: the last limit that is kept and holds each pair, or -1; and whether some pair is in two of them."""
    found, twice = np.full(n, np.int32(NOBODY)), False
    for r in range(len(kept)):
        if kept[r]:
            for j in range(begin[r], begin[r + 1]):
                twice |= found[pairs[j]] >= 0
                found[pairs[j]] = r
    return found, twice


@njit(cache=True, nogil=True)
def in_line(
    student: np.ndarray, limit: np.ndarray, worth: np.ndarray, least: int, room: np.ndarray, students: int, value: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Students with like places beside each other (memory is read faster so), and their pairs in limits with room.

    Parameters
    ----------
    student, limit, worth : of each pair; limit -1 for pairs in none.
    least : what is taken from each worth, so that it fits into `value`.
    room : int64 [limits].
    value : [pairs], gets the worth of the options in line.

    Returns
    -------
    line : int64 [students], who stands where.
    start : int64 [students + 1], where the options of each one in line begin.
    place : int32 [options].
    """
    count, seen = np.zeros(students, np.int64), np.zeros(students, np.int64)
    middle = np.full(students, NOBODY)
    for j in range(len(student)):
        if limit[j] >= 0 and room[limit[j]] > 0:
            count[student[j]] += 1
    for j in range(len(student)):
        if limit[j] >= 0 and room[limit[j]] > 0:
            s = student[j]
            if seen[s] == count[s] // 2:
                middle[s] = limit[j]
            seen[s] += 1
    line = np.argsort(middle, kind="mergesort")
    start, at = np.zeros(students + 1, np.int64), seen
    for i in range(students):
        at[line[i]] = start[i]
        start[i + 1] = start[i] + count[line[i]]
    options = start[students]
    place = np.empty(options, np.int32)
    for j in range(len(student)):
        if limit[j] >= 0 and room[limit[j]] > 0:
            i = at[student[j]]
            place[i], value[i] = limit[j], worth[j] - least
            at[student[j]] = i + 1
    return line, start, place


@njit(cache=True, nogil=True)
def pairs_of(
    student: np.ndarray, limit: np.ndarray, room: np.ndarray, line: np.ndarray, start: np.ndarray, taken: np.ndarray
) -> np.ndarray:
    """int64 [k]: the pairs of the options that are taken, in order."""
    at, goal = np.empty(len(line), np.int64), np.empty(len(line), np.int64)
    for i in range(len(line)):
        at[line[i]], goal[line[i]] = start[i], taken[i]
    found, k = np.empty((taken >= 0).sum(), np.int64), 0
    for j in range(len(student)):
        if limit[j] >= 0 and room[limit[j]] > 0:
            s = student[j]
            if at[s] == goal[s]:
                found[k] = j
                k += 1
            at[s] += 1
    return found


@njit(cache=True, nogil=True)
def extremes(worth: np.ndarray) -> tuple[int, int]:
    """The least and the most."""
    low = high = worth[0]
    for w in worth:
        low, high = min(low, w), max(high, w)
    return low, high
