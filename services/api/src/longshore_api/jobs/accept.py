"""Accept a job, once per idempotency key."""

from __future__ import annotations

import time

from longshore.current import request_id
from longshore.envelope import NewJob
from longshore.errors import IdempotencyConflict
from longshore.jobs import Job, to_new_job
from longshore.records import JobRecord
from longshore.store import Enqueuer, jobs
from longshore_api.jobs.accepted import accepted_record
from longshore_api.jobs.wishes import Wishes


async def accept(enqueuer: Enqueuer, job: Job, wishes: Wishes, key: str | None) -> JobRecord:
    """Enqueue a job and return its record, or that of the job which the key stands for already.

    Raises:
        IdempotencyConflict: the key was used for this task with other fields.
        BrokerUnavailable: the broker does not answer; repeating with the same key is safe.
    """
    # Before the enqueue: a job never seems to have been claimed before it was accepted.
    new_job, now = _new_job(job, wishes, key), time.time()
    enqueued = await enqueuer.enqueue(new_job)
    if enqueued.created:
        return accepted_record(new_job, now)
    if enqueued.fingerprint not in {None, new_job.fingerprint}:
        raise IdempotencyConflict(
            f"this Idempotency-Key was used for {new_job.task} with other fields;"
            " use a new key for a new job"
        )
    return await enqueuer.store.run(jobs.get(new_job.id))


def _new_job(job: Job, wishes: Wishes, key: str | None) -> NewJob:
    return to_new_job(
        job,
        idempotency_key=key,
        request_id=request_id.get(),
        priority=wishes.priority,
        delay_seconds=wishes.delay_seconds,
        run_at=wishes.run_at,
        expires_in_seconds=wishes.expires_in_seconds,
    )
