"""Tasks: the catalogue, and the counters of one."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from pydantic import BaseModel, Field

from longshore.jobs import Job
from longshore.records import TaskStats
from longshore.retry import RetryPolicy


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
            fields=job.model_json_schema(),
        )


class TaskList(BaseModel):
    """The catalogue."""

    tasks: list[TaskView]


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

    @classmethod
    def of(cls, stats: TaskStats) -> TaskStatsView:
        """Return counters as they are shown."""
        return cls(**asdict(stats))
