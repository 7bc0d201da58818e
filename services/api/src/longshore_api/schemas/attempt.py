"""The attempts of a job."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel, Field

from longshore.records import AttemptRecord, Outcome, moment
from longshore_api.schemas.error import ErrorView


class AttemptView(BaseModel):
    """One run of a job that did not simply succeed."""

    attempt: int = Field(examples=[1])
    delivery: int = Field(examples=[1])
    worker: str = Field(examples=["celery@normal-7d9f"])
    started_at: datetime | None
    ended_at: datetime | None
    outcome: Outcome
    error: ErrorView | None
    traceback: str | None = Field(description="its end, of what the handler raised")
    retry_in_seconds: float | None

    @classmethod
    def of(cls, record: AttemptRecord) -> AttemptView:
        """Return an attempt as it is shown."""
        return cls(
            attempt=record.attempt,
            delivery=record.delivery,
            worker=record.worker,
            started_at=moment(record.started_at),
            ended_at=moment(record.ended_at),
            outcome=record.outcome,
            error=ErrorView.of(record.error),
            traceback=record.error.traceback if record.error else None,
            retry_in_seconds=record.retry_in_seconds,
        )
