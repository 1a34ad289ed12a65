"""A solved problem kept warm: its basis, its exact prices, and the search for the new best plan when something changes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy import sparse

from matcher.solver.basis import Basis, Bounds
from matcher.solver.cuts import add_cut, bound_of_cut
from matcher.solver.exact import first_face, stages_of
from matcher.solver.face import FREE
from matcher.solver.factor import LostError
from matcher.solver.margins import Margins, first_sign, shows_empty, whole_prices
from matcher.solver.problem import KNAPSACKS, Problem, Solution, StageResult

FEW = 6000
"""Pairs that a question begins with; more join as far as the answer found so far leaves room for them."""
GROW = 4
MOST_NODES = 200
"""Parts looked at where the new relaxation is fractional."""
Found = tuple[np.ndarray, dict[str, int]]
"""A plan with its values by objective; no pairs and no values when no plan is left."""
NONE: Found = (np.zeros(0, np.int64), {})


@dataclass(frozen=True)
class Region:
    """Bounds of rows and pairs that may not be taken, in whole numbers."""

    low: np.ndarray
    high: np.ndarray
    shut: np.ndarray

    def floats(self, pairs: np.ndarray) -> Bounds:
        """The same for the simplex method, over these pairs."""
        most = FREE // 2
        low = np.where(self.low < -most, -np.inf, self.low.astype(float))
        return Bounds(low, np.where(self.high > most, np.inf, self.high.astype(float)), self.shut[pairs])


class Warm:
    """The basis of a solved problem, the exact prices that prove it, and each pair's exact margin.

    Raises
    ------
    LostError
        When the solution is not proven by prices alone, so that there is no such basis.
    """

    def __init__(self, problem: Problem, solution: Solution, absent: np.ndarray) -> None:
        stages = stages_of(problem)
        self.names, self.limits = [name for name, _ in stages], problem.limits.shape[0]
        self.joined, _ = first_face(problem)
        face = self.joined.face
        proof, self.cuts = _matched(stages, solution, absent, len(face.low))
        for cut in self.cuts:
            add_cut(face, cut)
        self.of_pairs, self.student = [weights.astype(np.int64) for _, weights in stages], face.student
        self.weights = [self.joined.weights(weights) for weights in self.of_pairs]
        self.columns = face.of(np.arange(len(self.student))).T.tocsr()
        self.impossible, self.absent = ~face.open, absent
        shut = self.impossible | self._holds(absent)
        self.region = Region(face.low, face.high, shut)
        self.plan = self._choices_of(solution.chosen)
        own = np.stack([self.plan, self.own_row(self.plan)])
        everything = np.arange(len(self.student))
        weights = np.stack(self.weights).astype(float)
        self.basis = Basis.of_plan(self.columns.astype(float), weights, self.region.floats(everything), own, proof)
        self.margins = self._margins()
        self.order = self.margins.order(~self.region.shut)

    def own_row(self, choices: np.ndarray) -> np.ndarray:
        """The rows of these choices' students."""
        return np.asarray(self.limits + self.student[choices])

    def _holds(self, pairs: np.ndarray) -> np.ndarray:
        """Bool [choices]: which choices hold one of these (bool [pairs])."""
        return np.asarray(self.joined.pairs @ pairs.astype(np.int64) > 0)

    def _those(self, pairs: Sequence[int]) -> np.ndarray:
        named = np.zeros(len(self.absent), dtype=bool)
        named[list(pairs)] = True
        return named

    def _choices_of(self, chosen: np.ndarray) -> np.ndarray:
        """The choices that make up a plan: of each student or group the largest that the plan holds."""
        taken = np.zeros(len(self.absent), np.int64)
        taken[chosen] = 1
        size = np.diff(self.joined.pairs.indptr)
        inside = np.flatnonzero(self.joined.pairs @ taken == size)
        order = inside[np.lexsort((-size[inside], self.student[inside]))]
        plan = np.sort(order[np.unique(self.student[order], return_index=True)[1]])
        if size[plan].sum() != len(chosen):
            raise LostError
        return plan

    def _margins(self) -> Margins:
        usable = ~self.region.shut
        use = np.asarray(self.columns[self.plan].sum(axis=0)).ravel()
        for prices, scale in whole_prices(self.basis.prices):
            margins = Margins.of(self.columns, self.weights, prices, scale)
            if margins.proves(self.plan, usable) and margins.fits(use, self.region.low, self.region.high):
                return margins
        raise LostError

    def best_after(
        self, more: Mapping[int, int], added: Sequence[int], removed: Sequence[int], demanded: Sequence[int], likely: Sequence[int]
    ) -> Found | None:
        """The best plan after a change (see `whatif.Change`); None when this way cannot tell."""
        if demanded and not self._holds(self._those(demanded)).any():
            return NONE
        region = self._changed(more, added, removed, demanded)
        if (region.low > region.high).any():
            return NONE
        fresh = np.flatnonzero(self.region.shut & ~region.shut)
        most = self._most(region, fresh)
        kept = min(self.margins.within(self.order, most - self.margins.scale * self._hoped(likely)), FEW)
        kept = max(kept, self.margins.within(self.order, np.zeros(len(self.names), np.int64)))
        try:
            while True:
                found = self._search(region, kept, fresh)
                if found is None or not found[1]:
                    return found
                needed = self.margins.within(self.order, most - self.margins.scale * (self._value(found[0]) - self._value(self.plan)))
                if needed <= kept:
                    return self.joined.chosen(found[0]), found[1]
                kept = min(needed, GROW * kept)
        except LostError:
            return None

    def _search(self, region: Region, kept: int, fresh: np.ndarray) -> Found | None:
        """The best plan over the pairs that give away least, and those that are new; None when this way cannot tell."""
        while True:
            pairs = np.sort(np.concatenate([self.order[:kept], fresh]))
            basis = self.basis.over(pairs, region.floats(pairs))
            basis.take_welcome(np.searchsorted(pairs, fresh))
            if basis.reoptimise():
                return self._branched(basis, region, pairs)
            if shows_empty(self.columns, ~region.shut, region.low, region.high, basis.ray):
                return NONE
            if kept == len(self.order):
                return None
            kept = len(self.order)

    def _branched(self, basis: Basis, region: Region, pairs: np.ndarray) -> Found | None:
        """Depth first: where a pair is taken in part, once with it and once without; every part is bounded in whole numbers."""
        part = _Part(self.columns[pairs], [w[pairs] for w in self.weights], self.own_row(pairs))
        best: tuple[np.ndarray, np.ndarray] | None = None
        nodes = [(basis, Region(region.low, region.high, region.shut[pairs]))]
        for _ in range(MOST_NODES):
            if not nodes:
                break
            basis, here = nodes.pop()
            if not basis.reoptimise():
                if not shows_empty(part.columns, ~here.shut, here.low, here.high, basis.ray):
                    return None
                continue
            proof = part.proof(basis, here)
            if proof is None:
                return None
            margins, split = proof, basis.fraction()
            if best is not None and _at_least(margins.scale * best[1], margins.bound(here.low, here.high)):
                continue
            if split is not None:
                nodes += [
                    (basis.over(np.arange(len(pairs)), half.floats(np.arange(len(pairs)))), half) for half in part.halves(here, split)
                ]
                continue
            plan = basis.plan()
            if not (margins.proves(plan, ~here.shut) and margins.fits(part.use(plan), here.low, here.high)):
                return None
            best = plan, part.value(plan)
        if nodes:
            return None
        return NONE if best is None else (pairs[best[0]], dict(zip(self.names, best[1].tolist(), strict=True)))

    def _changed(self, more: Mapping[int, int], added: Sequence[int], removed: Sequence[int], demanded: Sequence[int]) -> Region:
        low, high, absent = self.region.low.copy(), self.region.high.copy(), self.absent.copy()
        for row, by in more.items():
            high[row] += by
        for place, cut in enumerate(self.cuts, len(high) - len(self.cuts)):
            high[place] = bound_of_cut(cut, high)
        absent[list(added)] = False
        impossible = self.impossible.copy()
        impossible[self._possible_again([row for row, by in more.items() if by > 0], added)] = False
        absent[list(removed)] = True
        shut = impossible | self._holds(absent)
        if demanded:
            with_it = self._holds(self._those(demanded))
            student = int(self.student[np.argmax(with_it)])
            shut |= (self.student == student) & ~with_it
            low[self.limits + student] = 1
        return Region(low, high, shut)

    def _possible_again(self, limits: list[int], added: Sequence[int]) -> np.ndarray:
        """Pairs that couplings made impossible and that may be possible now: those the change touches, and on through couplings."""
        if not self.impossible.any() or not (limits or added):
            return np.zeros(0, np.int64)
        rows = self.joined.face.rows[: self.limits]
        negative = np.unique(np.searchsorted(rows.indptr, np.flatnonzero(rows.data < 0), side="right") - 1)
        coupled = abs(rows[negative])
        reached = self._holds(self._those(added))
        reached[rows[limits].indices] = True
        while True:
            coupled_now = (coupled @ reached.astype(np.int64) > 0).astype(np.int64)
            grown = (coupled.T @ coupled_now > 0) & self.impossible & ~reached
            if not grown.any():
                return np.flatnonzero(reached & self.impossible)
            reached |= grown

    def _most(self, region: Region, fresh: np.ndarray) -> np.ndarray:
        """int64 [stages]: what the change can bring at most, in the scale of the prices."""
        prices = self.margins.prices
        by = np.where(first_sign(prices) > 0, prices * (region.high - self.region.high), prices * (region.low - self.region.low))
        best: dict[int, tuple[int, ...]] = {}
        for pair in fresh:
            gain = tuple(int(g) for g in self.margins.gain(int(pair)))
            student = int(self.student[pair])
            best[student] = max(best.get(student, (0,) * len(gain)), gain)
        return np.asarray(by.sum(axis=1) + sum((np.array(gain) for gain in best.values()), np.zeros(len(prices), np.int64)))

    def _value(self, plan: np.ndarray) -> np.ndarray:
        return np.array([int(weights[plan].sum()) for weights in self.weights], np.int64)

    def _hoped(self, pairs: Sequence[int]) -> np.ndarray:
        return np.array([int(weights[list(pairs)].sum()) for weights in self.of_pairs], np.int64)


@dataclass(frozen=True)
class _Part:
    """The pairs that a question is about: int64 CSR [n, rows], weights [n] of each objective, the row of each pair's student."""

    columns: sparse.csr_matrix
    weights: list[np.ndarray]
    own: np.ndarray

    def proof(self, basis: Basis, here: Region) -> Margins | None:
        """Whole-number prices near those of the basis under which no pair would gain, so that they bound every plan here."""
        for prices, scale in whole_prices(basis.prices_of_taken(self.own)):
            margins = Margins.of(self.columns, self.weights, prices, scale)
            if (margins.give[~here.shut] >= 0).all():
                return margins
        return None

    def halves(self, here: Region, pair: int) -> tuple[Region, Region]:
        """Without this pair; and with it, so that it is looked at first."""
        without, alone, low = here.shut.copy(), here.shut | (self.own == self.own[pair]), here.low.copy()
        without[pair], alone[pair] = True, False
        low[self.own[pair]] = 1
        return replace(here, shut=without), replace(here, shut=alone, low=low)

    def use(self, plan: np.ndarray) -> np.ndarray:
        return np.asarray(self.columns[plan].sum(axis=0)).ravel()

    def value(self, plan: np.ndarray) -> np.ndarray:
        return np.array([int(w[plan].sum()) for w in self.weights], np.int64)


def _at_least(reached: np.ndarray, bound: np.ndarray) -> bool:
    return tuple(reached.tolist()) >= tuple(bound.tolist())


def _matched(
    stages: Sequence[tuple[str, np.ndarray]], solution: Solution, absent: np.ndarray, rows: int
) -> tuple[np.ndarray, tuple[tuple[int, ...], ...]]:
    """Float [stages, rows + cuts]: the prices of the solution, zero for stages that say nothing about present pairs; and the cuts.

    Raises
    ------
    LostError
        When an objective was not settled by prices of these rows and cuts alone.
    """
    known: dict[str, StageResult] = {stage.name: stage for stage in solution.stages}
    alike = {weights[~absent].tobytes(): known[name] for name, weights in reversed(stages) if name in known}
    cuts = max((stage.cuts for stage in solution.stages), key=len, default=())
    found = np.zeros((len(stages), rows + len(cuts)))
    for prices, (name, weights) in zip(found, stages, strict=True):
        stage = known.get(name) or alike.get(weights[~absent].tobytes())
        if stage is None and weights[~absent].any():
            raise LostError
        if stage is not None:
            if len(stage.prices) != rows + len(stage.cuts) or not all(stage.cuts) or KNAPSACKS in stage.road:
                raise LostError
            prices[: len(stage.prices)] = stage.prices / stage.scale
    return found, cuts
