"""A few hundred calls invented from the API's description; `make test-calls` makes 100,000."""

from __future__ import annotations

import warnings

import pytest


@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
def test_no_invented_call_breaks_the_service_or_its_description(kind):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from benchmarks.service_calls import measure

        told = measure(200, 3, kind)
    assert told["calls"] > 100
    assert (told["5xx"], told["examples"]) == (0, [])
