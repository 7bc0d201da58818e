"""A running job tells how far it is and stops when asked; a paused queue rests; on each pool."""

from __future__ import annotations

import pytest

from longshore.jobs import to_new_job
from longshore.records import JobState
from longshore.store import jobs, queues
from support.garden import Water
from support.until import until


@pytest.mark.parametrize("pool", ["prefork", "threads", "longshore"])
def test_a_job_is_followed_asked_to_stop_and_held_back(store, gardener, pool):
    def enqueue(**fields):
        return store.run(jobs.enqueue(to_new_job(Water(**fields)))).job_id

    def record(job_id):
        return store.run(jobs.get(job_id))

    with gardener(pool):
        quick = enqueue(beds=5)
        until(lambda: record(quick).state is JobState.SUCCEEDED, 60)
        told = record(quick).progress
        assert (told.done, told.total, told.note) == (5, 5, "bed 5")

        long = enqueue()
        until(lambda: record(long).progress is not None, 60)
        assert store.run(jobs.cancel(long, ask=True)) is JobState.RUNNING
        until(lambda: record(long).state is JobState.CANCELLED, 60)
        assert 0 < record(long).progress.done < 3000
        assert record(long).error.type == "Cancelled"

        running = enqueue()
        until(lambda: record(running).progress is not None, 60)
        store.run(queues.pause("garden"))
        held_back = enqueue(beds=1)
        store.run(jobs.cancel(running, ask=True))
        until(lambda: record(running).state is JobState.CANCELLED, 60)
        assert record(held_back).deliveries == 0
        store.run(queues.resume("garden"))
        until(lambda: record(held_back).state is JobState.SUCCEEDED, 60)
