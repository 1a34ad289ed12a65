"""Rebuilds, for the check of a certificate, what linked students can take together; shares no code with the solver."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from math import prod
from typing import Any

import numpy as np
from scipy import sparse

from matcher.solver.problem import Problem

MOST = 200_000
"""A group with more joint choices than this is not written down: the check then says so."""


class CannotCheckError(ValueError):
    """What the certificate says about linked students is wrong, or is too much to write down."""


@dataclass(frozen=True)
class Columns:
    """What can be chosen: a pair of one student, or pairs that linked students take together.

    Attributes
    ----------
    student : int64 [columns], who chooses; for linked students the first of them.
    limits : int64 CSR [limits, columns].
    low, high : int64 [limits].
    open : bool [columns]; those that overfill a limit by themselves are not.
    must : bool [students], who has to choose something.
    pairs : int64 CSR [columns, pairs]; None when every column is a pair.
    alone : int64 [pairs], the column of a pair that is chosen by itself, or -1.
    joint : the columns of joint choices, by their pairs (rising).
    """

    student: np.ndarray
    limits: sparse.csr_matrix
    low: np.ndarray
    high: np.ndarray
    open: np.ndarray
    must: np.ndarray
    pairs: sparse.csr_matrix | None
    alone: np.ndarray
    joint: dict[tuple[int, ...], int]

    def __len__(self) -> int:
        return len(self.student)

    def weights(self, of_pairs: np.ndarray) -> np.ndarray:
        """int64 [columns]: what each column adds."""
        return of_pairs if self.pairs is None else np.asarray(self.pairs @ of_pairs)

    def place(self, pairs: object) -> int:
        """The column with exactly these pairs, or -1."""
        if not isinstance(pairs, list) or not all(type(pair) is int and 0 <= pair < len(self.alone) for pair in pairs):
            return -1
        return int(self.alone[pairs[0]]) if len(pairs) == 1 and self.alone[pairs[0]] >= 0 else self.joint.get(tuple(sorted(pairs)), -1)


def columns_of(problem: Problem, groups: list[dict[str, Any]]) -> Columns:
    """The columns of a problem when these groups of students choose together.

    Raises
    ------
    CannotCheckError
        When a group is not closed under the limits that it is said to keep, or has too many joint choices.
    """
    low, high, must = problem.at_least.copy(), problem.at_most.copy(), np.zeros(problem.students, dtype=bool)
    alone, first, joint = np.ones(len(problem), dtype=bool), list[int](), list[tuple[int, ...]]()
    seen: set[int] = set()
    for group in groups:
        students, rows = _read(problem, group, seen)
        seen.update(students)
        choices = joint_choices(problem, students, rows)
        alone &= ~np.isin(problem.student, students)
        first += [students[0]] * sum(bool(choice) for choice in choices)
        joint += [choice for choice in choices if choice]
        must[students[0]] = () not in choices
        low[rows], high[rows] = np.minimum(low[rows], 0), np.maximum(high[rows], 0)
    single = np.flatnonzero(alone)
    place = np.where(alone, np.cumsum(alone) - 1, -1)
    student, limits, pairs = problem.student.astype(np.int64), problem.limits, None
    if groups:
        size = np.concatenate([np.ones(len(single), np.int64), np.array([len(choice) for choice in joint], np.int64)])
        held = np.concatenate([single, np.array([pair for choice in joint for pair in choice], np.int64)])
        start = np.concatenate([[0], np.cumsum(size)])
        pairs = sparse.csr_matrix((np.ones(len(held), np.int64), held, start), shape=(len(size), len(problem)))
        student, limits = np.concatenate([student[single], np.array(first, np.int64)]), (limits @ pairs.T).tocsr()
    by_choice = {choice: len(single) + i for i, choice in enumerate(joint)}
    return Columns(student, limits, low, high, _not_too_large(limits, high), must, pairs, place, by_choice)


def _read(problem: Problem, group: dict[str, Any], seen: set[int]) -> tuple[list[int], list[int]]:
    """The students and limits of one group: nobody is in two groups, and its limits speak of its students only."""
    students, rows = group["students"], group["limits"]
    for numbers, most in ((students, problem.students), (rows, problem.limits.shape[0])):
        if not numbers or len(set(numbers)) != len(numbers) or not all(type(i) is int and 0 <= i < most for i in numbers):
            raise CannotCheckError("the certificate joins students or limits that do not exist")
    if seen.intersection(students):
        raise CannotCheckError("the certificate joins a student twice")
    if not np.isin(problem.student[problem.limits[rows].indices], students).all():
        raise CannotCheckError("the certificate joins students by a limit that speaks of others too")
    return students, rows


def joint_choices(problem: Problem, students: list[int], rows: list[int]) -> list[tuple[int, ...]]:
    """Every way in which each of the students takes a pair or none and all these limits hold, pairs rising.

    Pairs that count alike in all limits are one kind. Kinds are added up student by student; a sum stays while what the
    students still to come can add, at least and at most, leaves every limit within reach.
    """
    kinds, members = zip(*(_kinds(problem, student, rows) for student in students), strict=True)
    nothing = np.zeros((1, len(rows)), np.int64)
    least = np.vstack([np.cumsum([kind.min(axis=0) for kind in kinds[::-1]], axis=0)[::-1], nothing])
    most = np.vstack([np.cumsum([kind.max(axis=0) for kind in kinds[::-1]], axis=0)[::-1], nothing])
    partial: list[tuple[np.ndarray, tuple[int, ...]]] = [(nothing[0], ())]
    for i, kind in enumerate(kinds):
        low, high = problem.at_least[rows] - most[i + 1], problem.at_most[rows] - least[i + 1]
        grown: list[tuple[np.ndarray, tuple[int, ...]]] = []
        for sofar, chosen in partial:
            touched = np.flatnonzero(sofar)  # only the order of looking: these limits rule most kinds out
            able = np.flatnonzero(_between(low[touched], sofar[touched] + kind[:, touched], high[touched]))
            total = sofar + kind[able]
            fits = _between(low, total, high)
            grown += [(use, (*chosen, int(k))) for use, k in zip(total[fits], able[fits], strict=True)]
            if len(grown) > MOST:
                raise CannotCheckError(f"the joint choices of {len(students)} linked students are too many to be checked")
        partial = grown
    ways = [[members[i][k] for i, k in enumerate(chosen)] for _, chosen in partial]
    if sum(prod(map(len, way)) for way in ways) > MOST:
        raise CannotCheckError(f"the joint choices of {len(students)} linked students are too many to be checked")
    return [tuple(sorted(sum(taken, ()))) for way in ways for taken in product(*way)]


def _kinds(problem: Problem, student: int, rows: list[int]) -> tuple[np.ndarray, list[list[tuple[int, ...]]]]:
    """int64 [kinds, rows]: what the different pairs of a student, or none, count in these limits; and the pairs of each kind."""
    own = np.flatnonzero(problem.student == student)
    use = np.vstack([np.zeros((1, len(rows)), np.int64), problem.limits[rows][:, own].T.toarray()])
    alike: dict[bytes, list[int]] = {}
    for i, counts in enumerate(use):
        alike.setdefault(counts.tobytes(), []).append(i)
    members: list[list[tuple[int, ...]]] = [[() if i == 0 else (int(own[i - 1]),) for i in same] for same in alike.values()]
    return np.asfortranarray(use[[same[0] for same in alike.values()]]), members


def _between(low: np.ndarray, use: np.ndarray, high: np.ndarray) -> np.ndarray:
    """Bool [k]: which of the rows of `use` keep all bounds."""
    return np.asarray(((low <= use) & (use <= high)).all(axis=1))


def _not_too_large(limits: sparse.csr_matrix, high: np.ndarray) -> np.ndarray:
    """Columns that fit into every limit in which nothing makes room."""
    row = np.repeat(np.arange(limits.shape[0]), np.diff(limits.indptr))
    makes_room = np.bincount(row[limits.data < 0], minlength=limits.shape[0]) > 0
    fits = np.ones(limits.shape[1], dtype=bool)
    fits[limits.indices[(limits.data > high[row]) & ~makes_room[row]]] = False
    return fits
