"""Jobs of a trial: enqueue some, wait for them, look at their records."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from longshore.envelope import NewJob
from longshore.records import JobRecord, JobState, Outcome
from longshore.store import Store, jobs
from support.until import until

AT_ONCE = 500


def nap(seconds: float, queue: str = "normal", **options: Any) -> NewJob:
    """Return a job that takes some time."""
    kwargs = {"seconds": seconds}
    return NewJob(task="trial.nap", id=str(uuid4()), kwargs=kwargs, queue=queue, **options)


def enqueue(store: Store, *wanted: NewJob) -> list[str]:
    """Enqueue jobs; returns their ids."""
    for begin in range(0, len(wanted), AT_ONCE):
        store.run(jobs.enqueue_all(wanted[begin : begin + AT_ONCE]))
    return [job.id for job in wanted]


def records(store: Store, ids: list[str]) -> list[JobRecord]:
    """Return the jobs' records."""
    return [store.run(jobs.get(job_id)) for job_id in ids]


def finished(store: Store, ids: list[str], seconds: float) -> list[JobRecord]:
    """Wait until all have succeeded."""
    left = list(ids)

    def done() -> bool:
        while left and store.run(jobs.get(left[-1])).state is JobState.SUCCEEDED:
            left.pop()
        return not left

    until(done, seconds)
    return records(store, ids)


def ended_by(store: Store, job_id: str) -> set[str]:
    """Return the pods in which a run of the job was cut short."""
    runs = store.run(jobs.attempts(job_id))
    return {one.worker.partition("@")[2] for one in runs if one.outcome is Outcome.INTERRUPTED}


def running(store: Store, job_id: str) -> bool:
    """Whether the job is running."""
    return store.run(jobs.get(job_id)).state is JobState.RUNNING
