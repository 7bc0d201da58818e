"""What waits where."""

from __future__ import annotations

import pytest

from longshore.records import JobState, QueueStatus
from longshore.store import jobs
from longshore.store.queues import all_status, purge, ring


def test_every_kind_of_waiting_is_told_apart(store, enqueue, take):
    for _ in range(3):
        enqueue()
    enqueue(priority=9)
    enqueue(delay_seconds=60)
    take()
    (status,) = store.run(all_status())
    assert (status.waiting, status.delayed, status.claimed, status.dead) == (3, 1, 1, 0)
    assert status.oldest_age_seconds >= 0


def test_known_queues_and_those_named(store, enqueue):
    enqueue(queue="b")
    empty = QueueStatus("a", 0, 0, 0, 0, None)
    first, second = store.run(all_status(["a", "b"]))
    assert first == empty
    assert (second.queue, second.waiting) == ("b", 1)


def test_purge_cancels_what_waits(store, client, enqueue):
    enqueued = [enqueue() for _ in range(3)]
    assert store.run(purge("q", limit=2)) == 2
    assert store.run(purge("q")) == 1
    assert store.run(purge("q")) == 0
    states = [store.run(jobs.get(job_id)).state for job_id in enqueued]
    assert states == [JobState.CANCELLED] * 3


def test_whoever_waits_for_a_purged_job_is_told(store, client, enqueue):
    job_id = enqueue()
    store.run(purge("q"))
    assert b"REVOKED" in client.get(f"celery-task-meta-{job_id}")


def test_purge_takes_one_priority(store, enqueue, client):
    enqueue(priority=9)
    assert store.run(purge("q", 0)) == 0
    assert store.run(purge("q", 9)) == 1


def test_the_bell_is_bounded(store, client, enqueue):
    for _ in range(40):
        enqueue()
        store.run(ring("q"))
    assert client.llen("longshore:bell:q") <= 16


@pytest.mark.parametrize("garbage", [b"no json", b"[1]", b'{"headers": 3}'])
def test_garbage_at_the_head_of_a_queue_hides_nothing(store, client, enqueue, garbage):
    client.lpush("q", garbage)
    enqueue()
    (status,) = store.run(all_status())
    assert status.waiting == 2
