"""What waits where."""

from __future__ import annotations

from dataclasses import replace

import pytest

from longshore.envelope import NewJob, encode
from longshore.errors import NotAQueue
from longshore.records import JobState, QueueStatus
from longshore.store import jobs
from longshore.store.queues import all_status, pause, purge, purge_delayed, ring
from support.everything import everything


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


def test_what_is_delayed_is_purged_apart(store, client, enqueue, take):
    waiting, other = enqueue(), enqueue(queue="other", delay_seconds=60)
    delayed = [enqueue(delay_seconds=60, priority=number) for number in (0, 3, 9)]
    assert store.run(purge_delayed("q", limit=2)) == 2
    assert store.run(purge_delayed("q")) == 1
    assert store.run(purge_delayed("q")) == 0
    states = [store.run(jobs.get(job_id)).state for job_id in (waiting, other, *delayed)]
    assert states == ["queued", "scheduled", *["cancelled"] * 3]
    assert client.hlen("longshore:delayed-messages") == 1
    assert b"REVOKED" in client.get(f"celery-task-meta-{delayed[0]}")


def test_a_retry_that_waits_is_purged(store, enqueue, take):
    job_id = enqueue()
    (held,) = take()
    again = NewJob(task="t", id=job_id, kwargs={}, queue="q", delay_seconds=60)
    store.run(jobs.post(replace(encode(again), token=held.claim.token)))
    assert store.run(jobs.get(job_id)).state is JobState.RETRYING
    assert store.run(purge_delayed("q")) == 1
    assert store.run(jobs.get(job_id)).state is JobState.CANCELLED


NO_QUEUES = (
    "longshore:accepted",
    "shop:longshore:accepted",
    "unacked",
    "_kombu.binding.celery",
    "celery-task-meta-1",
    "q\x06\x163",
    "",
)


@pytest.mark.parametrize("name", NO_QUEUES)
@pytest.mark.parametrize(
    "act", [purge, purge_delayed, pause, lambda name: jobs.enqueue(job_on(name))]
)
def test_a_name_of_another_key_is_no_queue(store, client, enqueue, name, act):
    enqueue()
    before = sorted(everything(client).split("\n"))
    with pytest.raises(NotAQueue, match="is no queue"):
        store.run(act(name))
    assert sorted(everything(client).split("\n")) == before


@pytest.mark.parametrize("put", ["rpush", "sadd"])
def test_what_holds_something_else_than_messages_is_not_purged(store, client, put):
    getattr(client, put)("shopping", "milk")
    with pytest.raises(NotAQueue):
        store.run(purge("shopping"))
    assert client.exists("shopping")


def test_a_queue_that_only_a_stock_producer_knows_is_purged(store, client):
    client.rpush("stock", b'{"headers": {"id": "1"}, "body": ""}', b'{"headers": {}}')
    assert store.run(purge("stock")) == 2


def test_garbage_in_a_known_queue_is_purged(store, client, enqueue):
    enqueue()
    client.rpush("q", b"no json")
    assert store.run(purge("q")) == 2


def job_on(queue: str) -> NewJob:
    return NewJob(task="t", id="new", kwargs={}, queue=queue)


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
