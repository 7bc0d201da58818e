"""The record of a job at the moment of its acceptance."""

from __future__ import annotations

from longshore.envelope import NewJob
from longshore.records import JobRecord, JobState


def accepted_record(job: NewJob, now: float) -> JobRecord:
    """Return the record that the enqueue has just written; ``now`` is the api's clock.

    It is told from what was sent and not read back: once the enqueue is done, no second failure
    may turn an accepted job into an error.
    """
    due_at = job.due_at if job.delay_seconds is None else now + job.delay_seconds
    waits = due_at is not None and due_at > now
    lasts = job.expires_in_seconds
    request_id = job.headers.get("request_id")
    return JobRecord(
        id=job.id,
        task=job.task,
        queue=job.queue,
        state=JobState.SCHEDULED if waits else JobState.QUEUED,
        priority=job.priority,
        attempts=0,
        deliveries=0,
        interruptions=0,
        enqueued_at=now,
        due_at=due_at if waits else None,
        started_at=None,
        finished_at=None,
        expires_at=None if lasts is None else now + lasts,
        worker=None,
        request_id=str(request_id) if request_id else None,
        fingerprint=job.fingerprint,
        error=None,
        dead_reason=None,
    )
