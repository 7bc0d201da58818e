"""What the scheduler is told by its environment."""

from __future__ import annotations

from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field, field_validator

from longshore_tasks.metrics_settings import MetricsSettings


class SchedulerSettings(MetricsSettings):
    """The shared settings and the scheduler's own; ``lease_seconds`` is the leader's lease, too."""

    scheduler_timezone: str = "UTC"
    """The wall clock of the cron entries, such as Europe/Berlin."""
    scheduler_tick_file: Path | None = None
    """Rewritten in every round, at least once a second; its age tells a probe of a hang."""
    scheduler_deletion_cost: bool = False
    """On Kubernetes: mark busy pods, so that a scale-in takes idle ones first."""
    scheduler_pod_selector: str = "app.kubernetes.io/component=worker"
    """The label selector of the workers' pods."""

    scheduler_outbox: bool = False
    """Enqueue what ``session.enqueue(job)`` has committed; it asks the database."""
    scheduler_outbox_seconds: float = Field(default=0.5, gt=0, le=60)
    """Between two looks."""

    @field_validator("scheduler_timezone")
    @classmethod
    def _known_zone(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            message = "no such time zone; write one of the IANA database, such as Europe/Berlin"
            raise ValueError(message) from None
        return name
