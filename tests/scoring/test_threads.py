"""Products of matrices take one thread of the library: inside `spread`, and everywhere after `one_each`."""

from __future__ import annotations

import numpy as np
from threadpoolctl import threadpool_info, threadpool_limits

from matcher.scoring.text.threads import one_each, spread


def _threads(_: object = None) -> set[int]:
    np.ones((2, 2)) @ np.ones((2, 2))
    return {library["num_threads"] for library in threadpool_info() if library["user_api"] == "blas"}


def test_one_thread_for_a_while_and_for_good():
    with threadpool_limits(2, user_api="blas"):
        assert _threads() == {2}
        assert spread(_threads, range(3), threads=2) == [{1}] * 3
        assert _threads() == {2}
        one_each()
        assert _threads() == {1}
