"""What the api is told by its environment."""

from __future__ import annotations

from dataclasses import replace

from pydantic import Field

from longshore.store import StoreSettings
from longshore_api.access.settings import AccessSettings


class ApiSettings(AccessSettings):
    """The shared settings and the api's own, each read from ``LONGSHORE_<NAME>``."""

    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=0, le=65_535)

    upload_max_bytes: int = Field(default=25 * 2**20, ge=1, le=5 * 2**30)
    """The largest file that is taken; more is refused while it is being received."""
    body_max_bytes: int = Field(default=2**20, ge=1024, le=100 * 2**20)
    """The largest body of every other request."""

    breaker_seconds: float = Field(default=1.0, ge=0, le=60)
    """How long calls fail at once after one found the broker unavailable."""
    broker_connections: int = Field(default=32, ge=2, le=1000)
    """How many calls to the broker run at once; the others stand in line."""
    ready_deadline_seconds: float = Field(default=1.0, gt=0, le=10)
    """How long readiness waits for the broker and for the database."""
    health_deadline_seconds: float = Field(default=5.0, gt=0, le=60)
    """How long the health job may take from enqueue to result."""
    drain_seconds: int = Field(default=20, ge=1, le=600)
    """How long running requests may take after SIGTERM."""

    def store_settings(self) -> StoreSettings:
        """Return the settings of a store on the broker, with a breaker."""
        return replace(
            super().store_settings(),
            breaker_seconds=self.breaker_seconds,
            max_connections=self.broker_connections,
        )
