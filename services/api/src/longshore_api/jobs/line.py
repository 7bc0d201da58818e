"""What the line of a request says of the job that the request has enqueued."""

from __future__ import annotations

from collections.abc import Mapping
from contextvars import ContextVar

from longshore.envelope import NewJob

enqueued: ContextVar[Mapping[str, str] | None] = ContextVar("longshore_api_enqueued", default=None)


def tell_enqueued(job: NewJob) -> None:
    """It is in the broker: its change of state has its line with the request's."""
    enqueued.set({"job_id": job.id, "task": job.task, "queue": job.queue})
