"""What the broker hands to a child in the instant of its end."""

from __future__ import annotations

import os
import signal

import psutil
import pytest

from longshore.records import JobState
from longshore.store import jobs
from support.until import until

QUIET = ("--without-gossip", "--without-mingle")


def waits_for_work(client) -> bool:
    return any(one["cmd"] == "blpop" for one in client.client_list())


def hand_over(child: int, shop, store, client):
    """Enqueue a job while this child, stopped, waits for work; none when it had just awoken."""
    until(lambda: waits_for_work(client))
    os.kill(child, signal.SIGSTOP)
    job = shop.module.add.delay(20, 22)

    def is_handed() -> bool:
        return store.run(jobs.get(job.id)).state is JobState.RUNNING

    until(lambda: is_handed() or not waits_for_work(client))
    if is_handed():
        return job
    # It was stopped between two waits, and takes the job when it goes on.
    os.kill(child, signal.SIGCONT)
    assert job.get(timeout=30) == 42
    return None


@pytest.mark.parametrize("pool", ["longshore", "longshore-threads"])
def test_it_goes_back_at_once_and_counts_as_no_run(shop, store, client, pool):
    with shop.worker(pool=pool, options=QUIET, concurrency=1) as worker:
        (child,) = psutil.Process(worker.pid).children()
        job = until(lambda: hand_over(child.pid, shop, store, client))
        os.kill(child.pid, signal.SIGKILL)
        assert job.get(timeout=30) == 42
    record = store.run(jobs.get(job.id))
    assert (record.deliveries, record.attempts, record.interruptions) == (2, 1, 0)
