"""The solver's plain data: pairs, points, limits, objectives; and the solution it gives back."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
from scipy import sparse

from matcher.domain import SolveStatus
from matcher.errors import InputError
from matcher.solver.certificate import Certificate

LEFT_OPEN, NOT_BEGUN = "left open", "not begun"
"""The roads of an objective that a budget ended, and of those after it."""
KNAPSACKS = "knapsacks"
"""The road of an objective that knapsacks prove; its prices are those of students, and say nothing about limits."""
DEFAULT_OBJECTIVES = ("most_placed", "total_points")
FACTS = ("priority", "today", "kept", "landed", "last_term", "draw")
"""Facts about pairs that some objectives read, each int64 [n] or None."""
_BOUND = 2**31 - 1


@dataclass(frozen=True)
class Problem:
    """Which pairs exist, what each is worth, and how many of which may be chosen.

    Attributes
    ----------
    student : int32 [n]: the student of each pair, 0 to students - 1; each student takes at most one pair.
    points : int32 [n].
    limits : int64 CSR [m, n]: whole-number coefficients of pairs in limits.
    at_most, at_least : int64 [m]: bounds on each limit's weighted count.
    objectives : names in order.
    priority, today, kept, landed, last_term, draw : int64 [n], optional facts some objectives read: the student's class, whether the
        student is placed today, whether the pair keeps a student where they are (2 within a first commitment), whether it is a landed
        request, the student's points last term (`carry_over` says which numbers stand for no place and no record), and the pair's
        public lot.
    bands : points below which students count as worst off.
    """

    student: np.ndarray
    points: np.ndarray
    limits: sparse.csr_matrix
    at_most: np.ndarray
    at_least: np.ndarray
    objectives: tuple[str, ...] = DEFAULT_OBJECTIVES
    priority: np.ndarray | None = field(default=None, repr=False)
    today: np.ndarray | None = field(default=None, repr=False)
    kept: np.ndarray | None = field(default=None, repr=False)
    landed: np.ndarray | None = field(default=None, repr=False)
    last_term: np.ndarray | None = field(default=None, repr=False)
    draw: np.ndarray | None = field(default=None, repr=False)
    bands: tuple[int, ...] = (200, 400)

    def __len__(self) -> int:
        return len(self.student)

    @cached_property
    def students(self) -> int:
        """Number of students."""
        return int(self.student.max()) + 1 if len(self.student) else 0

    @cached_property
    def rows(self) -> sparse.csr_matrix:
        """int64 CSR [m + students, n]: the limits, then one row per student."""
        return sparse.vstack([self.limits, rows_of(self.student, self.students)], format="csr")

    def bounds(self) -> tuple[np.ndarray, np.ndarray]:
        """int64 [m + students] twice: least and most of each row."""
        low = np.concatenate([self.at_least, np.zeros(self.students, np.int64)])
        high = np.concatenate([self.at_most, np.ones(self.students, np.int64)])
        return low, high

    def violated(self, chosen: np.ndarray) -> np.ndarray:
        """int64 [k]: rows (limits, then students) that a choice of pairs breaks; exact whole-number arithmetic."""
        low, high = self.bounds()
        x = np.zeros(len(self), np.int64)
        np.add.at(x, chosen, 1)
        use = self.rows @ x
        return np.flatnonzero((use < low) | (use > high))


def rows_of(student: np.ndarray, students: int) -> sparse.csr_matrix:
    """int64 CSR [students, n]: one row per student, 1 at each of the student's pairs."""
    n = len(student)
    in_order = bool((student[1:] >= student[:-1]).all())
    pairs = np.arange(n, dtype=np.int32) if in_order else np.argsort(student, kind="stable").astype(np.int32)
    begin = np.concatenate([[0], np.cumsum(np.bincount(student, minlength=students))]).astype(np.int32)
    return sparse.csr_matrix((np.ones(n, np.int64), pairs, begin), shape=(students, n))


@dataclass(frozen=True)
class StageResult:
    """One objective, settled: its value, the proven bound, and the whole-number prices that prove it.

    `cuts` has, for each price after those of limits and students, the rows whose divided sum that row is.
    """

    name: str
    value: int
    bound: int
    prices: np.ndarray = field(repr=False)
    scale: int = 1
    road: str = "linear"
    cuts: tuple[tuple[int, ...], ...] = field(default=(), repr=False)


@dataclass(frozen=True)
class Solution:
    """What a solve found.

    Attributes
    ----------
    chosen : int32 [k]: places of the chosen pairs, rising.
    stages : each objective in order.
    conflict : limits (row numbers) that cannot hold together, when infeasible.
    certificate : the tree of prices that proves the plan, or the bounds of one that a budget ended.
    """

    status: SolveStatus
    chosen: np.ndarray
    stages: tuple[StageResult, ...] = ()
    conflict: tuple[int, ...] = ()
    why_stopped: str = ""
    certificate: Certificate | None = field(default=None, repr=False)

    @property
    def gap(self) -> float | None:
        """Relative distance of a value from its bound in the first objective that is not proven; 0 when all are, None without a plan."""
        if self.status not in {SolveStatus.OPTIMAL, SolveStatus.FEASIBLE}:
            return None
        return next((abs(s.bound - s.value) / max(1, abs(s.bound)) for s in self.stages if s.bound != s.value), 0.0)


def from_arrays(arrays: dict[str, Any]) -> Problem:
    """A problem from the arrays of ``PROBLEM.npz``.

    Raises
    ------
    InputError
        Naming the array and what is wrong with it.
    """

    def whole(name: str, default: np.ndarray | None = None) -> np.ndarray:
        if name not in arrays:
            if default is None:
                raise InputError(f"the problem has no array {name!r}")
            return default
        array = np.asarray(arrays[name])
        if array.ndim != 1 or not (np.issubdtype(array.dtype, np.integer) or array.size == 0):
            raise InputError(f"{name} must be a one-dimensional array of whole numbers, not {array.dtype} {array.shape}")
        if array.size and max(abs(int(array.max())), abs(int(array.min()))) > 2**62:
            raise InputError(f"{name} has a number too large to add up safely")
        return array.astype(np.int64)

    student, points = whole("student"), whole("points")
    n = len(student)
    indptr, indices = whole("limit_indptr", np.zeros(1, np.int64)), whole("limit_indices", np.zeros(0, np.int64))
    data = whole("limit_data", np.ones(len(indices), np.int64))
    if arrays.get("limit_data") is not None and len(data) == 0 and len(indices):
        data = np.ones(len(indices), np.int64)
    if not len(indptr) or indptr[0] != 0 or indptr[-1] != len(indices) or (np.diff(indptr) < 0).any():
        raise InputError("limit_indptr does not rise from 0 to the length of limit_indices")
    m = len(indptr) - 1
    at_most, at_least = whole("at_most", np.zeros(0, np.int64)), whole("at_least", np.zeros(m, np.int64))
    for name, array, length in (
        ("points", points, n),
        ("limit_data", data, len(indices)),
        ("at_most", at_most, m),
        ("at_least", at_least, m),
    ):
        if len(array) != length:
            raise InputError(f"{name} has {len(array)} entries where {length} are needed")
    if n and student.min() < 0:
        raise InputError("student has a negative number")
    if len(indices) and (indices.min() < 0 or indices.max() >= n):
        raise InputError(f"limit_indices names a pair outside 0..{n - 1}")
    if n and max(abs(int(points.max())), abs(int(points.min()))) > _BOUND:
        raise InputError("points has a number outside 32 bits")
    limits = sparse.csr_matrix((data, indices, indptr), shape=(m, n), dtype=np.int64)
    if m and float(abs(limits).astype(float).sum(axis=1).max()) >= 2.0**62:
        raise InputError("limit_data has a limit whose coefficients are too large to add up safely")
    limits.sum_duplicates()
    limits.eliminate_zeros()
    names = tuple(str(name) for name in np.atleast_1d(arrays.get("objectives", np.array(DEFAULT_OBJECTIVES))))
    optional = {name: whole(name) for name in FACTS if name in arrays}
    for name, array in optional.items():
        if len(array) != n:
            raise InputError(f"{name} has {len(array)} entries where {n} are needed")
    bands = tuple(int(b) for b in whole("bands", np.array([200, 400])))
    clip = np.iinfo(np.int64).max // 4
    return Problem(
        student.astype(np.int32),
        points,
        limits,
        np.clip(at_most, -clip, clip),
        np.clip(at_least, -clip, clip),
        names or DEFAULT_OBJECTIVES,
        **optional,
        bands=bands,
    )


def read_problem(path: Path) -> Problem:
    """A problem from ``PROBLEM.npz``; anything unreadable is an `InputError`."""
    try:
        with path.open("rb") as stream, np.load(stream, allow_pickle=False) as file:
            arrays = dict(file)
    except FileNotFoundError:
        raise InputError(f"there is no file {path}") from None
    except (OSError, ValueError, KeyError, EOFError, BadZipFile) as error:
        raise InputError(f"{path} cannot be read as an .npz file: {error}") from None
    return from_arrays(arrays)


def to_arrays(problem: Problem) -> dict[str, np.ndarray]:
    """The arrays of ``PROBLEM.npz``."""
    arrays = {
        "student": problem.student.astype(np.int32),
        "points": problem.points.astype(np.int32),
        "limit_indptr": problem.limits.indptr,
        "limit_indices": problem.limits.indices,
        "limit_data": problem.limits.data,
        "at_most": problem.at_most,
        "at_least": problem.at_least,
        "objectives": np.array(problem.objectives),
        "bands": np.array(problem.bands, np.int64),
    }
    return arrays | {name: array for name in FACTS if (array := getattr(problem, name)) is not None}
