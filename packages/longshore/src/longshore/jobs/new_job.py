"""A job as the store takes it."""

from __future__ import annotations

from datetime import datetime

from longshore.envelope import NewJob, idempotent_id
from longshore.ids import new_id
from longshore.jobs.fingerprint import fingerprint
from longshore.jobs.job import Job


def to_new_job(
    job: Job,
    *,
    job_id: str | None = None,
    idempotency_key: str | None = None,
    request_id: str | None = None,
    priority: int | None = None,
    delay_seconds: float | None = None,
    run_at: datetime | None = None,
    expires_in_seconds: float | None = None,
) -> NewJob:
    """Return what ``longshore.store.jobs.enqueue`` takes for this job.

    With an idempotency key the id follows from it, and the store keeps the first such job;
    compare ``Enqueued.fingerprint`` to tell a repetition from a conflict. ``run_at`` needs a
    time zone.
    """
    spec, fields = job.spec, job.to_fields()
    return NewJob(
        task=spec.task,
        id=job_id or _new_id(spec.task, idempotency_key),
        kwargs=fields,
        queue=spec.queue,
        priority=priority or 0,
        delay_seconds=delay_seconds,
        due_at=run_at.timestamp() if run_at else None,
        expires_in_seconds=expires_in_seconds,
        unique=idempotency_key is not None,
        fingerprint=fingerprint(spec.task, fields),
        headers={**spec.headers, **({"request_id": request_id} if request_id else {})},
        soft_time_limit=spec.soft_time_limit_seconds,
        time_limit=spec.time_limit_seconds,
    )


def _new_id(task: str, idempotency_key: str | None) -> str:
    return new_id() if idempotency_key is None else idempotent_id(task, idempotency_key)
