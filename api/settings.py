"""Every setting of the service: from the environment (`MATCHER_...`), or from matcher.toml in its folder."""

from __future__ import annotations

import os
from functools import cached_property
from pathlib import Path
from typing import Annotated

from pydantic import AliasChoices, Field
from pydantic_settings import BaseSettings, NoDecode, PydanticBaseSettingsSource, SettingsConfigDict, TomlConfigSettingsSource

MIB = 1024 * 1024


def default_home() -> Path:
    """The folder of the service when nobody names one."""
    base = os.environ.get("XDG_DATA_HOME") or str(Path.home() / ".local" / "share")
    return Path(base) / "internship-matcher"


class ServiceSettings(BaseSettings):
    """What can be set; docs/service.md has a row for each."""

    model_config = SettingsConfigDict(env_prefix="MATCHER_", extra="forbid", frozen=True, populate_by_name=True)

    home: Path = Field(default_factory=default_home, description="folder of the database and of caches")
    database_url: str = Field(
        "",
        validation_alias=AliasChoices("MATCHER_DATABASE_URL", "DATABASE_URL", "database_url"),
        description="PostgreSQL as postgresql://...; blank: SQLite in the folder",
    )
    host: str = Field("127.0.0.1", description="address to listen on")
    port: int = Field(8765, ge=0, le=65535, description="port to listen on")
    web_processes: int = Field(1, ge=1, le=64, description="processes that answer requests")
    run_workers: int = Field(1, ge=0, le=64, description="runs solved at a time by `matcher serve`; 0 leaves them to `matcher worker`")
    solver_threads: int = Field(1, ge=1, le=64, description="threads of one solve; the answer is the same for any number")
    lease_seconds: float = Field(15, ge=1, le=3600, description="a worker silent for so long is taken for dead and its runs are taken over")
    max_attempts: int = Field(3, ge=1, le=100, description="a run that brought down so many workers is given up")
    max_run_seconds: float = Field(7200, ge=1, description="a run that takes longer is stopped")
    max_body_mb: float = Field(16, gt=0, le=1024, description="largest JSON body")
    max_upload_mb: float = Field(128, gt=0, le=4096, description="largest uploaded archive or workbook")
    max_unpacked_mb: float = Field(512, gt=0, le=16384, description="most an archive may unpack to")
    max_ratio: float = Field(200, ge=1, description="most an archive may grow when unpacked")
    rate_limit: str = Field("1200/minute", description="requests per key, as `limits` writes it; blank: no limit")
    rate_limit_signed_out: str = Field("120/minute", description="requests without a valid key per address")
    allow_private_webhooks: bool = Field(False, description="let webhooks call addresses of private networks")
    webhook_attempts: int = Field(8, ge=1, le=50, description="tries to deliver a webhook before it is given up")
    key_days: int = Field(365, ge=1, le=3650, description="days until a new key ends")
    log_level: str = Field("info", description="debug, info, warning or error")
    log_json: bool = Field(True, description="a line of JSON per event; no: lines for people")
    proxy_headers: Annotated[str, NoDecode] = Field("", description="addresses of proxies whose X-Forwarded-For is believed")

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Arguments win over the environment, the environment over the file."""
        home = init_settings().get("home") or os.environ.get("MATCHER_HOME") or default_home()
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls, Path(str(home)) / "matcher.toml")

    @cached_property
    def url(self) -> str:
        """The address of the database for SQLAlchemy."""
        if not self.database_url:
            return f"sqlite:///{self.home / 'matcher.sqlite3'}"
        scheme, _, rest = self.database_url.partition("://")
        return f"postgresql+psycopg://{rest}" if scheme in {"postgres", "postgresql"} else self.database_url
