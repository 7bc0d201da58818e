"""What the worker is told by its environment, besides Celery's command line."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field

from longshore_tasks.metrics_settings import MetricsSettings


class WorkerSettings(MetricsSettings):
    """The shared settings and the worker's own; queues and concurrency are Celery's flags."""

    worker_prefetch: int = Field(default=1, ge=1, le=100)
    """Jobs claimed ahead per process; a drain gives back those that have not begun."""
    worker_drain_seconds: float | None = Field(default=None, gt=0)
    """How long a warm shutdown may take; then running jobs go back. None: as long as they run."""
    probe_socket: Path | None = None
    """Where the main loop answers whether it is alive and ready."""
