"""Threads of our own, one for each processor, instead of those of the library for products of matrices.

Where other work shares the processors, its threads wait for each other at every product: five times the time was measured.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import Any, TypeVar

from threadpoolctl import ThreadpoolController

T = TypeVar("T")


@cache
def _libraries() -> ThreadpoolController:
    return ThreadpoolController()


def one_each() -> None:
    """From here on every product of matrices in this process takes one thread of the library, which must be imported by now.

    A command says the same in the environment before anything is imported (`matcher.cli.program`): then the library makes no threads.
    """
    ThreadpoolController().limit(limits=1, user_api="blas")


def processors(wanted: int | None = None) -> int:
    """How many threads to use: as many as wanted, or else one for each processor."""
    return max(1, wanted or os.cpu_count() or 1)


def spread(work: Callable[[T], Any], parts: Iterable[T], threads: int) -> list[Any]:
    """The work done on every part, in order, each product of matrices in one thread."""
    told = list(parts)
    with _libraries().limit(limits=1, user_api="blas"):
        if threads == 1 or len(told) < 2:
            return [work(part) for part in told]
        with ThreadPoolExecutor(threads) as pool:
            return list(pool.map(work, told))
