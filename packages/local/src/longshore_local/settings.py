"""What a run on one machine is told by its environment."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr

from longshore.metrics.place import address
from longshore_tasks.settings import Settings


def _processes() -> int:
    return max(2, min(os.cpu_count() or 2, 8))


class LocalSettings(Settings):
    """The shared settings and those of the local run; the brokers are always its own."""

    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=1, le=65_535)
    data_dir: Path = Path(".longshore")
    """Holds everything that survives a restart: Valkey's file, the database, the files."""
    valkey_port: int | None = Field(default=None, ge=1, le=65_535)
    """A free port unless it is set."""
    local_broker: Literal["redis", "rabbitmq"] = "redis"
    """``rabbitmq``: its own RabbitMQ holds the messages, and Valkey the records."""
    worker_concurrency: int = Field(default_factory=_processes, ge=1, le=64)
    stop_seconds: float = Field(default=30.0, gt=0, le=600)
    """How long the worker may finish what it runs before it is ended."""

    local_auth: Literal["off", "required"] = "off"
    """``LONGSHORE_AUTH`` of the api that the run starts."""
    api_key: SecretStr | None = None
    """What the demonstration and the load test call an api with whose authentication is on."""

    @property
    def bearer(self) -> dict[str, str]:
        """The header of a call to the api."""
        key = self.api_key
        return {} if key is None else {"Authorization": f"Bearer {key.get_secret_value()}"}

    @property
    def api_url(self) -> str:
        """Where the api of the run answers."""
        return f"http://{address(self.host, self.port)}"

    @property
    def database(self) -> str:
        """The database that was set, or one in the data directory."""
        if "database_url" in self.model_fields_set:
            return self.database_url
        return f"sqlite:///{self.data_dir.resolve() / 'longshore.sqlite3'}"

    @property
    def files(self) -> Path:
        """The storage directory that was set, or one in the data directory."""
        if "storage_directory" in self.model_fields_set:
            return self.storage_directory.resolve()
        return self.data_dir.resolve() / "files"
