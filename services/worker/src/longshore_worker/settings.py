"""What the worker is told by its environment, besides Celery's command line."""

from __future__ import annotations

from pydantic import Field

from longshore_tasks.settings import Settings


class WorkerSettings(Settings):
    """The shared settings and the worker's own; queues and concurrency are Celery's flags."""

    worker_prefetch: int = Field(default=1, ge=1, le=100)
    """Jobs claimed ahead per process; a drain gives back those that have not begun."""
