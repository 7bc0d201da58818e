"""Many jobs of one task in one call: what is sent, and what became of each."""

from __future__ import annotations

from enum import StrEnum
from typing import Generic, TypeVar

from pydantic import BaseModel, ConfigDict, Field

from longshore.jobs import Job
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


class Batch(BaseModel, Generic[J]):
    """Jobs of one task, which are accepted together or not at all."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    jobs: list[BatchItem[J]] = Field(min_length=1, max_length=MOST_AT_ONCE)


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

    jobs: list[BatchedJob]
