"""Many jobs of one task in one call: what is sent, and what became of each."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any, Generic, TypeVar

from pydantic import BaseModel, ConfigDict, Field

from longshore.jobs import Job
from longshore.records import moment
from longshore.store.batches import BatchRecord
from longshore.store.jobs import MOST_AT_ONCE
from longshore_api.jobs.key import KeyText

J = TypeVar("J", bound=Job)


class BatchItem(BaseModel, Generic[J]):
    """One job of a batch."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    fields: J = Field(description="the same as the body that enqueues one job")
    idempotency_key: KeyText | None = Field(
        default=None, description="as the header Idempotency-Key of a single enqueue"
    )


class Callback(BaseModel):
    """The job that follows when every job of a batch has ended, of whatever task."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        json_schema_extra={"example": {"task": "system.echo", "fields": {"text": "all done"}}},
    )

    task: str
    fields: dict[str, Any] = Field(description="the same as the body that enqueues this job")


class Batch(BaseModel, Generic[J]):
    """Jobs of one task, which are accepted together or not at all."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    jobs: list[BatchItem[J]] = Field(min_length=1, max_length=MOST_AT_ONCE)
    tracked: bool = Field(
        default=False, description="count how the new jobs end, under an id of the batch"
    )
    callback: Callback | None = Field(
        default=None,
        description="enqueued once, when the last new job has ended in any way; implies tracked",
    )


class BatchOutcome(StrEnum):
    """What became of one job of a batch."""

    CREATED = "created"
    EXISTING = "existing"
    CONFLICT = "conflict"


class BatchedJob(BaseModel):
    """One job of a batch, in the order in which they were sent."""

    id: str = Field(examples=["5b0c1f2e-6f3b-4a63-9a39-6c1c1d0f4a11"])
    outcome: BatchOutcome = Field(
        description="created: it is new; existing: its key stands for this job already; conflict:"
        " its key was used with other fields, and nothing was enqueued for it"
    )


class BatchView(BaseModel):
    """A batch that was accepted."""

    id: str | None = Field(description="of the batch, when it is tracked")
    jobs: list[BatchedJob]


class BatchProgress(BaseModel):
    """How far a batch is: its jobs by how they ended, which a dead letter has."""

    id: str
    size: int = Field(description="jobs that were new when it was accepted", examples=[100])
    open: int = Field(description="have not ended yet", examples=[12])
    succeeded: int = Field(examples=[86])
    dead: int = Field(examples=[2])
    cancelled: int = Field(examples=[0])
    expired: int = Field(examples=[0])
    created_at: datetime | None
    ended_at: datetime | None = Field(description="when the last job had ended")
    callback: str | None = Field(description="the job that is enqueued then")

    @classmethod
    def of(cls, record: BatchRecord) -> BatchProgress:
        """Return a batch as it is shown."""
        return cls(
            id=record.id,
            size=record.size,
            open=record.open,
            succeeded=record.succeeded,
            dead=record.dead,
            cancelled=record.cancelled,
            expired=record.expired,
            created_at=moment(record.created_at),
            ended_at=moment(record.ended_at),
            callback=record.callback,
        )
