"""A certificate of independent parts: that they are independent, what each proves, and what that says about the whole."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from matcher.choices import CannotCheckError
from matcher.solver.problem import Problem
from matcher.verdict import check_tree
from matcher.verdict_state import Stages


@dataclass
class Told:
    """What a certificate proves: findings, searched parts by stage, bounds of a stage left open, and denominators of the arrays used."""

    findings: list[str] = field(default_factory=list)
    searched: Counter[int] = field(default_factory=Counter)
    left: dict[int, int] = field(default_factory=dict)
    used: dict[str, int] = field(default_factory=dict)


def check_whole(problem: Problem, plan: np.ndarray, stages: Stages, said: dict[str, Any], arrays: dict[str, np.ndarray]) -> Told:
    """Walk the tree of a certificate, or those of its pieces.

    Raises
    ------
    CannotCheckError
        When the certificate joins students in a way that cannot be checked.
    """
    if "pieces" not in said:
        verdict = check_tree(problem, plan, stages, said, arrays)
        return Told(verdict.findings, verdict.open_ends, verdict.left, {**verdict.used, "shut": 1})
    told, values, bounds = Told(), [], []
    piece_of = _piece_of(problem, said["pieces"])
    if piece_of is None:
        return Told(["the certificate takes students apart who share a limit, or leaves some out"])
    for i, piece in enumerate(said["pieces"]):
        pairs = np.flatnonzero(piece_of[problem.student] == i)
        part, rows = _part(problem, pairs, np.array(piece["students"], np.int64))
        own = [(name, weights[pairs]) for name, weights in stages]
        chosen = np.flatnonzero(np.isin(pairs, plan))
        verdict = check_tree(part, chosen, own, piece, _arrays(problem, arrays, rows, piece["cuts"], i))
        told.findings += verdict.findings
        told.searched += verdict.open_ends
        for name, scale in verdict.used.items():
            if told.used.setdefault(name, scale) != scale:
                told.findings.append(f"the certificate gives {name} two denominators")
        told.used[f"piece_{i}_shut"] = 1
        values.append([int(weights[chosen].sum()) for _, weights in own])
        bounds.append(verdict.left)
    if opened := [stage for left in bounds for stage in left]:
        first = min(opened)
        told.left[first] = sum(left.get(first, value[first]) for left, value in zip(bounds, values, strict=True))
    return told


def _piece_of(problem: Problem, pieces: list[dict[str, Any]]) -> np.ndarray | None:
    """int64 [students]: the piece of each student (-1: without pairs); None when the pieces are no parts or not independent."""
    piece_of = np.full(problem.students, -1)
    for i, piece in enumerate(pieces):
        students = piece["students"]
        if students != sorted(set(students)) or not all(type(s) is int and 0 <= s < problem.students for s in students):
            return None
        if (piece_of[students] >= 0).any():
            return None
        piece_of[students] = i
    if (piece_of[problem.student] < 0).any():
        return None
    row = np.repeat(np.arange(problem.limits.shape[0]), np.diff(problem.limits.indptr))
    label = piece_of[problem.student[problem.limits.indices]]
    low, high = np.full(problem.limits.shape[0], len(pieces)), np.full(problem.limits.shape[0], -1)
    np.minimum.at(low, row, label)
    np.maximum.at(high, row, label)
    empty = (high < 0) & ((problem.at_least > 0) | (problem.at_most < 0))
    return None if ((low < high) & (high >= 0)).any() or empty.any() else piece_of


def _part(problem: Problem, pairs: np.ndarray, students: np.ndarray) -> tuple[Problem, np.ndarray]:
    """The problem of one piece, and the rows of the whole that it has prices for."""
    limits = np.flatnonzero(np.diff(problem.limits[:, pairs].indptr) > 0)
    part = replace(
        problem,
        student=np.searchsorted(students, problem.student[pairs]).astype(np.int32),
        points=problem.points[pairs],
        limits=problem.limits[limits][:, pairs].tocsr(),
        at_most=problem.at_most[limits],
        at_least=problem.at_least[limits],
    )
    if part.students != len(students):
        raise CannotCheckError("the certificate names students without pairs")
    return part, np.concatenate([limits, problem.limits.shape[0] + students])


def _arrays(problem: Problem, arrays: dict[str, np.ndarray], rows: np.ndarray, cuts: list[int], number: int) -> dict[str, np.ndarray]:
    """The arrays that a piece may speak of: its own, and its rows of the prices of the whole."""
    first, prefix, found = problem.limits.shape[0] + problem.students, f"piece_{number}_", {}
    if not all(type(cut) is int and cut >= 0 for cut in cuts):
        raise CannotCheckError("the certificate numbers cuts in a way that cannot be read")
    for name, array in arrays.items():
        if name == f"{prefix}shut":
            found["shut"] = array
        elif name.startswith(prefix):
            found[name] = array
        elif name.startswith("prices_") and array.ndim == 1 and len(array) >= first:
            own = [first + cut for cut in cuts if first + cut < len(array)]
            found[name] = array[np.concatenate([rows, np.array(own, np.int64)])]
    return found
