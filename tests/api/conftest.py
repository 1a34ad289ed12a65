"""The same tests on SQLite and on a real PostgreSQL."""

from __future__ import annotations

import pytest

from api.settings import ServiceSettings
from tests.api.service import Service, settings_for

KINDS = ["sqlite", "postgres"]


@pytest.fixture(autouse=True)
def _plain_environment(monkeypatch):
    monkeypatch.delenv("DATABASE_URL", raising=False)


@pytest.fixture(params=KINDS)
def kind(request) -> str:
    return request.param


@pytest.fixture
def settings(kind, tmp_path) -> ServiceSettings:
    return settings_for(kind, tmp_path)


@pytest.fixture
def service(settings):
    made = Service(settings)
    yield made
    made.close()
