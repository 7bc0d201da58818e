"""Dead letters: in a list, whole, and beside what their job class takes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from pydantic import BaseModel, Field

from longshore.errors import UnreadableMessage
from longshore.jobs.comparison import Comparison, Fit
from longshore.message import arguments
from longshore.records import DeadReason, moment
from longshore.store.dead_letters import DeadLetter, DeadLetterPage, Kept
from longshore_api.schemas.attempt import AttemptView
from longshore_api.schemas.error import ErrorView
from longshore_api.schemas.job import JobView

JOB_ID = "5b0c1f2e-6f3b-4a63-9a39-6c1c1d0f4a11"


class KeptView(BaseModel):
    """A dead letter in a list."""

    job_id: str = Field(examples=[JOB_ID])
    task: str = Field(examples=["images.thumbnail"])
    queue: str = Field(examples=["normal"])
    reason: DeadReason | None
    error: ErrorView | None
    attempts: int
    deliveries: int
    replays: int
    enqueued_at: datetime | None
    kept_at: datetime | None

    @classmethod
    def of(cls, letter: Kept) -> KeptView:
        """Return a letter as a list shows it."""
        record = letter.record
        return cls(
            job_id=record.id,
            task=record.task,
            queue=record.queue,
            reason=record.dead_reason,
            error=ErrorView.of(record.error),
            attempts=record.attempts,
            deliveries=record.deliveries,
            replays=record.replays,
            enqueued_at=moment(record.enqueued_at),
            kept_at=moment(letter.kept_seconds),
        )


class DeadLetterList(BaseModel):
    """A page of dead letters; ask again with the cursor until there is none.

    A page may be short, even empty, and still have a cursor: one look covers a bounded stretch.
    ``total`` counts all there are, whatever the filter.
    """

    dead_letters: list[KeptView]
    cursor: str | None = Field(examples=["MTc5NTI1MzQwMCA1YjBjMWYyZQ"])
    total: int = Field(examples=[12])

    @classmethod
    def of(cls, page: DeadLetterPage) -> DeadLetterList:
        """Return a page as it is shown."""
        letters = [KeptView.of(letter) for letter in page.letters]
        return cls(dead_letters=letters, cursor=page.cursor, total=page.total)


class ArgumentsView(BaseModel):
    """What the job was called with."""

    args: list[Any] = Field(description="positional; a job class takes none", examples=[[]])
    fields: dict[str, Any] = Field(examples=[{"file_id": "0b6f7c7cbd5c4d0c8f6c3a3f0d8b1e52"}])


class DeadLetterView(KeptView):
    """A dead letter with its original message and the whole story of its attempts."""

    job: JobView
    history: list[AttemptView] = Field(description="oldest first")
    arguments: ArgumentsView | None = Field(description="null when they cannot be read")
    message: str = Field(description="the original message; what is no UTF-8 is escaped")

    @classmethod
    def whole(cls, letter: DeadLetter) -> DeadLetterView:
        """Return a letter as it is shown alone."""
        return cls(
            **dict(KeptView.of(letter.kept)),
            job=JobView.of(letter.record),
            history=[AttemptView.of(attempt) for attempt in letter.attempts],
            arguments=_shown(letter.message),
            message=letter.message.decode("utf-8", "backslashreplace"),
        )


class FieldView(BaseModel):
    """One field: how it fits, what was sent and what is taken."""

    field: str = Field(examples=["sizes"])
    fit: Fit
    sent: Any = Field(description="null when nothing was sent, see fit")
    takes: str | None = Field(examples=["array of string"])
    problem: str | None = Field(examples=[None])


class ComparisonView(BaseModel):
    """Whether the job class would take now what was sent then."""

    job_id: str = Field(examples=[JOB_ID])
    task: str = Field(examples=["images.thumbnail"])
    known: bool = Field(description="whether there is a job class of this task")
    fits: bool = Field(description="whether a replay with the same arguments would begin")
    positional: int = Field(description="arguments without names, which no job class takes")
    fields: list[FieldView]
    takes: Mapping[str, Any] | None = Field(description="JSON schema of what is taken")

    @classmethod
    def of(cls, job_id: str, found: Comparison, schema: Mapping[str, Any] | None) -> ComparisonView:
        """Return a comparison as it is shown."""
        fields = [
            FieldView(
                field=one.field, fit=one.fit, sent=one.sent, takes=one.takes, problem=one.problem
            )
            for one in found.fields
        ]
        return cls(
            job_id=job_id,
            task=found.task,
            known=found.known,
            fits=found.fits,
            positional=found.positional,
            fields=fields,
            takes=schema,
        )


def _shown(message: bytes) -> ArgumentsView | None:
    try:
        sent = arguments(message)
    except UnreadableMessage:
        return None
    return ArgumentsView(args=list(sent.args), fields=dict(sent.kwargs))
