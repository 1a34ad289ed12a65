"""The best documents of each reading without the full matrix: blocks of readings times all documents, on a pool of threads.

Likeness is float32 products of whole numbers below 2^24, exact in any order, so neither the size of a block nor the number of workers
can change a byte. Without a refusal a fit grows with its likeness, so a block is cut to its candidates by likeness first: the k-th highest
of the maxima of some hundred groups is never above the k-th highest of all, and little else reaches it. Only candidates are fitted.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from matcher.scoring.text.asked import Asked
from matcher.scoring.text.threads import processors, spread

if TYPE_CHECKING:
    from matcher.scoring.text.index import TextIndex

Allowed = np.ndarray | Callable[[np.ndarray], np.ndarray]
"""bool [readings, documents], or what gives its rows for places of readings (asked by several threads at once)."""
BLOCK = 128
_GROUPS = 16
"""Groups of documents for each place among the best."""


@dataclass(frozen=True)
class Best:
    """The best documents of each reading, best first, of equal ones the lower place first.

    Attributes
    ----------
    places : int32 [readings, k]; -1 where fewer are allowed.
    fits : float64 [readings, k]; 0 there.
    """

    places: np.ndarray
    fits: np.ndarray


def best(index: TextIndex, asked: Asked, k: int, allowed: Allowed | None, block: int, workers: int | None) -> Best:
    """The k best documents of each reading; every document when there are no more than k."""
    documents = len(index.documents)
    k = min(k, documents)
    found = Best(np.full((len(asked), k), -1, np.int32), np.zeros((len(asked), k)))
    if not found.places.size:
        return found
    threads = processors(workers)
    room = [np.empty((2, min(block, len(asked)), documents), np.float32) for _ in range(threads)]

    def one(start: int) -> None:
        rows = np.arange(start, min(start + block, len(asked)))
        own = room.pop()
        mask = None if allowed is None else allowed(rows) if callable(allowed) else allowed[rows]
        found.places[rows], found.fits[rows] = _of_block(index, asked[rows], k, mask, own[:, : len(rows)])
        room.append(own)

    spread(one, range(0, len(asked), block), threads)
    return found


def _of_block(index: TextIndex, asked: Asked, k: int, mask: np.ndarray | None, room: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    fields, second = room
    np.matmul(asked.wanted.vectors.fields, index.vectors.fields.T, out=fields)
    np.matmul(asked.wanted.vectors.second, index.vectors.second.T, out=second)
    second *= np.float32(index.engine.weight)
    places, fits = np.full((len(asked), k), -1, np.int32), np.zeros((len(asked), k))
    whole = np.array([not told or bool(asked.refusing(i)) for i, told in enumerate(asked.told)])
    simple = np.flatnonzero(~whole)
    if len(simple):
        both = fields + second if len(simple) == len(asked) else fields[simple] + second[simple]
        at, row, place, fit = _candidates(index, asked, simple, (both, fields, second), k, None if mask is None else mask[simple])
        places[row, at], fits[row, at] = place, fit
        whole[simple] = (places[simple] < 0).any(axis=1) | (fits[simple] <= 0).any(axis=1)
    hard = np.flatnonzero(whole)
    for rows in np.array_split(hard, -(-len(hard) // 16)) if len(hard) else ():
        alike = fields[rows].astype(np.float64)
        alike += second[rows]
        places[rows], fits[rows] = _sorted(index.fitted(alike, asked[rows]), k, None if mask is None else mask[rows])
    return places, fits


def _candidates(
    index: TextIndex, asked: Asked, rows: np.ndarray, likeness: tuple[np.ndarray, np.ndarray, np.ndarray], k: int, mask: np.ndarray | None
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Rank, row, place and fit of the best documents of some rows, by their likeness.

    The sum of both products may be rounded where it is above 2^24 quarters; rounding keeps order, and what is equal stays in.
    """
    both, fields, second = likeness
    documents = both.shape[1]
    if mask is not None:
        np.copyto(both, -np.inf, where=~mask)
    size = documents // (_GROUPS * k)
    tops = both[:, : size * _GROUPS * k].reshape(len(rows), size, -1).max(axis=1) if size > 1 else both
    least = np.partition(tops, -k, axis=1)[:, -k, None]
    flat = np.flatnonzero((both >= np.maximum(least, np.finfo(np.float32).min)).ravel())
    row, place = np.divmod(flat, documents)
    own = rows[row]
    alike = fields[own, place].astype(np.float64)
    alike += second[own, place]
    fit = index.fitted_pairs(alike, asked.wanted.mean[own, 0], asked.wanted.span[own, 0])
    order = np.lexsort((place, -fit, row))
    row, place, fit = own[order], place[order], fit[order]
    at = np.arange(len(row)) - np.searchsorted(row, row)
    kept = at < k
    return at[kept], row[kept], place[kept], fit[kept]


def _sorted(fits: np.ndarray, k: int, mask: np.ndarray | None) -> tuple[np.ndarray, np.ndarray]:
    shown = fits if mask is None else np.where(mask, fits, -1.0)
    order = np.argsort(-shown, axis=1, kind="stable")[:, :k]
    value = np.take_along_axis(shown, order, axis=1)
    return np.where(value < 0, -1, order).astype(np.int32), np.maximum(value, 0.0)
