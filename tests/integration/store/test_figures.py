"""What the scripts count for the exporter: exact, bounded, whoever did it."""

from __future__ import annotations

import pytest

from longshore.records import DeadReason, ErrorInfo, JobState
from longshore.store import jobs
from longshore.store.claims import Settlement, settle, settle_all
from longshore.store.figures import figures
from longshore.store.queues import all_status, maintain
from longshore.store.sketches import recent, task_names

DONE = Settlement(JobState.SUCCEEDED)
LOST = Settlement(JobState.DEAD, error=ErrorInfo("ValueError", "no"), reason=DeadReason.REJECTED)


def by_queue(store, name):
    return {status.queue: status for status in store.run(all_status())}[name]


def test_places_are_counted_by_queue(store, clock, enqueue, take):
    for _ in range(3):
        enqueue()
    enqueue(delay_seconds=60)
    enqueue(delay_seconds=5)
    take()
    clock.advance(5)
    status = by_queue(store, "q")
    assert (status.waiting, status.claimed, status.delayed, status.due) == (2, 1, 2, 1)


def test_the_oldest_is_looked_for_in_every_priority_and_among_the_due(store, clock, enqueue):
    enqueue(queue="a", delay_seconds=5)
    clock.advance(5)
    assert by_queue(store, "a").due == 1
    assert by_queue(store, "a").oldest_age_seconds is None
    assert by_queue(store, "a").latest_age_seconds is not None
    enqueue(queue="b", priority=9)
    clock.advance(60)
    assert (by_queue(store, "b").oldest_age_seconds or 0) >= 60
    enqueue(queue="b", priority=0)
    assert (by_queue(store, "b").latest_age_seconds or 0) >= 60


def test_what_is_enqueued_is_counted_by_task_and_queue(store, enqueue, new_job):
    for _ in range(3):
        enqueue()
    store.run(jobs.enqueue_all([new_job(queue="r"), new_job(queue="r"), new_job(task="shop.x")]))
    assert store.run(figures()).enqueued_by_task_and_queue == {
        ("shop.add", "q"): 3,
        ("shop.add", "r"): 2,
        ("shop.x", "q"): 1,
    }


def test_names_without_end_are_counted_as_one(store, new_job):
    for begin in range(0, 1200, 100):
        many = [new_job(task=f"made.up.{begin + number}") for number in range(100)]
        store.run(jobs.enqueue_all(many))
    counted = store.run(figures()).enqueued_by_task_and_queue
    assert len(counted) == 1001
    assert counted["(unknown)", "q"] == 200
    assert sum(counted.values()) == 1200


def test_rescues_refusals_and_dead_letters_are_counted(store, enqueue, take, rescue_all):
    enqueue()
    (stale,) = take("w1")
    rescue_all()
    assert not store.run(settle(stale.claim, DONE))
    (again,) = take("w2")
    assert store.run(settle(again.claim, LOST))
    counted = store.run(figures())
    assert counted.rescued_by_queue == {("q",): 1}
    assert counted.refused_by_queue == {("q",): 1}
    assert counted.dead_by_queue_task_and_reason == {("q", "shop.add", "rejected"): 1}


def test_dead_letters_of_unknown_tasks_are_one(store, enqueue, take):
    unknown = Settlement(
        JobState.DEAD, error=ErrorInfo("UnknownTask", "no"), reason=DeadReason.UNKNOWN_TASK
    )
    for number in range(3):
        enqueue(task=f"made.up.{number}")
    for delivery in take(limit=3):
        store.run(settle(delivery.claim, unknown))
    counted = store.run(figures()).dead_by_queue_task_and_reason
    assert counted == {("q", "(unknown)", "unknown_task"): 3}
    assert store.run(task_names()) == ("(unknown)",)


def test_a_worker_is_ready_while_it_says_so(store, clock):
    store.run(maintain(worker="one@host", consumes=True))
    store.run(maintain(worker="two@host", consumes=True))
    assert store.run(figures()).workers_ready == 2
    store.run(maintain(worker="one@host", consumes=False))
    assert store.run(figures()).workers_ready == 1
    clock.advance(10 * store.settings.lease_seconds)
    assert store.run(figures()).workers_ready == 0


def test_a_claim_says_how_long_the_job_waited(store, clock, enqueue, take):
    enqueue()
    clock.advance(100)
    (delivery,) = take()
    assert 100 <= delivery.claim.waited_seconds == delivery.claim.age_seconds < 200


def test_a_delayed_jobs_wait_begins_when_it_is_due(store, clock, enqueue, take):
    enqueue(delay_seconds=100)
    clock.advance(100)
    assert store.run(maintain()).promoted == 1
    (delivery,) = take()
    assert delivery.claim.age_seconds - delivery.claim.waited_seconds >= 100


def test_sketches_hold_every_outcome_of_the_last_minutes(store, enqueue, take, client):
    for _ in range(20):
        enqueue()
    ends = [(one.claim, DONE) for one in take(limit=20)]
    store.run(settle_all(ends[:19]))
    store.run(settle(ends[19][0], LOST))
    few, many, day = store.run(recent("shop.add"))
    for window in (few, many, day):
        (queue,) = window.queues
        assert (queue.outcomes["succeeded"], queue.outcomes["dead"]) == (19, 1)
        assert (queue.wait.count, queue.run.count) == (20, 20)
        assert 0 < (queue.run.p50 or 0) < 5
    slots = client.keys("longshore:stats:*")
    assert len(slots) in {2, 3, 4}  # a minute or an hour may have passed in between
    assert all(0 < client.ttl(slot) <= 93_600 for slot in slots)


@pytest.mark.parametrize("how", ["one by one", "at once"])
def test_what_is_settled_at_once_is_counted_as_one_by_one(store, enqueue, take, how):
    for _ in range(30):
        enqueue()
    ends = [(one.claim, DONE) for one in take(limit=30)]
    size = 1 if how == "one by one" else 30
    for begin in range(0, 30, size):
        store.run(settle_all(ends[begin : begin + size]))
    (queue,) = store.run(recent("shop.add"))[2].queues
    assert (queue.outcomes["succeeded"], queue.wait.count, queue.run.count) == (30, 30, 30)
