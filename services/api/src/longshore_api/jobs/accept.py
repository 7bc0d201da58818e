"""Accept a job, once per idempotency key."""

from __future__ import annotations

import time
from typing import NamedTuple

from longshore.errors import IdempotencyConflict
from longshore.jobs import Job
from longshore.store import Enqueuer, jobs
from longshore_api.jobs.accepted import accepted_json
from longshore_api.jobs.line import tell_enqueued
from longshore_api.jobs.new import Order, new_job
from longshore_api.schemas.job import shown_json


class Accepted(NamedTuple):
    """A job that was taken, and the JSON of its record."""

    job_id: str
    record: bytes


async def accept(enqueuer: Enqueuer, job: Job, order: Order) -> Accepted:
    """Enqueue a job and tell its record, or that of the job which the key stands for already.

    Raises:
        IdempotencyConflict: the key was used for this task with other fields or wishes.
        BrokerUnavailable: the broker does not answer; repeating with the same key is safe.
    """
    # Before the enqueue: a job never seems to have been claimed before it was accepted.
    new, now = new_job(job, order, order.key), time.time()
    enqueued = await enqueuer.enqueue(new)
    if enqueued.created:
        tell_enqueued(new)
        return Accepted(new.id, accepted_json(new, now))
    if enqueued.fingerprint not in {None, new.fingerprint}:
        raise IdempotencyConflict(
            f"this Idempotency-Key was used for {new.task} with other fields, another time or"
            " priority; use a new key for a new job"
        )
    record = await enqueuer.store.run(jobs.get(new.id))
    return Accepted(record.id, shown_json(record))
