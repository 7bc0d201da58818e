"""Queues."""

from __future__ import annotations

from pydantic import BaseModel, Field

from longshore.records import QueueStatus


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
        )


class QueueList(BaseModel):
    """Every queue of the set, and every other that ever held a job, by name."""

    queues: list[QueueView]
