"""What one objective asks of the solver, and the best plan found for it so far."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np

from matcher.solver.control import Control
from matcher.solver.face import FREE, Face, Proof, bound_of
from matcher.solver.packing import bound_again

COUNTING = 8
"""An objective whose weights are no larger counts students; it ties almost everywhere."""
LIFT = 1 << 20
"""Weight of a counting objective beside the guide that breaks its ties inside the linear program."""
GUIDE = 1 << 15
"""Largest weight in a guide."""


CLOSE = 1e-4
"""Half of one student among so many as `FEW` pairs may place, when a counting objective is guessed."""
FEW = 5_000


@dataclass
class Seen:
    """What is known on the way: the best plan with its value, the bound of all parts but the one at hand, and the last proof of that.

    `late` is a plan that a search had when time ran out; which one that is may differ from run to run, so nothing else rests on it.
    `vertex`: the choices that the last relaxation takes, those most nearly whole first.
    """

    best: tuple[np.ndarray, int] | None = None
    late: tuple[np.ndarray, int] | None = None
    others: int = -FREE
    here: tuple[Face, Proof] | None = None
    vertex: np.ndarray | None = None


@dataclass(frozen=True)
class Goal:
    """What one objective asks: weights to maximise, and a guide that breaks its ties inside the relaxation.

    Attributes
    ----------
    stage : which stage this is; `name` is how it is told.
    plans : the plans found so far; one that is on the face and reaches the bound is enough.
    weighted : whether pairs weigh differently in some limit.
    last : whether no objective comes after this one, so that one best plan is enough.
    """

    weights: np.ndarray
    guide: np.ndarray
    stage: int
    control: Control
    name: str = ""
    workers: int = 1
    plans: tuple[np.ndarray, ...] = field(default=(), repr=False)
    weighted: bool = False
    last: bool = False
    seen: Seen = field(default_factory=Seen, repr=False)

    @property
    def lift(self) -> int:
        """Counting objectives tie almost everywhere, which stalls the simplex method; a guide breaks the ties."""
        return LIFT if self.weights.max(initial=0) <= COUNTING else 1

    @property
    def cost(self) -> np.ndarray:
        """int64 [n]: what the relaxation maximises."""
        if self.lift == 1:
            return self.weights
        largest = max(GUIDE, int(np.abs(self.guide).max(initial=0)))
        return np.asarray(self.weights * self.lift + self.guide * GUIDE // largest)

    @property
    def close(self) -> float:
        """How close a guess need come to the best of `cost`, relatively: where students are counted, not one is missed by this."""
        return CLOSE if self.lift > 1 and len(self.weights) <= FEW else 0.0

    def offer(self, plan: np.ndarray, value: int) -> None:
        """Remember a whole plan if it is the best so far."""
        if self.seen.best is None or value > self.seen.best[1]:
            self.seen.best = (plan, value)

    def offer_late(self, plan: np.ndarray, value: int) -> None:
        """The same for a plan on the way of a search."""
        if self.seen.late is None or value > self.seen.late[1]:
            self.seen.late = (plan, value)

    def best(self) -> np.ndarray | None:
        """The best plan of all, when time ran out."""
        known = [plan for plan in (self.seen.best, self.seen.late) if plan is not None]
        return max(known, key=lambda plan: plan[1])[0] if known else None

    def tell(self, face: Face, proof: Proof) -> None:
        """Remember what is proven about the part at hand, and say how far the objective is."""
        self.seen.here = (face, proof)
        bound = max(proof.bound // proof.scale, self.seen.others)
        best = max((plan[1] for plan in (self.seen.best, self.seen.late) if plan is not None), default=None)
        self.control.say(self.name, best, bound)

    def left(self, face: Face, proof: Proof | None) -> Proof:
        """What is proven about a part that is left as it is; with nothing known, the prices are 0."""
        known = self.seen.here[1] if self.seen.here is not None and self.seen.here[0] is face else proof
        prices = np.zeros(len(face.low), np.int64)
        if known is None:
            return bound_of(face, self.weights, prices, 1)
        prices[: len(known.prices)] = known.prices
        return bound_again(face, self.weights, replace(known, prices=prices))
