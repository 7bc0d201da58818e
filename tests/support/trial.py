"""Jobs of a trial: enqueue some, wait for them, look at their records."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from longshore.envelope import NewJob
from longshore.records import JobRecord, JobState
from longshore.store import Store, jobs
from support.until import until


def nap(seconds: float, queue: str = "normal", **options: Any) -> NewJob:
    """Return a job that takes some time."""
    kwargs = {"seconds": seconds}
    return NewJob(task="trial.nap", id=str(uuid4()), kwargs=kwargs, queue=queue, **options)


def enqueue(store: Store, *wanted: NewJob) -> list[str]:
    """Enqueue jobs; returns their ids."""
    for job in wanted:
        store.run(jobs.enqueue(job))
    return [job.id for job in wanted]


def records(store: Store, ids: list[str]) -> list[JobRecord]:
    """Return the jobs' records."""
    return [store.run(jobs.get(job_id)) for job_id in ids]


def finished(store: Store, ids: list[str], seconds: float) -> list[JobRecord]:
    """Wait until all have succeeded."""

    def done() -> bool:
        return all(one.state is JobState.SUCCEEDED for one in records(store, ids))

    until(done, seconds)
    return records(store, ids)


def running(store: Store, job_id: str) -> bool:
    """Whether the job is running."""
    return store.run(jobs.get(job_id)).state is JobState.RUNNING
