"""Queues."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel, Field

from longshore.records import QueueStatus, moment


class QueueView(BaseModel):
    """What is in one queue at this instant."""

    queue: str = Field(examples=["normal"])
    waiting: int = Field(description="ready to be claimed", examples=[12])
    delayed: int = Field(description="due later, retries included", examples=[2])
    claimed: int = Field(description="held by a worker", examples=[4])
    dead: int = Field(description="dead letters", examples=[0])
    oldest_age_seconds: float | None = Field(
        description="how long the oldest ready job has waited", examples=[0.8]
    )
    paused_since: datetime | None = Field(
        description="nothing is claimed from it since then", examples=[None]
    )

    @classmethod
    def of(cls, status: QueueStatus) -> QueueView:
        """Return a queue as it is shown."""
        return cls(
            queue=status.queue,
            waiting=status.waiting,
            delayed=status.delayed,
            claimed=status.claimed,
            dead=status.dead,
            oldest_age_seconds=status.oldest_age_seconds,
            paused_since=moment(status.paused_since),
        )


class QueueList(BaseModel):
    """Every queue of the set, and every other that ever held a job, by name."""

    queues: list[QueueView]


class PausedView(BaseModel):
    """Whether a queue is paused now, and whether this call changed that."""

    queue: str = Field(examples=["normal"])
    paused: bool
    changed: bool


class PurgedView(BaseModel):
    """How many waiting jobs ended as cancelled; ``more``: repeat the call for the rest."""

    queue: str = Field(examples=["normal"])
    purged: int = Field(examples=[12])
    more: bool
