"""Jobs: the record, alone or with its story."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field
from pydantic_core import to_json

from longshore.records import AttemptRecord, DeadReason, JobRecord, JobState, Page, Progress, moment
from longshore_api.schemas.attempt import AttemptView
from longshore_api.schemas.error import ErrorView

EXAMPLE: dict[str, Any] = {
    "id": "5b0c1f2e-6f3b-4a63-9a39-6c1c1d0f4a11",
    "task": "images.thumbnail",
    "queue": "normal",
    "state": "running",
    "priority": 0,
    "attempts": 1,
    "deliveries": 1,
    "interruptions": 0,
    "enqueued_at": "2026-11-21T09:30:00Z",
    "due_at": None,
    "started_at": "2026-11-21T09:30:00.120000Z",
    "finished_at": None,
    "expires_at": None,
    "worker": "celery@normal-7d9f",
    "request_id": "b2c9c1f0a8c64f6f9f1f4f5f0d7f3a11",
    "error": None,
    "dead_reason": None,
    "replays": 0,
    "discard_reason": None,
    "cancel_asked": False,
    "progress": None,
    "client": "shop",
}


class ProgressView(BaseModel):
    """How far a job is, as its handler told."""

    done: float = Field(examples=[2])
    total: float | None = Field(examples=[3])
    note: str = Field(examples=["320x320"])
    attempt: int = Field(description="of which attempt this was told", examples=[1])
    told_at: datetime | None

    @classmethod
    def of(cls, progress: Progress | None) -> ProgressView | None:
        """Return progress, if any was told, as it is shown."""
        if progress is None:
            return None
        return cls(
            done=progress.done,
            total=progress.total,
            note=progress.note,
            attempt=progress.attempt,
            told_at=moment(progress.told_at),
        )


class JobView(BaseModel):
    """The record of a job, which is the truth about it; times by the broker's clock."""

    model_config = ConfigDict(json_schema_extra={"example": EXAMPLE})

    id: str
    task: str
    queue: str
    state: JobState
    priority: int = Field(description="0 is served first, 9 last")
    attempts: int = Field(description="runs by a worker; one that was cut short is not counted")
    deliveries: int = Field(description="every hand-over to a worker")
    interruptions: int = Field(description="runs that a drain or a crash cut short")
    enqueued_at: datetime | None
    due_at: datetime | None
    started_at: datetime | None
    finished_at: datetime | None
    expires_at: datetime | None
    worker: str | None
    request_id: str | None
    error: ErrorView | None
    dead_reason: DeadReason | None
    replays: int = Field(description="how often it came back from the dead letters")
    discard_reason: str | None = Field(description="why a person dropped the dead letter")
    cancel_asked: bool = Field(description="somebody asked for it not to run (again)")
    progress: ProgressView | None
    client: str | None = Field(description="who enqueued it; null: the set itself, or anybody")

    @classmethod
    def of(cls, record: JobRecord) -> JobView:
        """Return a record as it is shown."""
        return cls(**_shown(record))


class JobStory(JobView):
    """The record, and the attempts that did not simply succeed, oldest first."""

    model_config = ConfigDict(json_schema_extra={"example": {**EXAMPLE, "history": []}})

    history: list[AttemptView]

    @classmethod
    def told(cls, record: JobRecord, attempts: Iterable[AttemptRecord]) -> JobStory:
        """Return a record with its attempts as it is shown."""
        return cls(**_shown(record), history=[AttemptView.of(attempt) for attempt in attempts])


class JobPage(BaseModel):
    """A page of records, newest first; ask again with the cursor until there is none.

    A page may be short, even empty, and still have a cursor: one look covers a bounded stretch.
    """

    jobs: list[JobView]
    cursor: str | None = Field(examples=["1795253400000-0"])

    @classmethod
    def of(cls, page: Page) -> JobPage:
        """Return a page as it is shown."""
        return cls(jobs=[JobView.of(record) for record in page.records], cursor=page.cursor)


def shown_json(record: JobRecord) -> bytes:
    """Return the JSON of ``JobView.of(record)``, without a model in between."""
    return to_json(_shown(record), inf_nan_mode="null")


def _shown(record: JobRecord) -> dict[str, Any]:
    return {
        "id": record.id,
        "task": record.task,
        "queue": record.queue,
        "state": record.state,
        "priority": record.priority,
        "attempts": record.attempts,
        "deliveries": record.deliveries,
        "interruptions": record.interruptions,
        "enqueued_at": moment(record.enqueued_at),
        "due_at": moment(record.due_at),
        "started_at": moment(record.started_at),
        "finished_at": moment(record.finished_at),
        "expires_at": moment(record.expires_at),
        "worker": record.worker,
        "request_id": record.request_id,
        "error": ErrorView.of(record.error),
        "dead_reason": record.dead_reason,
        "replays": record.replays,
        "discard_reason": record.discard_reason,
        "cancel_asked": record.cancel_asked,
        "progress": ProgressView.of(record.progress),
        "client": record.client,
    }
