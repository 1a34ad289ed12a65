"""A fresh lawful round for every test."""

from __future__ import annotations

import pytest

from tests.audit.plain_round import PlainRound


@pytest.fixture
def plain() -> PlainRound:
    """Give a lawful round to change."""
    return PlainRound()
