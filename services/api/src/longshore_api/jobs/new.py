"""A job as a caller wishes it."""

from __future__ import annotations

from longshore.current import request_id
from longshore.envelope import NewJob
from longshore.jobs import Job, to_new_job
from longshore_api.jobs.wishes import Wishes


def new_job(job: Job, wishes: Wishes, key: str | None) -> NewJob:
    """Return the job as the store takes it, with the id of the request that runs now."""
    return to_new_job(
        job,
        idempotency_key=key,
        request_id=request_id.get(),
        priority=wishes.priority,
        delay_seconds=wishes.delay_seconds,
        run_at=wishes.run_at,
        expires_in_seconds=wishes.expires_in_seconds,
    )
