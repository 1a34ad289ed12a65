"""What one objective makes of a face, and of all faces."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from matcher.solver.certificate import Trail
from matcher.solver.face import FREE, Face, Proof
from matcher.solver.linear import Program


@dataclass(frozen=True)
class Part:
    """A face after one objective: the value all its plans have, the proof, and a plan.

    Where `branch_on` names pairs, the value is only a ceiling, `known` is what some plan reaches, and the face is to be split.
    """

    face: Face
    value: int
    proof: Proof
    plan: np.ndarray | None
    branch_on: np.ndarray | None = None
    known: int = -FREE

    @property
    def proven(self) -> bool:
        """Whether the prices prove the value, and not CP-SAT."""
        return self.proof.bound // self.proof.scale == self.value


@dataclass(frozen=True)
class Settled:
    """One objective over all faces: the parts that reach the best value, the road taken, and how all other parts ended.

    When the budget ran out there are no parts; `left` has all that may hold the best plan, with what is proven about each.
    """

    parts: list[Part]
    road: str
    closed: list[Trail]
    left: tuple[tuple[Face, Proof], ...] = ()


def together(face: Face, pair: int) -> np.ndarray:
    """The open pairs of the same student that a coupling limit (one with negative coefficients) treats like this pair."""
    own = np.flatnonzero(face.open & (face.student == face.student[pair]))
    coupling = face.coupling
    if not len(coupling):
        return np.array([pair])
    columns = face.columns[:, own].tocsr()[coupling].toarray()
    like = (columns == columns[:, [int(np.flatnonzero(own == pair)[0])]]).all(axis=0)
    return own[like] if columns[:, own == pair].any() else np.array([pair])


def program_of(face: Face, pairs: np.ndarray, cost: np.ndarray) -> Program:
    """The program of these pairs alone."""
    return Program(face.of(pairs), face.low, face.high, cost[pairs])
