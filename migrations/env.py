"""Runs migrations on the database of the service's settings."""

from __future__ import annotations

from alembic import context
from sqlmodel import SQLModel

import api.tables  # noqa: F401 - fills the metadata
from api.database import make_engine
from api.settings import ServiceSettings

settings = context.config.attributes.get("settings") or ServiceSettings()
engine = make_engine(settings)
with engine.connect() as connection:
    context.configure(connection=connection, target_metadata=SQLModel.metadata, render_as_batch=True)
    with context.begin_transaction():
        context.run_migrations()
engine.dispose()
