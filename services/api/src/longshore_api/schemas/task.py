"""Tasks: the catalogue, and the counters of one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from pydantic import BaseModel, Field

from longshore.jobs import Job
from longshore.records import TaskStats
from longshore.retry import RetryPolicy
from longshore.store.sketches import Quantiles, QueueWindow, Window


class RetryView(BaseModel):
    """How often and how late a failed attempt is repeated; seconds."""

    max_retries: int = Field(examples=[5])
    first_delay_seconds: float = Field(examples=[60])
    factor: float = Field(examples=[2])
    max_delay_seconds: float = Field(examples=[3600])
    jitter: float = Field(description="the largest part of a delay added by chance", examples=[0.1])
    retry_on: list[str] = Field(description="only these errors", examples=[["Transient"]])

    @classmethod
    def of(cls, policy: RetryPolicy) -> RetryView:
        """Return a policy as it is shown."""
        return cls(
            max_retries=policy.max_retries,
            first_delay_seconds=policy.first_delay_seconds,
            factor=policy.factor,
            max_delay_seconds=policy.max_delay_seconds,
            jitter=policy.jitter,
            retry_on=[kind.__name__ for kind in policy.retry_on],
        )


class TaskView(BaseModel):
    """A task: where its jobs wait, how they are retried, and what fields they take."""

    task: str = Field(examples=["images.thumbnail"])
    summary: str = Field(examples=["Make thumbnails of an uploaded picture in several sizes."])
    queue: str = Field(examples=["normal"])
    retry: RetryView
    soft_time_limit_seconds: float = Field(examples=[60])
    time_limit_seconds: float = Field(examples=[90])
    scope: str | None = Field(
        description="what a caller needs to enqueue it; null: only the set itself does",
        examples=["jobs:write"],
    )
    fields: dict[str, Any] = Field(description="JSON schema of the body that enqueues a job")

    @classmethod
    def of(cls, job: type[Job]) -> TaskView:
        """Return a job class as it is shown."""
        spec = job.spec
        return cls(
            task=spec.task,
            summary=spec.summary,
            queue=spec.queue,
            retry=RetryView.of(spec.retry),
            soft_time_limit_seconds=spec.soft_time_limit_seconds,
            time_limit_seconds=spec.time_limit_seconds,
            scope=spec.scope,
            fields=job.model_json_schema(),
        )


class TaskList(BaseModel):
    """The catalogue."""

    tasks: list[TaskView]


class QuantilesView(BaseModel):
    """Of so many times, in seconds; out of a sketch, wrong by at most a tenth."""

    count: int = Field(examples=[117])
    p50: float | None = Field(examples=[0.04])
    p95: float | None = Field(examples=[0.2])
    p99: float | None = Field(examples=[0.9])

    @classmethod
    def of(cls, quantiles: Quantiles) -> QuantilesView:
        """Return quantiles as they are shown."""
        return cls(**asdict(quantiles))


class QueueWindowView(BaseModel):
    """A task's jobs of one queue within a window."""

    queue: str = Field(examples=["normal"])
    outcomes: dict[str, int] = Field(examples=[{"succeeded": 117, "dead": 1}])
    wait_seconds: QuantilesView
    run_seconds: QuantilesView

    @classmethod
    def of(cls, window: QueueWindow) -> QueueWindowView:
        """Return a queue's part as it is shown."""
        return cls(
            queue=window.queue,
            outcomes=dict(window.outcomes),
            wait_seconds=QuantilesView.of(window.wait),
            run_seconds=QuantilesView.of(window.run),
        )


class WindowView(BaseModel):
    """The last so many seconds, and up to a minute more; of a day, up to an hour."""

    seconds: int = Field(examples=[300])
    queues: list[QueueWindowView]

    @classmethod
    def of(cls, window: Window) -> WindowView:
        """Return a window as it is shown."""
        return cls(
            seconds=window.seconds, queues=[QueueWindowView.of(one) for one in window.queues]
        )


class TaskStatsView(BaseModel):
    """Counts by outcome and times of one task since its counters began; seconds."""

    task: str = Field(examples=["images.thumbnail"])
    enqueued: int = Field(examples=[120])
    succeeded: int = Field(examples=[117])
    retried: int = Field(examples=[4])
    dead: int = Field(examples=[1])
    cancelled: int = Field(examples=[0])
    expired: int = Field(examples=[0])
    interrupted: int = Field(examples=[1])
    run_seconds_total: float = Field(examples=[44.2])
    run_seconds_max: float = Field(examples=[1.9])
    wait_seconds_total: float = Field(examples=[3.7])
    wait_seconds_max: float = Field(examples=[0.4])
    windows: list[WindowView]

    @classmethod
    def of(cls, stats: TaskStats, windows: Sequence[Window]) -> TaskStatsView:
        """Return counters and windows as they are shown."""
        return cls(**asdict(stats), windows=[WindowView.of(one) for one in windows])
