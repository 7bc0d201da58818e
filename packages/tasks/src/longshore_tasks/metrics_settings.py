"""Where a service without a web server of its own serves its metrics."""

from __future__ import annotations

from pydantic import Field

from longshore_tasks.settings import Settings


class MetricsSettings(Settings):
    """The shared settings, and the port of the page at ``/metrics``."""

    metrics_port: int = Field(default=0, ge=0, le=65_535)
    """0: nothing is counted and nothing is served."""
    metrics_host: str = "127.0.0.1"
    """The address that the port is opened on."""
