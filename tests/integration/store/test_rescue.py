"""What becomes of a dead worker's jobs."""

from __future__ import annotations

import json

from longshore.records import DeadReason, JobState, Outcome
from longshore.store import jobs
from longshore.store.claims import Held, Settlement, release, renew, settle
from longshore.store.connection import ping
from longshore.store.queues import all_status, maintain
from support.places import places
from support.until import until


def test_a_held_lease_is_not_taken(store, client, enqueue, take):
    job_id = enqueue()
    take()
    assert store.run(maintain()).rescued == 0
    assert places(client, job_id) == ["claimed"]


def test_a_job_whose_lease_ended_is_next_in_line(store, client, enqueue, take, rescue_all):
    lost = enqueue()
    take()
    enqueue()
    rescue_all()
    assert places(client, lost) == ["ready q"]
    (delivery,) = take("w2")
    assert delivery.claim.job_id == lost
    assert (delivery.claim.attempt, delivery.claim.delivery) == (1, 2)


def test_the_story_tells_of_the_interruption(store, enqueue, take, rescue_all):
    job_id = enqueue()
    take()
    rescue_all()
    (attempt,) = store.run(jobs.attempts(job_id))
    assert (attempt.outcome, attempt.worker, attempt.attempt) == (
        Outcome.INTERRUPTED,
        "w1@host",
        1,
    )
    record = store.run(jobs.get(job_id))
    assert (record.interruptions, record.state) == (1, JobState.QUEUED)


def test_a_renewed_lease_outlives_its_length(store, client, clock, enqueue, take):
    job_id = enqueue()
    held = take()[0].claim
    for _ in range(4):
        clock.advance(store.settings.lease_seconds / 3)
        assert store.run(renew([held])) == [Held.HELD]
        assert store.run(maintain()).rescued == 0
    assert places(client, job_id) == ["claimed"]


def test_after_a_silence_that_may_have_ended_its_lease_an_owner_can_renew(
    store, client, enqueue, take
):
    job_id = enqueue()
    store.run(maintain())
    held = take()[0].claim
    silence = store.settings.lease_seconds * 0.6
    client.set("longshore:upkeep", _now(store) - silence)
    client.zadd("longshore:leases:q", {held.tag: _now(store) - 0.01})
    assert store.run(maintain()).rescued == 0
    assert store.run(renew([held])) == [Held.HELD]
    assert places(client, job_id) == ["claimed"]


def _now(store):
    return store.run(ping())


def test_a_job_that_is_never_settled_is_quarantined(store, client, enqueue, take):
    poison, healthy = enqueue(), enqueue(queue="other")
    for number in range(1, 4):
        held = take(f"w{number}")[0].claim
        assert held.delivery == number
        assert store.run(release(held, begun=True, counted=True, why="its process was lost"))
        assert len(places(client, poison)) == 1
    assert places(client, poison) == ["dead"]
    record = store.run(jobs.get(poison))
    assert (record.state, record.dead_reason) == (JobState.DEAD, DeadReason.QUARANTINED)
    assert [a.outcome for a in store.run(jobs.attempts(poison))] == [Outcome.INTERRUPTED] * 3
    assert places(client, healthy) == ["ready other"]


def test_whoever_waits_for_a_quarantined_job_is_told(store, client, enqueue, take):
    job_id = enqueue()
    with client.pubsub(ignore_subscribe_messages=True) as listener:
        listener.subscribe(f"celery-task-meta-{job_id}")
        for _ in range(3):
            store.run(release(take()[0].claim, begun=True, counted=True, why="lost"))
        told = until(lambda: listener.get_message(timeout=0.1))
    assert json.loads(told["data"])["status"] == "FAILURE"
    assert json.loads(client.get(f"celery-task-meta-{job_id}"))["result"]["exc_type"]


def test_a_drain_does_not_count_towards_quarantine(store, client, enqueue, take):
    job_id = enqueue()
    for _ in range(5):
        store.run(release(take()[0].claim, begun=True, counted=False, why="drain"))
        assert places(client, job_id) == ["ready q"]


def test_what_was_only_prefetched_goes_back_without_a_trace(store, client, enqueue, take):
    first, second = enqueue(), enqueue()
    held = take()[0].claim
    store.run(release(held, begun=False, counted=False, why="drain"))
    record = store.run(jobs.get(first))
    assert (record.state, record.attempts, record.interruptions) == (JobState.QUEUED, 0, 0)
    assert store.run(jobs.attempts(first)) == ()
    assert [d.claim.job_id for d in take(limit=2)] == [first, second]


def test_the_dead_are_counted_by_queue(store, enqueue, take):
    enqueue()
    for _ in range(3):
        store.run(release(take()[0].claim, begun=True, counted=True, why="lost"))
    (status,) = store.run(all_status())
    assert (status.dead, status.waiting, status.claimed) == (1, 0, 0)


def test_a_job_that_was_published_twice_has_one_place_in_the_end(
    store, client, clock, enqueue, take
):
    # A stock publisher that repeats a publish writes a second message under the same id.
    job_id = enqueue()
    (raw,) = client.lrange("q", 0, -1)
    copy = json.loads(raw)
    copy["properties"]["delivery_tag"] = "another-tag"
    client.lpush("q", json.dumps(copy))
    first, second = take("w1")[0].claim, take("w2")[0].claim
    assert (first.job_id, second.job_id) == (job_id, job_id)
    done = Settlement(JobState.SUCCEEDED)
    assert store.run(settle(second, done))
    assert not store.run(settle(first, done))
    for _ in range(8):
        clock.advance(store.settings.lease_seconds / 3)
        store.run(maintain())
    assert not client.hlen("unacked")
    assert places(client, job_id) == ["terminal"]
    assert take("w3") == []


def test_a_claim_that_its_owner_has_ended_is_not_lost(store, enqueue, take):
    enqueue(), enqueue()
    settled, given_back = (delivery.claim for delivery in take(limit=2))
    store.run(settle(settled, Settlement(JobState.SUCCEEDED)))
    store.run(release(given_back, begun=False, counted=False, why="another time"))
    assert store.run(renew([settled, given_back])) == [Held.ENDED] * 2
    take("other")
    assert store.run(renew([settled, given_back])) == [Held.ENDED] * 2
