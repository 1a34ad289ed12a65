"""Intervals by the bootstrap: how much a figure would differ with other students like these."""

from __future__ import annotations

import zlib

import numpy as np

DRAWS = 1000
LOW, HIGH = 2.5, 97.5
"""Percentiles of the draws that bound an interval of 95 %."""


def of_share(count: int, of: int, name: str) -> tuple[float, float]:
    """Interval of a share in percent: `of` students drawn with replacement, `DRAWS` times."""
    drawn = _chance(name).binomial(of, count / of, DRAWS)
    low, high = np.percentile(100 * drawn / of, [LOW, HIGH])
    return float(low), float(high)


def of_difference(one: tuple[int, int], two: tuple[int, int], name: str) -> tuple[float, float]:
    """Interval of the difference of two shares of different students, in percentage points."""
    chance = _chance(name)
    (a, n), (b, m) = one, two
    drawn = chance.binomial(n, a / n, DRAWS) / n - chance.binomial(m, b / m, DRAWS) / m
    low, high = np.percentile(100 * drawn, [LOW, HIGH])
    return float(low), float(high)


def of_quantile(values: np.ndarray, share: float, name: str) -> tuple[float, float]:
    """Interval of a quantile of float64 [n]."""
    low, high = np.percentile(quantiles(values, share, name), [LOW, HIGH])
    return float(low), float(high)


def quantiles(values: np.ndarray, share: float, name: str) -> np.ndarray:
    """float64 [DRAWS]: the quantile in each draw. A draw is how often each distinct value comes, so that no draw is laid out."""
    known, many = np.unique(values, return_counts=True)
    drawn = _chance(name).multinomial(len(values), many / len(values), DRAWS)
    reached = np.cumsum(drawn, axis=1) >= rank(len(values), share)
    return np.asarray(known[reached.argmax(axis=1)], dtype=float)


def quantile(values: np.ndarray, share: float) -> float:
    """The smallest value that this share of the values does not exceed."""
    return float(np.sort(values)[rank(len(values), share) - 1])


def rank(n: int, share: float) -> int:
    """Which value in order of size the quantile is, from 1."""
    return max(1, int(np.ceil(share * n - 1e-9)))


def _chance(name: str) -> np.random.Generator:
    """A stream for one figure, the same whatever else is measured."""
    return np.random.default_rng(zlib.crc32(name.encode()))
