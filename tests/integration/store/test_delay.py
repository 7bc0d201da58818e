"""Delayed jobs and retries wait in Redis."""

from __future__ import annotations

from dataclasses import replace

import pytest

from longshore.envelope import encode
from longshore.records import ErrorInfo, JobState, Outcome
from longshore.store import jobs
from longshore.store.claims import Settlement, note_retry, release, settle
from longshore.store.queues import WINDOW, maintain
from support.places import places


def retry(store, held, new_job, **fields):
    """What a worker does when a handler asks for another attempt."""
    message = encode(new_job(id=held.job_id, **fields))
    return store.run(jobs.post(replace(message, token=held.token)))


def test_due_jobs_are_promoted_in_the_order_of_their_time(store, client, clock, enqueue, take):
    later, sooner = enqueue(delay_seconds=40), enqueue(delay_seconds=20)
    assert store.run(maintain()).promoted == 0
    clock.advance(40)
    assert store.run(maintain()).promoted == 2
    assert [d.claim.job_id for d in take(limit=2)] == [sooner, later]
    assert places(client, sooner) == places(client, later) == ["claimed"]


def test_upkeep_says_when_to_look_again(store, clock, enqueue):
    assert store.run(maintain()).next_due_in_seconds is None
    enqueue(delay_seconds=60)
    assert 30 < (store.run(maintain()).next_due_in_seconds or 0) <= 60
    clock.advance(30)
    assert 0 < (store.run(maintain()).next_due_in_seconds or 0) <= 30


def test_upkeep_is_bounded(store, clock, enqueue):
    for _ in range(5):
        enqueue(delay_seconds=5)
    clock.advance(5)
    assert [store.run(maintain(limit=2)).promoted for _ in range(4)] == [2, 2, 1, 0]


def test_upkeep_of_many_queues_is_bounded_and_keeps_none_waiting(store, client, clock, enqueue):
    names = [f"q{number}" for number in range(6)]
    for name in names:
        for _ in range(3):
            enqueue(queue=name, delay_seconds=5)
    clock.advance(5)
    rounds = [store.run(maintain(limit=4)).promoted for _ in range(6)]
    assert rounds == [4, 4, 4, 4, 2, 0]
    assert [client.llen(name) for name in names] == [3] * 6


def test_upkeep_comes_to_every_queue_of_very_many(store, client, clock, enqueue):
    enqueue(queue="the only one", delay_seconds=5)
    client.sadd("longshore:queues", *(f"idle {number}" for number in range(2 * WINDOW)))
    clock.advance(5)
    assert sum(store.run(maintain()).promoted for _ in range(4)) == 1


def test_a_promoted_job_keeps_its_priority(store, client, clock, enqueue):
    job_id = enqueue(priority=6, delay_seconds=5)
    clock.advance(5)
    assert store.run(maintain()).promoted == 1
    assert places(client, job_id) == ["ready q\x06\x166"]


def test_a_retry_moves_from_the_claim_to_the_delayed_set(store, client, enqueue, new_job, take):
    job_id = enqueue()
    held = take()[0].claim
    assert retry(store, held, new_job, delay_seconds=30).created
    assert places(client, job_id) == ["delayed longshore:delayed:q"]
    assert store.run(jobs.get(job_id)).state is JobState.RETRYING


def test_a_retry_without_a_delay_is_ready(store, client, enqueue, new_job, take):
    job_id = enqueue()
    retry(store, take()[0].claim, new_job)
    assert places(client, job_id) == ["ready q"]


def test_the_acknowledgement_after_a_retry_changes_nothing(store, client, enqueue, new_job, take):
    job_id = enqueue()
    held = take()[0].claim
    retry(store, held, new_job, delay_seconds=30)
    assert store.run(settle(held, Settlement(JobState.SUCCEEDED)))
    assert store.run(release(held, begun=True, counted=True, why="late"))
    assert places(client, job_id) == ["delayed longshore:delayed:q"]


def test_a_retry_that_was_sent_twice_is_one(store, client, enqueue, new_job, take):
    job_id = enqueue()
    held = take()[0].claim
    message = replace(encode(new_job(id=job_id)), token=held.token)
    store.run(jobs.post(message))
    store.run(jobs.post(message))
    assert places(client, job_id) == ["ready q"]


def test_a_retry_on_another_queue_and_priority(store, client, clock, enqueue, new_job, take):
    job_id = enqueue(priority=6)
    retry(store, take()[0].claim, new_job, queue="other", delay_seconds=5)
    clock.advance(5)
    assert store.run(maintain()).promoted == 1
    assert places(client, job_id) == ["ready other"]
    assert take(queue="other")[0].claim.job_id == job_id


def test_the_error_behind_a_retry_is_in_the_story(store, enqueue, new_job, take):
    job_id = enqueue()
    held = take()[0].claim
    retry(store, held, new_job, delay_seconds=30)
    assert store.run(note_retry(held, ErrorInfo("ValueError", "not yet"), '{"status": "RETRY"}'))
    (attempt,) = store.run(jobs.attempts(job_id))
    assert (attempt.outcome, attempt.error) == (Outcome.RETRIED, ErrorInfo("ValueError", "not yet"))
    assert attempt.retry_in_seconds == pytest.approx(30, abs=1)
    assert store.run(jobs.get(job_id)).error == ErrorInfo("ValueError", "not yet")


def test_a_retry_forgives_earlier_crashes(store, client, enqueue, new_job, take):
    job_id = enqueue()
    for _ in range(2):
        store.run(release(take()[0].claim, begun=True, counted=True, why="lost"))
    retry(store, take()[0].claim, new_job)
    store.run(release(take()[0].claim, begun=True, counted=True, why="lost"))
    assert places(client, job_id) == ["ready q"]


def test_the_story_of_a_retry_is_its_own_when_the_next_attempt_has_begun(store, take, new_job):
    store.run(jobs.enqueue(new_job(id="quick")))
    (first,) = take(owner="w1")
    store.run(jobs.post(replace(encode(new_job(id="quick")), token=first.claim.token)))
    (second,) = take(owner="w2")

    assert store.run(note_retry(first.claim, ErrorInfo("E", "the first one's")))

    (told,) = store.run(jobs.attempts("quick"))
    assert (told.attempt, told.delivery) == (first.claim.attempt, first.claim.delivery)
    assert told.started_at <= store.run(jobs.get("quick")).started_at
    assert second.claim.delivery == 2
